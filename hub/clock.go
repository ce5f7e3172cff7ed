package hub

import "time"

// Clock is the time of a hub.
type Clock interface {
	Now() time.Time
	// Sleep blocks until the time until, which may be zero for never, or until something
	// arrives in wake.
	Sleep(until time.Time, wake <-chan struct{})
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(until time.Time, wake <-chan struct{}) {
	var due <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-wake:
	case <-due:
	}
}

// simulatedClock jumps to the next time that a timer waits for, if nothing else happens.
type simulatedClock struct{ now time.Time }

func (c *simulatedClock) Now() time.Time { return c.now }

func (c *simulatedClock) Sleep(until time.Time, wake <-chan struct{}) {
	if until.IsZero() {
		<-wake
		return
	}
	select {
	case <-wake: // by a post, which has its turn first
	default:
		c.now = until
	}
}

// NewSimulated makes a hub whose clock starts at start and jumps to the next timer
// when all tasks wait: a day of sleeping passes at once, and the same program does the
// same each time, unless other goroutines take part.
func NewSimulated(start time.Time) *Hub { return newHub(&simulatedClock{start}) }

// Simulated reports whether the clock jumps, as that of [NewSimulated] and [NewSeeded] does: what takes time on
// another goroutine takes none by it.
func (h *Hub) Simulated() bool {
	_, jumps := h.clock.(*simulatedClock)
	return jumps
}
