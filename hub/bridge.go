package hub

import (
	"context"
	"errors"
	"sync/atomic"

	greenlet "github.com/going-green/greenlet/runtime"
)

// ErrClosed is the error of what is sent to a queue that is closed.
var ErrClosed = errors.New("hub: the queue is closed")

// ErrEnded is the error of who needs a hub of which Run has ended, and has not been called again.
var ErrEnded = errors.New("hub: Run has ended")

// Sender lets other goroutines put values into a queue. Its methods may be called by any.
// It keeps the hub running until it is closed.
type Sender[T any] struct {
	queue *Queue[T]
	done  func()
}

// Sender makes a sender. It is made where the hub runs, or before it does.
func (q *Queue[T]) Sender() *Sender[T] { return &Sender[T]{q, q.hub.Promise()} }

// Close says that nothing more will be sent. It does not close the queue.
func (s *Sender[T]) Close() { s.done() }

// Send puts v into the queue, and blocks the goroutine until there is room, or for the hub
// to run for the first time. If its error is not nil v has not been put: it is the cause when
// ctx is done, [ErrClosed] when the queue is closed or the hub kills all tasks, and [ErrEnded]
// when Run has ended.
func (s *Sender[T]) Send(ctx context.Context, v T) error {
	p := &sending[T]{queue: s.queue, value: v, result: make(chan error, 1)}
	ended := s.queue.hub.Ended()
	s.queue.hub.Post(p.begin)
	var why error
	select {
	case err := <-p.result:
		return err
	case <-ended:
		why = ErrEnded
	case <-ctx.Done():
		why = context.Cause(ctx)
	}
	// Where the hub has not begun with it, and may never, nobody answers.
	if p.claimed.CompareAndSwap(false, true) {
		return why
	}
	s.queue.hub.Post(p.giveUp)
	select {
	case err := <-p.result:
		if err == nil {
			return nil
		}
	case <-ended: // what it waits for, Run leaves behind
		select {
		case err := <-p.result:
			return err
		default:
			return ErrEnded
		}
	}
	return why
}

// sending is a Send that is under way.
type sending[T any] struct {
	queue   *Queue[T]
	value   T
	claimed atomic.Bool // by the hub, or by the goroutine that has given up before
	putter  *Task       // that waits for room
	done    bool
	result  chan error
}

// begin is called in the loop.
func (p *sending[T]) begin() {
	switch q := p.queue; {
	case !p.claimed.CompareAndSwap(false, true):
	case q.closed:
		p.result <- ErrClosed
	case q.TryPut(p.value):
		p.result <- nil
	default:
		p.putter = q.hub.Go(p.newPutFrame())
		p.putter.Link(p.end)
	}
}

// put waits in place of the goroutine. Unlike [Queue.Put] it does not panic.
//
//greenlet:resumable
func (p *sending[T]) put() {
	p.done = p.queue.Offer(p.value)
}

// end is called when the task has put the value, was killed, or found the queue closed.
func (p *sending[T]) end(*Task) {
	if p.done {
		p.result <- nil
	} else {
		p.result <- ErrClosed
	}
}

func (p *sending[T]) giveUp() {
	if p.putter != nil {
		p.putter.Interrupt(greenlet.Exit)
	}
}

// Receive receives from a channel, as <-ch does, while other tasks run. Where ch is ready
// it does not wait; otherwise a goroutine does until something arrives or the task is
// interrupted. A task that is interrupted in the moment in which it gets a value keeps it,
// and gets the interruption at its next wait: nothing that was sent is lost. The hub keeps
// running meanwhile. In a hub with a seed it panics instead of waiting.
//
//greenlet:resumable
func Receive[T any](h *Hub, ch <-chan T) (v T, ok bool) {
	select {
	case v, ok = <-ch:
		return v, ok
	default:
		return receive(h, ch)
	}
}

//greenlet:resumable
func receive[T any](h *Hub, ch <-chan T) (v T, ok bool) {
	r := &receiving[T]{
		task: h.current(forChannel), arrived: h.NewEvent(), quit: make(chan struct{}), got: make(chan arrival[T], 1),
	}
	if h.chance != nil {
		panic("hub: a wait for a channel in a hub with a seed, in which nobody else takes part")
	}
	done := h.Promise()
	go func() {
		defer done()
		r.got <- r.wait(ch)
		h.Post(r.arrived.Set)
	}()
	defer r.leave(&v, &ok)
	r.arrived.Wait()
	return v, ok
}

// receiving is a Receive that waits.
type receiving[T any] struct {
	task    *Task
	arrived *Event
	quit    chan struct{}
	got     chan arrival[T]
}

// arrival is what the goroutine got, unless it was to quit.
type arrival[T any] struct {
	value    T
	ok, quit bool
}

// wait is called on the goroutine.
func (r *receiving[T]) wait(ch <-chan T) arrival[T] {
	select {
	case v, ok := <-ch:
		return arrival[T]{value: v, ok: ok}
	case <-r.quit:
		return arrival[T]{quit: true}
	}
}

// leave is deferred. The goroutine answers at once: it has got something or is told to quit.
func (r *receiving[T]) leave(v *T, ok *bool) {
	thrown := recover()
	if thrown != nil {
		close(r.quit)
	}
	got := <-r.got
	if got.quit {
		panic(thrown)
	}
	if *v, *ok = got.value, got.ok; thrown != nil {
		r.task.pend(thrown)
	}
}
