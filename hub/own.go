package hub

import (
	"context"
	"slices"
)

// own is what few tasks have, until they end.
type own struct {
	pending []any // panics for its next waits
	locals  []local
	scope   *scope // the innermost
	track   *track // nil unless SetTracking
	shut    int    // the last Run that has killed it, as its context was done
	// fails is the error that the function has returned, if that is known: it stays.
	fails func() error
}

type local struct{ key, value any } // a *Local[T] and a *T

// Local is a variable of which each task has its own, with all greenlets below it. A new
// task does not inherit it, and it is freed when the task ends. The zero value is ready for
// use. To look it up takes a comparison for each that the task has.
type Local[T any] struct {
	_ [1]byte // so that each has an address of its own
}

func (l *Local[T]) find(t *Task) *T {
	if t.own != nil {
		for i := range t.own.locals {
			if x := &t.own.locals[i]; x.key == any(l) {
				return x.value.(*T)
			}
		}
	}
	return nil
}

// Get is its value in t, and whether it has been set there.
func (l *Local[T]) Get(t *Task) (v T, ok bool) {
	if p := l.find(t); p != nil {
		return *p, true
	}
	return v, false
}

// Set changes its value in t. It panics if t has ended.
func (l *Local[T]) Set(t *Task, v T) {
	if p := l.find(t); p != nil {
		*p = v
		return
	}
	x := t.more("Local.Set")
	x.locals = append(x.locals, local{l, &v})
}

// Delete takes its value in t away.
func (l *Local[T]) Delete(t *Task) {
	if t.own != nil {
		t.own.locals = slices.DeleteFunc(t.own.locals, func(x local) bool { return x.key == any(l) })
	}
}

// more is t's own, made if need be.
func (t *Task) more(what string) *own {
	if t.done {
		panic("hub: " + what + " of a task that has ended")
	}
	if t.own == nil {
		t.own = new(own)
	}
	return t.own
}

// Context is the context of the innermost [Hub.WithContext] that t is in, or else that of
// [Hub.Run]; besides it is done when t is killed or has ended. It is for what t calls that
// takes one, in [Block] for example. Where t waits it is not interrupted by it.
func (t *Task) Context() context.Context {
	if t.done {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		return ctx
	}
	x := t.more("Context")
	s := x.scope
	if run := t.hub.runs + 1; s == nil || s.run != 0 && s.run != run {
		s = &scope{task: t, base: t.hub.context(), run: run, outer: s}
		x.scope = s
	}
	if s.ctx == nil {
		s.ctx, s.cancel = context.WithCancelCause(s.base)
	}
	return s.ctx
}

// cancel ends the contexts that were asked for. The cause may be nil.
func (x *own) cancel(cause error) {
	for s := x.scope; s != nil; s = s.outer {
		s.end(cause)
	}
}
