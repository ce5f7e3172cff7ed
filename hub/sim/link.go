package sim

import "time"

// link is the way from one host to another.
type link struct {
	ends
	net                           *Network
	o                             *Options // its own; nil: those of the network
	cut                           bool
	holds                         bool
	held                          []message
	free                          time.Time // behind all that was sent, if it has a bandwidth
	lose, duplicate, delay, reset chances
	sent                          chances // counts messages: how long each takes is drawn
}

type ends struct{ from, to *Host }

func (n *Network) link(from, to *Host) *link {
	for len(from.ways) <= to.number {
		from.ways = append(from.ways, nil)
	}
	l := from.ways[to.number]
	if l == nil {
		where, f := from.name+">"+to.name, n.faults
		l = &link{
			ends: ends{from, to}, net: n, lose: f.at(site{Lose, where}), duplicate: f.at(site{Duplicate, where}),
			delay: f.at(site{Delay, where}), reset: f.at(site{Reset, where}), sent: f.at(site{"latency", where}),
		}
		from.ways[to.number] = l
		n.linked = append(n.linked, l)
	}
	return l
}

// options are those of the link.
func (l *link) options() *Options {
	if l.o != nil {
		return l.o
	}
	return &l.net.o
}

// latency draws how long the next message takes.
func (l *link) latency() time.Duration {
	if l.from == l.to {
		return 0
	}
	o := l.options()
	l.sent.n++
	return o.Latency + l.sent.drawn(0).part(o.Jitter)
}

// resets reports whether the connection whose message is about to go that way is reset.
func (l *link) resets() bool {
	return l.from != l.to && l.reset.happens(max(l.options().Resets, l.net.faults.hard[Reset]))
}

// through is when a message of that size is, if it is sent now.
func (l *link) through(size int) time.Time {
	now, o := l.net.now(), l.options()
	if o.LinkBandwidth == 0 || l.from == l.to {
		return now
	}
	if l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(size) * time.Second / time.Duration(o.LinkBandwidth))
	return l.free
}

// SetLink changes the way from one host to another for what is sent from now on: Latency, Jitter, Loss,
// Duplication, Reordering, Resets and both bandwidths are those of o. It panics as [NewNetwork] does.
func (n *Network) SetLink(from, to *Host, o Options) {
	o = o.check()
	n.link(from, to).o = &o
}

// Hold has nothing arrive that one side sends to the other, until [Network.Release]. What is
// on its way is held as well. Nothing is lost.
func (n *Network) Hold(from, to []*Host) {
	n.between(from, to, func(l *link) {
		l.holds = true
		n.hub.Tracef("network holds what is for %s from %s", l.to.name, l.from.name)
	})
}

// Release has all arrive now that is held, in the order in which it would have.
func (n *Network) Release() {
	for _, l := range n.linked {
		if l.holds {
			l.release()
		}
	}
}

func (l *link) release() {
	l.holds = false
	l.net.hub.Tracef("network releases %d messages for %s from %s", len(l.held), l.to.name, l.from.name)
	for i, m := range l.held {
		l.net.after(time.Duration(i), func() { l.deliver(m) })
	}
	l.held = nil
}

// between calls f for each way from one side to the other.
func (n *Network) between(from, to []*Host, f func(*link)) {
	for _, a := range from {
		for _, b := range to {
			if a != b {
				f(n.link(a, b))
			}
		}
	}
}

// deliver has m arrive, if nothing is in its way.
func (l *link) deliver(m message) {
	n := l.net
	switch {
	case l.cut || l.to.off:
		n.lose(m)
	case l.holds:
		l.held = append(l.held, m)
	default:
		n.stats.Delivered++
		n.trace(delivers, m)
		m.arrive()
	}
}
