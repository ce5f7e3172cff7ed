package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// TLSServer has c speak TLS from now on, as the server. It waits for the handshake, on a stack
// of its own; afterwards none is kept, and c reads and writes as before. What has been read
// ahead is the beginning of what the client says, as after STARTTLS. If there is an error c
// is good for nothing but to be closed.
//
// The callbacks of the config are called in the handshake, on that stack, and may wait as it
// does. The deadlines of c are those of the handshake, too.
//
// A close is told to the other side (close_notify), and so is CloseWrite, which leaves the other
// direction open.
//
//greenlet:resumable
func TLSServer(c *Conn, config *tls.Config) error {
	return (&TLS{Config: config}).Server(c)
}

// TLSClient is [TLSServer] for the client. The config has the ServerName, as in [tls.Client];
// it can't allow renegotiation.
//
//greenlet:resumable
func TLSClient(c *Conn, config *tls.Config) error {
	return (&TLS{Config: config}).Client(c)
}

// TLS is how the connections of a server or client come to speak TLS. It belongs to the hub's
// goroutine.
type TLS struct {
	Config *tls.Config
	// Limit is how many handshakes there are at a time: 0 is any number. Each takes a stack
	// and computes for a while: others wait for their turn.
	Limit int
	// Timeout is how long a handshake may take, with the wait for its turn: 0 is as long as
	// the deadlines of the connection allow. Its error is [os.ErrDeadlineExceeded].
	Timeout time.Duration

	turns *hub.Semaphore
}

// Server is [TLSServer].
//
//greenlet:resumable
func (t *TLS) Server(c *Conn) error {
	return t.start(c, newTLSStream(c, t.Config, tls.Server))
}

// Client is [TLSClient].
//
//greenlet:resumable
func (t *TLS) Client(c *Conn) error {
	if t.Config.Renegotiation != tls.RenegotiateNever {
		return c.failed("handshake", errRenegotiates)
	}
	return t.start(c, newTLSStream(c, t.Config, tls.Client))
}

// errRenegotiates refuses a handshake in the middle of reading, which would have to wait there.
var errRenegotiates = errors.New("socket: TLS with renegotiation")

//greenlet:resumable
func (t *TLS) start(c *Conn, s *tlsStream) error {
	if t.Timeout <= 0 {
		return t.limited(c, s)
	}
	var err error
	if late := c.Hub().WithTimeout(t.Timeout, func() { err = t.limited(c, s) }); late != nil && c.stream != Stream(s) {
		return c.failed("handshake", os.ErrDeadlineExceeded)
	}
	return err
}

//greenlet:resumable
func (t *TLS) limited(c *Conn, s *tlsStream) error {
	if t.Limit <= 0 {
		return s.begin(c)
	}
	if t.turns == nil {
		t.turns = c.Hub().NewSemaphore(t.Limit)
	}
	t.turns.Acquire()
	defer t.turns.Release()
	return s.begin(c)
}

// begin makes s the stream of c when the handshake is done.
//
//greenlet:resumable
func (s *tlsStream) begin(c *Conn) error {
	greenlet.OnStack(s.handshake)
	if s.err != nil {
		return c.failed("handshake", s.err)
	}
	if of, ok := c.stream.(*shared); ok {
		of.Stream = s
	} else {
		c.stream = s
	}
	c.ahead = nil
	if len(s.in) > 0 {
		s.Readiness().Signal(hub.In)
	}
	return nil
}

// handshake is called on a stack: what would block waits there.
func (s *tlsStream) handshake(stack greenlet.Section) {
	s.stack, s.waits = stack, true
	defer func() {
		s.stack, s.waits = greenlet.Section{}, false
		s.free()
	}()
	if s.err = s.tls.HandshakeContext(context.Background()); s.err == nil {
		s.err = s.flushAll()
	} else {
		_ = s.flush() // the other side is told why, as far as there is room
	}
}

// wait waits in the handshake.
func (s *tlsStream) wait(dir hub.Direction) error {
	for {
		loop, err := s.inner.Readiness().Park(s.stack.Current(), dir)
		if loop == nil {
			return err
		}
		s.stack.Switch(loop)
	}
}

func (s *tlsStream) flushAll() error {
	for {
		if err := s.flush(); err != ErrWouldBlock {
			return err
		}
		if err := s.wait(hub.Out); err != nil {
			return err
		}
	}
}

// ConnectionState is what the handshake has agreed on; ok is false if c does not speak TLS.
func (c *Conn) ConnectionState() (state tls.ConnectionState, ok bool) {
	if s, ok := c.Stream().(*tlsStream); ok {
		return s.tls.ConnectionState(), true
	}
	return state, false
}

// notYet is the error of a transport that has nothing now, which leaves a tls.Conn as it is.
type notYet struct{}

func (notYet) Error() string   { return "socket: there is nothing to read yet" }
func (notYet) Temporary() bool { return true }
func (notYet) Timeout() bool   { return false }

// below is what a tls.Conn of a tlsStream reads from and writes to.
type below struct{ s *tlsStream }

func (b below) Read(p []byte) (int, error) { return b.s.record(p) }

// Write takes all. What is not sent at once is by who has the tls.Conn write.
func (b below) Write(p []byte) (int, error) {
	s, all := b.s, len(p)
	if s.out == nil && s.direct {
		n, err := s.inner.Write(p)
		if err != nil && err != ErrWouldBlock {
			return n, err
		}
		if p = p[n:]; len(p) == 0 {
			return all, nil
		}
	}
	if s.out == nil {
		s.out = outputs.Get().(*output)
	}
	s.out.data = append(s.out.data, p...)
	return all, nil
}

func (b below) Close() error                     { return nil }
func (b below) LocalAddr() net.Addr              { return b.s.LocalAddr() }
func (b below) RemoteAddr() net.Addr             { return b.s.RemoteAddr() }
func (b below) SetDeadline(time.Time) error      { return nil }
func (b below) SetReadDeadline(time.Time) error  { return nil }
func (b below) SetWriteDeadline(time.Time) error { return nil }
