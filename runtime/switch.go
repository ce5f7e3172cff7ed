package greenlet

// The calls of this file are switch points: the generator rewrites them where
// they stand in a resumable function. What is written here is what they do in
// plain code: they begin a run, and return when control comes back to Main.

// Switch suspends the caller and continues g with the arguments. It returns
// what is sent to the caller by whoever switches back to it: nothing arrives
// as nil, one value as itself, several as [Values].
//
// The first switch to g starts it; its arguments, if there are any, replace
// the parameters of g's frame. Switch panics if g is running already, or if it can't
// receive the arguments.
//
// A dead g passes the switch on to its nearest ancestor alive, as in Python's greenlet:
// the ancestor gets the arguments, and if that is who switches, Switch returns them at
// once. So whoever holds a greenlet that ends meanwhile ends up where its result went,
// and code that is ported keeps its meaning; who has to know asks [Greenlet.Dead].
// Greenletvet reports switches to what is known to be dead.
//
// On the stack of [OnStack] the caller is that greenlet; so for the operations below.
func (g *Greenlet) Switch(args ...any) any {
	if s, ok := findSection(); ok {
		return s.Switch(g, args...)
	}
	r := enter()
	r.slot = &r.out
	v, some := pack(args)
	r.drive(r.deliver(g, v, some))
	v = r.out
	r.out = nil
	r.exit()
	return v
}

// Throw suspends the caller and panics with v where g waits; a nil v is
// [Exit]. It returns what is sent to the caller, as Switch does. If g has not
// started or is dead, it ends unrun and the panic goes to its parent.
func (g *Greenlet) Throw(v any) any {
	if s, ok := findSection(); ok {
		return s.Throw(g, v)
	}
	r := enter()
	r.slot = &r.out
	if v == nil {
		v = Exit
	}
	next, _ := r.raise(g, v)
	r.drive(next)
	got := r.out
	r.out = nil
	r.exit()
	return got
}

// Kill is Throw([Exit]): it unwinds g and ends it silently.
func (g *Greenlet) Kill() any { return g.Throw(Exit) }

// Switch is [Greenlet.Switch] with types: it sends a T and expects an R, and
// allocates nothing. A value of another type that arrives is a panic with a
// [*TypeError] where it was sent.
func Switch[R, T any](to *Greenlet, v T) R {
	if s, ok := findSection(); ok {
		return SwitchIn[R](s, to, v)
	}
	r := enter()
	p, ok := r.cell.(*R)
	if !ok {
		p = new(R)
		r.cell = p
	}
	r.slot = p
	if q, ok := to.slot.(*T); ok && to.state == suspended {
		*q = v
	} else {
		to = r.deliver(to, v, true)
	}
	r.drive(to)
	var got, zero R
	got, *p = *p, zero
	r.exit()
	return got
}

// Yield switches to the parent of the current greenlet with v and expects
// nothing back. It panics in plain code, which has no parent.
func Yield[T any](v T) {
	if s, ok := findSection(); ok {
		YieldIn(s, v)
		return
	}
	panic(inPlainCode("Yield", nil, noParent))
}

// Exchange switches to the parent of the current greenlet with v and expects
// an R back. It panics in plain code, which has no parent.
func Exchange[R, T any](v T) R {
	if s, ok := findSection(); ok {
		return ExchangeIn[R](s, v)
	}
	panic(inPlainCode("Exchange", nil, noParent))
}

const noParent = "plain code has no parent to switch to"

// Call runs a frame as if its function were called here, and returns the
// frame for its results. What the function switches to, it switches to in the
// name of the caller. In plain code, which can't be suspended, Call panics if
// the function yields.
func Call[F Frame](f F) F {
	if s, ok := findSection(); ok {
		s.call(f)
		return f
	}
	g := New(f)
	r := enter()
	r.drop = true
	r.drive(g)
	r.drop = false
	r.exit()
	if g.state != dead {
		panic(&StateError{Op: "Call", Reason: f.Func().Name + " switched to Main, which is waiting for its end"})
	}
	return f
}
