// Package proto has the numbers by which generated code and the runtime tell each other
// where a function stands. Generated code has them from package gen, where they have types.
package proto

// How a call of a resumable function came back: a greenlet.Status.
const (
	Done     = iota // the function returned, its results are valid
	Switched        // it suspended, for whoever is current now
	Left            // it suspended, for the plain caller
	Broken          // a step of a function that defers was left by a panic, which was caught
	Handed          // a section has handed out a value: see greenlet.Feed
	Passed          // it suspended, and goes on one day, for another greenlet that has got what it waits for
)

// Unwind is the state of a frame that makes its deferred calls.
const Unwind = ^uint32(0)
