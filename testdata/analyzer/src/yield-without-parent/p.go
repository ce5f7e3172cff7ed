package p

import greenlet "github.com/going-green/greenlet/runtime"

// emit has no resumable caller.
func emit(n int) {
	greenlet.Yield(n) // want `this calls greenlet.Yield, but is plain code, which has no parent to yield to; annotate emit with //greenlet:resumable .yield-without-parent.`
}

func literal() func() {
	return func() {
		greenlet.Exchange[int]("x") // want `this calls greenlet.Exchange, .*; put it into a function annotated`
	}
}

//greenlet:resumable
func fine() func() {
	return func() { greenlet.Yield(1) }
}

func drives(g *greenlet.Greenlet) { greenlet.Switch[int](g, 1) }

//greenlet:resumable
var marked = map[string]func(){"yields": func() { greenlet.Yield(1) }, "calls": func() { defer fine(); fine() }}

// A literal is reported once.
var unmarked = func() { // want `a function literal of a package variable calls greenlet.Yield.*literal-plain`
	greenlet.Yield(1)
}

var value = greenlet.Exchange[int](1) // want `this calls greenlet.Exchange, but is plain code`
