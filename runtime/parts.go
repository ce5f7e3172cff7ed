package greenlet

// Parts are what a greenlet that does not run consists of, for package durable, which copies
// and stores greenlets.
type Parts struct {
	Leaf   Frame // the innermost; its header leads to its callers
	Slot   any   // a *T in the leaf: where the greenlet waits for a T; nil if it drops what it gets
	Parent *Greenlet
	// Started and Dead are as the methods of [Greenlet].
	Started, Dead bool
}

// PartsOf is what g consists of. It returns a [*StateError] for op if g is running, or waits
// for a greenlet that it has entered from plain code, and for Main.
func PartsOf(g *Greenlet, op string) (Parts, error) {
	switch g.state {
	case suspended, unstarted, dead:
		return Parts{g.leaf, g.slot, g.parent, g.state != unstarted, g.state == dead}, nil
	}
	return Parts{}, &StateError{Op: op, Greenlet: g, Reason: "it is not suspended"}
}

// Assemble makes g, which is new, a greenlet that consists of p. The frames are nobody else's.
func Assemble(g *Greenlet, p Parts) {
	g.leaf, g.slot, g.parent = p.Leaf, p.Slot, p.Parent
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

// HeaderOf is the header of a frame, for package durable.
func HeaderOf(f Frame) *Header { return f.header() }

// Settled reports whether a frame that defers has nothing to do for that yet: it has no
// deferred calls, and is not making them.
func (h *DeferHeader) Settled() bool { return len(h.calls) == 0 && h.mode == running }
