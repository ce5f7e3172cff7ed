package greenlet

import (
	"iter"

	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Seq is a single-use iterator over the values that a function yields, of which run is a
// frame. When the loop ends early its greenlet is killed. See [SeqOf] for functions of which
// the type of these values isn't known.
//
// In resumable code the body of the loop may suspend: the generator waits, as data like
// all else, until the loop goes on.
func Seq[T any](run YieldFrame[T]) iter.Seq[T] { return seq[T](frameOf("Seq", run, nil)) }

// SeqOf is [Seq] for what [New] takes, a function with arguments or a frame, which is said to
// yield values of type T. Vet checks that. The greenlet gets a panic with a [*TypeError] where
// it yields anything else.
func SeqOf[T any](run any, args ...any) iter.Seq[T] { return seq[T](frameOf("SeqOf", run, args)) }

func seq[T any](run Frame) iter.Seq[T] {
	s := &sequence[T]{run: run}
	each := func(yield func(T) bool) { s.each(yield) }
	funcval.Bind(&s.Closure, s, each)
	return each
}

// sequence is the iterator that Seq makes.
type sequence[T any] struct {
	funcval.Closure
	run Frame
}

// each is the iterator as plain code calls it.
func (s *sequence[T]) each(yield func(T) bool) {
	if a, ok := s.run.(asker[T]); ok {
		p := newAsked(s.run, a)
		defer func() {
			if p.quick == busy {
				if v := recover(); v != nil {
					passOn(v, p.frame)
				}
			}
			p.stop()
		}()
		for p.ask() {
			if !yield(p.take()) {
				return
			}
		}
		return
	}
	p := newPuller[T](s.run)
	defer func() {
		if p.g.hasBroken() {
			if v := recover(); v != nil {
				passOn(v, p.g.leaf)
			}
		}
		p.stop()
	}()
	for p.step() {
		if !yield(p.take()) {
			return
		}
	}
}

// pull pulls from the iterator: its greenlet will do, but is made when the iterator
// would begin.
func (s *sequence[T]) pull() (next func() (T, bool), stop func()) {
	var from func() (T, bool)
	end := func() {}
	stopped := false
	next = func() (v T, ok bool) {
		if from == nil && !stopped {
			stopped = true // should Pull panic
			from, end = pull[T](s.run)
		}
		if from == nil {
			return v, false
		}
		return from()
	}
	return next, func() { stopped = true; end() }
}

// CallResumable is the iterator as resumable code calls it.
func (s *sequence[T]) CallResumable(r *Run, yield func(T) bool) Status {
	y, ok := funcval.Resumable(yield).(yieldForm[T])
	if !ok {
		s.each(yield)
		return proto.Done
	}
	f := &sequenceFrame[T]{yield: y}
	f.p.begin(s.run)
	f.p.run.lent = true
	f.asker, _ = s.run.(asker[T])
	r.Guard()
	return f.call(r)
}

// yieldForm is the resumable form of a function that an iterator calls.
type yieldForm[T any] interface {
	CallResumable(r *Run, v T) (bool, Status)
}

// sequenceFrame is the activation of an iterator in a loop whose body suspends,
// lowered by hand. The generator has a run of its own, as in plain code: each of its
// values is one stay. That run is on Go's stack during the stay only.
type sequenceFrame[T any] struct {
	Header
	p      puller[T]
	asker  asker[T]     // the generator, if it is one
	yield  yieldForm[T] // the body of the loop
	thrown any          // in state Unwind: the panic on its way
}

// call runs the loop, from the start or from where the body has suspended.
func (f *sequenceFrame[T]) call(r *Run) Status {
	whole := false
	defer func() {
		if !whole { // a panic, or runtime.Goexit: it goes on
			f.p.stop()
		}
	}()
	more := true
	f.p.run.Free = r.FreeLists()
	switch f.PC {
	case 1:
		more = r.Callee().(interface{ Returned(*Run) bool }).Returned(r)
	case proto.Unwind:
		panic(f.thrown)
	}
	for more && f.next() {
		var st Status
		if more, st = f.yield.CallResumable(r, f.p.take()); st != proto.Done {
			f.Link(r, f, 1, st)
			f.p.run.Free = nil // another one may resume f
			whole = true
			return st
		}
	}
	whole = true
	f.p.stop()
	return proto.Done
}

func (f *sequenceFrame[T]) next() bool {
	if f.asker != nil {
		return f.p.ask(f.asker)
	}
	return f.p.step()
}

// Resume goes on with the loop.
func (f *sequenceFrame[T]) Resume(r *Run) Status {
	if st := f.call(r); st != proto.Done {
		return st
	}
	return f.Return(r, f)
}

// catch makes Resume end the loop with a panic.
func (f *sequenceFrame[T]) catch(v any) { f.PC, f.thrown = proto.Unwind, v }

// goexit ends the loop for runtime.Goexit.
func (f *sequenceFrame[T]) goexit(v any) (raised any) {
	whole := false
	defer func() {
		if !whole {
			raised = recover()
		}
	}()
	f.p.stop()
	whole = true
	return v
}

// deferred says that there is something to do when the greenlet is dropped: its
// generator may have deferred calls.
func (f *sequenceFrame[T]) deferred() int { return 1 }

// Func describes Seq: the loop is where it is called.
func (f *sequenceFrame[T]) Func() *Func { return sequenceFunc }

// Release gives nothing back.
func (f *sequenceFrame[T]) Release(*Run) {}

var sequenceFunc = &Func{Name: "github.com/going-green/greenlet/runtime.Seq", File: "github.com/going-green/greenlet/runtime/sequence.go", Line: 16}
