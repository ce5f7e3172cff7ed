// Package gen is what generated code calls, and nothing else should: it changes with the
// generator, as the protocol does that a generated file names. Users call package greenlet,
// which is one folder up.
//
//   - Frames embed a [Header], or one with results, as [Returns]; [Funcs] describes functions.
//   - Suspend and return: [New], [Take], [Free], [FreeNested], [MakeFrame], [Yielded], [Send], [Result], [YieldTo].
//   - Start: [SetArgs], [SetVariadic].
//   - Say what a function hands out: [Yields], [Exchanges].
//   - Function values: [Closure], [Bind], [Resumable], [Register], [RegisterMethod] and
//     forms of these, as [Function21], [Method21]; [Declare],
//     [DeclareInterface], [DeclareClosure], [Ref], [RefMethod].
//   - Deferred switches: [DeferSwitch], [DeferExchange], [DeferYield].
//   - Loops: [Loop], [MapIter], [DecodeRune], [Copy]; over plain iterators [Iterate]; bodies without parameters [Body].
//   - Types without a name: [Zero], [ZeroLike], [Elem], …; predeclared types that a package
//     hides: [PredeclaredString], ….
//   - The version: [Protocol1_RunGoGenerate].
//
// [Run], [Header], [DeferHeader], [Frame], [Func], [Status] and [Values] are those of package
// greenlet. Their fields and the driver's are one state, which methods of greenlets read and
// write at each switch: in a package of its own it would have to be exported, or users' types
// be aliases, whose methods no documentation shows.
//
// It imports package greenlet, never the other way round; what both need is in
// runtime/internal.
package gen
