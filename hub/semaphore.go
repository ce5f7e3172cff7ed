package hub

import (
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Semaphore admits so many tasks at a time. Make it with [Hub.NewSemaphore] or
// [Hub.NewBoundedSemaphore].
type Semaphore struct {
	hub     *Hub
	free    int
	bound   int // of free; less than 0 if there is none
	waiting waiters
	links   links
}

// NewSemaphore makes a semaphore that admits n, and one more for each Release: who releases
// need not have acquired. It panics if n is negative.
func (h *Hub) NewSemaphore(n int) *Semaphore {
	if n < 0 {
		panic("hub: NewSemaphore of a negative number")
	}
	return &Semaphore{hub: h, free: n, bound: -1}
}

// NewBoundedSemaphore makes a semaphore that never admits more than n at a time: one Release
// more than there were Acquires is a panic. So is a negative n.
func (h *Hub) NewBoundedSemaphore(n int) *Semaphore {
	if n < 0 {
		panic("hub: NewBoundedSemaphore of a negative number")
	}
	return &Semaphore{hub: h, free: n, bound: n}
}

// Free is how many more tasks would be admitted.
func (s *Semaphore) Free() int { return s.free }

// Acquire waits until the semaphore admits the task. They are admitted in order.
//
//greenlet:resumable
func (s *Semaphore) Acquire() {
	if !s.TryAcquire() {
		s.hub.park(greenlet.Current(), &s.waiting, forSemaphore).Switch()
		s.hub.awake(greenlet.Current())
	}
}

// AcquireFor is Acquire that gives up after d: it reports whether the task is admitted.
//
//greenlet:resumable
func (s *Semaphore) AcquireFor(d time.Duration) bool {
	if s.TryAcquire() {
		return true
	}
	s.hub.parkFor(greenlet.Current(), &s.waiting, d, forSemaphore).Switch()
	s.hub.awake(greenlet.Current())
	return s.hub.granted()
}

// TryAcquire is Acquire that does not wait.
func (s *Semaphore) TryAcquire() bool {
	if s.free == 0 {
		return false
	}
	s.free--
	return true
}

// Release lets the next one in: the semaphore is handed over to the first that waits, so
// that nobody comes before it. It panics if the semaphore is bounded, and there are more of it
// than of Acquire.
func (s *Semaphore) Release() {
	if s.waiting.wakeOne() != nil {
		return
	}
	if s.free == s.bound {
		panic("hub: Release without Acquire")
	}
	s.free++
	s.links.fire()
}
