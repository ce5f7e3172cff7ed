package socket

import (
	"net"
	"time"

	"github.com/going-green/greenlet/hub"
)

// PacketConn sends and receives datagrams. One task at a time may wait to receive, and
// one to send.
type PacketConn struct {
	packets Packets
	ready   *hub.Readiness
}

// NewPacketConn makes a PacketConn of a transport.
func NewPacketConn(p Packets) *PacketConn { return &PacketConn{p, p.Readiness()} }

// ReadFrom receives a datagram into p, and waits for one. What there is no room for in p
// is lost.
//
//greenlet:resumable
func (c *PacketConn) ReadFrom(p []byte) (n int, from net.Addr, err error) {
	c.ready.GiveWay(hub.In)
	for {
		if n, from, err = c.TryReadFrom(p); err != ErrWouldBlock {
			return n, from, err
		}
		if err = c.ready.Wait(hub.In); err != nil {
			return 0, nil, c.failed("read", nil, err)
		}
	}
}

// TryReadFrom is ReadFrom that does not wait: its error is [ErrWouldBlock] instead.
func (c *PacketConn) TryReadFrom(p []byte) (int, net.Addr, error) {
	if err := c.ready.Check(hub.In); err != nil {
		return 0, nil, c.failed("read", nil, err)
	}
	if !c.ready.Ready(hub.In) {
		return 0, nil, ErrWouldBlock
	}
	n, from, err := c.packets.ReadFrom(p)
	return n, from, c.failed("read", nil, err)
}

// WriteTo sends p as one datagram. It waits while there is no room for it.
//
//greenlet:resumable
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (n int, err error) {
	c.ready.GiveWay(hub.Out)
	for {
		if n, err = c.TryWriteTo(p, to); err != ErrWouldBlock {
			return n, err
		}
		if err = c.ready.Wait(hub.Out); err != nil {
			return 0, c.failed("write", to, err)
		}
	}
}

// TryWriteTo is WriteTo that does not wait: its error is [ErrWouldBlock] instead.
func (c *PacketConn) TryWriteTo(p []byte, to net.Addr) (int, error) {
	if err := c.ready.Check(hub.Out); err != nil {
		return 0, c.failed("write", to, err)
	}
	if !c.ready.Ready(hub.Out) {
		return 0, ErrWouldBlock
	}
	n, err := c.packets.WriteTo(p, to)
	return n, c.failed("write", to, err)
}

// LocalAddr is this side's address; nil of one that is closed.
func (c *PacketConn) LocalAddr() net.Addr { return c.packets.LocalAddr() }

// SetDeadline is that of [Conn.SetDeadline].
func (c *PacketConn) SetDeadline(t time.Time) {
	c.SetReadDeadline(t)
	c.SetWriteDeadline(t)
}

// SetReadDeadline is that of [Conn.SetReadDeadline].
func (c *PacketConn) SetReadDeadline(t time.Time) { c.ready.SetDeadline(hub.In, t) }

// SetWriteDeadline is that of [Conn.SetWriteDeadline].
func (c *PacketConn) SetWriteDeadline(t time.Time) { c.ready.SetDeadline(hub.Out, t) }

// Close closes it. Tasks that wait get [net.ErrClosed].
func (c *PacketConn) Close() error { return c.failed("close", nil, c.packets.Close()) }

func (c *PacketConn) failed(op string, to net.Addr, err error) error {
	if err == nil || err == ErrWouldBlock {
		return err
	}
	return opError(op, c.packets.LocalAddr(), to, err)
}
