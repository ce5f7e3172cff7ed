package greenlet

import "fmt"

// StateError is the panic of an operation that the state of a greenlet or of
// a frame does not allow.
type StateError struct {
	Op       string    // the operation: "switch", "SetParent", …
	Greenlet *Greenlet // may be nil
	Reason   string
}

func (e *StateError) Error() string {
	if e.Greenlet == nil {
		return fmt.Sprintf("greenlet: %s: %s", e.Op, e.Reason)
	}
	return fmt.Sprintf("greenlet: %s: %v: %s", e.Op, e.Greenlet, e.Reason)
}

// TypeError is the panic of a switch whose value is not what the receiver
// waits for. Neither greenlet has changed.
type TypeError struct {
	Sent, Want string // types
	From, To   string // file:line of the sender and of the receiver's switch point
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("greenlet: %s sent at %s, but %s expected at %s", e.Sent, e.From, e.Want, e.To)
}

// ArgumentError is the panic of a first switch whose arguments do not fit the
// parameters of the greenlet's function.
type ArgumentError struct {
	Func                *Func
	Index               int // of the argument with the wrong type, or -1
	Want, Got           string
	WantCount, GotCount int
}

func (e *ArgumentError) Error() string {
	at := fmt.Sprintf("%s (%s:%d)", e.Func.Name, e.Func.File, e.Func.Line)
	if e.Index < 0 {
		return fmt.Sprintf("greenlet: %s is started with %d arguments, want %d", at, e.GotCount, e.WantCount)
	}
	return fmt.Sprintf("greenlet: %s is started with argument %d of type %s, want %s", at, e.Index+1, e.Got, e.Want)
}
