package socket

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Dialer dials as [net.Dialer] does, for code that nobody has annotated: a library whose
// DialContext or Dialer it is. Its connections are [NetConn]s; who may call its methods, and how
// they wait, is said there. Names are looked up on goroutines.
type Dialer struct {
	// Hub is whose tasks use the connections.
	Hub *hub.Hub
	// Net is the network: nil is the system's.
	Net Net
	// Timeout is how long it may take: 0 is as long as ctx and the system allow.
	Timeout time.Duration
}

// Dial is DialContext without a context.
//
//greenlet:resumable
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext connects to address. When ctx is done the error leads to its cause.
//
//greenlet:resumable
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	ours, err := belongs(d.Hub, greenlet.Current())
	switch {
	case err != nil:
		return nil, dialError(network, address, err)
	case ours:
		return d.dial(ctx, network, address)
	}
	return d.dialElsewhere(ctx, network, address)
}

// dial is DialContext in a task.
//
//greenlet:resumable
func (d *Dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.Timeout > 0 {
		// A deadline is of the hub's clock, which a context's timer may not go by.
		var c net.Conn
		var err error
		if late := d.Hub.WithTimeout(d.Timeout, func() { c, err = d.dialIn(ctx, network, address) }); late != nil && c == nil {
			return nil, dialError(network, address, context.DeadlineExceeded)
		}
		return c, err
	}
	return d.dialIn(ctx, network, address)
}

//greenlet:resumable
func (d *Dialer) dialIn(ctx context.Context, network, address string) (net.Conn, error) {
	var c *Conn
	var err error
	cause := d.Hub.WithContext(ctx, func() { c, err = d.net().Dial(network, address) })
	switch {
	case c != nil: // it is there, late or not
		return NewNetConn(c), nil
	case cause != nil:
		return nil, dialError(network, address, cause)
	}
	return nil, err
}

// dialElsewhere is DialContext of another goroutine.
func (d *Dialer) dialElsewhere(ctx context.Context, network, address string) (net.Conn, error) {
	if system, ok := d.net().(*System); ok {
		timeout := d.Timeout
		if timeout == 0 {
			timeout = system.Timeout
		}
		dial := (&net.Dialer{Timeout: timeout}).DialContext
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return dialledNetConn(d.Hub, c), nil
	}
	dial := d.dial
	got, err := hand(d.Hub, func() made {
		c, err := dial(ctx, network, address)
		return made{c, err}
	})
	if err != nil {
		return nil, dialError(network, address, err)
	}
	return got.conn, got.err
}

// made is what a task returns to a goroutine.
type made struct {
	conn net.Conn
	err  error
}

func (d *Dialer) net() Net {
	if d.Net == nil {
		return OS(d.Hub)
	}
	return d.Net
}

func dialError(network, address string, err error) error {
	return &net.OpError{Op: "dial", Net: network, Addr: unknown{network, address}, Err: err}
}

// NetListener is a listener as package net has them, whose connections are [NetConn]s; who may
// call its methods is said there. Another goroutine has a task of the hub accept for it.
type NetListener struct {
	listener *Listener
	addr     net.Addr
	closed   atomic.Bool
}

// NewNetListener makes one of l, which is open and of the hub whose goroutine calls it.
func NewNetListener(l *Listener) *NetListener { return &NetListener{listener: l, addr: l.Addr()} }

// Accept is that of [net.Listener].
//
//greenlet:resumable
func (l *NetListener) Accept() (net.Conn, error) {
	ours, err := belongs(l.listener.Hub(), greenlet.Current())
	switch {
	case err != nil:
		return nil, opError("accept", nil, l.addr, err)
	case !ours:
		return l.acceptElsewhere()
	}
	return l.accept()
}

//greenlet:resumable
func (l *NetListener) accept() (net.Conn, error) {
	c, err := l.listener.Accept()
	if err != nil {
		return nil, err
	}
	return NewNetConn(c), nil
}

func (l *NetListener) acceptElsewhere() (net.Conn, error) {
	if l.closed.Load() {
		return nil, opError("accept", nil, l.addr, net.ErrClosed)
	}
	accept := l.accept
	got, err := hand(l.listener.Hub(), func() made {
		c, err := accept()
		return made{c, err}
	})
	if err != nil {
		return nil, opError("accept", nil, l.addr, err)
	}
	return got.conn, got.err
}

// Addr is that of [net.Listener].
func (l *NetListener) Addr() net.Addr { return l.addr }

// Close is that of [net.Listener].
func (l *NetListener) Close() error {
	if l.closed.Swap(true) {
		return opError("close", nil, l.addr, net.ErrClosed)
	}
	h := l.listener.Hub()
	if ours, _ := belongs(h, greenlet.Current()); ours {
		return l.listener.Close()
	}
	h.Post(func() { _ = l.listener.Close() })
	return nil
}
