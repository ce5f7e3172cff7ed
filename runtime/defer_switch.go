package greenlet

// Switches that are deferred by themselves. Their operands are evaluated by the
// defer statement; what they receive is dropped, as no one waits for the
// result of a deferred call.

// DeferSend registers the call of to's method Switch.
func (h *DeferHeader) DeferSend(to *Greenlet, args ...any) {
	h.deferSwitch(func(r *Run, _ *waiter) Status { return r.SendArgs(to, args...) })
}

// DeferThrow registers the call of to's method Throw, or Kill with [Exit].
func (h *DeferHeader) DeferThrow(to *Greenlet, v any) {
	h.deferSwitch(func(r *Run, w *waiter) Status { return r.Throw(w, &w.Header, to, v) })
}

// DeferCall registers a [Call] of frame.
func (h *DeferHeader) DeferCall(frame Frame) {
	h.deferSwitch(func(r *Run, w *waiter) Status { return r.Enter(w, &w.Header, frame) })
}

// DeferSwitch registers a [Switch], for the frame whose header is h.
func DeferSwitch[T any](h *DeferHeader, to *Greenlet, v T) {
	h.deferSwitch(func(r *Run, _ *waiter) Status { return Send(r, to, v) })
}

// DeferYield registers a [Yield] or an [Exchange], for the frame whose header is h.
func DeferYield[T any](h *DeferHeader, v T) {
	h.deferSwitch(func(r *Run, _ *waiter) Status { return Yielded(r, v) })
}

func (h *DeferHeader) deferSwitch(to func(r *Run, w *waiter) Status) {
	h.DeferResumable(func(r *Run) Status {
		w := &waiter{}
		r.Leaf(w, &w.Header)
		return to(r, w)
	})
}

// waiter is the frame of a deferred switch, which waits in it. It is no call of
// the user's: stacks leave it out.
type waiter struct{ Header }

func (w *waiter) Resume(r *Run) Status { return r.Return(w, &w.Header) }

func (w *waiter) Func() *Func      { return waiterFunc }
func (w *waiter) Release(*Run)     {}
func (w *waiter) Args([]any)       {}
func (w *waiter) Send(*Run) Status { return Switched }

var waiterFunc = &Func{Name: "deferred switch"}
