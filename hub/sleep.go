package hub

import (
	"context"
	"fmt"
	"time"
)

// Sleep waits for d. With a d of 0 or less it lets the others that are ready run first.
//
//greenlet:resumable
func (h *Hub) Sleep(d time.Duration) {
	if d <= 0 {
		h.Yield()
		return
	}
	h.parkFor(nil, d, "time")
}

// SleepUntil is Sleep up to a time.
//
//greenlet:resumable
func (h *Hub) SleepUntil(at time.Time) { h.Sleep(at.Sub(h.clock.Now())) }

// Yield lets the tasks that are ready run first.
//
//greenlet:resumable
func (h *Hub) Yield() {
	t := h.current("its turn")
	t.deliver()
	h.ready.push(t)
	h.switchAway(t, granted, "its turn")
}

// parkFor is park for d at most: it reports whether the wait was granted.
//
//greenlet:resumable
func (h *Hub) parkFor(list *waiters, d time.Duration, what string) bool {
	t := h.current(what)
	t.deliver()
	t.expired = false
	t.startTimer(h.clock.Now().Add(d))
	h.park(list, what)
	return !t.expired
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
	t := h.current("a timeout")
	timeout := &Timeout{d}
	due := timer{fire: func() { t.interrupt(timeout) }}
	h.timers.start(&due, h.clock.Now().Add(d))
	defer func() {
		h.timers.stop(&due)
		t.unpend(timeout)
		if v := recover(); v == any(timeout) {
			err = timeout
		} else if v != nil {
			panic(v)
		}
	}()
	f()
	return nil
}
