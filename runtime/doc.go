// Package greenlet runs greenlets: computations that suspend and resume each
// other by name, from any depth of calls, without goroutines.
//
// A function that may suspend is annotated //greenlet:resumable. The tool
// greenlet (github.com/going-green/greenlet/cmd/greenlet) compiles it into a
// state machine, whose activations are frames: values of a generated type with
// a generated constructor. A frame is made a greenlet by [New], or driven as a
// generator by [Seq] and [Pull], or, where it wants answers, by [Exchanger]. These know the
// types of the values from the frame ([YieldFrame]); [SeqOf], [PullOf] and [ExchangerOf] are
// told. What a frame's function returned is told by its method Results, which panics before.
//
//	//greenlet:resumable
//	func count(n int) {
//		for i := range n {
//			greenlet.Yield(i)
//		}
//	}
//
//	for i := range greenlet.Seq(newCountFrame(3)) { … }
//
// Code that isn't annotated can't be suspended where it is; [OnStack] runs it where it can.
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
// # By task
//
//   - Make a greenlet: [New], [NewChild]; change what it will run: [Greenlet.SetRun]; take
//     what New takes: [FrameOf].
//   - Switch: [Greenlet.Switch], or with types [Switch]; give up control to the parent:
//     [Yield], or [Exchange] for an answer; run another's rest: [YieldFrom]; a frame: [Call].
//   - Iterate: [Seq], [Pull]; send values in: [Exchanger], which makes a [Generator]; with
//     types that no frame says: [SeqOf], [PullOf], [ExchangerOf]; pull from any iterator: [PullSeq], [PullSeq2].
//   - Suspend plain code, by running it on a stack of its own: [OnStack], which gives it a [Section]
//     (how many stacks are kept: [SetIdleSections]);
//     from there [YieldIn], [ExchangeIn], [SwitchIn], [CallIn]. docs/colours.md says when.
//   - End: [Greenlet.Kill] and [Greenlet.Throw], with [Exit] or a panic of your own.
//   - Ask: [Current], [Main], [Greenlet.Parent], [Greenlet.Dead], [Greenlet.Active],
//     [Greenlet.Started]; several values in one switch are [Values].
//   - Variables: [Local], [Greenlet.SetContext].
//   - See where they stand: [Greenlet.Stack], made of [StackFrame]; [Caller] and [Callers];
//     [DumpTree], [DumpAll] after [SetTracking]; of a panic [PanicStack], a [Traceback].
//   - Trace: [SetTrace] sets a [Tracer], who is told of an [Event].
//   - Find what is lost: [SetLost] with a [LostHandler] of each [Lost] suspension;
//     [SetDropHandler] of greenlets that nobody can reach.
//   - Errors, as panics: [StateError], [TypeError], [ArgumentError].
//   - Frames, which generated constructors make: [Frame], [YieldFrame], [ExchangeFrame], and what a [Func] and each [Point]
//     say of its function.
//
// # For generated code
//
// What only generated code calls is in package gen, but for [Run], [Status], [Header],
// [DeferHeader], [Feed], [YieldFromResumable] and [OnStackResumable]: the methods of [Greenlet]
// and [Frame] speak of these, or share their unexported state. Programs name none of them.
package greenlet
