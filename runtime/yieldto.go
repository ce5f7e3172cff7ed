package greenlet

import "unsafe"

// The yield of a push iterator that PullSeq pulls from, as generated code calls it. To
// call its resumable form takes a look-up, a frame that waits and an activation to give
// back; to see that a function is the yield that this run asks takes a comparison. Then
// the frame of the caller waits itself, as in a Yield.

// pushing is what a run knows of the iterator that it pulls from.
type pushing struct {
	yield   unsafe.Pointer // the function value that the iterator was given; nil when it is stopped
	g       *Greenlet      // runs the iterator
	stopped bool
}

// YieldTo is where the value goes that is about to be handed to yield, or nil if that is
// not the yield that the run asks, or is called by another greenlet: then it is called as
// any function value is. Else the value is stored, the caller's frame is the innermost
// one, and the caller returns what its method Hand returns. Resumed, it has its answer by
// the method Answer, as from a callee.
func YieldTo[V any](r *Run, yield func(V) bool) *V {
	p := r.push
	if p == nil || *(*unsafe.Pointer)(unsafe.Pointer(&yield)) != p.yield || r.cur != p.g || p.g.parent != &main {
		return nil
	}
	v, _ := r.slot.(*V)
	return v
}

// Hand notes that the frame waits for the answer of YieldTo.
func (h *Header) Hand() Status {
	h.use = handed
	return Left
}

// Answer is what a function has returned that may be a yield: what YieldTo waits for, or
// the only result of the callee, which is given back.
func (h *Header) Answer(r *Run) bool {
	if h.use != handed {
		return r.answer()
	}
	h.use = inUse
	p := r.push
	return p == nil || p.g != r.cur || !p.stopped
}

//go:noinline
func (r *Run) answer() bool {
	return r.callee.(interface{ Returned(*Run) bool }).Returned(r)
}
