package greenlet

import (
	"iter"
	"unsafe"

	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Push iterators, pulled from. The iterator is an ordinary function that calls
// yield with each value; if it is resumable, so is the yield that it is given,
// and calling that is the switch point.

// PullSeq is [iter.Pull] for a push iterator, and can be put in its place. If seq
// is resumable, there is no goroutine: it runs as a greenlet, and its calls of
// yield suspend that. Resumable are the values of annotated functions and the
// function literals that annotated functions make. Those made where plain code has called
// such a function, as t.All() is there, run on a stack of their own: see [OnStack]; made by
// Call(newAllFrame()).Results() they need none. For any other seq PullSeq is iter.Pull itself.
//
// As with iter.Pull, stop makes the pending call of yield return false, and those
// after it; if the iterator then suspends otherwise, it is killed. A panic of the
// iterator is raised by the call of next or stop it happens in.
func PullSeq[V any](seq iter.Seq[V]) (next func() (V, bool), stop func()) {
	form := funcval.Form(seq, func() any { return madePlainly{} })
	if _, ok := form.(madePlainly); ok {
		return pullOnStack(seq)
	}
	if s, ok := form.(*sequence[V]); ok {
		return s.pull()
	}
	c, ok := form.(interface {
		CallResumable(*Run, func(V) bool) Status
	})
	if !ok {
		return iter.Pull(seq)
	}
	y := new(yielder[V])
	yield := y.value()
	next, stop = pullFrom[V](&y.stopped, funcval.Pointer(yield), func(r *Run) Status { return c.CallResumable(r, yield) })
	return next, stop
}

// PullSeq2 is [PullSeq] for iterators of pairs: the drop-in for [iter.Pull2].
func PullSeq2[K, V any](seq iter.Seq2[K, V]) (next func() (K, V, bool), stop func()) {
	form := funcval.Form(seq, func() any { return madePlainly{} })
	if _, ok := form.(madePlainly); ok {
		one, stop := pullOnStack(func(yield func(keyValue[K, V]) bool) {
			seq(func(k K, v V) bool { return yield(keyValue[K, V]{k, v}) })
		})
		return split(one), stop
	}
	c, ok := form.(interface {
		CallResumable(*Run, func(K, V) bool) Status
	})
	if !ok {
		return iter.Pull2(seq)
	}
	y := new(yielder2[K, V])
	one, stop := pullFrom[keyValue[K, V]](&y.stopped, nil, func(r *Run) Status { return c.CallResumable(r, y.value()) })
	return split(one), stop
}

func split[K, V any](next func() (keyValue[K, V], bool)) func() (K, V, bool) {
	return func() (K, V, bool) {
		kv, ok := next()
		return kv.k, kv.v, ok
	}
}

// madePlainly stands for the form of an iterator that is known by name only, and so runs on a
// stack of its own.
type madePlainly struct{}

// pullOnStack drives such an iterator.
func pullOnStack[T any](seq func(yield func(T) bool)) (next func() (T, bool), stop func()) {
	stopped := false
	return pullFrom[T](&stopped, nil, func(r *Run) Status {
		return OnStackResumable(r, func(s Section) {
			seq(func(v T) bool {
				if !stopped {
					YieldIn(s, v)
				}
				return !stopped
			})
		})
	})
}

// pullFrom drives an iterator that call calls with a yielder; stopped is that of the
// yielder, and yield its function value if [Run.Asked] may take its place.
func pullFrom[T any](stopped *bool, yield unsafe.Pointer, call func(*Run) Status) (next func() (T, bool), stop func()) {
	f := &pushFrame{call: call, push: pushing{yield: yield}}
	next, kill := pull[T](f)
	return next, func() {
		if g := f.push.g; g != nil && g.hasBroken() {
			if v := recover(); v != nil {
				passOn(v, g.leaf)
			}
		}
		if *stopped {
			return
		}
		*stopped = true
		f.push.stop()
		if f.PC != 0 {
			if _, more := next(); !more {
				return
			}
		}
		kill()
	}
}

// pushFrame is the first activation of an iterator's greenlet, lowered by hand.
type pushFrame struct {
	Header
	call func(*Run) Status
	push pushing
}

// Resume calls the iterator, or ends with it.
func (f *pushFrame) Resume(r *Run) Status {
	if f.PC == 0 {
		f.PC = 1 // it has begun
		f.push.g, r.push = r.cur, &f.push
		if st := f.call(r); st != proto.Done {
			return f.Link(r, f, 1, st)
		}
	} else {
		r.Callee().Release(r)
	}
	return f.Return(r, f)
}

// Release gives nothing back.
func (f *pushFrame) Release(*Run) {}

// Func describes PullSeq.
func (f *pushFrame) Func() *Func { return pushFunc }

var (
	pushFunc  = &Func{Name: "github.com/going-green/greenlet/runtime.PullSeq", File: "github.com/going-green/greenlet/runtime/pullseq.go", Line: 25}
	yieldFunc = &Func{Name: "yield", File: "github.com/going-green/greenlet/runtime/pullseq.go", Line: 25}
)

// yielding is the activation of a call of yield that waits. There is one at a
// time, so that it is part of the yielder.
type yielding struct {
	Header
	stopped bool
}

// Resume returns from yield.
func (y *yielding) Resume(r *Run) Status { return y.Return(r, y) }

// Release makes the yielder ready for the next call.
func (y *yielding) Release(*Run) { y.Caller, y.PC = nil, 0 }

// Returned says whether to go on.
func (y *yielding) Returned(r *Run) bool {
	y.Release(r)
	return !y.stopped
}

// Func describes yield.
func (y *yielding) Func() *Func { return yieldFunc }

// yieldValue suspends the iterator with v.
func yieldValue[T any](y *yielding, r *Run, v T) Status {
	y.Leaf(r, y, 1)
	return yielded(r, v)
}

// yielder makes the yield of an iterator of V.
type yielder[V any] struct {
	funcval.Closure
	yielding
}

func (y *yielder[V]) value() func(V) bool {
	yield := func(v V) bool { return y.plain() }
	funcval.Bind(&y.Closure, y, yield)
	return yield
}

// CallResumable is yield.
func (y *yielder[V]) CallResumable(r *Run, v V) (bool, Status) {
	if y.stopped {
		return false, proto.Done
	}
	return false, yieldValue(&y.yielding, r, v)
}

// plain is yield for plain code, which it can't suspend.
func (y *yielding) plain() bool {
	if y.stopped {
		return false
	}
	panic(inPlainCode("yield", nil, inPlain))
}

// keyValue is what an iterator of pairs yields.
type keyValue[K, V any] struct {
	k K
	v V
}

// yielder2 makes the yield of an iterator of pairs.
type yielder2[K, V any] struct {
	funcval.Closure
	yielding
}

func (y *yielder2[K, V]) value() func(K, V) bool {
	yield := func(K, V) bool { return y.plain() }
	funcval.Bind(&y.Closure, y, yield)
	return yield
}

// CallResumable is yield.
func (y *yielder2[K, V]) CallResumable(r *Run, k K, v V) (bool, Status) {
	if y.stopped {
		return false, proto.Done
	}
	return false, yieldValue(&y.yielding, r, keyValue[K, V]{k, v})
}
