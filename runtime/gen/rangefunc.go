package gen

import (
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/internal/proto"
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

// handed is the end of an iteration of a plain iterator, and more whether there may be another.
func (l *Loop) handed(more bool) bool {
	if l.Again(); !more {
		l.Leave(0)
	}
	return more
}

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
// suspends: it runs on a stack of its own, as by greenlet.OnStack, and what it calls can
// suspend as well. It ends when the loop does, or the greenlet: a panic of the body, or one that
// is thrown where that waits, goes through the iterator, and one that goes on when it must not
// gets the panic that Go gives it. If the greenlet is dropped
// in the loop, the iterator is stopped once the garbage collector has found that: what it
// defers runs on a goroutine of its own then, and what it panics with is lost.
func Iterate[Y ~func(V) bool, V any](seq func(yield Y)) *Iteration[Y] {
	var v V
	return &Iteration[Y]{
		run: func(hand func() bool) {
			var l Loop
			seq(func(x V) bool {
				l.Begin()
				v = x
				return l.handed(hand())
			})
			l.End()
		},
		body: func(r *Run, yield Y) (more bool, st Status) {
			if c, ok := Resumable(yield).(interface{ CallResumable(*Run, V) (bool, Status) }); ok {
				return c.CallResumable(r, v)
			}
			return yield(v), Done
		},
	}
}

// Iterate2 is Iterate for iterators of two values.
func Iterate2[Y ~func(K, V) bool, K, V any](seq func(yield Y)) *Iteration[Y] {
	var k K
	var v V
	return &Iteration[Y]{
		run: func(hand func() bool) {
			var l Loop
			seq(func(x K, y V) bool {
				l.Begin()
				k, v = x, y
				return l.handed(hand())
			})
			l.End()
		},
		body: func(r *Run, yield Y) (more bool, st Status) {
			if c, ok := Resumable(yield).(interface {
				CallResumable(*Run, K, V) (bool, Status)
			}); ok {
				return c.CallResumable(r, k, v)
			}
			return yield(k, v), Done
		},
	}
}

// Iterate0 is Iterate for iterators of no value.
func Iterate0[Y ~func() bool](seq func(yield Y)) *Iteration[Y] {
	return &Iteration[Y]{
		run: func(hand func() bool) {
			var l Loop
			seq(func() bool {
				l.Begin()
				return l.handed(hand())
			})
			l.End()
		},
		body: func(r *Run, yield Y) (more bool, st Status) {
			if c, ok := Resumable(yield).(interface{ CallResumable(*Run) (bool, Status) }); ok {
				return c.CallResumable(r)
			}
			return yield(), Done
		},
	}
}

// Iteration is a plain iterator function on its way through a loop. Y is the
// type of the body as a function.
type Iteration[Y any] struct {
	run  func(hand func() bool)                       // the iterator, which hands over each iteration
	body func(r *Run, yield Y) (more bool, st Status) // of what was handed over
}

// CallResumable runs the loop.
func (i *Iteration[Y]) CallResumable(r *Run, yield Y) Status {
	f := &iterationFrame[Y]{Iteration: i, feed: greenlet.NewFeed(i.run), yield: yield}
	f.Defer(func(body func()) { f.feed.Stop(f.in, body) })
	r.Guard()
	return f.steps(r)
}

// iterationFrame is an activation of an Iteration, lowered by hand. Its only
// deferred call stops the iterator.
type iterationFrame[Y any] struct {
	DeferHeader
	*Iteration[Y]
	feed  *greenlet.Feed
	yield Y
	in    *Run // during a step
}

func (f *iterationFrame[Y]) steps(r *Run) (st Status) {
	mark := r.Mark()
	for st = f.step(r); st == Broken; st = f.step(r) {
		r.Recovered(mark)
	}
	return st
}

// What an iterationFrame is suspended in.
const (
	inBody     = 1
	inIterator = 2
	leaving    = 3 // in the iterator, which goes on behind the last iteration
)

func (f *iterationFrame[Y]) step(r *Run) (end Status) {
	end = Broken
	defer f.Catch(&end)
	f.in = r
	unwinds := f.PC == proto.Unwind
	more, handed := f.PC != leaving, false
	switch f.PC {
	case inBody:
		more = r.Callee().(interface{ Returned(*Run) bool }).Returned(r)
	case inIterator, leaving:
		handed = f.feed.Resumed(r) // not behind the last iteration: Loop refuses another
	}
	for !unwinds && (more || !f.feed.Over()) {
		var st Status
		switch {
		case !more:
			f.PC = leaving
			f.feed.Leave()
			_, st = f.feed.Next(r)
		case handed:
			handed = false
			f.PC = inBody
			more, st = f.body(r, f.yield)
		default:
			f.PC = inIterator
			handed, st = f.feed.Next(r)
			more = handed || st != Done
		}
		if st != Done {
			f.in = nil
			return f.Link(r, f, f.PC, st)
		}
	}
	for f.Pending() {
		f.Next(r) // it is plain
	}
	f.End()
	return Done
}

// Resume continues the loop behind an iteration.
func (f *iterationFrame[Y]) Resume(r *Run) Status {
	if st := f.steps(r); st != Done {
		return st
	}
	return f.Return(r, f)
}

// Func describes Iterate: the loop is where it is called.
func (f *iterationFrame[Y]) Func() *Func { return iterationFunc }

// Release gives nothing back.
func (f *iterationFrame[Y]) Release(*Run) {}

var iterationFunc = &Func{Name: "github.com/going-green/greenlet/runtime/gen.Iterate", File: "github.com/going-green/greenlet/runtime/gen/rangefunc.go", Line: 97}
