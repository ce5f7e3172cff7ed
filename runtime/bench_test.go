package greenlet_test

import (
	"iter"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"
)

func BenchmarkCount(b *testing.B) {
	b.Run("pull", func(b *testing.B) {
		b.ReportAllocs()
		next, stop := greenlet.PullOf[int](newCountFrame(b.N))
		defer stop()
		for range b.N {
			next()
		}
	})
	b.Run("seq", func(b *testing.B) {
		b.ReportAllocs()
		for range greenlet.SeqOf[int](newCountFrame(b.N)) {
		}
	})
	b.Run("iter.Pull", func(b *testing.B) {
		b.ReportAllocs()
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := range b.N {
				if !yield(i) {
					return
				}
			}
		})
		defer stop()
		for range b.N {
			next()
		}
	})
}

func (t *tree) push(yield func(int) bool) bool {
	return t == nil || t.l.push(yield) && yield(t.v) && t.r.push(yield)
}

func BenchmarkTree(b *testing.B) {
	n := 0
	root := fullTree(16, &n)
	per := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/value") }
	b.Run("pull", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			next, stop := greenlet.PullOf[int](newWalkFrame(root))
			for _, ok := next(); ok; _, ok = next() {
			}
			stop()
		}
		per(b)
	})
	b.Run("seq", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			for range greenlet.SeqOf[int](newWalkFrame(root)) {
			}
		}
		per(b)
	})
	b.Run("iter.Pull", func(b *testing.B) {
		for range b.N {
			next, stop := iter.Pull(func(yield func(int) bool) { root.push(yield) })
			for _, ok := next(); ok; _, ok = next() {
			}
			stop()
		}
		per(b)
	})
}

func BenchmarkPing(b *testing.B) {
	b.ReportAllocs()
	var p, q *greenlet.Greenlet
	p = greenlet.New(newPingFrame(&q, b.N/2))
	q = greenlet.New(newPingFrame(&p, b.N/2))
	p.Switch()
}

type hand struct{ n, i, pc int }

//go:noinline
func (h *hand) next() (int, bool) {
	switch h.pc {
	case 0:
		h.pc = 1
		h.i = 0
	case 1:
		h.i++
	}
	if h.i < h.n {
		return h.i, true
	}
	return 0, false
}

func BenchmarkHand(b *testing.B) {
	h := &hand{n: b.N}
	next := h.next
	for range b.N {
		next()
	}
}
