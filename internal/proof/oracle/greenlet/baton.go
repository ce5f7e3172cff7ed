package greenlet

// waiter is somebody who waits for the baton: a suspended greenlet, or the
// plain code that began a run.
type waiter struct {
	wake chan signal
	slot any    // a *R that receives, or nil
	at   string // file:line of the switch point
}

// signal comes with the baton: the panic to raise, if any.
type signal struct{ thrown any }

// A run is a stay of plain code inside greenlets. Runs nest: that of plain
// code which a greenlet has called is above that of the greenlet.
type run struct {
	waiter
	below *run
	drop  bool // takes no results of ended greenlets
}

// There is one of each, as one goroutine runs at a time.
var (
	top *run // the innermost run
	cur = &main
)

// drive passes the baton from plain code to a greenlet, or back to the plain
// code at once if to is main, and waits for it.
func (r *run) drive(to *Greenlet, s signal) {
	below := cur
	pass(&main, to, s)
	s = <-r.wake
	cur, top = below, r.below
	if s.thrown != nil {
		panic(s.thrown)
	}
}

// enter begins a run of plain code that receives into slot. The deferred
// cancel ends it should it not come to drive.
func enter(slot any) *run {
	r := &run{waiter: waiter{make(chan signal, 1), slot, position()}, below: top}
	top = r
	return r
}

func (r *run) cancel() {
	if top == r {
		top = r.below
	}
}

// suspend passes the baton from the resumable code of g, which has prepared to
// wait.
func (g *Greenlet) suspend(to *Greenlet, s signal) {
	g.state = suspended
	pass(g, to, s)
	s = <-g.wake
	g.slot = nil
	if s.thrown != nil {
		panic(s.thrown)
	}
}

// await says where g will receive. It stands before the baton is passed, as g
// may switch to itself.
func (g *Greenlet) await(slot any) { g.slot, g.at = slot, position() }

// pass gives the baton away; the caller goes on only to wait. If from was
// thrown a panic and ended unrun, it is still the one who passes it on.
func pass(from, to *Greenlet, s signal) {
	if origin != nil {
		from, origin = origin, nil
	}
	cur = to
	if tracer == nil {
		hand(to, s)
		return
	}
	go func() { hand(tell(from, to, s)) }()
}

// origin is who passes the baton in place of the one that is running.
var origin *Greenlet

// hand gives the baton to its receiver.
func hand(to *Greenlet, s signal) {
	cur = to
	switch {
	case to == &main:
		top.wake <- s
	case to.state == unstarted:
		to.state = current
		to.wake = make(chan signal, 1)
		go to.body()
	default:
		to.state = current
		to.wake <- s
	}
}

// body is the goroutine of g.
func (g *Greenlet) body() {
	next, s := g.live()
	if next != nil {
		pass(g, next, s)
	}
}

// live runs g's function to its end, and returns who goes on: nobody if another one
// has taken g's function over.
func (g *Greenlet) live() (next *Greenlet, s signal) {
	whole := false
	defer func() {
		switch {
		case whole:
		case g.taken != nil:
			g.taken <- outcome{thrown: recover()}
		default:
			next, s = g.broken(recover())
		}
	}()
	a := g.frame.activation()
	a.call()
	if g.taken != nil {
		whole = true
		if a.count == 0 {
			g.taken <- outcome{}
		} else {
			g.taken <- outcome{v: a.results(), some: true}
		}
		return nil, s
	}
	g.state = dead
	to := g.heir()
	switch {
	case top.drop && to == &main:
	case a.count == 0:
		to = deliver(to, nil, false)
	default:
		to = deliver(to, a.results(), true)
	}
	whole = true
	return to, signal{}
}

// heir is who gets what g ends with: its nearest ancestor alive, or if that
// waits below plain code, the plain code.
func (g *Greenlet) heir() *Greenlet {
	for g.state == dead {
		g = g.parent
	}
	if g.state == current && (g != cur || caller() != g) {
		return &main
	}
	return g
}

// broken ends g, which v has left as a panic.
func (g *Greenlet) broken(v any) (*Greenlet, signal) { return raise(g, g, v) }

// raise finds who gets the panic v that from throws into g, which has no place
// where to raise it, or that g has let out. All on the way end unrun. An Exit
// that can't be received as a value is raised as the error that this is.
func raise(from, g *Greenlet, v any) (*Greenlet, signal) {
	for {
		if g.state == unstarted {
			if w, ok := traced(EventThrow, from, g); !ok {
				v = w
			}
			from, origin = g, g
		}
		g.state = dead
		if !isExit(v) {
			g = g.parent
		} else if g = g.heir(); g == &main && top.drop {
			return g, signal{}
		} else if to, failure := received(g, v); failure == nil {
			return to, signal{}
		} else {
			v = failure
		}
		switch {
		case g.state == suspended, g == cur && g.state == current && caller() == g:
			return g, signal{v}
		case g == &main || g.state == current: // it waits below the plain caller, who gets it
			return &main, signal{v}
		}
	}
}

// received is deliver for an Exit. If g can't receive it, failure says why.
func received(g *Greenlet, v any) (to *Greenlet, failure any) {
	defer func() { failure = recover() }()
	return deliver(g, v, true), nil
}

const running = "it is running: the switch comes from plain code that it has called, or from another goroutine"

// deliver gives v, or nothing, to g where it waits, and returns who really
// gets it: g or, if it is dead, its nearest ancestor alive.
func deliver(g *Greenlet, v any, some bool) *Greenlet {
	for g.state == dead {
		g = g.parent
	}
	w := &g.waiter
	switch g.state {
	case unstarted:
		if some {
			args, several := v.(Values)
			if !several {
				args = Values{v}
			}
			g.frame.activation().args(args)
		}
		return g
	case current:
		if g != cur || caller() != g {
			panic(&StateError{Op: "switch", Greenlet: g, Reason: running})
		}
	case outside:
		w = &top.waiter
	}
	if err := store(w.slot, v, some); err != nil {
		err.To = w.at
		if g == &main {
			err.To = "the plain caller"
		}
		panic(err)
	}
	return g
}
