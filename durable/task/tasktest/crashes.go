// Package tasktest runs durable tasks where everything breaks.
package tasktest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/going-green/greenlet/durable/memory"
	"github.com/going-green/greenlet/durable/task"
	"github.com/going-green/greenlet/hub/file"
	"github.com/going-green/greenlet/hub/sim"
)

//go:generate go tool greenlet

// Crashes runs use as the program of a simulated machine with a store on its disk, with so many seeds: its process is killed, the
// power is lost with what was not synced, writes and syncs fail, at times that the seed draws. Each time that the machine is
// up again use is called anew, with a runner over what the store has kept, until it returns nil: then all must be as it
// should, which is for use to say by an error that is a [Wrong]. Other errors have the machine start again, as long as things break. use is a
// resumable function, and starts its tasks each time; it must share nothing that it writes between seeds.
func Crashes(t *testing.T, seeds int, use func(r *task.Runner) error) {
	t.Helper()
	s := sim.Simulation{
		Plan: &sim.Plan{
			For: 3 * time.Second, Recovery: 1000 * time.Hour,
			Kinds: []sim.Kind{sim.Crash, sim.PowerLoss, sim.Pause, sim.Slow, sim.FailSync, sim.FailWrite, sim.FailRead, sim.Full},
		},
		Start: func(n *sim.Network) func() error {
			m := &machine{Network: n, use: use}
			h := n.Host("machine")
			h.Boot(func() { h.Go(m.newBootsFrame(h)) })
			n.Hub().Go(m.newCalmsFrame())
			return func() error { return m.wrong }
		},
	}
	s.Test(t, seeds)
}

// Wrong is an error that ends a seed.
type Wrong struct{ Err error }

func (w *Wrong) Error() string { return w.Err.Error() }

// Unwrap is Err.
func (w *Wrong) Unwrap() error { return w.Err }

// Wrongf makes one.
func Wrongf(format string, args ...any) error { return &Wrong{fmt.Errorf(format, args...)} }

type machine struct {
	*sim.Network
	use   func(r *task.Runner) error
	wrong error
	over  bool
}

// calms is a task that is there while the machine is down.
//
//greenlet:resumable
func (m *machine) calms() { m.Calm().Wait() }

//greenlet:resumable
func (m *machine) boots(h *sim.Host) {
	e, err := memory.Open(m.Hub(), file.System(h.Disk()))
	if err != nil {
		m.restart(h, err)
		return
	}
	failed := false
	r := task.NewWith(m.Hub(), e, task.Options{
		Owner: fmt.Sprint(h.Name(), m.Hub().Rand().Uint64()), Build: "b", Go: h.Go,
		OnError: func(err error) {
			if !failed {
				failed = true
				m.Hub().AfterFunc(0, func() { m.restart(h, err) })
			}
		},
	})
	switch err := m.use(r); err {
	case nil:
	default:
		var wrong *Wrong
		switch {
		case errors.As(err, &wrong) || m.Calm().IsSet() && !failed:
			m.wrong = err // nothing breaks any more
		case !failed:
			failed = true
			m.restart(h, err)
			return
		default:
			return
		}
	}
	m.over = true
	m.Calm().Wait()
	m.Shutdown()
}

func (m *machine) restart(h *sim.Host, err error) {
	if m.over {
		return
	}
	m.Hub().Tracef("%s starts again: %v", h.Name(), err)
	h.Crash()
	m.Hub().AfterFunc(50*time.Millisecond, func() {
		if !m.over {
			h.Restart()
		}
	})
}
