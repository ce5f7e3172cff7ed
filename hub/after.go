package hub

import "time"

// Timer is a function that the loop will call. [Hub.AfterFunc] makes it.
type Timer struct {
	timer
	hub *Hub
	f   func()
}

func (t *Timer) expire() { t.f() }

// AfterFunc has the loop call f, which must not wait, when d has passed. It keeps the hub
// running until then.
func (h *Hub) AfterFunc(d time.Duration, f func()) *Timer {
	t := &Timer{hub: h, f: f}
	t.to = t
	t.start(d)
	return t
}

// Stop has the function not be called, and reports whether it would have been.
func (t *Timer) Stop() bool {
	pending := t.place != 0
	t.hub.timers.stop(&t.timer)
	return pending
}

// Reset has the function be called when d has passed from now, and at no other time.
func (t *Timer) Reset(d time.Duration) {
	t.Stop()
	t.start(d)
}

// start never starts it for a time before now: set anew where it expires, it would always
// be the first.
func (t *Timer) start(d time.Duration) {
	t.hub.timers.start(&t.timer, t.hub.in(max(d, 0)))
}
