package sim

import "time"

// link is the way from one host to another.
type link struct {
	ends
	net                    *Network
	cut                    bool
	lose, duplicate, delay *chances
	sent                   chances // counts messages: how long each takes is drawn
}

type ends struct{ from, to *Host }

func (n *Network) link(from, to *Host) *link {
	e := ends{from, to}
	l := n.links[e]
	if l == nil {
		where := from.name + ">" + to.name
		l = &link{
			ends: e, net: n, lose: n.faults.chances(Lose, where),
			duplicate: n.faults.chances(Duplicate, where), delay: n.faults.chances(Delay, where),
			sent: *n.faults.chances("latency", where),
		}
		n.links[e] = l
		n.linked = append(n.linked, l)
	}
	return l
}

// latency draws how long the next message takes.
func (l *link) latency() time.Duration {
	if l.from == l.to {
		return 0
	}
	l.sent.n++
	return l.net.o.Latency + l.sent.drawn(0).part(l.net.o.Jitter)
}
