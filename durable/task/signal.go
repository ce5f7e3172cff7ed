package task

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/going-green/greenlet/durable/engine"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Signal is a name by which tasks are sent values of type T:
//
//	var approve = task.Signal[bool]("approve")
//
// Those that a task does not wait for yet are kept for it, in the order in which they came. They are sent
// as JSON.
type Signal[T any] string

func (s Signal[T]) topic() string { return "signal:" + string(s) }

// Wait returns the first value that was sent to the task and not taken. If none comes for d it fails with [ErrTimeout];
// a d of 0 waits for as long as it takes, a negative one not at all. A value that is no T is an error.
//
//greenlet:resumable durable
func (s Signal[T]) Wait(t *Task, d time.Duration) (v T, err error) {
	until := t.until(d)
	for {
		got := greenlet.Exchange[reply, *request](t.wait(greenlet.Current(), "Wait", until, s.topic()))
		switch {
		case got.Again:
		case got.Topic == "":
			return v, ErrTimeout
		default:
			return decodeAs[T](got.Body, "the signal "+string(s))
		}
	}
}

// until is when d will have passed, or zero.
func (t *Task) until(d time.Duration) time.Time {
	t.mayUse("Wait")
	if d == 0 {
		return time.Time{}
	}
	return t.Now().Add(d)
}

// Send sends v to the task called id. What it returns nil for is committed. It may be called by any goroutine, as [Runner.Start].
//
//greenlet:resumable
func (s Signal[T]) Send(ctx context.Context, r *Runner, id string, v T) error {
	return s.SendOnce(ctx, r, id, newID(r), v)
}

// SendOnce is Send with the ID of what is sent: if the task knows that already, nothing is done. So it may be repeated if it
// is not known whether it has succeeded.
//
//greenlet:resumable
func (s Signal[T]) SendOnce(ctx context.Context, r *Runner, id, message string, v T) error {
	body, err := encodeAs(v, "the signal "+string(s))
	if err != nil {
		return err
	}
	return r.tell(ctx, engine.Message{ID: "signal:" + message, To: id, Topic: s.topic(), Body: body})
}

// SendFrom sends v from a task to another one, with the next commit. If that is not there, or has ended, nothing is done.
func (s Signal[T]) SendFrom(t *Task, id string, v T) error {
	t.mayUse("SendFrom")
	body, err := encodeAs(v, "the signal "+string(s))
	if err != nil {
		return err
	}
	t.outbox = append(t.outbox, engine.Message{ID: t.messageID(), To: id, Topic: s.topic(), Body: body})
	return nil
}

// newID is one that nothing has had.
func newID(r *Runner) string {
	if r.hub.Seeded() {
		return fmt.Sprintf("%016x", r.hub.Rand().Uint64())
	}
	return rand.Text()
}
