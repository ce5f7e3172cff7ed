package gen

import (
	"iter"
	"runtime"
)

// Loops over iterator functions whose iterator or body suspends. The body is a
// function literal, and the iterator is called with it; Loop is what gc keeps
// beside such a loop (cmd/compile/internal/rangefunc): whether the body may be
// called, and where the loop was left for.

// Loop is the state of one loop over an iterator function.
type Loop struct {
	// Next says where the body has left for: 0 is the end of the loop or, if the
	// body returned true, the next iteration; -1 a return; others are numbered by
	// the generated code.
	Next  int
	state loopState
}

// NewLoop is the state of a loop that begins.
func NewLoop() *Loop { return new(Loop) }

type loopState uint8

const (
	loopReady     loopState = iota
	loopRunning             // in the body, or it panicked
	loopLeft                // the body returned false
	loopExhausted           // the iterator has returned
)

// Begin is the start of the body. It panics if the iterator must not call it.
func (l *Loop) Begin() {
	if l.state != loopReady {
		panic(loopError(l.state))
	}
	l.state = loopRunning
}

// Again is the end of an iteration after which there may be another.
func (l *Loop) Again() { l.state = loopReady }

// Leave is the end of the last iteration, with the code of where to go on.
func (l *Loop) Leave(next int) { l.state, l.Next = loopLeft, next }

// End is what follows the iterator's return.
func (l *Loop) End() {
	if l.state == loopRunning {
		panic(loopMissed{})
	}
	l.state = loopExhausted
}

// loopError is the panic of an iterator that calls the body when it may not,
// with the words of package runtime.
type loopError loopState

func (loopError) RuntimeError() {}

func (e loopError) Error() string {
	switch loopState(e) {
	case loopRunning:
		return "runtime error: range function continued iteration after loop body panic"
	case loopLeft:
		return "runtime error: range function continued iteration after function for loop body returned false"
	}
	return "runtime error: range function continued iteration after whole loop exit"
}

// loopMissed is the panic after an iterator that has recovered a panic of the
// body.
type loopMissed struct{}

func (loopMissed) RuntimeError() {}

func (loopMissed) Error() string {
	return "runtime error: range function recovered a loop body panic and did not resume panicking"
}

// Iterate makes a plain iterator function resumable, for a loop whose body
// suspends: it is run by [iter.Pull], on a goroutine of its own, which ends when
// the loop does, or the greenlet. If the greenlet is dropped in the loop, the
// iterator is stopped once the garbage collector has found that: what it defers
// runs on a goroutine of its own then, and what it panics with is lost.
func Iterate[Y ~func(V) bool, V any](seq func(yield Y)) *Iteration[Y] {
	next, stop := iter.Pull(func(yield func(V) bool) { seq(yield) })
	return &Iteration[Y]{
		stop: stop,
		call: func(r *Run, yield Y) (ok, more bool, st Status) {
			v, some := next()
			if !some {
				return false, false, Done
			}
			if c, ok := Resumable(yield).(interface{ CallResumable(*Run, V) (bool, Status) }); ok {
				more, st = c.CallResumable(r, v)
				return true, more, st
			}
			return true, yield(v), Done
		},
	}
}

// Iterate2 is Iterate for iterators of two values.
func Iterate2[Y ~func(K, V) bool, K, V any](seq func(yield Y)) *Iteration[Y] {
	next, stop := iter.Pull2(func(yield func(K, V) bool) { seq(yield) })
	return &Iteration[Y]{
		stop: stop,
		call: func(r *Run, yield Y) (ok, more bool, st Status) {
			k, v, some := next()
			if !some {
				return false, false, Done
			}
			if c, ok := Resumable(yield).(interface {
				CallResumable(*Run, K, V) (bool, Status)
			}); ok {
				more, st = c.CallResumable(r, k, v)
				return true, more, st
			}
			return true, yield(k, v), Done
		},
	}
}

// Iterate0 is Iterate for iterators of no value.
func Iterate0[Y ~func() bool](seq func(yield Y)) *Iteration[Y] {
	next, stop := iter.Pull(func(yield func(struct{}) bool) {
		seq(func() bool { return yield(struct{}{}) })
	})
	return &Iteration[Y]{
		stop: stop,
		call: func(r *Run, yield Y) (ok, more bool, st Status) {
			if _, some := next(); !some {
				return false, false, Done
			}
			if c, ok := Resumable(yield).(interface{ CallResumable(*Run) (bool, Status) }); ok {
				more, st = c.CallResumable(r)
				return true, more, st
			}
			return true, yield(), Done
		},
	}
}

// Iteration is a plain iterator function on its way through a loop. Y is the
// type of the body as a function.
type Iteration[Y any] struct {
	call func(r *Run, yield Y) (ok, more bool, st Status) // the next iteration; ok is false if there is none
	stop func()
}

// CallResumable runs the loop.
func (i *Iteration[Y]) CallResumable(r *Run, yield Y) Status {
	return (&iterationFrame[Y]{call: i.call, stop: i.stop, yield: yield}).run(r, true)
}

// iterationFrame is an activation of an Iteration, lowered by hand. Its only
// deferred call stops the iterator.
type iterationFrame[Y any] struct {
	DeferHeader
	call    func(r *Run, yield Y) (ok, more bool, st Status)
	stop    func()
	yield   Y
	watched bool // by dropped
	dropped runtime.Cleanup
}

// watch has the iterator stopped if f is dropped. A frame that never suspends
// can't be, and is not worth it.
func (f *iterationFrame[Y]) watch() {
	if !f.watched {
		f.watched = true
		f.dropped = runtime.AddCleanup(f, stopDropped, f.stop)
	}
}

// stopDropped stops an iterator that nobody waits for. What that defers is the user's
// and may block, and there is one goroutine for all cleanups of the program: so it
// gets another one, the only one that this package starts, and that lasts no longer.
func stopDropped(stop func()) {
	go func() {
		defer func() { _ = recover() }()
		stop()
	}()
}

func (f *iterationFrame[Y]) run(r *Run, hot bool) (st Status) {
	if hot {
		r.Guard()
		f.DeferFunc(f.stop)
	}
	mark := r.Mark()
	for st = f.step(r); st == Broken; st = f.step(r) {
		r.Recovered(mark)
	}
	return st
}

func (f *iterationFrame[Y]) step(r *Run) (end Status) {
	end = Broken
	defer f.Catch(&end)
	more := true
	switch f.PC {
	case 1:
		more = r.Callee().(interface{ Returned(*Run) bool }).Returned(r)
	case Unwind:
		more = false
	}
	for f.PC != Unwind && more {
		ok, again, st := f.call(r, f.yield)
		if st != Done {
			f.watch()
			f.PC = 1
			return r.Link(f, &f.Header, st)
		}
		more = ok && again
	}
	for f.Pending() {
		f.Next(r) // it is plain
	}
	f.dropped.Stop()
	f.End()
	return Done
}

// Resume continues the loop behind an iteration.
func (f *iterationFrame[Y]) Resume(r *Run) Status {
	if st := f.run(r, false); st != Done {
		return st
	}
	return r.Return(f, &f.Header)
}

// Func describes Iterate: the loop is where it is called.
func (f *iterationFrame[Y]) Func() *Func { return iterationFunc }

// Release gives nothing back.
func (f *iterationFrame[Y]) Release(*Run) {}

var iterationFunc = &Func{Name: "github.com/going-green/greenlet/runtime/gen.Iterate", File: "github.com/going-green/greenlet/runtime/gen/rangefunc.go", Line: 87}
