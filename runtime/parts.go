package greenlet

import (
	"context"

	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Parts are what a greenlet that does not run consists of, for package durable, which copies
// and stores greenlets.
type Parts struct {
	Leaf   Frame // the innermost; its header leads to its callers
	Slot   any   // a *T in the leaf: where the greenlet waits for a T; nil if it drops what it gets
	Parent *Greenlet
	// Started and Dead are as the methods of [Greenlet].
	Started, Dead bool
	// Context is what was given to SetContext, or nil.
	Context context.Context
	// Locals are the values of its [Local] variables, by *Local. Whoever gets them copies them.
	Locals map[any]any
}

// PartsOf is what g consists of. It returns a [*StateError] for op if g is running, or waits
// for a greenlet that it has entered from plain code, and for Main.
func PartsOf(g *Greenlet, op string) (Parts, error) {
	switch g.state {
	case suspended, unstarted, dead:
		p := Parts{Leaf: g.leaf, Slot: g.slot, Parent: g.parent, Started: g.state != unstarted, Dead: g.state == dead}
		if g.extra != nil {
			p.Context, p.Locals = g.extra.ctx, g.extra.locals
		}
		return p, nil
	}
	return Parts{}, &StateError{Op: op, Greenlet: g, Reason: "it is not suspended"}
}

// Assemble makes g, which is new, a greenlet that consists of p. The frames are nobody else's.
func Assemble(g *Greenlet, p Parts) {
	g.leaf, g.slot, g.parent = p.Leaf, p.Slot, p.Parent
	if p.Context != nil || len(p.Locals) > 0 {
		if g.extra == nil {
			g.extra = new(extra)
		}
		g.extra.ctx, g.extra.locals = p.Context, p.Locals
	}
	switch {
	case p.Dead:
		g.state = dead
	case p.Started:
		g.state = suspended
	}
	for f := p.Leaf; f != nil; f = f.header().Caller {
		if _, ok := f.(catcher); ok {
			g.guarded = true
		}
		if f.header().Caller == nil {
			f.header().use = inUse
		}
	}
	if hooked.Load() {
		g.track()
	}
}

// Rebuild puts what with makes of the frames of to in their place, and of where to receives.
// It is for tests of package durable: a tracer calls it for the receiver of the switch that it
// is told of, which has been sent what it gets, and has not gone on.
func Rebuild(to *Greenlet, with func(Parts) (Parts, error)) error {
	if to.leaf == nil {
		return nil
	}
	h := to.leaf.header()
	p := Parts{Leaf: to.leaf, Slot: to.slot, Parent: to.parent, Started: h.PC != 0 || h.Caller != nil}
	if to.extra != nil {
		p.Context, p.Locals = to.extra.ctx, to.extra.locals
	}
	p, err := with(p)
	if err != nil {
		return err
	}
	state := to.state
	Assemble(to, p)
	to.state = state
	return nil
}

// HeaderOf is the header of a frame, for package durable.
func HeaderOf(f Frame) *Header { return f.header() }

// DeferParts are what a frame that defers has besides its fields, for package durable.
type DeferParts struct {
	Calls []any // literals that are deferred, the next one last
	Mode  uint8 // how far it is with them
	Value any   // the panic on its way
}

// Parts are those of h. ok is false if there is a deferred call that has no type.
func (h *DeferHeader) Parts() (p DeferParts, ok bool) {
	for _, c := range h.calls {
		if _, ok := c.(closureCall); !ok {
			return p, false
		}
		p.Calls = append(p.Calls, c)
	}
	p.Mode, p.Value = uint8(h.mode), h.value
	return p, true
}

// SetParts makes h one that has p, and reports whether p can be that of a frame in the state pc.
func (h *DeferHeader) SetParts(p DeferParts, pc uint32) (ok bool) {
	h.mode, h.value = unwindMode(p.Mode), p.Value
	for _, c := range p.Calls {
		if _, ok := c.(closureCall); !ok {
			return false
		}
		h.calls = append(h.calls, c)
	}
	if pc == proto.Unwind {
		return h.mode == returning || h.mode == panicking
	}
	return h.mode == running && p.Value == nil
}
