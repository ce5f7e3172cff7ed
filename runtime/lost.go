package greenlet

import (
	"strings"
	"sync/atomic"
)

// Lost is a suspension that did not happen: a switch was made by the plain form of
// resumable code while a greenlet was running on the same stack. The greenlet could
// not be suspended, so the switch was one of plain code, in a run of its own, or
// panicked.
type Lost struct {
	Op   string // what was called: "Yield", "Switch", …
	Func string // the function that called it, by its name in tracebacks
	File string
	Line int
}

// A LostHandler says which functions are resumable, by their names in tracebacks, and is
// told of the suspensions that they and function literals lose: those of plain code, too, as
// what a literal switches by is mostly meant for who calls it. Of Yield, YieldFrom, Exchange and a resumable iterator's yield, which make sense in
// resumable code only, all functions' are reported.
type LostHandler struct {
	Resumable func(name string) bool
	Report    func(Lost)
}

var lostHandler atomic.Pointer[LostHandler]

// SetLost makes h the handler of lost suspensions of the program, or removes it if h
// is nil. It is for tests and for finding what should be annotated: while there is a
// handler, each switch of plain code walks its stack. Without one it costs nothing.
//
// A suspension that is not reached is not lost. The handler is called on the goroutine
// that switches, by several at a time if several do, and must not switch.
func SetLost(h *LostHandler) {
	lostHandler.Store(h)
	setHooked()
}

// lost reports the switch that plain code is making, if it is lost.
func lost() {
	h := lostHandler.Load()
	if h == nil {
		return
	}
	op := ""
	frames := goFrames(1, maxGoFrames)
	for i, f := range frames {
		if isRuntime(f) {
			_, op, _ = cutLast(f.Function, "/runtime.")
			continue
		}
		op = strings.TrimSuffix(strings.TrimPrefix(op, "(*Greenlet)."), "[...]")
		always := op == "Yield" || op == "YieldFrom" || op == "Exchange" || strings.HasPrefix(op, "(*yielder")
		switch {
		case !always && op != "Switch" && op != "Throw" && op != "Kill" && op != "Call":
			return // Pull and its like, which are there to drive from a stack
		case !always && outer(f.Function) == f.Function && !h.Resumable(f.Function):
			return
		}
		for _, below := range frames[i+1:] {
			if isDriver(below) {
				if strings.HasPrefix(op, "(*yielder") {
					op = "yield"
				}
				h.Report(Lost{op, f.Function, f.File, f.Line})
				return
			}
		}
		return
	}
}

// outer is the declared function that a literal, by its name, is in.
func outer(fn string) string {
	for {
		i := strings.LastIndexByte(fn, '.')
		if i < 0 {
			return fn
		}
		last := strings.TrimPrefix(fn[i+1:], "func")
		if last == "" || strings.Trim(last, "0123456789") != "" {
			return fn
		}
		fn = fn[:i]
	}
}
