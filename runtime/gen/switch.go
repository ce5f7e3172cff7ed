package gen

import (
	greenlet "github.com/going-green/greenlet/runtime"
)

// Where a switch goes and what it carries. The caller has recorded its state in its
// frame; it returns the status it gets. A switch that can't be made panics,
// with nothing changed.

// Yielded switches to the parent of the current greenlet with v. Usually that is the
// plain caller, who receives a T.
func Yielded[T any](r *Run, v T) Status {
	if p, ok := r.Out().(*T); ok {
		*p = v
		return Left
	}
	return Result(r, v)
}

// Result sends v, the result of a frame, to the parent of the current greenlet.
func Result[T any](r *Run, v T) Status { return Send(r, r.Parent(), v) }

// Send switches to to with v.
func Send[T any](r *Run, to *greenlet.Greenlet, v T) Status {
	if p, ok := r.Waiting(to).(*T); ok {
		*p = v
		return r.To(to)
	}
	return r.SendValue(to, v)
}

// YieldTo is where the value goes that is about to be handed to yield, or nil if that is
// not the yield that the run asks, or is called by another greenlet: then it is called as
// any function value is. Else the value is stored, the caller's frame is the innermost
// one, and the caller returns what its method Hand returns. Resumed, it has its answer by
// the method Answer, as from a callee.
func YieldTo[V any](r *Run, yield func(V) bool) *V {
	v, _ := r.Asked(yield).(*V)
	return v
}
