package greenlet_test

import (
	"iter"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"
)

// What a switch of a section costs, over what it is made of.

func BenchmarkSection(b *testing.B) {
	b.Run("iter.Pull", func(b *testing.B) {
		next, stop := iter.Pull(func(yield func(int) bool) {
			for i := 0; yield(i); i++ {
			}
		})
		defer stop()
		for b.Loop() {
			next()
		}
	})
	b.Run("YieldIn", func(b *testing.B) {
		next, stop := greenlet.PullOf[int](greenlet.OnStack, func(s greenlet.Section) {
			for i := 0; ; i++ {
				greenlet.YieldIn(s, i)
			}
		})
		defer stop()
		b.ReportAllocs()
		for b.Loop() {
			next()
		}
	})
	for name, depth := range map[string]int{"Yield": 0, "YieldBelow20": 20} {
		b.Run(name, func(b *testing.B) {
			next, stop := greenlet.PullOf[int](greenlet.OnStack, func(greenlet.Section) { yieldBelow(depth) })
			defer stop()
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
		})
	}
	b.Run("NewIterPull", func(b *testing.B) {
		for b.Loop() {
			next, stop := iter.Pull(func(yield func(int) bool) { yield(1) })
			next()
			stop()
		}
	})
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			next, stop := greenlet.PullOf[int](greenlet.FrameOf(greenlet.OnStack, yieldOne))
			next()
			stop()
		}
	})
	b.Run("Again", func(b *testing.B) { // one that is there, run once more
		next, stop := greenlet.PullOf[int](greenlet.FrameOf(greenlet.OnStack, func(s greenlet.Section) {
			for {
				greenlet.CallIn(s, greenlet.FrameOf(greenlet.OnStack, yieldOne))
			}
		}))
		defer stop()
		b.ReportAllocs()
		for b.Loop() {
			next()
		}
	})
}

func yieldOne(s greenlet.Section) { greenlet.YieldIn(s, 1) }

//go:noinline
func yieldBelow(depth int) {
	if depth > 0 {
		//lint:ignore SA5007 it ends at depth 0
		yieldBelow(depth - 1)
		return
	}
	for {
		greenlet.Yield(1)
	}
}
