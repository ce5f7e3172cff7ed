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
	over  bool     // the hub's side has been closed
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

// shared is the stream of a connection that is a NetConn as well: whoever closes one side closes
// both, and the number of a descriptor that is closed is not used.
type shared struct {
	Stream
	of *NetConn
}

func (s *shared) Close() error {
	n := s.of
	n.closed.Store(true)
	n.mu.Lock()
	n.over = true
	other := n.other
	n.mu.Unlock()
	if other != nil {
		_ = other.Close() // it may be already
	}
	return s.Stream.Close()
}

// side is the hub's side, if the caller belongs there; nil if it is one of the others. g is the
// current greenlet.
func (n *NetConn) side(g *greenlet.Greenlet) (*Conn, error) {
	if g == greenlet.Main() {
		if !n.hub.Here() {
			return nil, nil
		}
	} else if of := hub.Of(g); of == nil {
		return nil, nil // a greenlet of another goroutine
	} else if of != n.hub {
		return nil, ErrOtherHub
	}
	if n.closed.Load() {
		return nil, net.ErrClosed
	}
	if n.stale.Load() {
		n.tell()
	}
	return n.mine()
}

// mine is the hub's side, which is made if need be.
func (n *NetConn) mine() (*Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn == nil {
		s, err := adopt(n.hub, n.other)
		if err != nil {
			return nil, err
		}
		n.conn = NewConn(&shared{s, n})
		n.conn.SetReadDeadline(n.due[hub.In])
		n.conn.SetWriteDeadline(n.due[hub.Out])
	}
	return n.conn, nil
}

// theirs is the side of other goroutines, which is made if need be; nil if there can't be one.
func (n *NetConn) theirs() (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed.Load() || n.over:
		return nil, net.ErrClosed
	case n.other != nil:
		return n.other, nil
	}
	s, ok := n.conn.Stream().(interface{ Fd() int })
	if !ok {
		return nil, nil
	}
	other, err := lend(s.Fd())
	if err != nil {
		return nil, err
	}
	_ = other.SetReadDeadline(n.due[hub.In]) // it is open
	_ = other.SetWriteDeadline(n.due[hub.Out])
	n.other = other
	return other, nil
}

// tell tells the hub's side of the deadlines.
func (n *NetConn) tell() {
	n.mu.Lock()
	n.stale.Store(false)
	due, c := n.due, n.conn
	n.mu.Unlock()
	if c != nil {
		c.SetReadDeadline(due[hub.In])
		c.SetWriteDeadline(due[hub.Out])
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
		return n.readElsewhere(p)
	}
	n.turns[hub.In].Acquire()
	defer n.turns[hub.In].Release()
	k, err := c.Read(p)
	return k, n.ended(err)
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

func (n *NetConn) readElsewhere(p []byte) (k int, err error) {
	c, err := n.theirs()
	switch {
	case err != nil:
		return 0, n.failed("read", err)
	case c == nil:
		return n.hand("read", n.Read, p)
	}
	read := c.Read // which blocks the goroutine, as it is to
	k, err = read(p)
	return k, n.ended(err)
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
		return n.writeElsewhere(p)
	}
	n.turns[hub.Out].Acquire()
	defer n.turns[hub.Out].Release()
	k, err := c.Write(p)
	return k, n.ended(err)
}

func (n *NetConn) writeElsewhere(p []byte) (k int, err error) {
	c, err := n.theirs()
	switch {
	case err != nil:
		return 0, n.failed("write", err)
	case c == nil:
		return n.hand("write", n.Write, p)
	}
	write := c.Write // which blocks the goroutine, as it is to
	k, err = write(p)
	return k, n.ended(err)
}

// ended is err, but of what has been closed meanwhile, which looks like an end to some.
func (n *NetConn) ended(err error) error {
	if err == nil || !n.closed.Load() || errors.Is(err, net.ErrClosed) {
		return err
	}
	return n.failed("read", net.ErrClosed)
}

// hand has a task of the hub do f.
func (n *NetConn) hand(op string, f func([]byte) (int, error), p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	got, err := hand(n.hub, func() result {
		k, err := f(p)
		return result{k, err}
	})
	if err != nil {
		return 0, n.failed(op, err)
	}
	return got.n, got.err
}

// hand has a task of h do f, and waits for what it returns. Its error is that the task was killed,
// [net.ErrClosed], or that the hub has ended, [hub.ErrEnded]. Before its first Run it waits for that.
func hand[T any](h *hub.Hub, f func() T) (got T, err error) {
	begun := h.Promise()
	posted := false
	defer func() {
		if !posted { // a hub with a seed refuses
			begun()
		}
	}()
	over := h.Ended()
	ended := make(chan T, 1)
	killed := make(chan error, 1)
	var claimed atomic.Bool
	h.Post(func() {
		defer begun()
		if !claimed.CompareAndSwap(false, true) {
			return
		}
		h.Go(greenlet.OnStack, func(greenlet.Section) { ended <- f() }).Link(func(t *hub.Task) {
			if !t.Successful() || t.Err() != nil {
				killed <- net.ErrClosed
			}
		})
	})
	posted = true
	select {
	case got := <-ended:
		return got, nil
	case err := <-killed:
		return got, err
	case <-over:
		claimed.Store(true)
		return got, hub.ErrEnded
	}
}

// Close is that of [net.Conn]. Who waits gets [net.ErrClosed]. Where another goroutine than the
// hub's calls it the hub has to run, or to end, before its own descriptor is closed, but the
// other side is told at once.
func (n *NetConn) Close() error {
	g := greenlet.Current()
	ours := g != greenlet.Main() && hub.Of(g) == n.hub || g == greenlet.Main() && n.hub.Here()
	other, _ := n.theirs() // if it can't be had, the hub does it
	if n.closed.Swap(true) {
		return n.failed("close", net.ErrClosed)
	}
	n.mu.Lock()
	c := n.conn
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

func (n *NetConn) half(ours func(*Conn) error, theirs func(net.Conn) error) (err error) {
	c, err := n.side(greenlet.Current())
	if err != nil {
		return n.failed("close", err)
	}
	if c != nil {
		return ours(c)
	}
	other, err := n.theirs()
	switch {
	case err != nil:
		return n.failed("close", err)
	case other == nil:
		closed, err := hand(n.hub, func() error { return ours(n.conn) })
		if err != nil {
			return n.failed("close", err)
		}
		return closed
	}
	return theirs(other)
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
	g := greenlet.Current()
	ours := g != greenlet.Main() && hub.Of(g) == n.hub || g == greenlet.Main() && n.hub.Here()
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
