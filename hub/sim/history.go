package sim

import (
	"fmt"
	"slices"
	"strings"
)

// History is what the clients of a system have seen: their operations, and which of them
// was over before which began. Nothing but that decides whether a system may have answered as it
// did: Herlihy and Wing, Linearizability, 1990. The zero value is empty. It belongs to a run, and to the
// goroutine of its hub.
//
// The module github.com/going-green/greenlet/hub/sim/porcupine has github.com/anishathalye/porcupine
// check one, by a call.
type History struct {
	operations []*Operation
	events     int
}

// Operation is what a client has asked for, and has been told.
type Operation struct {
	Client string
	Input  any
	Output any // nil if it has not ended
	// Start and End are when it began and ended: numbers of such events of the history, from
	// 1. End is 0 if it has not.
	Start, End int

	history *History
}

// Begin notes that a client asks for something, which is as input says.
func (h *History) Begin(client string, input any) *Operation {
	h.events++
	o := &Operation{Client: client, Input: input, Start: h.events, history: h}
	h.operations = append(h.operations, o)
	return o
}

// Done notes what the client is told. It panics if it has been told already. An operation of
// which it is not known whether it has taken place, as its client has got an error, is
// left as it is.
func (o *Operation) Done(output any) {
	if o.End != 0 {
		panic(fmt.Sprintf("sim: %v is done twice", o))
	}
	o.history.events++
	o.End, o.Output = o.history.events, output
}

// Operations are those of the history, in the order of their start.
func (h *History) Operations() []*Operation { return slices.Clone(h.operations) }

// Events is how often an operation has begun or ended.
func (h *History) Events() int { return h.events }

// String is the client, what it has asked for, and what it was told.
func (o *Operation) String() string {
	if o.Output == nil {
		return fmt.Sprintf("%s %v", o.Client, o.Input)
	}
	return fmt.Sprintf("%s %v %v", o.Client, o.Input, o.Output)
}

// String draws when operations began and ended, a line for each:
//
//	<-->     writer writes 1
//	 <--->   reader reads 1
//	    <--? writer writes 2
func (h *History) String() string {
	var lines []string
	for _, o := range h.operations {
		end, last := o.End, ">"
		if end == 0 {
			end, last = h.events+1, "?"
		}
		lines = append(lines, fmt.Sprintf("%*s<%s%s%*s %v", o.Start-1, "", strings.Repeat("-", end-o.Start-1), last, max(0, h.events-end), "", o))
	}
	return strings.Join(lines, "\n")
}
