package greenlet

import (
	"sync"

	"github.com/going-green/greenlet/runtime/internal/free"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Run is for generated code, which passes it along: one stay of plain code inside greenlets,
// from the plain call that switched to one until control comes back to it. It belongs to one
// goroutine.
type Run struct {
	// Free are the lists of free frames, nil until there is one.
	Free *free.Lists

	cur      *Greenlet // who runs; &main when control is with the plain caller
	tail     *Header   // outermost frame linked by the suspension in progress
	callee   Frame     // frame that has just returned, for its caller
	slot     any       // where the plain caller receives: a *R, or nil
	out      any       // what an untyped plain caller receives into
	cell     any       // a *R kept for typed plain callers
	thrown   any       // panic on its way to the plain caller
	drop     bool      // the plain caller takes no results of ended greenlets
	lent     bool      // Free is that of the run below
	push     *pushing  // of a run that pulls from a push iterator
	sections *sections // idle; nil until there is one
	stacks   int       // sections that it is resuming
	event    Event     // what the tracer is to be told of the switch being made
	origin   *Greenlet // from whom, if not from cur
}

var (
	runs   = sync.Pool{New: func() any { return &Run{cur: &main} }}
	caches = sync.Pool{New: func() any { return new(free.Lists) }}
)

// enter begins a run for plain code. It is ended by exit; a run that a panic
// left is not used again.
func enter() *Run { return runs.Get().(*Run) }

func (r *Run) exit() {
	r.slot, r.callee, r.push = nil, nil, nil
	if r.sections != nil {
		r.endSections()
	}
	runs.Put(r)
}

// leave gives up the free lists, for a run that outlives its stays.
func (r *Run) leave() {
	if r.Free != nil && !r.lent {
		caches.Put(r.Free)
	}
	r.Free = nil
	if r.sections != nil {
		r.endSections()
	}
}

// FreeLists are the lists of free frames, also if there is none yet.
func (r *Run) FreeLists() *free.Lists {
	if r.Free == nil {
		r.Free = caches.Get().(*free.Lists)
	}
	return r.Free
}

// drive switches from plain code to to and runs greenlets until one switches
// to Main. It panics with what was thrown to Main.
func (r *Run) drive(to *Greenlet) {
	r.cur = to
	if hooked.Load() {
		lost()
		r.hook(&main)
	}
	r.rest()
}

// rest is drive for a stay that has begun.
func (r *Run) rest() {
	for r.cur != &main {
		r.loop()
	}
	r.raised()
}

// raised raises what was thrown to Main.
func (r *Run) raised() {
	if v := r.thrown; v != nil {
		r.thrown = nil
		panic(v)
	}
}

// loop is the driver: it resumes the innermost frame of whoever is current,
// until that is the plain caller. A panic that leaves a greenlet ends the loop
// with the run at its receiver; unless that is the plain caller, for whom it
// goes on.
//
// There is one defer for each stay, none for each switch.
func (r *Run) loop() {
	var leaf Frame
	whole := false
	defer func() {
		if !whole {
			r.broken(leaf, recover())
		}
	}()
	g := r.cur
	g.state = current
	for {
		// What is resumed, for the deferred call: when it panics, g.leaf may
		// be a frame that was about to suspend and is not linked.
		leaf = g.leaf
		status := leaf.Resume(r)
		if status == proto.Passed { // as most do
			g.state = suspended
			if !hooked.Load() {
				g = r.cur
				g.state = current
				continue
			}
		}
		switch status {
		case proto.Passed, proto.Switched:
			g.suspend()
			if hooked.Load() {
				r.hook(g)
			}
			g = r.cur
			if g == &main {
				whole = true
				return
			}
			g.state = current
		case proto.Left:
			g.state = suspended
			r.cur = &main
			if hooked.Load() {
				r.hook(g)
			}
			whole = true
			return
		}
	}
}

// broken hands a panic or runtime.Goexit that left the resumed frame, and so
// the current greenlet's part on Go's stack, to its receiver; v is what the
// driver recovered, nil for Goexit. The driver's
// deferred function calls it, so it stands on the panicking stack: if the
// plain caller is the receiver, panicking again here keeps the place of the
// first panic in the traceback of a crash.
func (r *Run) broken(leaf Frame, v any) {
	g := r.cur
	var below, asks Traceback // what waits in the frame, and in that of a hot call
	if g.state != dead {
		if v != nil {
			below = waiting(leaf)
			if g.leaf != leaf {
				asks = waiting(g.leaf)
			}
		}
		g.leaf = leaf.header().Caller
		endFrames(leaf, g.leaf)
	}
	if v == nil { // runtime.Goexit: it goes on when this returns
		var raised any
		if s, ok := leaf.(*onStackFrame); ok {
			raised = s.section.exited()
		}
		r.exits(g, g.leaf, raised)
		return
	}
	if g.state != dead {
		if c := g.catcher(); c != nil {
			if !isExit(v) && goexits() { // it is Goexit, with a panic in its place
				r.exits(g, g.leaf, v)
				return
			}
			from := passedOn(v)
			if from == nil && !isExit(v) {
				from = originOf(v)
				from.leaf, from.below, from.waiting = standing(leaf), below, asks
				from.gone = activationsUpTo(g.leaf, c)
			}
			g.caught(c, v)
			if h, ok := c.(interface{ comesFrom(*origin) }); ok {
				h.comesFrom(from)
			}
			return
		}
	}
	g.forget(leaf)
	g.bury()
	r.cur = &main
	r.cur, _ = r.raiseIn(g, g.parent, v, isExit(v))
	if hooked.Load() {
		r.hook(g)
	}
	if r.thrown != nil {
		v, r.thrown = r.thrown, nil
		panicWith(v, leaf, below, asks)
	}
	if isExit(v) {
		return
	}
	stack, _ := hasLeft(v, leaf, below, asks)
	if h, ok := r.cur.leaf.(interface{ comesFrom(*origin) }); ok && r.cur.leaf.header().PC == proto.Unwind {
		h.comesFrom(&origin{value: v, gone: stack}) // it has caught it, or another in its place
	}
}

// exits has f and its callers make their deferred calls for runtime.Goexit, and ends g.
// raised is the panic that takes the place of Goexit, or nil.
func (r *Run) exits(g *Greenlet, f Frame, raised any) {
	for ; f != nil; f = f.header().Caller {
		if s, ok := f.(*onStackFrame); ok {
			// It passes Goexit on, to here: that can't be stopped, but it makes the call
			// that is deferred.
			defer func() { r.exits(g, s.Caller, s.section.exited()) }()
			s.goexit(raised)
		}
		if c, ok := f.(catcher); ok {
			raised = c.goexit(raised)
		}
	}
	r.cur = &main
	g.bury()
	g.recordRest()
	if raised != nil {
		panic(raised) // in place of Goexit
	}
}

// catch makes the innermost frame of g that can catch panics g's leaf, in the
// state of catching v, and reports whether there is one. What is below it is
// gone.
func (g *Greenlet) catch(v any) bool {
	c := g.catcher()
	if c != nil {
		g.caught(c, v)
	}
	return c != nil
}

// caught is catch for c, the catcher of g.
func (g *Greenlet) caught(c catcher, v any) {
	endFrames(g.leaf, c)
	g.leaf, g.slot = c, nil
	c.catch(v)
}

// catcher is the innermost frame of g that can catch panics, or nil.
func (g *Greenlet) catcher() catcher {
	for f := g.leaf; f != nil; f = f.header().Caller {
		if c, ok := f.(catcher); ok && f.header().PC != 0 {
			return c
		}
	}
	return nil
}

// raise makes v a panic where g waits and returns who runs next. A greenlet
// that does not catch it is dead, and the panic goes to its parent; [Exit]
// goes there as a value. For Main the panic is left in r.thrown; and where here
// is set, which says that it is to be raised in the current greenlet, who has
// yet to suspend.
func (r *Run) raise(g *Greenlet, v any) (next *Greenlet, here bool) {
	switch {
	case g.state == current && g != r.cur:
		panic(elsewhere("throw", g))
	case g.state == unstarted && g.leaf == nil:
		panic(noRun("throw", g))
	}
	return r.raiseIn(r.cur, g, v, false)
}

// raiseIn is raise for a panic that may come from a child, from; then Exit,
// with exited set, is a value.
func (r *Run) raiseIn(from, g *Greenlet, v any, exited bool) (next *Greenlet, here bool) {
	for g != &main {
		switch {
		case g.state == dead:
			exited = exited || isExit(v)
			g = g.parent
			continue
		case g.state == current && g != r.cur:
			g = &main // it waits below the plain caller, who gets it
			continue
		case g.state == unstarted && g.leaf == nil:
			v, exited = noRun("switch", g), false
			g = g.parent
			continue
		case exited:
			next, failure := r.deliverExit(from, g, v)
			if failure == nil {
				return next, false
			}
			v, exited = failure, false
			continue
		case g.state == current:
			r.thrown = v
			r.note(EventThrow, from)
			return g, true
		case g.state == suspended && g.catch(v):
			r.note(EventThrow, from)
			return g, false
		}
		if w, ok := traced(EventThrow, from, g); !ok {
			v = w
		}
		g.bury()
		g.recordRest()
		from, g = g, g.parent
		exited = isExit(v)
	}
	if exited && r.drop {
		r.note(EventSwitch, from)
		return &main, false
	}
	if exited || isExit(v) {
		_, failure := r.deliverExit(from, g, v)
		if failure == nil {
			return &main, false
		}
		v = failure
	}
	r.thrown = v
	r.note(EventThrow, from)
	return &main, false
}

// deliverExit sends v, which from has ended with, to g. If g can't receive it,
// failure is what is to be raised there instead.
func (r *Run) deliverExit(from, g *Greenlet, v any) (next *Greenlet, failure any) {
	defer func() {
		if failure = recover(); failure == nil {
			r.note(EventSwitch, from)
		}
	}()
	return r.deliver(g, v, true), nil
}

// send switches to g with v, or with nothing.
func (r *Run) send(g *Greenlet, v any, some bool) Status {
	r.cur = r.deliver(g, v, some)
	return proto.Switched
}

// deliver gives v, or nothing, to g where it waits, and returns who really
// gets it: g or, if it is dead, its nearest ancestor alive. It panics, with
// nothing changed, if g can't be switched to or can't receive v.
func (r *Run) deliver(g *Greenlet, v any, some bool) *Greenlet {
	for g.state == dead {
		g = g.parent
	}
	slot := g.slot
	switch g.state {
	case unstarted:
		if g.leaf == nil {
			panic(noRun("switch", g))
		}
		if some {
			args, several := v.(Values)
			if !several {
				args = Values{v}
			}
			setArgs(g.leaf, args)
		}
		return g
	case current:
		if g == r.cur {
			break
		}
		if r.cur.state != dead {
			panic(elsewhere("switch", g))
		}
		// The parent of one that has ended waits below the plain caller.
		if g = &main; r.drop {
			return g
		}
		slot = r.slot
	case outside:
		slot = r.slot
	}
	if err := store(slot, v, some); err != nil {
		if r.cur.state == current && r.stacks == 0 { // its frame knows better than Go, who counts lines of glue
			err.From = standing(r.cur.leaf).position()
		}
		if err.To = g.where(); g.state == current { // it sends to itself
			err.To = err.From
		}
		panic(err)
	}
	return g
}
