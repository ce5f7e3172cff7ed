package hub

import (
	"context"
	"fmt"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Sleep waits for d. With a d of 0 or less it lets the others that are ready run first.
//
//greenlet:resumable
func (h *Hub) Sleep(d time.Duration) {
	h.sleepFor(greenlet.Current(), d).Switch()
	h.awake(greenlet.Current())
}

// SleepUntil is Sleep up to a time.
//
//greenlet:resumable
func (h *Hub) SleepUntil(at time.Time) {
	h.sleepFor(greenlet.Current(), at.Sub(h.Now())).Switch()
	h.awake(greenlet.Current())
}

// Yield lets the tasks that are ready run first.
//
//greenlet:resumable
func (h *Hub) Yield() {
	h.sleepFor(greenlet.Current(), 0).Switch()
	h.awake(greenlet.Current())
}

func (h *Hub) sleepFor(g *greenlet.Greenlet, d time.Duration) (loop *greenlet.Greenlet) {
	if d > 0 {
		return h.parkFor(g, nil, d, forTime)
	}
	h.ready.push(h.waits(g, granted, forTurn))
	return h.self
}

// Timeout is what is raised in a task by [Hub.WithTimeout].
type Timeout struct{ After time.Duration }

func (t *Timeout) Error() string { return fmt.Sprintf("hub: timeout after %v", t.After) }

// Is reports that a Timeout is a [context.DeadlineExceeded].
func (t *Timeout) Is(err error) bool { return err == context.DeadlineExceeded }

// WithTimeout calls f. If that takes longer than d, a *Timeout is raised where f waits,
// and WithTimeout returns it. It recovers its own only: the timeouts around it pass.
// Where f has been granted what it waited for as the time runs out, it gets the Timeout
// at its next wait, or not at all.
//
//greenlet:resumable
func (h *Hub) WithTimeout(d time.Duration, f func()) (err error) {
	defer h.limit(d).leave(&err)
	f()
	return nil
}

// limit is a WithTimeout.
type limit struct {
	timer
	Timeout // which is raised
	task    *Task
}

func (h *Hub) limit(d time.Duration) *limit {
	l := &limit{Timeout: Timeout{d}, task: h.current(forTimeout)}
	l.to = l
	h.timers.start(&l.timer, h.in(d))
	return l
}

func (l *limit) expire() { l.task.interrupt(&l.Timeout) }

// leave is deferred.
func (l *limit) leave(err *error) {
	t := l.task
	t.hub.timers.stop(&l.timer)
	t.unpend(&l.Timeout)
	if v := recover(); v == any(&l.Timeout) {
		*err = &l.Timeout
	} else if v != nil {
		panic(v)
	}
}
