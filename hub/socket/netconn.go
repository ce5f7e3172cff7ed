package socket

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// NetConn is a connection as package net has them, for code that nobody has annotated: a
// [net.Conn] with CloseRead and CloseWrite, whose errors and deadlines are those of package net.
// Its methods may be called by anybody.
//
//   - In a task of the hub they wait as those of [Conn] do: called by resumable code, and by plain
//     code on a stack of its own, see [greenlet.OnStack], from any depth. Plain code that
//     resumable code calls without one may call them as well, but panics where it would wait.
//   - Other goroutines, which libraries start for pools, watchers and so on, block. On the
//     system's network they have a descriptor of their own for the socket, which Go's poller
//     knows: so they get on while the hub's goroutine waits for them in a lock or a channel. On
//     any other network a task of the hub does for them what they ask for.
//   - Tasks of other hubs get [ErrOtherHub].
//
// A kill or a timeout that is raised in a task where it reads or writes goes through the code
// that has called it, as any panic does.
type NetConn struct {
	hub    *hub.Hub
	local  net.Addr // as they are known when it is closed, too
	remote net.Addr
	closed atomic.Bool
	stale  atomic.Bool       // the hub's side has not been told of the deadlines
	early  atomic.Bool       // there is something in ahead
	turns  [2]*hub.Semaphore // of the hub's tasks, by Direction: several may read or write, one after the other

	mu    sync.Mutex
	conn  *Conn    // the hub's side: nil as long as no task has used what a goroutine has dialled
	other net.Conn // the side of other goroutines: nil as long as none has used it
	due   deadlines
	ahead []byte // what the connection had read ahead
}

// deadlines are by Direction.
type deadlines [2]time.Time

// ErrOtherHub is the error of a task that uses a [NetConn] of another hub.
var ErrOtherHub = errors.New("socket: a task of another hub uses the connection")

// NewNetConn makes one of c, which is open and of the hub whose goroutine calls it. c itself may be
// used still by tasks, and to close it closes both.
func NewNetConn(c *Conn) *NetConn {
	n := newNetConn(c.Hub(), c)
	n.conn = c
	if ahead := c.Ahead(); len(ahead) > 0 {
		n.ahead = append(n.ahead, ahead...)
		n.early.Store(true)
		c.Discard(len(ahead))
	}
	c.stream = &shared{c.stream, n}
	return n
}

// dialledNetConn makes one of what a goroutine has dialled.
func dialledNetConn(h *hub.Hub, c net.Conn) *NetConn {
	n := newNetConn(h, c)
	n.other = c
	return n
}

func newNetConn(h *hub.Hub, c interface {
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}) *NetConn {
	return &NetConn{
		hub: h, local: c.LocalAddr(), remote: c.RemoteAddr(),
		turns: [2]*hub.Semaphore{h.NewSemaphore(1), h.NewSemaphore(1)},
	}
}

// Read is that of [net.Conn].
//
//greenlet:resumable
func (n *NetConn) Read(p []byte) (int, error) {
	c, err := n.side(greenlet.Current())
	switch {
	case err != nil:
		return 0, n.failed("read", err)
	case n.early.Load() && !n.closed.Load():
		return n.readAhead(p), nil
	case c == nil:
		return n.elsewhere("read", net.Conn.Read, (*NetConn).Read, p)
	}
	n.turns[hub.In].Acquire()
	defer n.turns[hub.In].Release()
	k, err := c.Read(p)
	return k, n.ended("read", err)
}

func (n *NetConn) readAhead(p []byte) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	k := copy(p, n.ahead)
	if n.ahead = n.ahead[k:]; len(n.ahead) == 0 {
		n.ahead = nil
		n.early.Store(false)
	}
	return k
}

// Write is that of [net.Conn].
//
//greenlet:resumable
func (n *NetConn) Write(p []byte) (int, error) {
	c, err := n.side(greenlet.Current())
	switch {
	case err != nil:
		return 0, n.failed("write", err)
	case c == nil:
		return n.elsewhere("write", net.Conn.Write, (*NetConn).Write, p)
	}
	n.turns[hub.Out].Acquire()
	defer n.turns[hub.Out].Release()
	k, err := c.Write(p)
	return k, n.ended("write", err)
}

