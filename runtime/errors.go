package greenlet

import (
	"fmt"
	"strings"
)

// StateError is the panic of an operation that the state of a greenlet or of
// a frame does not allow.
type StateError struct {
	Op       string    // the operation: "switch", "SetParent", …
	Greenlet *Greenlet // may be nil
	Reason   string
	// Plain names the plain functions that stand in the way, with their
	// positions: annotated //greenlet:resumable, they don't. What the package does that
	// makes the operation is left out.
	Plain []string
	// Remedy is what to do about Plain, or empty.
	Remedy string
	// Caller is the function that calls the last of Plain, with its position, or empty.
	Caller string
}

func (e *StateError) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "greenlet: %s: ", e.Op)
	if e.Greenlet != nil {
		fmt.Fprintf(&s, "%v: ", e.Greenlet)
	}
	s.WriteString(e.Reason)
	if e.Remedy != "" {
		s.WriteString("; " + e.Remedy)
	}
	if len(e.Plain) > 0 {
		fmt.Fprintf(&s, "; plain on this stack: %s", strings.Join(e.Plain, ", "))
	}
	if e.Caller != "" {
		s.WriteString("; called by " + e.Caller)
	}
	return s.String()
}

// PlainError is the panic of op, which would suspend the current greenlet but is called by
// plain code: it names the plain functions that stand between. It is for packages that make
// operations which wait, and find that [Current] is [Main].
func PlainError(op string) *StateError {
	return inPlainCode(op, nil, inPlain)
}

const inPlain = "it is called by plain code, which can't be suspended"

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

// elsewhere is the panic of a switch to g, which runs in another run than the
// one that switches.
func elsewhere(op string, g *Greenlet) *StateError {
	return inPlainCode(op, g, isRunning)
}

const isRunning = "it is running: the switch comes from plain code that it has called, or from another goroutine"

// noRun is the panic of an attempt to start g, which has nothing to run.
func noRun(op string, g *Greenlet) *StateError {
	return &StateError{Op: op, Greenlet: g, Reason: "it has no run: no frame has been set"}
}
