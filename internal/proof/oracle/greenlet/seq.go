package greenlet

import "iter"

// Pull is the drop-in for iter.Pull.
func Pull[T any](run any, args ...any) (next func() (T, bool), stop func()) {
	g := NewChild(&main, frameOf("Pull", run, args))
	next = func() (T, bool) { return ask[T](g, func() *Greenlet { return g }) }
	return next, func() { end(g) }
}

// Exchanger is Pull for a greenlet that wants answers.
func Exchanger[R, T any](f Frame) (exchange func(T) (R, bool), stop func()) {
	g := NewChild(&main, f)
	exchange = func(v T) (R, bool) { return ask[R](g, func() *Greenlet { return deliver(g, v, true) }) }
	return exchange, func() { end(g) }
}

// ask runs g until its next value; start says where control goes.
func ask[T any](g *Greenlet, start func() *Greenlet) (v T, ok bool) {
	switch g.state {
	case dead:
		return v, false
	case current:
		panic(&StateError{Op: "next", Greenlet: g, Reason: "it is running"})
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
func Seq[T any](run any, args ...any) iter.Seq[T] {
	f := frameOf("Seq", run, args)
	return func(yield func(T) bool) {
		next, stop := Pull[T](f)
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
