package sim

import (
	"fmt"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
)

// planned are the kinds that a plan may have, in the order in which they begin.
var planned = []Kind{
	Lose, Duplicate, Delay, Reset, FailSync, FailWrite, FailRead, Full, Rot, Bug,
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
