package greenlet_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// pushed is a resumable push iterator, lowered by hand: it calls yield with 0,
// 1, … n-1, and notes what it was told last.
type pushed struct {
	gen.Closure
	n    int
	more *bool
}

func (c *pushed) value() iter.Seq[int] {
	return gen.Bind(&c.Closure, c, func(yield func(int) bool) {
		for i := range c.n {
			if *c.more = yield(i); !*c.more {
				return
			}
		}
	})
}

func (c *pushed) CallResumable(r *gen.Run, yield func(int) bool) gen.Status {
	return (&pushedFrame{c: c, yield: yield}).run(r)
}

type pushedFrame struct {
	gen.Header
	c     *pushed
	yield func(int) bool
	i     int
}

func (f *pushedFrame) run(r *gen.Run) gen.Status {
	for f.i < f.c.n {
		y := gen.Resumable(f.yield).(interface {
			CallResumable(*gen.Run, int) (bool, gen.Status)
		})
		more, st := y.CallResumable(r, f.i)
		if st != gen.Done {
			return f.Link(r, f, 1, st)
		}
		*f.c.more = more
		if !more {
			break
		}
		f.i++
	}
	return gen.Done
}

func (f *pushedFrame) Resume(r *gen.Run) gen.Status {
	more := r.Callee().(interface{ Returned(*gen.Run) bool }).Returned(r)
	*f.c.more = more
	f.i++
	if more {
		if st := f.run(r); st != gen.Done {
			return st
		}
	}
	return f.Return(r, f)
}

func (f *pushedFrame) Func() *greenlet.Func { return countInfo }
func (f *pushedFrame) Release(*gen.Run)     {}

// Both ways, what comes out is the same: by a greenlet and by iter.Pull.
func TestPullSeq(t *testing.T) {
	plain := func(n int, more *bool) iter.Seq[int] {
		return func(yield func(int) bool) { (&pushed{n: n, more: more}).value()(yield) }
	}
	resumable := func(n int, more *bool) iter.Seq[int] { return (&pushed{n: n, more: more}).value() }
	for name, seq := range map[string]func(int, *bool) iter.Seq[int]{"plain": plain, "resumable": resumable} {
		t.Run(name, func(t *testing.T) {
			more := false
			next, stop := greenlet.PullSeq(seq(3, &more))
			for i := range 3 {
				v, ok := next()
				assert.Equal(t, i, v)
				assert.True(t, ok)
			}
			v, ok := next()
			assert.Zero(t, v)
			assert.False(t, ok)
			assert.True(t, more)
			stop()

			next, stop = greenlet.PullSeq(seq(3, &more))
			_, _ = next()
			stop()
			assert.False(t, more, "yield returns false when it is stopped")
			_, ok = next()
			assert.False(t, ok)
			stop()

			_, stop = greenlet.PullSeq(seq(3, &more))
			more = true
			stop()
			assert.True(t, more, "one that has not started does not run")
		})
	}
}

func TestPullSeqAllocations(t *testing.T) {
	more := false
	next, stop := greenlet.PullSeq((&pushed{n: 1 << 30, more: &more}).value())
	defer stop()
	_, _ = next()
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = next() }))
}

func BenchmarkPullSeq(b *testing.B) {
	more := false
	next, stop := greenlet.PullSeq((&pushed{n: 1 << 30, more: &more}).value())
	defer stop()
	for b.Loop() {
		_, _ = next()
	}
}

func BenchmarkPullSeqPlain(b *testing.B) {
	more := false
	f := (&pushed{n: 1 << 30, more: &more}).value()
	next, stop := greenlet.PullSeq(func(yield func(int) bool) { f(yield) })
	defer stop()
	for b.Loop() {
		_, _ = next()
	}
}
