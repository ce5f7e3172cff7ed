// Package greenlet runs greenlets: computations that suspend and resume each
// other by name, from any depth of calls, without goroutines.
//
// A function that may suspend is annotated //greenlet:resumable. The tool
// greenlet (github.com/going-green/greenlet/cmd/greenlet) compiles it into a
// state machine, whose activations are frames: values of a generated type with
// a generated constructor. A frame is made a greenlet by [New], or driven as a
// generator by [Seq] and [Pull], or, where it wants answers, by [Exchanger]. What its
// function returned is told by the method Results of the frame, which panics before.
//
//	//greenlet:resumable
//	func count(n int) {
//		for i := range n {
//			greenlet.Yield(i)
//		}
//	}
//
//	for i := range greenlet.Seq[int](count, 3) { … }
//
// Semantics are those of Python's greenlet, where Go has the notion. Plain
// code that switches to a greenlet starts a run: greenlets run, and switch, on
// the caller's stack until one switches to [Main] or the last parent is Main.
//
// A panic that no greenlet recovers reaches the plain code that entered, as the
// value it is. A crash shows the calls of the greenlet that were suspended, too;
// code that recovers gets them from [PanicStack].
//
// What greenlets there are, and where they stand, shows [DumpTree] of those that it is
// given, and [DumpAll] of all; package runtime/debug does so at a signal.
//
// docs/conformance.md holds the package against the tests of Python's greenlet.
//
// The files frame.go, make.go, protocol.go, defer.go and loop.go are for generated code, as
// is the lower half of yieldfrom.go.
package greenlet
