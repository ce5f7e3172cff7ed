package hub

import (
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Future is a value, or an error, that there will be. Make it with [NewFuture].
type Future[T any] struct {
	hub     *Hub
	value   T
	err     error
	done    bool
	waiting waiters
	links   links
}

// NewFuture makes a future that has nothing yet.
func NewFuture[T any](h *Hub) *Future[T] { return &Future[T]{hub: h} }

// Set gives the future its value, and makes all tasks ready that wait for it, the first
// come first. It takes the place of what was set before.
func (f *Future[T]) Set(v T) { f.settle(v, nil) }

// SetError is Set of an error instead of a value.
func (f *Future[T]) SetError(err error) {
	var zero T
	f.settle(zero, err)
}

func (f *Future[T]) settle(v T, err error) {
	f.value, f.err, f.done = v, err, true
	f.waiting.wakeAll()
	f.links.fire()
}

// Done reports whether the future has a value or an error.
func (f *Future[T]) Done() bool { return f.done }

// Get waits for the value, or the error.
//
//greenlet:resumable
func (f *Future[T]) Get() (T, error) {
	if !f.done {
		f.hub.park(greenlet.Current(), &f.waiting, forFuture).Switch()
		f.hub.awake(greenlet.Current())
	}
	return f.value, f.err
}

// GetFor is Get that gives up after d, with a [*Timeout].
//
//greenlet:resumable
func (f *Future[T]) GetFor(d time.Duration) (T, error) {
	if !f.done {
		f.hub.parkFor(greenlet.Current(), &f.waiting, d, forFuture).Switch()
		f.hub.awake(greenlet.Current())
		if !f.hub.granted() {
			var zero T
			return zero, &Timeout{d}
		}
	}
	return f.value, f.err
}

// TryGet is Get that does not wait: ok reports whether there was something to get.
func (f *Future[T]) TryGet() (v T, ok bool, err error) { return f.value, f.done, f.err }
