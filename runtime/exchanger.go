package greenlet

import (
	"sync/atomic"

	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Generator is what Python's generators are: a greenlet that plain code drives, that
// takes values of type In where it waits in [Exchange] and hands out values of type Out.
// Next starts it, Send answers it, Throw raises a panic in it, Stop ends it. Its methods
// must not be called from several goroutines at a time.
//
// Each of Next, Send and Throw returns what the greenlet hands out next and true, or the
// zero value and false when it has returned. A panic of the greenlet is raised by the
// call it happens in. One that is dropped unstopped leaks nothing.
type Generator[In, Out any] struct {
	_ noCopy
	p puller[Out]
	a answered[In, Out] // nil if the frame is none
	// driving is set while Next or Throw runs the greenlet.
	driving bool
}

// Exchanger makes a generator of a frame: [Pull] for a greenlet that wants answers. See
// [ExchangerOf] for functions of which the types aren't known.
func Exchanger[In, Out any](run ExchangeFrame[In, Out]) *Generator[In, Out] {
	return exchanger[In, Out](frameOf("Exchanger", run, nil))
}

// ExchangerOf is [Exchanger] for what [New] takes, a function with arguments or a frame: a
// function that says Exchange[string](n) with an int n is driven by an
// ExchangerOf[string, int]. Of other types, see [SeqOf].
func ExchangerOf[In, Out any](run any, args ...any) *Generator[In, Out] {
	return exchanger[In, Out](frameOf("ExchangerOf", run, args))
}

func exchanger[In, Out any](frame Frame) *Generator[In, Out] {
	x := new(Generator[In, Out])
	x.p.begin(frame)
	x.a, _ = frame.(answered[In, Out])
	return x
}

// Send hands v in, where the greenlet waits. What waits in a [Yield], which has no answer,
// drops it.
//
// It panics with a [*StateError] before the first Next: there is nobody yet who takes a
// value, the function has its arguments. Of a value that the greenlet does not wait for,
// it panics with a [*TypeError], and the greenlet waits on. It follows the method send of
// Python's generators.
func (x *Generator[In, Out]) Send(v In) (got Out, ok bool) {
	p := &x.p
	g := p.g
	q, waits := g.slot.(*In) // not before the start
	switch {
	case !waits || int32(g.state)-int32(suspended) > atomic.LoadInt32(&quiet):
		if !x.send(v) {
			return got, false
		}
	case x.a != nil:
		*q = v
		g.state = current
		switch at := x.a.Ask(&p.v); {
		case at == nil:
			p.ended()
			return got, false
		case at != q:
			g.slot = at
		}
		if g.parent == &main {
			g.state = suspended
		} else if !p.elsewhere() {
			return got, false
		}
	case g.guarded:
		if !x.send(v) {
			return got, false
		}
	default: // as in Pull
		r := p.run
		*q = v
		g.state = current
		status := g.leaf.Resume(r)
		for status == proto.Done {
			status = g.leaf.Resume(r)
		}
		if status != proto.Left && !p.switched() {
			return got, false
		}
		g.state = suspended
	}
	got = p.take()
	return got, true
}

// send is Send where the greenlet needs the driver, or can't take the value as it is.
func (x *Generator[In, Out]) send(v any) bool {
	p := &x.p
	switch {
	case p.g.state == current:
		if x.driving || p.running() {
			panic(&StateError{Op: "resume", Greenlet: p.g, Reason: "it is running"})
		}
		p.g.bury() // a panic has left it in Send, which could not note that
		return false
	case p.g.state == dead:
		return false
	case p.g.state == unstarted:
		panic(&StateError{Op: "Send", Greenlet: p.g, Reason: "it has not started, and takes no value yet: call Next first"})
	}
	p.drive(p.run.deliver(p.g, v, true))
	return p.back()
}

// Next starts the greenlet, which runs to its first Exchange, or resumes it without a
// value: where it waits for one, it gets the zero value.
func (x *Generator[In, Out]) Next() (got Out, ok bool) {
	p := &x.p
	if p.g.state == current {
		return x.Send(*new(In)) // it can tell whether that is so
	}
	x.driving = true
	defer x.driven()
	if !p.slow() {
		return got, false
	}
	got = p.take()
	return got, true
}

// Throw panics with v where the greenlet waits; a nil v is [Exit]. If the greenlet does
// not recover, it is dead and Throw panics with v, but for Exit: that ends the greenlet
// silently. One that has not started or has ended can't recover.
func (x *Generator[In, Out]) Throw(v any) (got Out, ok bool) {
	p := &x.p
	if p.g.state == current {
		x.Send(*new(In)) // panics if it is running
	}
	if v == nil {
		v = Exit
	}
	x.driving = true
	defer x.driven()
	p.run.cur = &main
	next, _ := p.run.raise(p.g, v)
	p.drive(next)
	if !p.back() {
		return got, false
	}
	got = p.take()
	return got, true
}

// driven ends Next or Throw.
func (x *Generator[In, Out]) driven() {
	x.driving = false
	x.p.home()
}

// Stop is stop of [Pull]: it ends the greenlet early, running what it has deferred.
func (x *Generator[In, Out]) Stop() { x.p.stop() }
