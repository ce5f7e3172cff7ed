package greenlet

import (
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Deferred calls of resumable functions. A function that defers embeds
// DeferHeader in its frame; the others pay nothing.
//
// Its generated code is a step, which has one deferred call of Go, Catch, and
// runs again when that caught a panic, now in the state Unwind: there the
// user's deferred calls are made one by one, as ordinary code that may suspend.
// A panic thrown into the frame while it waits begins the same way.

// DeferHeader is for generated code: the Header of functions that defer.
type DeferHeader struct {
	Header
	calls []deferred // pending, the next one last
	value any        // the panic on its way, while panicking
	from  *origin    // of value, or of the one that was recovered last; nil if it was thrown
	mode  unwindMode
}

type unwindMode uint8

const (
	running   unwindMode = iota // no deferred call has been made
	returning                   // by a return, or after a recover
	panicking
	exiting // runtime.Goexit
	left    // all are made
)

// deferred is a deferred call, its operands evaluated:
//
//   - func(body func()), of a plain function, gets the code that is to run before it: nothing,
//     or the panic it may recover; as it is deferred by Go then, its recover works as anywhere.
//   - func(r *Run) Status calls a resumable function.
//   - Any other value is a literal of a durable function: it has a type, and so can be saved.
type deferred any

// A literal that is deferred, by whether it recovers.
type (
	closureCall    interface{ CallResumable(*Run) Status }
	closureRecover interface {
		CallDeferred(*Run, *DeferHeader) Status
	}
)

// Defer registers a plain call: call must defer it and call body.
func (h *DeferHeader) Defer(call func(body func())) {
	h.calls = append(h.calls, call)
}

// DeferFunc registers a plain call of fn.
func (h *DeferHeader) DeferFunc(fn func()) {
	h.Defer(func(body func()) {
		defer fn()
		body()
	})
}

// DeferResumable registers the call of a resumable function.
func (h *DeferHeader) DeferResumable(call func(r *Run) Status) {
	h.calls = append(h.calls, call)
}

// DeferClosure registers the call of a literal, given as the value of its type.
func (h *DeferHeader) DeferClosure(c closureCall) { h.calls = append(h.calls, c) }

// Recover is the builtin recover in the body of a resumable function, where h is
// the frame whose deferred call the body is, and nil in any other call. It is
// not called for a deferred call that is over: the body of a function that is
// left by a panic does not run again.
func (h *DeferHeader) Recover() any {
	if h == nil || h.mode != panicking {
		return nil
	}
	v := h.value
	h.mode, h.value = returning, nil
	return v
}

// DeferRecover registers the builtin recover itself, deferred in a function that
// is a deferred call of by. It recovers for by's panic as the function returns,
// but not when that is panicking: gc asks that a call of the function's, not
// the panic, be what runs the deferred calls.
func (h *DeferHeader) DeferRecover(by *DeferHeader) {
	h.Defer(func(body func()) {
		body() // panics if the function does
		by.Recover()
	})
}

// Catch is deferred by a step, with the step's result, which is Broken if the
// step did not come to its end.
func (h *DeferHeader) Catch(st *Status) {
	if *st != proto.Broken || h.mode == left {
		return
	}
	v := recover()
	if v == nil {
		if v := h.goexit(nil); v != nil {
			panic(v)
		}
		return // and Goexit goes on
	}
	if goexits() { // a deferred call of plain code has panicked, for Goexit
		if v := h.goexit(v); v != nil {
			panic(v)
		}
		return // and Goexit goes on, as it does in Go behind a recover
	}
	from := originOf(v)
	h.catch(v)
	h.from = from
}

// goexits reports whether the panic that a deferred function of a step has recovered came in a
// deferred call that runtime.Goexit has made, above the step: recovered, Goexit goes on.
func goexits() (yes bool) {
	eachKind(func(kind pcKind) (more bool) {
		yes = kind == kindGoexit
		return !yes && kind != kindStep && kind != kindDriver && kind != kindSection
	})
	return yes
}

// catch makes the frame unwind with the panic v.
func (h *DeferHeader) catch(v any) {
	h.PC, h.mode, h.value, h.from = proto.Unwind, panicking, v, nil
}

// comesFrom says where the panic that is caught comes from.
func (h *DeferHeader) comesFrom(o *origin) { h.from = o }

// goexit makes all deferred calls, for runtime.Goexit, which can't wait. A panic of
// one goes to those that are left, and on to the callers, if it is not recovered:
// v is one that comes from below, the result is that which goes on, or nil.
func (h *DeferHeader) goexit(v any) any {
	h.PC, h.mode = proto.Unwind, exiting
	if v != nil {
		h.mode, h.value = panicking, v
	}
	for len(h.calls) > 0 {
		h.Next(nil)
	}
	v = nil
	if h.mode == panicking {
		v = h.value
	}
	h.mode = left
	return v
}

// Pending reports whether deferred calls are left. It begins the unwinding.
func (h *DeferHeader) Pending() bool {
	if h.mode == running {
		h.PC, h.mode = proto.Unwind, returning
	}
	return len(h.calls) > 0
}

// Next makes the next deferred call. A panic in it takes the place of the one
// on its way, if there is one.
func (h *DeferHeader) Next(r *Run) (st Status) {
	last := len(h.calls) - 1
	call := h.calls[last]
	h.calls[last] = nil
	h.calls = h.calls[:last]
	whole := false
	var mark Frame
	if r != nil {
		mark = r.Mark()
	}
	defer func() {
		if whole {
			return
		}
		if v := recover(); v != nil {
			if r != nil {
				r.Recovered(mark)
			}
			from := h.from
			if from == nil || !same(from.value, v) { // else it is raised again, if not by the same words
				from = originOf(v)
			}
			h.catch(v)
			h.from = from
			st = proto.Done
		} else {
			h.mode = exiting
		}
	}()
	if plain, ok := call.(func(body func())); ok {
		h.CallPlain(plain)
	} else if r == nil {
		panic(&StateError{Op: "Goexit", Reason: "a deferred call that can be suspended can't run during runtime.Goexit"})
	} else {
		st = h.callResumable(r, call)
	}
	whole = true
	if h.mode != panicking {
		h.from = nil
	}
	return st
}

// callResumable makes a deferred call that may suspend.
func (h *DeferHeader) callResumable(r *Run, call deferred) Status {
	switch c := call.(type) {
	case func(*Run) Status:
		return c(r)
	case closureRecover:
		return c.CallDeferred(r, h)
	default:
		return c.(closureCall).CallResumable(r)
	}
}

// CallPlain makes a plain call as one that h defers: call must defer it and call its body.
// Forms of deferred calls that find that theirs is a plain one make it so.
func (h *DeferHeader) CallPlain(call func(body func())) {
	if h.mode != panicking {
		call(func() {})
		return
	}
	v := h.value
	call(func() { panic(v) })
	h.mode, h.value = returning, nil // it recovered
}

// End goes on with the panic that no deferred call recovered, if there is one.
func (h *DeferHeader) End() {
	mode := h.mode
	h.mode = left
	if mode == panicking {
		if h.from != nil {
			passing.Store(h.from)
			h.from = nil
		}
		panic(h.value)
	}
}

// catcher is a frame that can catch a panic.
type catcher interface {
	Frame
	catch(v any)
	goexit(v any) any
}
