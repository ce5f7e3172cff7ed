package hub

import (
	"iter"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// All is the values of the queue as Get takes them, until it is closed and empty.
//
//greenlet:resumable
func (q *Queue[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for v, ok := q.Get(); ok && yield(v); v, ok = q.Get() {
		}
	}
}

// Close ends the queue: what is in it can be taken still. Those that wait in Put panic.
func (q *Queue[T]) Close() {
	q.closed = true
	q.getters.wakeAll()
	q.putters.wakeAll()
	q.peekers.wakeAll()
	q.links.fire()
}

// CloseNow is Close, and takes out what is in the queue. These values count as done.
func (q *Queue[T]) CloseNow() (left []T) {
	for q.values.n > 0 {
		left = append(left, q.values.pop())
	}
	q.Close()
	q.done(len(left))
	return left
}

// Closed reports whether the queue is closed.
func (q *Queue[T]) Closed() bool { return q.closed }

// TaskDone says that what was to be done with a value that was taken has been done. It
// panics if there are more of it than of values put.
func (q *Queue[T]) TaskDone() {
	if q.undone == 0 {
		panic("hub: TaskDone without a value put")
	}
	q.done(1)
}

func (q *Queue[T]) done(n int) {
	q.undone -= n
	if q.undone == 0 {
		q.joiners.wakeAll()
	}
}

// Join waits until TaskDone has been called for each value that was put.
//
//greenlet:resumable
func (q *Queue[T]) Join() {
	if q.undone > 0 {
		q.hub.park(greenlet.Current(), &q.joiners, forWork).Switch()
		q.hub.awake(greenlet.Current())
	}
}

// JoinFor is Join that gives up after d: it reports whether all is done.
//
//greenlet:resumable
func (q *Queue[T]) JoinFor(d time.Duration) bool {
	if q.undone == 0 {
		return true
	}
	q.hub.parkFor(greenlet.Current(), &q.joiners, d, forWork).Switch()
	q.hub.awake(greenlet.Current())
	return q.hub.granted()
}
