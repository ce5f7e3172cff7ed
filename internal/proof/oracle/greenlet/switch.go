package greenlet

// Switch suspends the caller and continues g with the arguments.
func (g *Greenlet) Switch(args ...any) (got any) {
	v, some := pack(args)
	exchange(g, v, some, &got)
	return got
}

// Throw suspends the caller and panics with v where g waits.
func (g *Greenlet) Throw(v any) (got any) {
	if v == nil {
		v = Exit
	}
	me := caller()
	if g == me && me != &main {
		if w, ok := traced(EventThrow, g, g); !ok {
			v = w
		}
		panic(v)
	}
	if g.state == current {
		panic(&StateError{Op: "throw", Greenlet: g, Reason: running})
	}
	if me != &main {
		me.await(&got)
		me.suspend(aim(me, g, v))
		return got
	}
	r := enter(&got)
	defer r.cancel()
	r.drive(aim(me, g, v))
	return got
}

// aim finds who gets the panic v that from throws into g.
func aim(from, g *Greenlet, v any) (*Greenlet, signal) {
	switch {
	case g == &main && isExit(v):
		return deliver(g, v, true), signal{}
	case g.state == suspended || g == &main:
		return g, signal{v}
	}
	return raise(from, g, v)
}

// Kill is Throw(Exit).
func (g *Greenlet) Kill() any { return g.Throw(Exit) }

// Switch is Greenlet.Switch with types.
func Switch[R, T any](to *Greenlet, v T) (got R) {
	exchange(to, v, true, &got)
	return got
}

// Yield switches to the parent with v and expects nothing back.
func Yield[T any](v T) {
	me := child("Yield")
	exchange(me.parent, v, true, nil)
}

// Exchange switches to the parent with v and expects an R back.
func Exchange[R, T any](v T) (got R) {
	me := child("Exchange")
	exchange(me.parent, v, true, &got)
	return got
}

// child is the current greenlet, which must not be plain code.
func child(op string) *Greenlet {
	me := caller()
	if me == &main {
		panic(&StateError{Op: op, Reason: "plain code has no parent to switch to"})
	}
	return me
}

// exchange switches from the caller, whatever it is, to to.
func exchange(to *Greenlet, v any, some bool, slot any) {
	me := caller()
	if me == &main {
		r := enter(slot)
		defer r.cancel()
		r.drive(deliver(to, v, some), signal{})
		return
	}
	me.await(slot)
	me.suspend(deliver(to, v, some), signal{})
}

// Call runs a frame as if its function were called here.
func Call[F Frame](f F) F {
	if caller() != &main {
		adopt(f, "Call")
		f.activation().call()
		return f
	}
	g := New(f)
	r := enter(nil)
	defer r.cancel()
	r.drop = true
	r.drive(g, signal{})
	if g.state != dead {
		panic(&StateError{Op: "Call", Reason: f.Func().Name + " switched to Main, which is waiting for its end"})
	}
	return f
}
