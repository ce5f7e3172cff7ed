package hub

import (
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Queue hands values from tasks to tasks. Make it with [NewQueue], [NewStack] or
// [NewPriorityQueue]. One with room for nothing is a rendezvous: who puts waits until the
// value is taken. Those that wait are served in the order in which they came; who is
// killed or gives up loses nothing that it was given, and takes along what it was to put.
type Queue[T any] struct {
	hub     *Hub
	values  store[T]
	size    int // less than 0: any number
	closed  bool
	getters waiters // only while there are no values
	putters waiters // only while there is no room
	peekers waiters
	links   links
	undone  int // values that were put, less the calls of TaskDone
	joiners waiters
}

// cell is what a task that waits in a queue hands over, or is handed. It stays with the
// task for its next wait, so that waiting does not allocate; one whose wait is interrupted
// leaves it.
type cell[T any] struct {
	value T
	full  bool
}

// NewQueue makes a queue that holds up to size values, the first put first; any number if
// size is negative.
func NewQueue[T any](h *Hub, size int) *Queue[T] { return &Queue[T]{hub: h, size: size} }

// NewStack is NewQueue for one that gives the last value first.
func NewStack[T any](h *Hub, size int) *Queue[T] {
	return &Queue[T]{hub: h, size: size, values: store[T]{last: true}}
}

// NewPriorityQueue is NewQueue for one that gives the least value first, and of equal ones
// the first that was put. What is put while it is full counts when there is room for it.
func NewPriorityQueue[T any](h *Hub, size int, less func(a, b T) bool) *Queue[T] {
	return &Queue[T]{hub: h, size: size, values: store[T]{less: less}}
}

// Len is the number of values in the queue.
func (q *Queue[T]) Len() int { return q.values.n }

// putError is what Put panics with.
type putError struct{}

func (putError) Error() string { return "hub: Put to a closed queue" }

// Is reports that it is an [ErrClosed].
func (putError) Is(err error) bool { return err == ErrClosed }

// Put puts v into the queue, and waits if that is full until there is room. It panics if
// the queue is closed, with an error that is [ErrClosed]: who can't know uses Offer.
//
//greenlet:resumable
func (q *Queue[T]) Put(v T) {
	if !q.TryPut(v) {
		q.hold(v)
		q.hub.park(greenlet.Current(), &q.putters, forRoom).Switch()
		q.hub.awake(greenlet.Current())
		q.taken()
	}
}

// Offer is Put that does not panic: it reports whether v was put, else the queue is closed.
//
//greenlet:resumable
func (q *Queue[T]) Offer(v T) bool {
	if q.closed {
		return false
	}
	if q.TryPut(v) {
		return true
	}
	q.hold(v)
	q.hub.park(greenlet.Current(), &q.putters, forRoom).Switch()
	q.hub.awake(greenlet.Current())
	_, left := q.received()
	return !left
}

// PutFor is Put that gives up after d: it reports whether v was put.
//
//greenlet:resumable
func (q *Queue[T]) PutFor(v T, d time.Duration) bool {
	if q.TryPut(v) {
		return true
	}
	q.hold(v)
	q.hub.parkFor(greenlet.Current(), &q.putters, d, forRoom).Switch()
	q.hub.awake(greenlet.Current())
	return q.taken()
}

// TryPut is Put that does not wait: it reports whether there was room.
func (q *Queue[T]) TryPut(v T) bool {
	if q.closed {
		panic(putError{})
	}
	if t := q.getters.wakeOne(); t != nil {
		q.undone++
		t.slot.(*cell[T]).give(v)
		return true
	}
	if q.size >= 0 && q.values.n >= q.size {
		return false
	}
	q.undone++
	q.values.push(v)
	q.tell(v)
	return true
}

// Get takes a value, and waits for one. ok is false if the queue is closed and empty.
//
//greenlet:resumable
func (q *Queue[T]) Get() (v T, ok bool) {
	if v, ok = q.TryGet(); ok || q.closed {
		return v, ok
	}
	q.cell(forValue)
	q.hub.park(greenlet.Current(), &q.getters, forValue).Switch()
	q.hub.awake(greenlet.Current())
	return q.received()
}

// GetFor is Get that gives up after d, with an ok of false.
//
//greenlet:resumable
func (q *Queue[T]) GetFor(d time.Duration) (v T, ok bool) {
	if v, ok = q.TryGet(); ok || q.closed {
		return v, ok
	}
	q.cell(forValue)
	q.hub.parkFor(greenlet.Current(), &q.getters, d, forValue).Switch()
	q.hub.awake(greenlet.Current())
	return q.received()
}

// TryGet is Get that does not wait.
func (q *Queue[T]) TryGet() (v T, ok bool) {
	if q.values.n == 0 {
		return q.take()
	}
	v = q.values.pop()
	if w, ok := q.take(); ok {
		q.values.push(w)
	}
	return v, true
}

// Peek is the value that Get would take. It waits for one, and leaves it there: others may
// take it before it is used. ok is false if the queue is closed and empty.
//
//greenlet:resumable
func (q *Queue[T]) Peek() (v T, ok bool) {
	if v, ok = q.TryPeek(); ok || q.closed {
		return v, ok
	}
	q.cell(forValue)
	q.hub.park(greenlet.Current(), &q.peekers, forValue).Switch()
	q.hub.awake(greenlet.Current())
	return q.received()
}

// TryPeek is Peek that does not wait.
func (q *Queue[T]) TryPeek() (v T, ok bool) {
	switch {
	case q.values.n > 0:
		return *q.values.first(), true
	case q.putters.head != nil:
		return q.putters.head.slot.(*cell[T]).value, true
	}
	return v, false
}

// tell shows v, which Get would take, to those that only wait for there to be something.
func (q *Queue[T]) tell(v T) {
	for q.peekers.head != nil {
		q.peekers.wakeOne().slot.(*cell[T]).give(v)
	}
	q.links.fire()
}

// cell is that of the running task, which is about to wait.
func (q *Queue[T]) cell(what reason) *cell[T] {
	t := q.hub.current(what)
	t.deliver()
	c, ok := t.slot.(*cell[T])
	if !ok {
		c = new(cell[T])
		t.slot = c
	}
	return c
}

// hold has the running task, which is about to wait, hold v.
func (q *Queue[T]) hold(v T) {
	q.cell(forRoom).give(v)
	q.tell(v) // if there is room for nothing; otherwise there is nobody to tell
}

// take takes the value of the first task that waits for room.
func (q *Queue[T]) take() (v T, ok bool) {
	t := q.putters.wakeOne()
	if t == nil {
		return v, false
	}
	q.undone++
	return t.slot.(*cell[T]).empty()
}

// received is what the running task has been given.
func (q *Queue[T]) received() (v T, ok bool) { return q.hub.running.slot.(*cell[T]).empty() }

// taken reports whether what the running task held has been taken.
func (q *Queue[T]) taken() bool {
	_, left := q.hub.running.slot.(*cell[T]).empty()
	if left && q.closed {
		panic(putError{})
	}
	return !left
}

func (c *cell[T]) give(v T) { c.value, c.full = v, true }

// empty takes out what is in c, if anything is.
func (c *cell[T]) empty() (v T, ok bool) {
	v, ok = c.value, c.full
	*c = cell[T]{}
	return v, ok
}
