package greenlet

import "context"

// extra is what few greenlets have.
type extra struct {
	ctx    context.Context
	locals map[any]any // by *Local
	record *record     // for dumps
}

// more is g's extra, made if need be.
func (g *Greenlet) more(op string) *extra {
	switch {
	case g == &main:
		panic(&StateError{Op: op, Greenlet: g, Reason: "Main is whoever entered: plain code has its own variables"})
	case g.state == current && !onStack():
		panic(&StateError{Op: op, Greenlet: g, Reason: "it is running on another goroutine"})
	}
	if g.extra == nil {
		g.extra = new(extra)
	}
	return g.extra
}

// Context is what was last given to SetContext, or [context.Background]. A new
// greenlet does not inherit that of its parent.
func (g *Greenlet) Context() context.Context {
	if g.extra == nil || g.extra.ctx == nil {
		return context.Background()
	}
	return g.extra.ctx
}

// SetContext changes the context of g, in any state; a nil ctx takes it away.
// It panics for [Main], and for a greenlet that runs on another goroutine.
func (g *Greenlet) SetContext(ctx context.Context) { g.more("SetContext").ctx = ctx }

// A Local is a variable of which each greenlet has its own. Its zero value is
// ready for use, and is the zero value of T in each greenlet.
type Local[T any] struct {
	_ [1]byte // so that each has an address of its own
}

// Get is its value in g, and whether it has been set there.
func (l *Local[T]) Get(g *Greenlet) (v T, ok bool) {
	if g.extra == nil {
		return v, false
	}
	v, ok = g.extra.locals[l].(T)
	return v, ok
}

// Set changes its value in g. It panics for [Main], and for a greenlet that
// runs on another goroutine.
func (l *Local[T]) Set(g *Greenlet, v T) {
	x := g.more("Local.Set")
	if x.locals == nil {
		x.locals = make(map[any]any)
	}
	x.locals[l] = v
}

// Delete takes its value in g away.
func (l *Local[T]) Delete(g *Greenlet) {
	if g.extra != nil {
		delete(g.extra.locals, l)
	}
}
