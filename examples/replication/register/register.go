// Package register is a register on three replicas, of which a majority is asked, and its
// simulation.
package register

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/sim"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

var replicaNames = []string{"r1", "r2", "r3"}

const (
	port     = 7000
	majority = 2
	patience = 30 * time.Millisecond // until a question is asked again
)

// message is a datagram.
type message struct {
	kind    string // "read", "write" or "repair", answered with the same id by "value" or "done"
	id      int
	version int // 0: nothing was written yet
	value   int
}

func (m message) encode() []byte {
	return fmt.Appendf(nil, "%s %d %d %d", m.kind, m.id, m.version, m.value)
}

func decode(data []byte) (m message) {
	if _, err := fmt.Sscan(string(data), &m.kind, &m.id, &m.version, &m.value); err != nil {
		panic(err)
	}
	return m
}

// replica is one of the places of the register.
type replica struct {
	host    *sim.Host
	planted bool // the race
	version int
	value   int
}

// serve answers messages.
//
//greenlet:resumable
func serve(r *replica, h *hub.Hub) {
	c := listen(r.host, fmt.Sprint(":", port))
	buf := make([]byte, 100)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			panic(err)
		}
		m := decode(buf[:n])
		switch m.kind {
		case "read":
			m.kind, m.version, m.value = "value", r.version, r.value
		case "write", "repair":
			// It may be late. A repair is of what a reader has found missing
			// here: is that not always newer? Not when it comes late.
			if m.version > r.version || r.planted && m.kind == "repair" {
				h.Tracef("%s stores version %d in place of %d", r.host.Name(), m.version, r.version)
				r.version, r.value = m.version, m.value
			}
			m.kind = "done"
		}
		if _, err := c.WriteTo(m.encode(), from); err != nil {
			panic(err)
		}
	}
}

func listen(h *sim.Host, address string) *socket.PacketConn {
	c, err := h.ListenPacket("udp", address)
	if err != nil {
		panic(err)
	}
	return c
}

// client uses the register.
type client struct {
	host *sim.Host
	hub  *hub.Hub
	seen *sim.History
	conn *socket.PacketConn
	id   int // of the last question
}

// use writes the register a few times, or reads it.
//
//greenlet:resumable
func use(c *client, writes bool) {
	c.conn = listen(c.host, ":0")
	defer c.conn.Close()
	for i := 1; i <= 5; i++ {
		c.hub.Sleep(time.Duration(c.hub.Rand().Int64N(int64(10 * time.Millisecond))))
		if writes {
			op := c.seen.Begin(c.host.Name(), Write(i))
			c.ask(message{kind: "write", version: i, value: i}) // nobody else writes
			op.Done(nil)
		} else {
			op := c.seen.Begin(c.host.Name(), Read{})
			op.Done(c.read())
		}
	}
}

// read asks for the newest value. Before it returns that, a majority has to have it: else a
// later read might find an older one.
//
//greenlet:resumable
func (c *client) read() int {
	newest, agreed := c.ask(message{kind: "read"})
	if !agreed {
		c.ask(message{kind: "repair", version: newest.version, value: newest.value})
	}
	return newest.value
}

// ask sends a message to all replicas until a majority has answered, and returns the newest
// of its answers, and whether they agree.
//
//greenlet:resumable
func (c *client) ask(m message) (newest message, agreed bool) {
	c.id++
	m.id = c.id
	answered := map[string]bool{}
	buf := make([]byte, 100)
	for len(answered) < majority {
		for _, name := range replicaNames {
			if _, err := c.conn.WriteTo(m.encode(), sim.Addr{Net: "udp", Host: name, Port: port}); err != nil {
				panic(err)
			}
		}
		c.conn.SetReadDeadline(c.hub.Now().Add(patience))
		for len(answered) < majority {
			n, from, err := c.conn.ReadFrom(buf)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				panic(err)
			}
			answer := decode(buf[:n])
			if answer.id != m.id {
				continue // to an earlier question
			}
			agreed = len(answered) == 0 || agreed && answer.version == newest.version
			answered[from.String()] = true
			if answer.version >= newest.version {
				newest = answer
			}
		}
	}
	return newest, agreed
}
