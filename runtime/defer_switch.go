package greenlet

import (
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Switches that are deferred by themselves. Their operands are evaluated by the
// defer statement; what they receive is dropped, but must have the type that
// they expect.

// DeferSend registers the call of to's method Switch.
func (h *DeferHeader) DeferSend(to *Greenlet, args ...any) {
	h.deferSwitch(nil, func(r *Run, _ *waiter) Status { return r.SendArgs(to, args...) })
}

// DeferThrow registers the call of to's method Throw, or Kill with [Exit].
func (h *DeferHeader) DeferThrow(to *Greenlet, v any) {
	h.deferSwitch(nil, func(r *Run, w *waiter) Status { return r.Throw(w, &w.Header, to, v) })
}

// DeferCall registers a [Call] of frame.
func (h *DeferHeader) DeferCall(frame Frame) {
	h.deferSwitch(nil, func(r *Run, w *waiter) Status { return r.Enter(w, &w.Header, frame) })
}

// DeferSwitching registers the switch that to makes; slot is for [Run.Await], or nil.
func (h *DeferHeader) DeferSwitching(slot any, to func(r *Run) Status) {
	h.deferSwitch(slot, func(r *Run, _ *waiter) Status { return to(r) })
}

// deferSwitch registers the switch that to makes; slot is for [Run.Await], or nil.
func (h *DeferHeader) deferSwitch(slot any, to func(r *Run, w *waiter) Status) {
	h.DeferResumable(func(r *Run) Status {
		w := &waiter{}
		w.Leaf(r, w, 1)
		r.Await(slot)
		return to(r, w)
	})
}

// waiter is the frame of a deferred switch, which waits in it. It is no call of
// the user's: stacks leave it out.
type waiter struct{ Header }

func (w *waiter) Resume(r *Run) Status {
	r.Received()
	return w.Return(r, w)
}

func (w *waiter) Func() *Func      { return waiterFunc }
func (w *waiter) Release(*Run)     {}
func (w *waiter) Send(*Run) Status { return proto.Switched }

var waiterFunc = &Func{Name: "deferred switch"}
