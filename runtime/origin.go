package greenlet

import (
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
)

// A function that defers catches a panic and goes on with it when its deferred calls are made,
// at another place. So it keeps where the panic came from, for who shows its stack.

// An origin is where a panic comes from that a frame has caught.
type origin struct {
	value   any
	pcs     []uintptr     // the panicking stack
	leaf    StackFrame    // where the resumed frame stood, if that did not catch it itself
	below   Traceback     // calls that wait in that frame
	gone    Traceback     // the suspended calls above the frame that caught it, if so
	waiting Traceback     // calls that the innermost Ask had made of itself, if it was a hot call's
	last    *sectionTrace // that of lastSection when it was caught
}

// passing is the origin of the panic that a frame has gone on with last, until somebody has
// caught that. Another goroutine may take its place: then there is none.
var passing atomic.Pointer[origin]

// passedOn is the origin of a panic with v, if a frame has gone on with that, or nil.
func passedOn(v any) *origin {
	o := passing.Load()
	if o == nil || !same(o.value, v) || !passing.CompareAndSwap(o, nil) {
		return nil
	}
	return o
}

// same reports whether two panics are one, as far as that can be told.
func same(a, b any) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && canCompare(a) && equal(a, b)
}

func canCompare(v any) bool {
	t := reflect.TypeOf(v)
	return t != nil && t.Comparable()
}

// equal is a == b, and false where that panics: for what holds an interface.
func equal(a, b any) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return a == b
}

// originOf is the origin of a panic with v that is being caught, by a deferred function of Go's
// that calls this.
func originOf(v any) *origin {
	if isExit(v) {
		return nil
	}
	if o := passedOn(v); o != nil {
		return o
	}
	var pcs [64]uintptr
	n := runtime.Callers(2, pcs[:])
	return &origin{value: v, pcs: append([]uintptr(nil), pcs[:n]...), last: lastSection.Load()}
}

// calls are those of the source down to the frame that caught the panic.
func (o *origin) calls() (list Traceback) {
	if o == nil {
		return nil
	}
	list, section := o.hotCalls()
	if section {
		list = append(o.last.calls(), list...)
	}
	return append(list, o.gone...)
}

// hotCalls are those of the panicking stack. section says that the panic comes from the stack
// of a section.
func (o *origin) hotCalls() (list Traceback, section bool) {
	hot := hotCalls{waiting: o.waiting}
	panicking := false
	for _, f := range withoutGlue(framesOf(o.pcs)) {
		_, part := variant(f.Function)
		switch {
		case f.Function == "runtime.gopanic":
			panicking, section, hot = true, false, hotCalls{waiting: o.waiting}
		case panicking && isRaise(f):
			section = true
		case !panicking, strings.HasPrefix(f.Function, "runtime."):
		case isLoop(f.Function) && o.leaf.Func != "":
			return hot.above(o.leaf, o.below), section
		case isLoop(f.Function), part == "step" && o.leaf.Func == "":
			return hot.list, section
		default:
			hot.add(f)
		}
	}
	return hot.list, section
}
