package greenlet

import (
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// YieldFrom is Python's yield from: the rest of g becomes a part of the current greenlet,
// as if its function had been called here. What it yields goes to the parent of the
// current greenlet; what is sent to the current greenlet, or thrown into it, arrives
// where g's function waits; a panic of g's function is raised by the call of YieldFrom,
// and its result is what YieldFrom returns: that of a function with several results is
// [Values], that of one without results the zero value. A value costs the same however
// many greenlets have become a part of another one.
//
// If g has started, it goes on from where it waits, which gets nothing: in Python,
// next. An unstarted one starts; YieldFrom of one that is made for this does no more than
// a call of its function. For one that is dead, YieldFrom returns the zero value.
//
// From then on g itself is dead, and the current greenlet stands in for it: [Current] is
// that, and what goes to g as a parent.
//
// YieldFrom panics with a [*StateError] in plain code, and if g is running, is Main or an
// ancestor of the current greenlet; with a [*TypeError] if the result is not an R.
func YieldFrom[R any](g *Greenlet) R {
	if s, ok := findSection(); ok {
		return yieldFromIn[R](s, g)
	}
	panic(inPlainCode("YieldFrom", nil, noParent))
}

// What follows is for generated code.

// YieldFromResumable is for generated code: YieldFrom for callers that can be suspended, as
// each resumable function has it beside it.
func YieldFromResumable[R any](r *Run, g *Greenlet) (result R, st Status) {
	r.mayYieldFrom(g)
	if g.state == dead {
		return result, proto.Done
	}
	f := new(yieldFromFrame[R])
	f.PC = 1
	r.absorb(g, f, &f.Header)
	return result, proto.Switched
}

// mayYieldFrom panics if g can't become a part of the current greenlet.
func (r *Run) mayYieldFrom(g *Greenlet) {
	reason := ""
	switch {
	case g == &main:
		reason = "the main greenlet is no part of another one"
	case g.state == current && g != r.cur:
		panic(elsewhere("YieldFrom", g))
	case g.state == unstarted && g.leaf == nil:
		panic(noRun("YieldFrom", g))
	case g.state == dead:
		return
	}
	for a := r.cur; a != nil && reason == ""; a = a.parent {
		if a == g {
			reason = "it is an ancestor of the current greenlet"
		}
	}
	if reason != "" {
		panic(&StateError{Op: "YieldFrom", Greenlet: g, Reason: reason})
	}
}

// absorb makes the calls of g, called by f, whose header is h, the innermost ones of the
// current greenlet. That is no switch.
func (r *Run) absorb(g *Greenlet, f Frame, h *Header) {
	if g.slot != nil {
		_ = store(g.slot, nil, false) // a zero value fits
	}
	if g.guarded {
		r.Guard()
	}
	if r.origin == nil {
		r.note(eventNone, r.cur)
	}
	root(g.leaf).header().Caller = f
	r.cur.leaf = g.leaf
	r.tail = h
	g.leaf, g.slot, g.state, g.parent = nil, nil, dead, r.cur
	g.recordParent()
	g.recordRest()
}

// yieldFromFrame is the activation of a YieldFrom that waits.
type yieldFromFrame[R any] struct {
	Header
	result R
}

// Resume returns the result of the frame that has returned.
func (f *yieldFromFrame[R]) Resume(r *Run) Status {
	root := r.Callee()
	// Only Send knows the results: they are sent to a greenlet that waits for an R where
	// f was called.
	to := &Greenlet{state: suspended, leaf: f.Caller, slot: &f.result}
	root.Send(&Run{cur: &Greenlet{state: dead, parent: to}})
	root.Forget()
	return f.Return(r, f)
}

// Returned is the result of YieldFrom.
func (f *yieldFromFrame[R]) Returned(*Run) R { return f.result }

// Func describes YieldFrom.
func (f *yieldFromFrame[R]) Func() *Func { return yieldFromFunc }

// Release gives nothing back.
func (f *yieldFromFrame[R]) Release(*Run) {}

var yieldFromFunc = &Func{Name: "github.com/going-green/greenlet/runtime.YieldFrom", File: "github.com/going-green/greenlet/runtime/yieldfrom.go", Line: 24}
