package diag

// The codes of the analyzer: programs that can be rewritten, but that hardly
// mean what they say. Each Example is a function or two that draw exactly this
// code; a test holds them to that, and each code to a package in
// testdata/analyzer. (The analyzer also reports the codes of the front end, and
// SwitchInPlain across packages.)
const (
	// NeedlessDirective: a function is annotated, but nothing in it can suspend.
	// Calls of function values and of interface methods may. One whose frame is
	// used is a greenlet that comes to its end at once, and is in order.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func add(a, b int) int { return a + b }
	//
	// Fix: remove the directive.
	NeedlessDirective Code = "needless-directive"

	// CallWithoutFrame: plain code calls a resumable function that yields. The call
	// runs it as plain code, which has no parent to yield to, and panics.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func count() { greenlet.Yield(1) }
	//
	//	func run() { count() }
	//
	// Fix: start it, greenlet.New(count).Switch(), or give it to
	// Seq or Pull; or annotate the caller.
	CallWithoutFrame Code = "call-without-frame"

	// YieldWithoutParent: plain code calls Yield or Exchange. It has no parent to
	// yield to, and panics.
	//
	// Example:
	//
	//	func emit(n int) { greenlet.Yield(n) }
	//
	// Fix: annotate the function; or, if it runs on the stack of greenlet.OnStack, give
	// it the Section, and yield by greenlet.YieldIn or ExchangeIn.
	YieldWithoutParent Code = "yield-without-parent"

	// SwitchInCallback: a function that suspends is given to plain code, which
	// will call it and can't be suspended.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f(names []string) {
	//		sort.Slice(names, func(i, j int) bool {
	//			greenlet.Yield(names[i])
	//			return names[i] < names[j]
	//		})
	//	}
	//
	// Fix: make the call in greenlet.OnStack, on a stack of its own; or switch before
	// or after it, or write what calls back as a resumable function.
	SwitchInCallback Code = "switch-in-callback"

	// GeneratedMissing: a file has directives, but there is no generated file
	// beside it.
	//
	// Fix: run the generator: go generate, or go tool greenlet.
	GeneratedMissing Code = "generated-missing"

	// GeneratedStale: a file has changed since the file beside it was generated.
	//
	// Fix: run the generator: go generate, or go tool greenlet.
	GeneratedStale Code = "generated-stale"

	// GeneratedProtocol: a generated file, of the package or of a dependency, is for a
	// protocol that the runtime which the program links does not run: it was made by
	// another version of the generator. The program doesn't compile.
	//
	// Fix: run the generator: go generate, or go tool greenlet. Of a dependency get a
	// version that is generated for this runtime; or, if that is the newer one, a newer
	// runtime.
	GeneratedProtocol Code = "generated-protocol"

	// NoGoGenerate: a package has directives, but no line that tells go generate to
	// run the generator.
	//
	// Fix: add //go:generate go tool greenlet.
	NoGoGenerate Code = "no-go-generate"

	// LockAcrossSwitch: a function holds a mutex while it is suspended. Who locks it
	// next on the same goroutine waits for ever.
	//
	// Example:
	//
	//	var mu sync.Mutex
	//
	//	//greenlet:resumable
	//	func f() {
	//		mu.Lock()
	//		defer mu.Unlock()
	//		greenlet.Yield(1)
	//	}
	//
	// Fix: unlock before the switch and lock after it.
	LockAcrossSwitch Code = "lock-across-switch"

	// BlockingCall: resumable code waits for something outside of the greenlets, and
	// all that take turns on its goroutine wait with it.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f() {
	//		time.Sleep(time.Second)
	//		greenlet.Yield(1)
	//	}
	//
	// Fix: yield to who knows when it may go on, as the message says.
	BlockingCall Code = "blocking-call"

	// SwitchInGoroutine: resumable code starts a goroutine that yields, switches,
	// or holds one of its greenlets. The goroutine is plain code of its own, and a
	// greenlet may not be used by two of them at a time.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f() {
	//		go func() { greenlet.Yield(1) }()
	//		greenlet.Yield(2)
	//	}
	//
	// Fix: let the goroutine send what it has found, and who runs the greenlets
	// switch.
	SwitchInGoroutine Code = "switch-in-goroutine"

	// PlainIterator: the body of a loop suspends, and the loop is over an iterator
	// that is plain code. The iterator then runs on a stack of its own: each step costs
	// twenty times what one of an annotated iterator does, and a greenlet that waits in
	// the loop has that stack in memory.
	//
	// Example:
	//
	//	//greenlet:resumable
	//	func f(m map[int]bool) {
	//		for k := range maps.Keys(m) {
	//			greenlet.Yield(k)
	//		}
	//	}
	//
	// Fix: range over the slice or map itself, over what slices.Collect makes of
	// the iterator, or annotate the iterator. To put the loop into greenlet.OnStack costs
	// the same, and says so.
	PlainIterator Code = "plain-iterator"

	// FrameDiscarded: a frame or a greenlet is made, and nothing is done with it. It
	// does not run.
	//
	// Example:
	//
	//	func f() { greenlet.NewChild(greenlet.Main(), nil) }
	//
	// Fix: give the frame to greenlet.New, Seq or Pull, and switch to the greenlet.
	FrameDiscarded Code = "frame-discarded"

	// SwitchToDead: a switch to a greenlet that is dead there, as a condition before it
	// says. As in Python, its parent gets the switch, and often that is who switches:
	// nothing runs, and the switch returns its own argument.
	//
	// Example:
	//
	//	func last(g *greenlet.Greenlet) any {
	//		for !g.Dead() {
	//			g.Switch()
	//		}
	//		return g.Switch()
	//	}
	//
	// Fix: leave the switch out, or switch to the parent by name. The results of a
	// function that has returned are its frame's.
	SwitchToDead Code = "switch-to-dead"

	// YieldType: a generator yields values of a type that the SeqOf, PullOf or ExchangerOf
	// which drives it doesn't take. The yield panics with a TypeError.
	//
	// Fix: yield what the consumer takes, or convert one to the other.
	YieldType Code = "yield-type"

	// CompanionPromoted: a plain method overrides a promoted one that is resumable,
	// in a package that the generator does not run on. The resumable form of the
	// other stays promoted, and resumable code that calls the method through an
	// interface calls that instead.
	//
	// Fix: run the generator on the package, which hides that form as soon as a
	// function in it is annotated; or give the embedded field a name.
	CompanionPromoted Code = "companion-promoted"

	// Unpredictable: what a simulation runs depends on something that differs from run to run
	// and is not drawn from the seed: the order of a map, a clock, goroutines, chance. A
	// seed that fails does not do the same again. Of a map that is where its order matters: not
	// where what is found is counted, summed or sorted.
	//
	// Example:
	//
	//	var s = sim.Simulation{Start: func(n *sim.Network) (check func() error) {
	//		hosts := map[string]*sim.Host{"a": n.Host("a"), "b": n.Host("b")}
	//		for _, h := range hosts {
	//			h.Crash()
	//		}
	//		return nil
	//	}}
	//
	// Fix: ask the hub, which has a clock and chance of the simulation: Hub.Now, Hub.Rand,
	// Hub.Go; range over sorted keys.
	Unpredictable Code = "unpredictable"
)
