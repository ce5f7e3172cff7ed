package greenlet

import "iter"

// Pull is the drop-in for iter.Pull.
func Pull[T any](run YieldFrame[T]) (next func() (T, bool), stop func()) {
	return pull[T](frameOf("Pull", run, nil))
}

// PullOf is Pull for what New takes.
func PullOf[T any](run any, args ...any) (next func() (T, bool), stop func()) {
	return pull[T](frameOf("PullOf", run, args))
}

func pull[T any](f Frame) (next func() (T, bool), stop func()) {
	g := NewChild(&main, f)
	next = func() (T, bool) { return ask[T](g, "next", func() *Greenlet { return g }) }
	return next, func() { end(g) }
}

// Generator drives a greenlet that wants answers.
type Generator[In, Out any] struct{ g *Greenlet }

// Exchanger is Pull for a greenlet that wants answers.
func Exchanger[In, Out any](run ExchangeFrame[In, Out]) *Generator[In, Out] {
	return &Generator[In, Out]{NewChild(&main, frameOf("Exchanger", run, nil))}
}

// ExchangerOf is Exchanger for what New takes.
func ExchangerOf[In, Out any](run any, args ...any) *Generator[In, Out] {
	return &Generator[In, Out]{NewChild(&main, frameOf("ExchangerOf", run, args))}
}

// Next starts or resumes the greenlet without a value.
func (x *Generator[In, Out]) Next() (Out, bool) {
	return ask[Out](x.g, "resume", func() *Greenlet { return deliver(x.g, nil, false) })
}

// Send hands v in.
func (x *Generator[In, Out]) Send(v In) (Out, bool) {
	if x.g.state == unstarted {
		panic(&StateError{Op: "Send", Greenlet: x.g, Reason: "it has not started, and takes no value yet: call Next first"})
	}
	return ask[Out](x.g, "resume", func() *Greenlet { return deliver(x.g, v, true) })
}

// Throw panics with v where the greenlet waits.
func (x *Generator[In, Out]) Throw(v any) (got Out, ok bool) {
	if x.g.state == current {
		panic(&StateError{Op: "resume", Greenlet: x.g, Reason: "it is running"})
	}
	if v == nil {
		v = Exit
	}
	r := enter(&got)
	defer r.cancel()
	r.drop = true
	r.drive(aim(&main, x.g, v))
	if x.g.state == dead {
		return *new(Out), false
	}
	return got, true
}

// Stop ends the greenlet early.
func (x *Generator[In, Out]) Stop() { end(x.g) }

// ask runs g until its next value; start says where control goes.
func ask[T any](g *Greenlet, op string, start func() *Greenlet) (v T, ok bool) {
	switch g.state {
	case dead:
		return v, false
	case current:
		panic(&StateError{Op: op, Greenlet: g, Reason: "it is running"})
	}
	to := start()
	r := enter(&v)
	defer r.cancel()
	r.drop = true
	r.drive(to, signal{})
	if g.state == dead { // v may be an Exit
		return *new(T), false
	}
	return v, true
}

// end is stop.
func end(g *Greenlet) {
	switch g.state {
	case dead:
		return
	case current:
		panic(&StateError{Op: "stop", Greenlet: g, Reason: "it is running"})
	}
	r := enter(nil)
	defer r.cancel()
	r.drop = true
	r.drive(aim(&main, g, Exit))
}

// Seq is a single-use iterator over the values that are yielded.
func Seq[T any](run YieldFrame[T]) iter.Seq[T] { return seq[T](frameOf("Seq", run, nil)) }

// SeqOf is Seq for what New takes.
func SeqOf[T any](run any, args ...any) iter.Seq[T] { return seq[T](frameOf("SeqOf", run, args)) }

func seq[T any](f Frame) iter.Seq[T] {
	return func(yield func(T) bool) {
		next, stop := pull[T](f)
		defer stop()
		for v, ok := next(); ok && yield(v); v, ok = next() {
		}
	}
}

// PullSeq is iter.Pull.
func PullSeq[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) { return iter.Pull(seq) }

// PullSeq2 is iter.Pull2.
func PullSeq2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	return iter.Pull2(seq)
}
