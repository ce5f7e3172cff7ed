package gen

import (
	greenlet "github.com/going-green/greenlet/runtime"
)

// Switches that are deferred by themselves. Their operands are evaluated by the
// defer statement; what they receive is dropped, but must have the type that
// they expect.

// DeferSwitch registers a [greenlet.Switch], for the frame whose header is h.
func DeferSwitch[R, T any](h *DeferHeader, to *greenlet.Greenlet, v T) {
	h.DeferSwitching(new(R), func(r *Run) Status { return Send(r, to, v) })
}

// DeferExchange registers an [greenlet.Exchange], for the frame whose header is h.
func DeferExchange[R, T any](h *DeferHeader, v T) {
	h.DeferSwitching(new(R), func(r *Run) Status { return Yielded(r, v) })
}

// DeferYield registers a [greenlet.Yield], for the frame whose header is h.
func DeferYield[T any](h *DeferHeader, v T) {
	h.DeferSwitching(nil, func(r *Run) Status { return Yielded(r, v) })
}
