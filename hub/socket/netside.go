package socket

import (
	"net"
	"sync/atomic"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// The two sides of a [NetConn], and who belongs to which.

// shared is the stream of a connection that is a NetConn as well: whoever closes one side closes
// both, and the number of a descriptor that is closed is not used.
type shared struct {
	Stream
	of *NetConn
}

func (s *shared) Close() error {
	n := s.of
	n.closed.Store(true)
	n.mu.Lock() // who lends the descriptor has done so, or sees that it is closed
	other := n.other
	n.mu.Unlock()
	if other != nil {
		_ = other.Close() // it may be already
	}
	return s.Stream.Close()
}

// belongs reports whether the caller is one of h: a part of a task, or plain code on its
// goroutine. Else it is another goroutine's, or a task of another hub, which the error says. g is the
// current greenlet.
func belongs(h *hub.Hub, g *greenlet.Greenlet) (bool, error) {
	if g == greenlet.Main() {
		return h.Here(), nil
	}
	of := hub.Of(g)
	if of != nil && of != h {
		return false, ErrOtherHub
	}
	return of == h, nil
}

// side is the hub's side, if the caller belongs there; nil if it is one of the others. g is the
// current greenlet.
func (n *NetConn) side(g *greenlet.Greenlet) (*Conn, error) {
	if ours, err := belongs(n.hub, g); !ours {
		return nil, err
	}
	c, err := n.mine()
	if err == nil && n.stale.Load() {
		n.tell()
	}
	return c, err
}

// mine is the hub's side, which is made if need be: never of what is closed, as nobody would
// close that.
func (n *NetConn) mine() (*Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed.Load():
		return nil, net.ErrClosed
	case n.conn != nil:
		return n.conn, nil
	}
	s, err := adopt(n.hub, n.other)
	if err != nil {
		return nil, err
	}
	n.conn = NewConn(&shared{s, n})
	n.conn.SetReadDeadline(n.due[hub.In])
	n.conn.SetWriteDeadline(n.due[hub.Out])
	return n.conn, nil
}

// theirs is the side of other goroutines, which is made if need be; nil if there can't be one.
func (n *NetConn) theirs() (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed.Load():
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

// elsewhere is an operation of another goroutine: theirs on its own side, or else ours, by a task
// of the hub.
func (n *NetConn) elsewhere(op string, theirs func(net.Conn, []byte) (int, error), ours func(*NetConn, []byte) (int, error), p []byte) (int, error) {
	c, err := n.theirs()
	switch {
	case err != nil:
		return 0, n.failed(op, err)
	case c != nil:
		k, err := theirs(c, p)
		return k, n.ended(op, err)
	}
	type result struct {
		n   int
		err error
	}
	got, err := hand(n.hub, func() result {
		k, err := ours(n, p)
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
