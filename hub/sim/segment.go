package sim

import (
	"fmt"
	"syscall"

	"github.com/going-green/greenlet/hub"
)

// segment is a message from one end of a connection to the other.
type segment struct {
	source *stream
	kind   kind
	// Bytes are numbered from 0, the end is one more.
	off  int64
	data []byte
	end  bool // comes after data
	// What the source has received, and up to where it has room.
	next, window int64
}

type kind uint8

const (
	dial  kind = iota
	agree      // to a dial
	carry      // data, the end, or nothing, to be told what has arrived
	ack
	reset
)

func (m *segment) String() string {
	var what string
	switch m.kind {
	case dial:
		what = "a dial"
	case agree:
		what = "an agreement"
	case carry:
		what = fmt.Sprintf("bytes %d to %d", m.off, m.off+int64(len(m.data)))
		if m.end {
			what += " and the end"
		}
	case ack:
		what = fmt.Sprintf("ack of %d with room to %d", m.next, m.window)
	case reset:
		what = "a reset"
	}
	return fmt.Sprintf("%s from %v to %v", what, m.source.local, m.source.remote)
}

func (m *segment) ends() (from, to *Host) { return m.source.host, m.source.way.to }

func (m *segment) payload() []byte { return m.data }

func (m *segment) arrive() {
	s := m.source.peer
	switch {
	case m.kind == dial:
		m.source.knock()
	case s == nil: // who dialled gives up, and nobody has heard of it
	case m.kind == reset:
		if s.connected {
			s.fail(syscall.ECONNRESET)
		} else {
			s.fail(syscall.ECONNREFUSED)
		}
	case s.err != nil:
		s.send(&segment{kind: reset})
	default:
		s.got(m)
	}
}

// knock is called when a dial of s has arrived at the other host.
func (s *stream) knock() {
	if s.peer != nil { // once more: the answer was lost
		answer := agree
		if s.peer.err != nil {
			answer = reset
		}
		s.peer.send(&segment{kind: answer})
		return
	}
	other := s.way.to
	a := other.listeners[s.remote.Port]
	if a == nil {
		nobody := &stream{host: other, way: other.net.link(other, s.host), local: s.remote, remote: s.local, peer: s}
		nobody.send(&segment{kind: reset})
		return
	}
	if len(a.queue) >= backlog {
		return
	}
	p := other.newStream(s.remote, s.local, s.host)
	p.peer, p.connected, s.peer = s, true, p
	a.queue = append(a.queue, p)
	a.ready.Signal(hub.In)
	p.send(&segment{kind: agree})
}
