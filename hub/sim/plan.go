package sim

import (
	"context"
	"io"
	"time"

	"github.com/going-green/greenlet/hub"
)

// Plan has faults drawn from the seed. Each run draws which kinds are on, and how hard: that is
// swarm testing (Groce and others, 2012), which finds more than a run with everything on.
//
// A plan has two phases. In the first there are faults. Then they stop, and what they have done
// is undone: partitions heal, hosts that are down boot, clocks are put right. What the system has to
// do is to recover.
type Plan struct {
	For time.Duration // how long there are faults, from the start
	// Recovery is how long the run may take from then on; longer is an error. 0 is any time.
	Recovery time.Duration
	Kinds    []Kind // that may be on; nil: all
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
	n := newNetwork(h, s.Options, c)
	h.SetChance(n.faults.newTurns())
	r.attach(n)
	check := s.Start(n)
	if err = h.Run(ctx); err == nil && check != nil {
		err = check()
	}
	return n.Faults(), err
}
