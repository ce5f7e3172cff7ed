package sim

import (
	"math"
	"slices"
	"time"

	"github.com/going-green/greenlet/hub"
)

// swarm is a plan as a run has drawn it.
type swarm struct {
	Plan
	net    *Network
	fierce map[Kind]float64 // how hard kinds are that are on, from 0 to 1; never ranged over
	hosts  []*Host          // with a program
	rotten *Host            // whose disk may rot: what all have lost nobody can have
	ends   []*effect        // that are to be undone
	timers []*hub.Timer
	over   bool
}

// effect is a fault that goes on.
type effect struct{ undo func() }

// newSwarm draws which kinds are on.
func (n *Network) newSwarm(p Plan) *swarm {
	s := &swarm{Plan: p, net: n, fierce: map[Kind]float64{}}
	for _, k := range planned {
		c := n.faults.chances("plan", string(k))
		on := c.drawn(0).float() < 0.5 && slices.Contains(p.Kinds, k)
		if !on && !n.faults.lists(k) {
			continue
		}
		f := c.drawn(1).float()
		s.fierce[k] = f
		switch k {
		case Lose, Duplicate, Delay, FailSync, FailWrite, FailRead, Full:
			n.faults.hard[k] = 0.001 * math.Pow(100, f)
		case Reset:
			n.faults.hard[k] = 0.0002 * math.Pow(100, f)
		case Rot:
			n.faults.hard[k] = 0.01 * math.Pow(30, f)
		case Bug:
			n.faults.hard[k] = 0.01 * math.Pow(50, f)
		}
	}
	return s
}

// start begins with the faults, when all hosts are there.
func (s *swarm) start() {
	for _, h := range s.net.all {
		if h.boot != nil {
			s.hosts = append(s.hosts, h)
		}
	}
	if len(s.hosts) > 0 {
		s.rotten = s.hosts[s.net.faults.chances("plan", "rotten").drawn(0).below(len(s.hosts))]
	}
	for _, k := range planned {
		f, on := s.fierce[k]
		if !on {
			continue
		}
		often := math.Pow(8, f) // times that it happens, on the average
		switch k {
		case Crash, PowerLoss, Pause, Slow, Skew:
			for _, h := range s.hosts {
				s.next(s.net.faults.chances(k, h.name), often, func(c *chances) (undo func()) { return s.befalls(k, h, c) })
			}
		case Partition, Cut, Hold:
			s.next(s.net.faults.chances(k, ""), often, func(c *chances) (undo func()) { return s.severs(k, c) })
		}
	}
	s.after(s.For, s.stop)
	if s.Recovery > 0 {
		s.after(s.For+s.Recovery, func() { s.net.fail(s.net.notRecovered(s.Recovery)) })
	}
}

// after has f called by a timer that keeps no run going whose tasks have ended.
func (s *swarm) after(d time.Duration, f func()) {
	s.timers = append(s.timers, s.net.after(d, func() {
		if s.idle() {
			for _, t := range s.timers {
				t.Stop()
			}
			return
		}
		f()
	}))
}

// idle reports whether all is over: no task is there, and none will come by the end of a fault.
func (s *swarm) idle() bool { return len(s.ends) == 0 && s.net.hub.Stats().Alive == 0 }

// next has the next fault at c happen some time. When and how long it is is drawn for each
// whether it happens or not: so they come at the same times with fewer of them.
func (s *swarm) next(c *chances, often float64, begin func(*chances) (undo func())) {
	c.n++
	gap := time.Duration(-math.Log(1-c.drawn(1).float()) * float64(s.For) / often)
	lasts := 1 + c.drawn(2).part(c.drawn(3).part(s.For/2))
	s.after(gap, func() {
		if s.over {
			return
		}
		var e *effect
		if c.decide(c.n, 1) {
			e = &effect{begin(c)}
			s.ends = append(s.ends, e)
		}
		s.after(lasts, func() {
			if e != nil && c.at.kind != Skew { // a clock stays wrong
				s.end(e)
			}
			if !s.over {
				s.next(c, often, begin)
			}
		})
	})
}

// end undoes e, unless it has been.
func (s *swarm) end(e *effect) {
	if i := slices.Index(s.ends, e); i >= 0 {
		s.ends = slices.Delete(s.ends, i, i+1)
		e.undo()
	}
}

// stop ends all faults.
func (s *swarm) stop() {
	s.over = true
	s.net.hub.Tracef("faults stop")
	clear(s.net.faults.hard)
	for len(s.ends) > 0 {
		s.end(s.ends[0])
	}
	s.net.Calm().Set()
}

// befalls has a host have a fault.
func (s *swarm) befalls(k Kind, h *Host, c *chances) (undo func()) {
	switch k {
	case Crash, PowerLoss:
		if h.down {
			return func() {}
		}
		if k == Crash {
			h.Crash()
		} else {
			h.LosePower()
		}
		life := h.life
		return func() {
			if h.life == life { // nobody else has had it crash since
				h.Restart()
			}
		}
	case Pause:
		h.Pause()
		return h.Resume
	case Slow:
		o := s.net.o
		h.Slow(c.drawn(4).part(time.Millisecond + 10*(o.Latency+o.Jitter)))
		return func() { h.Slow(0) }
	}
	ahead := c.drawn(4).part(2*s.Skew) - s.Skew
	rate := 1 + s.Drift*(2*c.drawn(5).float()-1)
	h.SetClock(ahead, rate)
	return func() { h.SetClock(0, 1) }
}

// severs has some hosts not hear of some others.
func (s *swarm) severs(k Kind, c *chances) (undo func()) {
	var one, other []*Host
	for i, h := range s.net.all {
		if c.drawn(uint64(4+i)).float() < 0.5 {
			one = append(one, h)
		} else {
			other = append(other, h)
		}
	}
	var links []*link
	notes := func(l *link) {
		already := l.cut
		if k == Hold {
			already = l.holds
		}
		if !already {
			links = append(links, l)
		}
	}
	s.net.between(one, other, notes)
	switch k {
	case Hold:
		s.net.Hold(one, other)
		return func() {
			for _, l := range links {
				if l.holds {
					l.release()
				}
			}
		}
	case Cut:
		s.net.Cut(one, other)
	default:
		s.net.between(other, one, notes)
		s.net.Partition(one, other)
	}
	return func() {
		for _, l := range links {
			l.cut = false
		}
		s.net.hub.Tracef("network heals what was parted by %v", c.at.kind)
	}
}
