package hub

import (
	"slices"
	"time"
)

// What follows is for who simulates machines of which each has tasks of the hub: they may be
// paused, and have clocks of their own.

// SetHold has hold asked about each task that is about to run: one for which it returns true
// does not until [Hub.Release]. That is called in the loop, before each turn. It must not wait. nil ends it. It panics unless the hub has
// a seed. When the context of Run is done all run.
func (h *Hub) SetHold(hold func(*Task) bool) {
	if h.chance == nil {
		panic("hub: SetHold of a hub without a seed")
	}
	h.hold = hold
}

// Release has a task run that is held. hold is not asked again about this turn of it. It does
// nothing if the task is not held.
func (h *Hub) Release(t *Task) {
	if i := slices.Index(h.held, t); i >= 0 {
		h.held = slices.Delete(h.held, i, i+1)
		h.released = append(h.released, t)
		h.ready.push(t)
	}
}

// holdBack takes those out of the tasks that are ready that hold wants.
func (h *Hub) holdBack() {
	if h.hold == nil || h.ctx.Err() != nil {
		for len(h.held) > 0 {
			h.Release(h.held[0])
		}
		h.released = nil
		return
	}
	for range h.ready.n {
		if t := h.ready.pop(); t.done || slices.Contains(h.released, t) || !h.hold(t) {
			h.ready.push(t)
		} else {
			h.held = append(h.held, t)
		}
	}
	h.released = h.released[:0]
}

// LocalClock is a clock that goes wrong.
type LocalClock interface {
	// Now is what it shows at a time.
	Now(at time.Time) time.Time
	// Takes is how long it takes until d has passed by it.
	Takes(d time.Duration) time.Duration
}

// SetClocks has each task go by the clock that of returns for it, unless that is nil: what it
// gets from [Hub.Now], and what it sets timers, timeouts and deadlines by. A timer that is set
// stays as it is. What the loop calls, and who is none of the tasks, goes by the hub's.
func (h *Hub) SetClocks(of func(*Task) LocalClock) { h.clocks = of }

// local is the clock of the task that runs, or nil if that is the hub's.
func (h *Hub) local() LocalClock {
	if h.clocks == nil || h.running == nil {
		return nil
	}
	return h.clocks(h.running)
}

// in is when d will have passed, by the clock of the task that runs.
func (h *Hub) in(d time.Duration) time.Time {
	if c := h.local(); c != nil {
		d = c.Takes(d)
	}
	return h.clock.Now().Add(d)
}
