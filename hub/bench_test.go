package hub

import (
	"testing"
	"time"
)

// drive runs the task of frame to the end.
func drive(b *testing.B, h *Hub, start func()) {
	b.Helper()
	b.ReportAllocs()
	start()
	if err := h.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

//greenlet:resumable
func nothing() {}

//greenlet:resumable
func spawns(h *Hub, n int) {
	for range n {
		h.Go(newNothingFrame()).Join()
	}
}

func BenchmarkSpawnJoin(b *testing.B) {
	h := New()
	drive(b, h, func() { h.Go(newSpawnsFrame(h, b.N)) })
}

//greenlet:resumable
func yields(h *Hub, n int) {
	for range n {
		h.Yield()
	}
}

func BenchmarkYield(b *testing.B) {
	h := New()
	drive(b, h, func() {
		h.Go(newYieldsFrame(h, b.N/2))
		h.Go(newYieldsFrame(h, b.N/2))
	})
}

//greenlet:resumable
func signals(mine, other *Event, n int) {
	for range n {
		mine.Wait()
		mine.Clear()
		other.Set()
	}
}

func BenchmarkEventRoundTrip(b *testing.B) {
	h := New()
	x, y := h.NewEvent(), h.NewEvent()
	x.Set()
	drive(b, h, func() {
		h.Go(newSignalsFrame(x, y, b.N))
		h.Go(newSignalsFrame(y, x, b.N))
	})
}

//greenlet:resumable
func fills(q *Queue[int], n int) {
	for i := range n {
		q.Put(i)
	}
	q.Close()
}

//greenlet:resumable
func drains(q *Queue[int]) {
	for _, ok := q.Get(); ok; _, ok = q.Get() {
	}
}

func benchmarkQueue(b *testing.B, size int) {
	h := New()
	q := NewQueue[int](h, size)
	drive(b, h, func() {
		h.Go(newFillsFrame(q, b.N))
		h.Go(newDrainsFrame(q))
	})
}

func BenchmarkQueue100(b *testing.B)   { benchmarkQueue(b, 100) }
func BenchmarkRendezvous(b *testing.B) { benchmarkQueue(b, 0) }

//greenlet:resumable
func naps(h *Hub, n int, d time.Duration) {
	for range n {
		h.Sleep(d)
	}
}

// BenchmarkSleep has 1,000 tasks sleep by turns, in simulated time.
func BenchmarkSleep(b *testing.B) {
	h := NewSimulated(time.Time{})
	drive(b, h, func() {
		for i := range 1000 {
			h.Go(newNapsFrame(h, b.N/1000, time.Duration(i+1)))
		}
	})
}
