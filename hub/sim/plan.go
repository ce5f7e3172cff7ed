package sim

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
)

// Faults of hosts, and of the network as a whole. Each ends after a time, as a part of it; but for Skew, which lasts until
// the next, or the calm.
const (
	Crash     Kind = "crash"     // a program crashes, and boots later
	PowerLoss Kind = "powerloss" // a machine loses its power, and boots later
	Pause     Kind = "pause"     // a host is paused
	Slow      Kind = "slow"      // a host is slow
	Skew      Kind = "skew"      // a host's clock is set to another time, and goes faster or slower
	Partition Kind = "partition" // some hosts are parted from the others
	Cut       Kind = "cut"       // nothing arrives at some hosts from some
	Hold      Kind = "hold"      // what some hosts send to some arrives later, all at once
)

// planned are the kinds that a plan may have, in the order in which they begin.
var planned = []Kind{
	Lose, Duplicate, Delay, FailSync, FailWrite, FailRead, Full, Rot, Bug,
	Crash, PowerLoss, Pause, Slow, Skew, Partition, Cut, Hold,
}

// Plan has faults drawn from the seed. Each run draws which kinds are on, and how hard: that is
// swarm testing (Groce and others, 2012), which finds more than a run with everything on.
//
// A plan has two phases. In the first there are faults. Then they stop, and what they have done
// is undone: partitions heal, hosts that are down boot, clocks are put right. What the system has to
// do is to recover. What [Options] and [DiskOptions] say goes on.
//
// Crashes, and what else happens to a host, happen to those that have a program, by [Host.Boot] in Start.
type Plan struct {
	For time.Duration // how long there are faults, from the start
	// Recovery is how long the run may take from then on: longer is an error, which says
	// what tasks wait for. 0 is any time.
	Recovery time.Duration
	Kinds    []Kind // that may be on; nil: all
	// Skew is how far a clock may be wrong when it is set, in both directions, and Drift by how much
	// of the time it may gain or lose, less than 1; 0 are For, and 0.1.
	Skew  time.Duration
	Drift float64
}

func (p Plan) check() Plan {
	if p.For <= 0 || p.Recovery < 0 || p.Skew < 0 || !(p.Drift >= 0 && p.Drift < 1) {
		panic("sim: a plan of no time, or a drift of 1 or more")
	}
	if p.Kinds == nil {
		p.Kinds = planned
	}
	if p.Skew == 0 {
		p.Skew = p.For
	}
	if p.Drift == 0 {
		p.Drift = 0.1
	}
	return p
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

// Calm is an event that is set when there are no planned faults any more. Without a plan it is.
func (n *Network) Calm() *hub.Event {
	if n.calm == nil {
		n.calm = n.hub.NewEvent()
		if n.swarm == nil {
			n.calm.Set()
		}
	}
	return n.calm
}

// Shutdown crashes all hosts that are up, in the order in which they were made, for good: no plan has them boot again.
func (n *Network) Shutdown() {
	for _, h := range n.all {
		if h.life++; !h.down {
			h.Crash()
		}
	}
}

// notRecovered is the error of a run that takes too long.
func (n *Network) notRecovered(d time.Duration) error {
	var b strings.Builder
	fmt.Fprintf(&b, "sim: not recovered %v after the last fault:", d)
	for i, s := range n.hub.States() {
		if i == 10 {
			b.WriteString("\n\tand others")
			break
		}
		fmt.Fprintf(&b, "\n\t%v", s)
	}
	return fmt.Errorf("%s", b.String())
}
