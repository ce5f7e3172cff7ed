package hub

import "time"

// Queue hands values from tasks to tasks, in order. Make it with [NewQueue]. One with room
// for nothing is a rendezvous: who puts waits until the value is taken.
type Queue[T any] struct {
	hub     *Hub
	values  []T
	size    int // less than 0: any number
	closed  bool
	getters waiters
	putters waiters
	// What is handed over goes by the tasks, so that nobody comes in between.
	given map[*Task]T // to getters
	held  map[*Task]T // by putters
}

// NewQueue makes a queue that holds up to size values; any number if size is negative.
func NewQueue[T any](h *Hub, size int) *Queue[T] {
	return &Queue[T]{hub: h, size: size, given: map[*Task]T{}, held: map[*Task]T{}}
}

// Len is the number of values in the queue.
func (q *Queue[T]) Len() int { return len(q.values) }

// Put puts v at the end, and waits if the queue is full until there is room. It panics if
// the queue is closed.
//
//greenlet:resumable
func (q *Queue[T]) Put(v T) {
	if !q.TryPut(v) {
		q.wait(v)
	}
}

// wait is Put to a full queue. It is apart since a function that defers takes a frame
// even if it does not wait.
//
//greenlet:resumable
func (q *Queue[T]) wait(v T) {
	t := q.hub.current("room in a queue")
	q.held[t] = v
	defer delete(q.held, t) // unless it is taken: the task is interrupted, or the queue closed
	q.hub.park(&q.putters, "room in a queue")
	if _, ok := q.held[t]; ok {
		panic("hub: Put to a closed queue")
	}
}

// TryPut is Put that does not wait: it reports whether there was room.
func (q *Queue[T]) TryPut(v T) bool {
	if q.closed {
		panic("hub: Put to a closed queue")
	}
	if t := q.getters.wakeOne(); t != nil {
		q.given[t] = v
		return true
	}
	if q.size >= 0 && len(q.values) >= q.size {
		return false
	}
	q.values = append(q.values, v)
	return true
}

// Get takes the first value, and waits for one. ok is false if the queue is closed and
// empty.
//
//greenlet:resumable
func (q *Queue[T]) Get() (v T, ok bool) {
	if v, ok = q.TryGet(); ok || q.closed {
		return v, ok
	}
	q.hub.park(&q.getters, "a value in a queue")
	return q.received()
}

// GetFor is Get that gives up after d, with an ok of false.
//
//greenlet:resumable
func (q *Queue[T]) GetFor(d time.Duration) (v T, ok bool) {
	if v, ok = q.TryGet(); ok || q.closed {
		return v, ok
	}
	q.hub.parkFor(&q.getters, d, "a value in a queue")
	return q.received()
}

// received is what the running task has been given.
func (q *Queue[T]) received() (v T, ok bool) {
	t := q.hub.running
	v, ok = q.given[t]
	delete(q.given, t)
	return v, ok
}

// TryGet is Get that does not wait.
func (q *Queue[T]) TryGet() (v T, ok bool) {
	if len(q.values) > 0 {
		var zero T
		v, q.values[0] = q.values[0], zero
		q.values = q.values[1:]
		if w, ok := q.take(); ok {
			q.values = append(q.values, w)
		}
		return v, true
	}
	return q.take()
}

// take takes the value of the first task that waits for room.
func (q *Queue[T]) take() (v T, ok bool) {
	t := q.putters.wakeOne()
	if t == nil {
		return v, false
	}
	v = q.held[t]
	delete(q.held, t)
	return v, true
}

// Close ends the queue: what is in it can be taken still.
func (q *Queue[T]) Close() {
	q.closed = true
	q.getters.wakeAll()
	q.putters.wakeAll()
}
