package sim

import (
	"context"
	"io"
	"time"

	"github.com/going-green/greenlet/hub"
)

// Simulation is what is run with many seeds.
type Simulation struct {
	Options Options
	Plan    *Plan // of faults; nil is none but those of Options
	// Choice says which faults happen in all runs; the zero value has those that are drawn.
	Choice Choice
	// Start makes hosts and starts tasks. When all have ended, check, unless it is nil,
	// says what is wrong with what they have done.
	//
	// Seeds run at the same time, each on a goroutine and a hub of its own. What is to be the
	// same with the same seed must begin anew in Start, and what Start finds outside, it and
	// the tasks may only read: variables of the package, and those that it captures, maps and
	// slices in them, and pointers in the arguments of tasks. What is counted over all runs
	// is counted atomically, and no run may look at it.
	Start func(n *Network) (check func() error)
	// Checks collect what runs come to; nil is none. [Simulation.Test] fails if some is missing.
	Checks *Checks
	// Workers is how many seeds run at a time; 0 is one for each processor that Go uses.
	Workers int
	// Noise has traces tell all that happens: see [Simulation.RunFaults].
	Noise bool

	limit time.Duration // of real time, after which a run is given up; 0 is none
}

// epoch is when a simulation begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Run runs the simulation with a seed. It fails by the first panic of a task, upon which
// the others are killed, by a deadlock, or else by what its check says. A trace is written to
// w, unless it is nil: see [Simulation.RunFaults].
func (s Simulation) Run(seed uint64, w io.Writer) error {
	_, err := s.RunFaults(seed, s.Choice, w)
	return err
}

// RunFaults is [Simulation.Run] with the faults of a choice, and returns those that happened, in their order,
// also if it fails. The same seed with Only those does the same, and has the same trace with Noise.
//
// The trace tells what the program does and what happens to it, with lines of its source:
// messages, faults, what tasks panic with or are interrupted by, and [hub.Hub.Tracef]. Orders that are
// forced are in it if they were chosen: in a run that draws them there are hundreds. With
// Noise it tells what the loop and the network do, too: each wait and each order, and the segments
// without which no connection is one.
func (s Simulation) RunFaults(seed uint64, c Choice, w io.Writer) (happened []Fault, err error) {
	return s.run(seed, c, s.writes(c, w))
}

// run is RunFaults with what records it, or nil.
func (s Simulation) run(seed uint64, c Choice, r *recorder) (happened []Fault, err error) {
	h := hub.NewSeeded(epoch, seed)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { cancel(err) })
	if s.limit > 0 {
		defer time.AfterFunc(s.limit, func() { cancel(errTooLong) }).Stop()
	}
	n := newNetwork(h, s.Options, c)
	n.fail = cancel
	defer n.enter()()
	h.SetChance(n.faults.newTurns())
	r.attach(n)
	if s.Plan != nil {
		n.swarm = n.newSwarm(s.Plan.check())
	}
	if s.Checks != nil {
		defer s.Checks.add(n)
	}
	check := s.Start(n)
	if n.swarm != nil {
		n.swarm.start()
	}
	err = h.Run(ctx)
	if err == nil {
		err = context.Cause(ctx) // by the last of the tasks
	}
	if err == nil && check != nil {
		if err = check(); err == nil {
			err = context.Cause(ctx) // by an Always
		}
	}
	return n.Faults(), err
}