// ended is err, but of what has been closed meanwhile, which looks like an end to some.
func (n *NetConn) ended(op string, err error) error {
	if err == nil || !n.closed.Load() || errors.Is(err, net.ErrClosed) {
		return err
	}
	return n.failed(op, net.ErrClosed)
}

// Close is that of [net.Conn]. Who waits gets [net.ErrClosed]. Where another goroutine than the
// hub's calls it the hub has to run, or to end, before its own descriptor is closed, but the
// other side is told at once.
func (n *NetConn) Close() error {
	ours, _ := belongs(n.hub, greenlet.Current()) // those of another hub do as goroutines do
	if !ours {
		_, _ = n.theirs() // to tell the other side at once; if it can't be had, the hub does it
	}
	if n.closed.Swap(true) {
		return n.failed("close", net.ErrClosed)
	}
	n.mu.Lock()
	c, other := n.conn, n.other
	n.mu.Unlock()
	switch {
	case c == nil:
		return other.Close()
	case ours:
		return c.Close()
	}
	if other != nil {
		_ = shut(other)
		_ = other.Close()
	}
	n.hub.Post(func() { _ = c.Close() })
	return nil
}

// shut tells both sides of c that there is nothing more.
func shut(c net.Conn) error {
	s, ok := c.(interface {
		CloseRead() error
		CloseWrite() error
	})
	if !ok {
		return nil
	}
	return errors.Join(s.CloseWrite(), s.CloseRead())
}

// CloseRead is that of [net.TCPConn].
func (n *NetConn) CloseRead() error {
	return n.half((*Conn).CloseRead, func(c net.Conn) error {
		return c.(interface{ CloseRead() error }).CloseRead()
	})
}

// CloseWrite is that of [net.TCPConn].
func (n *NetConn) CloseWrite() error {
	return n.half((*Conn).CloseWrite, func(c net.Conn) error {
		return c.(interface{ CloseWrite() error }).CloseWrite()
	})
}

func (n *NetConn) half(ours func(*Conn) error, theirs func(net.Conn) error) error {
	c, err := n.side(greenlet.Current())
	if err != nil {
		return n.failed("close", err)
	}
	if c != nil {
		return ours(c)
	}
	_, err = n.elsewhere("close",
		func(c net.Conn, _ []byte) (int, error) { return 0, theirs(c) },
		func(n *NetConn, _ []byte) (int, error) { return 0, ours(n.conn) }, nil)
	return err
}

// LocalAddr is that of [net.Conn].
func (n *NetConn) LocalAddr() net.Addr { return n.local }

// RemoteAddr is that of [net.Conn].
func (n *NetConn) RemoteAddr() net.Addr { return n.remote }

// SetDeadline is that of [net.Conn]. Times are those of the hub's clock.
func (n *NetConn) SetDeadline(t time.Time) error { return n.setDeadline(t, hub.In, hub.Out) }

// SetReadDeadline is that of [net.Conn].
func (n *NetConn) SetReadDeadline(t time.Time) error { return n.setDeadline(t, hub.In) }

// SetWriteDeadline is that of [net.Conn].
func (n *NetConn) SetWriteDeadline(t time.Time) error { return n.setDeadline(t, hub.Out) }

func (n *NetConn) setDeadline(t time.Time, dirs ...hub.Direction) error {
	ours, _ := belongs(n.hub, greenlet.Current())
	if n.closed.Load() {
		return n.failed("set", net.ErrClosed)
	}
	n.mu.Lock()
	for _, dir := range dirs {
		n.due[dir] = t
		if n.other == nil {
			continue
		}
		if dir == hub.In {
			_ = n.other.SetReadDeadline(t) // who reads is told if it is closed
		} else {
			_ = n.other.SetWriteDeadline(t)
		}
	}
	if n.conn != nil {
		n.stale.Store(true)
	}
	n.mu.Unlock()
	switch {
	case !n.stale.Load():
	case ours:
		n.tell()
	default:
		n.hub.Post(n.tell) // the last that was set counts, whoever comes first
	}
	return nil
}

// failed is an error of the connection in the manner of package net.
func (n *NetConn) failed(op string, err error) error {
	if err == io.EOF || errors.As(err, new(*net.OpError)) {
		return err
	}
	return opError(op, n.local, n.remote, err)
}
