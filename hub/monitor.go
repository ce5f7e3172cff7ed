package hub

import (
	"fmt"
	"sync"
	"time"
)

// Blocked is a task that keeps the loop from turning.
type Blocked struct {
	Task  string        // as its String has it; "the loop" if it is a function that was posted, or a timer's
	For   time.Duration // that it is known to
	Ended bool          // it does no longer
	Func  string        // the innermost call that is not the standard library's, and its position
	Stack string        // of the goroutine, as Go prints it
}

func (b Blocked) String() string {
	if b.Ended {
		return fmt.Sprintf("hub: %s has blocked the others for %v in %s", b.Task, b.For, b.Func)
	}
	return fmt.Sprintf("hub: %s has been blocking the others for %v in %s", b.Task, b.For, b.Func)
}

// Monitor starts a goroutine that looks whether the loop turns, until stop is called. When
// one task has run for longer than threshold, the others blocked, report is called, and
// again when it has ended. The same goes for a function that the loop calls itself. Report
// is called on that goroutine, and may not call stop.
//
// How long is known to a quarter of threshold, in real time. To report stops all goroutines for
// as long as it takes to print their stacks; else the loop loses some nanoseconds with each
// task that it resumes.
//
// Monitor and stop are for the loop's goroutine. Monitor panics if threshold is not
// positive.
func (h *Hub) Monitor(threshold time.Duration, report func(Blocked)) (stop func()) {
	if threshold <= 0 {
		panic("hub: Monitor with a threshold that is not positive")
	}
	m := h.newMonitor(threshold, report)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticks := time.NewTicker(max(threshold/4, 1))
		defer ticks.Stop()
		for {
			select {
			case <-end:
				return
			case <-ticks.C:
				m.look(time.Now())
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(end)
		<-ended
		m.observer.monitors--
		h.overlook()
	})
}

// monitor looks on from another goroutine.
type monitor struct {
	hub       *Hub
	observer  *observer
	threshold time.Duration
	report    func(Blocked)

	// A task that is resumed once more is so in a later turn: turn and who together
	// are one stay in it.
	turn  uint64
	who   *Task
	since time.Time
	told  *Blocked // of that stay
}

func (h *Hub) newMonitor(threshold time.Duration, report func(Blocked)) *monitor {
	o := h.observe()
	o.monitors++
	if h.running != nil {
		o.who.Store(h.running)
	}
	return &monitor{hub: h, observer: o, threshold: threshold, report: report}
}

// look sees what has changed up to now.
func (m *monitor) look(now time.Time) {
	switch lasts := m.lasts(); {
	case !lasts:
		if m.told != nil {
			m.told.For, m.told.Ended = now.Sub(m.since), true
			m.report(*m.told)
		}
		m.turn, m.who, m.since, m.told = m.observer.turn.Load(), m.observer.who.Load(), now, nil
	case m.who == nil, m.told != nil, now.Sub(m.since) < m.threshold:
	default:
		b := Blocked{Task: "the loop", For: now.Sub(m.since), Stack: goStack(m.hub.goroutine.Load())}
		if m.who != &theLoop {
			b.Task = m.who.String()
		}
		if !m.lasts() {
			return // the stack may be of another
		}
		b.Func = innermost(b.Stack)
		m.told = &b
		m.report(b)
	}
}

// lasts reports whether the same goes on as when it was looked last.
func (m *monitor) lasts() bool {
	return m.observer.turn.Load() == m.turn && m.observer.who.Load() == m.who
}
