package greenlet

// outcome is how a function has ended that another greenlet has taken over.
type outcome struct {
	v      any
	some   bool
	thrown any
}

// YieldFrom lets g's goroutine run in the name of the current greenlet until g's function
// returns.
func YieldFrom[R any](g *Greenlet) (got R) {
	me := child("YieldFrom")
	reason := ""
	switch {
	case g == &main:
		reason = "the main greenlet is no part of another one"
	case g.state == current && g != me:
		reason = running
	case g.state == dead:
		return got
	}
	for a := me; a != nil && reason == ""; a = a.parent {
		if a == g {
			reason = "it is an ancestor of the current greenlet"
		}
	}
	if reason != "" {
		panic(&StateError{Op: "YieldFrom", Greenlet: g, Reason: reason})
	}
	taken := make(chan outcome, 1)
	started := g.state == suspended
	g.taken, g.state, g.parent = taken, dead, me
	if started {
		_ = store(g.slot, nil, false) // a zero value fits
		g.wake <- signal{}            // to the goroutine that runs in g's name
	} else {
		go g.body()
	}
	end := <-taken
	if end.thrown != nil {
		panic(end.thrown)
	}
	if err := store(&got, end.v, end.some); err != nil {
		panic(err)
	}
	return got
}
