package greenlet

import (
	"unsafe"

	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// The yield of a push iterator that PullSeq pulls from, as generated code calls it. To
// call its resumable form takes a look-up, a frame that waits and an activation to give
// back; to see that a function is the yield that this run asks takes a comparison. Then
// the frame of the caller waits itself, as in a Yield.

// pushing is what a run knows of the iterator that it pulls from.
type pushing struct {
	yield unsafe.Pointer // the function value that the iterator was given; nil when it is stopped
	g     *Greenlet      // runs the iterator
}

// Asked is where the run takes the values that are handed to yield, a func: nil if that is not
// the yield that the run asks, or is called by another greenlet. See gen.YieldTo.
func (r *Run) Asked(yield any) any {
	fn := funcval.Pointer(yield)
	if p := r.push; p != nil && fn == p.yield && r.cur == p.g && p.g.parent == &main {
		return r.slot
	}
	return nil
}

// stop makes false the answer that the iterator waits for, if it does.
func (p *pushing) stop() {
	p.yield = nil
	if g := p.g; g != nil && g.leaf != nil {
		if h := g.leaf.header(); h.use == handed {
			h.use = halted
		}
	}
}

// Hand notes that the frame waits for the answer of gen.YieldTo.
func (h *Header) Hand() Status {
	h.use = handed
	return proto.Left
}

// Answer is what a function has returned that may be a yield: what gen.YieldTo waits for, or
// the only result of the callee, which is given back.
func (h *Header) Answer(r *Run) bool {
	if h.use == handed {
		h.use = inUse
		return true
	}
	return h.answer(r)
}

//go:noinline
func (h *Header) answer(r *Run) bool {
	if h.use == halted {
		h.use = inUse
		return false
	}
	return r.callee.(interface{ Returned(*Run) bool }).Returned(r)
}
