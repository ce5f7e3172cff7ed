package hub

import "context"

// canceled is what is raised in a task by [Hub.WithContext].
type canceled struct{ cause error }

func (c *canceled) Error() string { return "hub: " + c.cause.Error() }
func (c *canceled) Unwrap() error { return c.cause }

// WithContext calls f. When ctx is done, that is raised where f waits, and WithContext
// returns the cause; if it is done before, f is not called. It recovers its own only, as
// [Hub.WithTimeout] does, and likewise lets f keep what it was granted in that moment. In
// f the task has ctx for its [Task.Context].
//
// As the hub can't know who will cancel ctx, it keeps running meanwhile, be it that all
// tasks wait; unless it has a seed.
//
//greenlet:resumable
func (h *Hub) WithContext(ctx context.Context, f func()) error {
	t := h.current(forContext)
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return h.withContext(ctx, t, f)
}

// withContext is apart since a function that defers takes a frame.
//
//greenlet:resumable
func (h *Hub) withContext(ctx context.Context, t *Task, f func()) (err error) {
	defer t.enter(ctx).leave(&err)
	f()
	return nil
}

// scope is a context that a task is in: that of its hub, or of a WithContext.
type scope struct {
	task       *Task
	base       context.Context
	ctx        context.Context // made of base when it is asked for
	cancel     context.CancelCauseFunc
	outer      *scope
	run        int       // which the context is of, counted from 1 for before the first; 0 of a WithContext
	thrown     *canceled // when base was done
	live       bool      // base may be done some day
	stop       func() bool
	prev, next *scope // of the hub's that are live
}

func (t *Task) enter(ctx context.Context) *scope {
	x := t.more("WithContext")
	s := &scope{task: t, base: ctx, outer: x.scope}
	x.scope = s
	if ctx.Done() == nil {
		return s
	}
	h := t.hub
	s.live = true
	if h.chance == nil { // else nobody but tasks cancels it, and the loop looks for itself
		h.owe(1)
		s.stop = context.AfterFunc(ctx, func() { h.Post(func() { t.canceled() }) })
	}
	if s.next = h.scopes; s.next != nil {
		s.next.prev = s
	}
	h.scopes = s
	return s
}

// leave is deferred.
func (s *scope) leave(err *error) {
	t := s.task
	if s.live {
		if s.stop != nil {
			s.stop()
			t.hub.owe(-1)
		}
		s.live = false
		s.forget()
	}
	s.end(nil)
	if t.own != nil {
		t.own.scope = s.outer
	}
	if s.thrown != nil {
		t.unpend(s.thrown)
	}
	if v := recover(); v != nil {
		if s.thrown == nil || v != any(s.thrown) {
			panic(v)
		}
		*err = s.thrown.cause
	}
}

func (s *scope) forget() {
	if s.prev == nil {
		s.task.hub.scopes = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
}

// end ends the context that was asked for.
func (s *scope) end(cause error) {
	if s.cancel != nil {
		s.cancel(cause)
	}
}

// canceled interrupts t by its contexts that are done, and reports whether there are any.
// Of several the innermost comes first, whichever was noticed first.
func (t *Task) canceled() (any bool) {
	if t.own == nil {
		return false
	}
	for s := t.own.scope; s != nil; s = s.outer {
		if s.live && s.thrown == nil && s.base.Err() != nil {
			s.thrown = &canceled{context.Cause(s.base)}
			t.interrupt(s.thrown)
			any = true
		}
	}
	return any
}

// canceled interrupts the tasks whose contexts are done, and reports whether there are any.
// The posts that say so come from goroutines, too late for a clock that jumps: a task that
// cancels a context would find the time at which that is noticed to be random.
func (h *Hub) canceled() (any bool) {
	for s := h.scopes; s != nil; s = s.next {
		any = s.task.canceled() || any
	}
	return any
}
