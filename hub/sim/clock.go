package sim

import (
	"fmt"
	"time"

	"github.com/going-green/greenlet/hub"
)

// clock is that of a host, which goes wrong.
type clock struct {
	set   time.Time // when it was, by the hub's
	shown time.Time // then
	rate  float64
}

func (c *clock) Now(at time.Time) time.Time {
	return c.shown.Add(time.Duration(float64(at.Sub(c.set)) * c.rate))
}

func (c *clock) Takes(d time.Duration) time.Duration { return time.Duration(float64(d) / c.rate) }

// SetClock sets the host's clock: it is ahead of the hub's by a time, which may be negative, and from
// now on it goes at a rate of that: 1 is right, and 1.01 gains 14 minutes a day. Tasks
// of the host get it from [hub.Hub.Now], and the times for which they sleep or wait, and their timeouts and deadlines, pass by it; those
// that are set already stay as they are. The network goes by the hub's clock. It panics if the rate is not
// positive.
func (h *Host) SetClock(ahead time.Duration, rate float64) {
	if !(rate > 0) {
		panic(fmt.Sprintf("sim: a clock with the rate %v", rate))
	}
	n := h.net
	now := n.now()
	h.clock = &clock{now, now.Add(ahead), rate}
	if ahead == 0 && rate == 1 {
		h.clock = nil
	}
	n.hub.Tracef("network has the clock of %s %v ahead with the rate %v", h.name, ahead, rate)
	n.skewed = true
	n.hub.SetClocks(n.clockOf)
}

// Now is what the host's clock shows.
func (h *Host) Now() time.Time {
	now := h.net.now()
	if h.clock != nil {
		return h.clock.Now(now)
	}
	return now
}

// clockOf is the clock of a task, or nil if it is right.
func (n *Network) clockOf(t *hub.Task) hub.LocalClock {
	if h := n.tasks[t].host; h != nil && h.clock != nil && !n.kernel {
		return h.clock
	}
	return nil
}

// now is the hub's time, whoever asks.
func (n *Network) now() time.Time {
	if !n.skewed {
		return n.hub.Now()
	}
	defer n.byHub()()
	return n.hub.Now()
}

// byHub has all go by the hub's clock, until the function that it returns is called: what the
// network does for a task is not done by the clock of the task's host.
func (n *Network) byHub() (end func()) {
	before := n.kernel
	n.kernel = true
	return func() { n.kernel = before }
}

// after calls f when d has passed by the hub's clock.
func (n *Network) after(d time.Duration, f func()) *hub.Timer {
	if !n.skewed {
		return n.hub.AfterFunc(d, f)
	}
	defer n.byHub()()
	return n.hub.AfterFunc(d, f)
}

// reset is [hub.Timer.Reset] by the hub's clock.
func (n *Network) reset(t *hub.Timer, d time.Duration) {
	if n.skewed {
		defer n.byHub()()
	}
	t.Reset(d)
}
