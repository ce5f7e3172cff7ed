// Package greenlet is what the runtime promises, made of goroutines: the
// reference that rewritten programs are held against. It has the user's half
// of the runtime's API and runs functions as they are written, each greenlet
// on a goroutine of its own. Only tests use it.
//
// Strictly one goroutine runs at a time; it has the baton. A switch passes the
// baton on and waits for its return, so that no more synchronisation is needed.
//
// Whether code is resumable, or plain code that a greenlet has called, is read
// off the stack: the functions that are annotated must be known by name. See
// [Annotate].
//
// The package imports only the standard library and names itself nowhere, so
// that a copy of it works under any import path.
package greenlet
