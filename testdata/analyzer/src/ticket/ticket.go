// Package ticket makes channels of which others don't know whether they block.
package ticket

type Ticket struct{ Ready chan bool }

func New() *Ticket { return &Ticket{Ready: make(chan bool, 1)} }
