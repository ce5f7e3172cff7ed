package greenlet

import (
	"runtime"
	"sync/atomic"
)

var dropHandler atomic.Pointer[func(*Greenlet)]

// SetDropHandler makes fn the handler of dropped greenlets, or removes it if
// fn is nil, and returns the one before.
//
// A suspended greenlet that nobody can reach is garbage: it is collected, and
// what it has deferred never runs. While a handler is set, those with deferred
// calls pending are given to the handler first, each once. It gets them on the
// goroutine that runs finalizers, and should pass them on to one where they may
// be killed: after g.SetParent(Main()), g.[Greenlet.Kill] runs what g has
// deferred. The handler may as well keep g and switch to it.
//
// It is the garbage collector that finds them, with the limits of
// [runtime.SetFinalizer]: when it gets round to it, and not those that can be
// reached from their own frames or parents, such as one that has itself in a
// local variable. While a handler is set such a greenlet, if it was suspended
// with deferred calls pending and never ends, is not collected at all. Greenlets
// without defer are not concerned, nor those that were made before the handler was
// set.
func SetDropHandler(fn func(g *Greenlet)) (old func(g *Greenlet)) {
	var p *func(*Greenlet)
	if fn != nil {
		p = &fn
	}
	p = dropHandler.Swap(p)
	setHooked()
	if p == nil {
		return nil
	}
	return *p
}

// watch has g given to the drop handler when it is dropped.
func (g *Greenlet) watch() {
	if g.watched || dropHandler.Load() == nil {
		return
	}
	g.watched = true
	runtime.SetFinalizer(g, dropped)
}

// dropped is the finalizer of a greenlet that has been suspended in a function
// that defers.
func dropped(g *Greenlet) {
	fn := dropHandler.Load()
	if fn == nil || g.state != suspended || !g.defers() {
		return
	}
	(*fn)(g)
}

// defers reports whether g has deferred calls pending.
func (g *Greenlet) defers() bool {
	for f := g.leaf; f != nil; f = f.header().Caller {
		if c, ok := f.(interface{ deferred() int }); ok && c.deferred() > 0 {
			return true
		}
	}
	return false
}

// deferred is the number of deferred calls pending.
func (h *DeferHeader) deferred() int { return len(h.calls) }
