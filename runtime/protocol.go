package greenlet

import (
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// The half of the API that generated code calls, with frame.go: where a
// switch goes and what it carries. The caller has recorded its state in its
// frame; it returns the status it gets. A switch that can't be made panics,
// with nothing changed.

// Await names where the current greenlet will receive the value of the switch
// that resumes it: a pointer to a variable of the type it expects. After that
// switch it says Received. One that awaits nothing drops what it is sent.
func (r *Run) Await(slot any) { r.cur.slot = slot }

// Received ends Await.
func (r *Run) Received() { r.cur.slot = nil }

// Out is where the plain caller receives what the current greenlet yields, or
// nil if its parent is another greenlet. A yield looks there first: a T that
// finds a *T is stored, and the function returns gen.Left; see [Yielded].
func (r *Run) Out() any {
	if r.cur.parent != &main {
		return nil
	}
	return r.slot
}

// Waiting is where to waits for a value: a pointer to a variable of the type it expects, or
// nil. A T that finds a *T is stored, and To switches; any other value is for SendValue.
func (r *Run) Waiting(to *Greenlet) any {
	if to.state != suspended {
		return nil
	}
	return to.slot
}

// To switches to to, which has got what it waits for.
func (r *Run) To(to *Greenlet) Status {
	r.cur = to
	return proto.Passed
}

// SendValue switches to to with v.
func (r *Run) SendValue(to *Greenlet, v any) Status { return r.send(to, v, true) }

// Parent is the parent of the current greenlet.
func (r *Run) Parent() *Greenlet { return r.cur.parent }

// yielded is a Yield of code of this package.
func yielded[T any](r *Run, v T) Status {
	if p, ok := r.Out().(*T); ok {
		*p = v
		return proto.Left
	}
	return send(r, r.cur.parent, v)
}

// send is a Switch of code of this package.
func send[T any](r *Run, to *Greenlet, v T) Status {
	if p, ok := r.Waiting(to).(*T); ok {
		*p = v
		return r.To(to)
	}
	return r.SendValue(to, v)
}

// SendNone switches to to without a value.
func (r *Run) SendNone(to *Greenlet) Status {
	if to.slot == nil && to.state == suspended {
		r.cur = to
		return proto.Passed
	}
	return r.sendNone(to)
}

//go:noinline
func (r *Run) sendNone(to *Greenlet) Status { return r.send(to, nil, false) }

// SendArgs switches to to with args as [Greenlet.Switch] does.
func (r *Run) SendArgs(to *Greenlet, args ...any) Status {
	v, some := pack(args)
	return r.send(to, v, some)
}

// Throw raises v where to waits; a nil v is [Exit]. f, whose header is h, is
// the innermost frame of the current greenlet.
func (r *Run) Throw(f Frame, h *Header, to *Greenlet, v any) Status {
	if v == nil {
		v = Exit
	}
	next, here := r.raise(to, v)
	if here {
		// The callers of f are not linked yet: raise when they are.
		v, r.thrown = r.thrown, nil
		return r.Enter(f, h, &thrower{v: v})
	}
	r.cur = next
	return proto.Switched
}

// thrower is a pseudo-call that raises v where it was called.
type thrower struct {
	Header
	v any
}

func (t *thrower) Resume(r *Run) Status {
	g := r.cur
	g.leaf = t.Caller
	if g.catch(t.v) {
		r.note(eventNone, g)
		return proto.Switched
	}
	g.bury()
	r.cur, _ = r.raiseIn(g, g.parent, t.v, isExit(t.v))
	return proto.Switched
}

func (t *thrower) Func() *Func      { return throwerFunc }
func (t *thrower) Release(*Run)     {}
func (t *thrower) Send(*Run) Status { return proto.Switched }

var throwerFunc = &Func{Name: "throw"}

// Finish ends the current greenlet, whose frame has no results.
func (r *Run) Finish() Status { return r.send(r.cur.parent, nil, false) }
