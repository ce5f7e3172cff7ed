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
func (h *Hub) Sleep(d time.Duration) { h.sleepFor(greenlet.Current(), d).Switch() }

// SleepUntil is Sleep up to a time.
//
//greenlet:resumable
func (h *Hub) SleepUntil(at time.Time) {
	h.sleepFor(greenlet.Current(), at.Sub(h.clock.Now())).Switch()
}

// Yield lets the tasks that are ready run first.
//
//greenlet:resumable
func (h *Hub) Yield() { h.sleepFor(greenlet.Current(), 0).Switch() }

func (h *Hub) sleepFor(g *greenlet.Greenlet, d time.Duration) (loop *greenlet.Greenlet) {
	if d > 0 {
		return h.parkFor(g, nil, d, forTime)
	}
	t := h.waits(g, granted, forTurn)
	if t != nil {
		h.ready.push(t)
	}
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
	t := h.current(forTimeout)
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
