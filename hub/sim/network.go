package sim

import (
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/going-green/greenlet/hub"
)

//go:generate go tool greenlet

// Options say how a network is. The zero value is one that is quick and loses nothing.
// Probabilities are from 0 to 1. What a host sends to itself arrives at once, always.
type Options struct {
	Latency time.Duration // that each message takes, one way
	Jitter  time.Duration // that it takes in addition: a part of it, which is drawn
	Loss    float64       // probability that a message is lost; connections send it again
	// Duplication is the probability that a datagram arrives twice, and Reordering that
	// it is late by up to ten times Latency and Jitter. Those with Jitter overtake each
	// other anyway, and those that are sent at the same instant.
	Duplication float64
	Reordering  float64
	// Resets is the probability that a message of a connection is not passed on, and both ends get a reset
	// instead, as from a firewall that has forgotten the connection. What the other end gets may be lost: then that
	// finds out when it sends.
	Resets float64
	// Bandwidth is how many bytes a second go through one direction of a connection; 0 is
	// any number.
	Bandwidth int
	// LinkBandwidth is how many bytes a second go from one host to another, of all
	// connections and datagrams together; 0 is any number. What is more waits.
	LinkBandwidth int
	// Buffer is how many bytes a connection holds at either end of each direction, and a
	// receiver of datagrams in all; 0 is 65,536.
	Buffer int
	// Timeout is after how long a connection breaks if nothing that it sends is
	// acknowledged; 0 is two minutes.
	Timeout time.Duration
}

const (
	defaultBuffer  = 1 << 16
	defaultTimeout = 2 * time.Minute
)

func (o Options) check() Options {
	for _, p := range []float64{o.Loss, o.Duplication, o.Reordering, o.Resets} {
		if !(p >= 0 && p <= 1) {
			panic(fmt.Sprintf("sim: a probability of %v", p))
		}
	}
	if o.Latency < 0 || o.Jitter < 0 || o.Bandwidth < 0 || o.LinkBandwidth < 0 || o.Buffer < 0 || o.Timeout < 0 {
		panic("sim: options of a network may not be negative")
	}
	if o.Buffer == 0 {
		o.Buffer = defaultBuffer
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	return o
}

// Network is what hosts are connected by. It belongs to the goroutine of its hub.
type Network struct {
	hub    *hub.Hub
	o      Options
	hosts  map[string]*Host // never ranged over, nor are the others: their order is none
	all    []*Host          // in the order in which they were made
	linked []*link          // in the order in which they were made
	tasks  map[*hub.Task]owner
	begin  *Host // whose task is being started
	faults *injector
	swarm  *swarm     // nil without a plan
	calm   *hub.Event // see Calm
	checks map[string]*tally
	fail   func(error) // ends the run; nil outside of a simulation
	skewed bool        // some host's clock was set
	kernel bool        // see byHub
	stats  Stats

	recorder *recorder // nil unless the run is recorded
}

// Stats count messages: the pieces of connections, what acknowledges them, and datagrams.
type Stats struct{ Sent, Delivered, Lost, Duplicated int }

// NewNetwork makes a network of no hosts. It panics if the options make no sense.
func NewNetwork(h *hub.Hub, o Options) *Network { return newNetwork(h, o, Choice{}) }

func newNetwork(h *hub.Hub, o Options, c Choice) *Network {
	n := &Network{
		hub: h, o: o.check(), hosts: map[string]*Host{}, tasks: map[*hub.Task]owner{},
		checks: map[string]*tally{},
	}
	n.faults = n.newInjector(c)
	h.OnStart(n.started)
	return n
}

// Hub is the hub of the network.
func (n *Network) Hub() *hub.Hub { return n.hub }

// Stats are the figures since the network was made.
func (n *Network) Stats() Stats { return n.stats }

// SetOptions changes the network for what is sent from now on. It panics as NewNetwork does.
func (n *Network) SetOptions(o Options) { n.o = o.check() }

// Partition has nothing arrive any more that one side sends to the other, in both
// directions; nor what is on its way. Connections stay, and go on when it is healed, unless
// their time is over.
func (n *Network) Partition(a, b []*Host) {
	n.Cut(a, b)
	n.Cut(b, a)
}

// Cut is a Partition in one direction: what comes the other way does arrive.
func (n *Network) Cut(from, to []*Host) {
	n.between(from, to, func(l *link) {
		l.cut = true
		n.hub.Tracef("network cuts %s from %s", l.to.name, l.from.name)
	})
}

// Heal ends all partitions and cuts.
func (n *Network) Heal() {
	for _, l := range n.linked {
		l.cut = false
	}
	n.hub.Tracef("network heals")
}

// message is something on its way.
type message interface {
	fmt.Stringer
	// arrive is called in the loop, if it does.
	arrive()
	ends() (from, to *Host)
	payload() []byte
}

// send has m, which goes that way, arrive after d, unless it is lost.
func (l *link) send(m message, d time.Duration) {
	n := l.net
	n.stats.Sent++
	n.trace(sends, m)
	if l.cut || l.from != l.to && l.lose.happens(max(l.options().Loss, n.faults.hard[Lose])) {
		n.lose(m)
		return
	}
	n.after(d, func() { l.deliver(m) })
}

func (n *Network) lose(m message) {
	n.stats.Lost++
	n.trace(loses, m)
}

func (n *Network) trace(does does, m message) {
	if n.hub.Tracing() {
		n.tracef(&fate{m, does}, "network %s %v", does, m)
	}
}

// Addr is an address of a simulated network.
type Addr struct {
	Net  string // "tcp" or "udp"
	Host string
	Port int
}

// Network is that of [net.Addr].
func (a Addr) Network() string { return a.Net }

// String is host:port.
func (a Addr) String() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }
