package main

import (
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/going-green/greenlet/examples/replication/register"
	"github.com/going-green/greenlet/hub/sim"
)

// bug is one that is planted, or none.
type bug string

const (
	none          bug = ""
	lazyLog       bug = "an answer before its record is synced"
	staleRead     bug = "a leader that reads without asking whether it is one"
	skewedLease   bug = "a lease until a time of the clock on the wall"
	lostAtRestart bug = "a log that is overwritten at each restart"
)

// bugs are those that are planted, and where to begin with seeds: a clock has to be set back just when a leader is
// cut off, which the first thousands of seeds have not.
var bugs = []struct {
	bug   bug
	first uint64
}{{lazyLog, 1}, {staleRead, 1}, {skewedLease, 4250}, {lostAtRestart, 1}}

const (
	clients  = 3
	duration = 3 * time.Second // of faults
)

// simulation is a store of three replicas, and clients that use it while everything breaks. When nothing does any more
// each client must get an answer, and all that clients have seen must be linearizable.
func simulation(b bug) sim.Simulation {
	return sim.Simulation{
		Options: sim.Options{Latency: time.Millisecond, Jitter: time.Millisecond},
		Plan: &sim.Plan{
			For: duration, Recovery: 20 * time.Second, Skew: time.Second, Drift: 0.1,
			// All but sim.Rot: of a record that rots nobody can tell that it was not torn, and it takes
			// more than three copies and a majority to do without.
			Kinds: []sim.Kind{
				sim.Lose, sim.Duplicate, sim.Delay, sim.Partition, sim.Cut, sim.Hold, sim.Crash, sim.PowerLoss, sim.Pause, sim.Slow,
				sim.Skew, sim.FailSync, sim.FailWrite, sim.FailRead, sim.Full, sim.Bug,
			},
		},
		Start: func(n *sim.Network) func() error { return newWorld(n, b).seen.check },
	}
}

type world struct {
	*sim.Network
	replicas []net.Addr
	seen     history
	begun    [keys]int // operations, not counting reads that nobody has answered
	left     int       // clients that are not done
}

func newWorld(n *sim.Network, b bug) *world {
	w := &world{Network: n, left: clients}
	for i := range replicas {
		w.replicas = append(w.replicas, sim.Addr{Net: "udp", Host: fmt.Sprint("r", i), Port: port})
	}
	for i := range replicas {
		h := n.Host(fmt.Sprint("r", i))
		others := slices.Delete(slices.Clone(w.replicas), i, i+1)
		ends := func(err error) { w.ends(h, err) }
		h.Boot(func() { h.Go(run, n.Hub(), h, h.Disk(), uint32(i), others, b, ends) })
	}
	for i := range clients {
		h := n.Host(fmt.Sprint("c", i))
		conn, err := h.ListenPacket("udp", ":0")
		if err != nil {
			panic(err)
		}
		c := &client{world: w, asker: newAsker(n.Hub(), conn), name: h.Name(), number: uint8(i), next: uint32(i) * 1000}
		h.Go(c.newListensFrame())
		h.Go(c.newUsesFrame())
	}
	return w
}

// ends ends the program of a host, which has failed, and starts it again.
func (w *world) ends(h *sim.Host, err error) {
	w.Hub().Tracef("%s ends: %v", h.Name(), err)
	h.Crash()
	w.Hub().AfterFunc(100*time.Millisecond, func() {
		if w.left > 0 {
			h.Restart()
		}
	})
}

// client uses the store.
type client struct {
	*world
	*asker
	name   string
	number uint8
	next   uint32 // value to write
	to     int    // replica to ask, which has answered
	epoch  uint32 // in which it leads
}

//greenlet:resumable
func (c *client) listens() {
	for buf := make([]byte, 200); ; {
		n, _, err := c.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		c.answered(decode(buf[:n]))
	}
}

//greenlet:resumable
func (c *client) uses() {
	r := c.hub.Rand()
	for !c.Calm().IsSet() {
		c.hub.Sleep(time.Duration(r.Int64N(int64(150 * time.Millisecond))))
		if key := r.IntN(keys); c.begun[key] < most-2*clients {
			c.use(key, r.IntN(2) == 0)
		}
	}
	for key := range keys {
		for !c.use(key, false) {
		}
	}
	if c.left--; c.left == 0 {
		c.Shutdown()
	}
	c.conn.Close()
}

// use does an operation, and reports whether it was done. A write is tried again only if it was refused: one that
// nobody has answered may have been done, and if it was done twice that might be between another client's.
//
//greenlet:resumable
func (c *client) use(key int, writes bool) bool {
	m := message{Kind: get, From: c.number, Key: uint8(key)}
	var input any = register.Read{}
	if writes {
		c.next++
		m.Kind, m.Cell.Value = put, c.next
		input = register.Write(c.next)
	}
	o := c.seen[key].Begin(c.name, input)
	c.begun[key]++
	for range 20 {
		m.Epoch = c.epoch
		answers := c.ask(m, c.world.replicas[c.to:c.to+1], 1)
		switch {
		case len(answers) > 0 && answers[0].Kind == done:
			if writes {
				o.Done(nil)
			} else {
				o.Done(int(answers[0].Cell.Value))
			}
			return true
		case len(answers) > 0 && answers[0].Epoch > c.epoch:
			c.epoch = answers[0].Epoch
			continue
		}
		if c.to = c.hub.Rand().IntN(replicas); len(answers) == 0 && writes {
			return false
		}
		c.hub.Sleep(10 * time.Millisecond)
	}
	if !writes {
		c.begun[key]--
	}
	return false
}
