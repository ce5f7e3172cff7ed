package sim

import (
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

const (
	// largest is how many bytes a segment has at most: those of Ethernet.
	largest = 1460
	// What is not acknowledged is sent again after firstRetry and two ways over the
	// network, and after twice as long each time, up to lastRetry. RFC 6298.
	firstRetry = 200 * time.Millisecond
	lastRetry  = 10 * time.Second
)

// stream is one end of a connection. What arrives out of order is thrown away and sent again
// later: it only does when something was lost, as segments do not overtake each other.
type stream struct {
	host          *Host
	way           *link // to the host of the other end
	local, remote Addr
	peer          *stream // the other end; nil until a dial has arrived there
	ready         hub.Readiness
	size          int   // of the buffers
	connected     bool  // as far as is known here
	closed        bool  // by its owner, though it may have something to send
	over          bool  // it is no more in the host's list
	err           error // it is broken

	// Out. Offsets are numbers of bytes.
	out      []byte // not acknowledged
	acked    int64  // offset of out
	sent     int64  // all before it has been
	room     int64  // the other end has, before it
	end      bool   // comes after out
	endAcked bool
	free     time.Time // the line is, of what was sent before
	arrival  time.Time // of the last segment
	retry    *hub.Timer
	retrying bool // retry is set
	wait     time.Duration
	heard    time.Time // from the other end, or since when it owes an answer

	// In.
	in     []byte
	next   int64 // offset that comes next
	told   int64 // the room that the other end knows of
	ended  bool  // the end has come
	unread bool  // who reads gets the end, whatever comes
}

func (h *Host) newStream(local, remote Addr, other *Host) *stream {
	size := h.net.o.Buffer
	s := &stream{
		host: h, way: h.net.link(h, other), local: local, remote: remote,
		ready: h.net.hub.MakeReadiness(), size: size, room: int64(size),
	}
	h.streams = append(h.streams, s)
	return s
}

// Connections is the number of ends of connections on the host that have not been closed, or
// have something to send still.
func (h *Host) Connections() int { return len(h.streams) }

// finish takes s out of its host's list.
func (s *stream) finish() {
	if !s.over {
		s.over = true
		delete(s.host.dialled, way{s.local.Port, s.remote}) // if it has; nobody listens there
		s.host.streams = slices.DeleteFunc(s.host.streams, func(other *stream) bool { return other == s })
	}
}

func (s *stream) now() time.Time { return s.host.net.now() }

// send sends m to the other end, behind what was sent before.
func (s *stream) send(m *segment) {
	l, now := s.way, s.now()
	m.source, m.next, m.window = s, s.next, s.next+int64(s.size-len(s.in))
	s.told = m.window
	if at := l.through(len(m.data)); s.free.Before(at) {
		s.free = at
	}
	if bandwidth := l.options().Bandwidth; bandwidth > 0 && l.from != l.to {
		s.free = s.free.Add(time.Duration(len(m.data)) * time.Second / time.Duration(bandwidth))
	}
	at := s.free.Add(l.latency())
	if !at.After(s.arrival) {
		at = s.arrival.Add(1) // of two timers at the same time the order is drawn
	}
	s.arrival = at
	d := at.Sub(now)
	if s.connected && m.kind != reset && l.resets() {
		m = &segment{source: s, kind: reset}
		s.host.net.after(d, func() { s.fail(syscall.ECONNRESET) })
	}
	l.send(m, d)
}

// dial begins to connect.
func (s *stream) dial() {
	s.ready.Exhausted(hub.In)
	s.ready.Exhausted(hub.Out)
	s.send(&segment{kind: dial})
	s.arm()
}

// fail breaks s. What has arrived can be read still.
func (s *stream) fail(err error) {
	if s.err != nil {
		return
	}
	s.err, s.out = err, nil
	s.arm()
	s.finish()
	s.ready.Signal(hub.In)
	s.ready.Signal(hub.Out)
}

// abort breaks both ends.
func (s *stream) abort() {
	s.send(&segment{kind: reset})
	s.fail(syscall.ECONNRESET)
}

// got takes what has come from the other end.
func (s *stream) got(m *segment) {
	if !s.connected {
		s.connected = true
		s.retrying = false
		s.ready.Signal(hub.Out)
	}
	s.acknowledged(m)
	if m.kind == carry {
		s.receive(m)
	}
}

// acknowledged takes out of out what the other end has got, and sends more.
func (s *stream) acknowledged(m *segment) {
	n := m.next - s.acked
	if n > 0 || m.kind == ack {
		s.heard = s.now()
	}
	s.room = max(s.room, m.window)
	if n > 0 {
		s.acked += n
		s.sent = max(s.sent, s.acked)
		if n > int64(len(s.out)) {
			s.endAcked = true
			n--
		}
		if s.out = s.out[n:]; len(s.out) == 0 {
			s.out = nil
		}
		if !s.end {
			s.ready.Signal(hub.Out)
		}
		s.retrying = false
	}
	s.transmit()
	s.arm()
	if s.closed && s.endAcked {
		s.finish()
	}
}

// transmit sends what there is room for, and reports whether it was anything.
func (s *stream) transmit() (any bool) {
	for {
		last := s.acked + int64(len(s.out))
		to := min(last, s.room, s.sent+largest)
		end := s.end && !s.endAcked && to == last && s.sent <= last
		if s.sent >= to && !end {
			return any
		}
		m := &segment{kind: carry, off: s.sent, end: end}
		if s.sent < to {
			m.data = s.out[s.sent-s.acked : to-s.acked] // it stays as it is: out is only cut and appended to
			s.sent = to
		}
		if end {
			s.sent++
		}
		s.send(m)
		any = true
	}
}

// owed reports whether the other end has to answer.
func (s *stream) owed() bool {
	return s.err == nil && (!s.connected || len(s.out) > 0 || s.end && !s.endAcked)
}

// arm sets the time for trying again, if there is anything to try.
func (s *stream) arm() {
	switch o := s.way.options(); {
	case !s.owed():
		s.retrying = false
		if s.retry != nil {
			s.retry.Stop()
		}
	case !s.retrying:
		s.retrying = true
		s.heard = s.now()
		s.wait = firstRetry + 2*(o.Latency+o.Jitter)
		if s.retry == nil {
			s.retry = s.host.net.after(s.wait, s.late)
		} else {
			s.host.net.reset(s.retry, s.wait)
		}
	}
}

// late is called when there was no answer in time.
func (s *stream) late() {
	left := s.heard.Add(s.host.net.o.Timeout).Sub(s.now())
	if left <= 0 {
		s.fail(syscall.ETIMEDOUT)
		return
	}
	s.wait = min(2*s.wait, max(lastRetry, s.wait))
	s.host.net.reset(s.retry, min(s.wait, left))
	if !s.connected {
		s.send(&segment{kind: dial})
		return
	}
	s.sent = s.acked
	if !s.transmit() { // there is no room: has that been lost?
		s.send(&segment{kind: carry, off: s.sent})
	}
}

// receive takes what m carries, as far as it comes next.
func (s *stream) receive(m *segment) {
	if m.off <= s.next {
		data := m.data[min(int64(len(m.data)), s.next-m.off):]
		data = data[:min(len(data), s.size-len(s.in))]
		if len(data) > 0 && s.closed {
			s.abort() // nobody will ever read it
			return
		}
		s.next += int64(len(data))
		if !s.unread && len(data) > 0 {
			s.in = append(s.in, data...)
			s.ready.Signal(hub.In)
		}
		if m.end && !s.ended && m.off+int64(len(m.data)) == s.next {
			s.next++
			s.ended = true
			s.ready.Signal(hub.In)
		}
	}
	s.send(&segment{kind: ack})
}

func (s *stream) Readiness() *hub.Readiness { return &s.ready }

func (s *stream) Read(p []byte) (int, error) {
	if len(s.in) > 0 {
		n := copy(p, s.in)
		if s.in = s.in[n:]; len(s.in) == 0 {
			s.in = nil
			if !s.last() {
				s.ready.Exhausted(hub.In)
			}
		}
		s.makesRoom()
		return n, nil
	}
	switch {
	case s.unread:
		return 0, io.EOF
	case s.err != nil:
		return 0, os.NewSyscallError("read", s.err)
	case s.ended:
		return 0, io.EOF
	}
	s.ready.Exhausted(hub.In)
	return 0, socket.ErrWouldBlock
}

// last reports whether there is an end or an error behind what has arrived.
func (s *stream) last() bool { return s.unread || s.ended || s.err != nil }

// makesRoom tells the other end of room, if it is worth it.
func (s *stream) makesRoom() {
	if s.err == nil && !s.ended && s.next+int64(s.size-len(s.in))-s.told >= int64(s.size+1)/2 {
		s.send(&segment{kind: ack})
	}
}

func (s *stream) Readable() bool {
	if len(s.in) > 0 || s.last() {
		return true
	}
	s.ready.Exhausted(hub.In)
	return false
}

func (s *stream) Write(p []byte) (int, error) {
	switch {
	case s.err != nil:
		return 0, os.NewSyscallError("write", s.err)
	case s.end:
		return 0, os.NewSyscallError("write", syscall.EPIPE)
	case len(p) == 0:
		return 0, nil
	}
	n := min(len(p), s.size-len(s.out))
	if n < len(p) {
		s.ready.Exhausted(hub.Out)
	}
	if n == 0 {
		return 0, socket.ErrWouldBlock
	}
	s.out = append(s.out, p[:n]...)
	s.transmit()
	s.arm()
	return n, nil
}

func (s *stream) CloseRead() error {
	if err := s.check(); err != nil {
		return err
	}
	s.unread, s.in = true, nil
	s.ready.Signal(hub.In)
	s.makesRoom()
	return nil
}

func (s *stream) CloseWrite() error {
	if err := s.check(); err != nil {
		return err
	}
	s.endOut()
	return nil
}

// check is the error of who closes one direction.
func (s *stream) check() error {
	switch {
	case s.closed:
		return os.ErrClosed
	case s.err != nil:
		return os.NewSyscallError("shutdown", syscall.ENOTCONN)
	}
	return nil
}

func (s *stream) endOut() {
	if !s.end {
		s.end = true
		s.ready.Signal(hub.Out) // who waits to write gets an error
		s.transmit()
		s.arm()
	}
}

// Close has what was written arrive still, unless something has come that was not read: then
// the other end gets a reset, as of other systems.
func (s *stream) Close() error {
	if s.closed {
		return os.ErrClosed
	}
	s.closed = true
	s.ready.Close()
	switch {
	case s.err != nil:
	case !s.connected:
		s.fail(syscall.ECONNABORTED)
	case len(s.in) > 0:
		s.abort()
	default:
		s.endOut()
		if s.endAcked {
			s.finish()
		}
	}
	s.in = nil
	return nil
}

// LocalAddr is nil if it is closed, as that of the operating system's.
func (s *stream) LocalAddr() net.Addr {
	if s.closed {
		return nil
	}
	return s.local
}

func (s *stream) RemoteAddr() net.Addr { return s.remote }
