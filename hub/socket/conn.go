package socket

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// Conn is a connection. One task at a time may wait to read, and one to write. It is open
// until it is closed: nobody finds out that it has been dropped.
type Conn struct {
	stream Stream
	ready  *hub.Readiness
	ahead  *buffer // read ahead: nil while nothing is
	server *Server // of a server's
	place  int32   // in the server's list
	idle   bool    // a task waits in WaitReadable, and nothing has been read since
}

// NewConn makes a connection of a stream.
func NewConn(s Stream) *Conn { return &Conn{stream: s, ready: s.Readiness()} }

// Stream is what the connection was made of. That of [OS] has a method Fd() int.
func (c *Conn) Stream() Stream {
	if s, ok := c.stream.(*shared); ok {
		return s.Stream
	}
	return c.stream
}

// Hub is the hub whose tasks may use the connection.
func (c *Conn) Hub() *hub.Hub { return c.ready.Hub() }

// Read reads what there is into p, and waits for something. At the end its error is
// [io.EOF].
//
//greenlet:resumable
func (c *Conn) Read(p []byte) (n int, err error) {
	c.ready.GiveWay(hub.In)
	for {
		if n, err = c.TryRead(p); err != ErrWouldBlock {
			return n, err
		}
		loop, err := c.ready.Park(greenlet.Current(), hub.In)
		if err != nil {
			return 0, c.failed("read", err)
		}
		if loop != nil {
			loop.Switch()
		}
	}
}

// TryRead is Read that does not wait: its error is [ErrWouldBlock] instead.
func (c *Conn) TryRead(p []byte) (int, error) {
	if err := c.ready.Check(hub.In); err != nil {
		return 0, c.failed("read", err)
	}
	if c.ahead != nil {
		if n := copy(p, c.ahead.rest()); n > 0 {
			c.ahead.from += n
			c.unsearched()
			c.tidy()
			return n, nil
		}
		c.tidy()
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case !c.ready.Ready(hub.In):
		return 0, ErrWouldBlock
	}
	c.idle = false
	n, err := c.stream.Read(p)
	return n, c.failed("read", err)
}

// ReadFull reads until p is full. If that can't be, its error says why: [io.EOF] if
// there was nothing, and [io.ErrUnexpectedEOF] if there was less. n is how much is in p.
//
//greenlet:resumable
func (c *Conn) ReadFull(p []byte) (n int, err error) {
	for n < len(p) {
		c.ready.GiveWay(hub.In)
		m, err := c.TryRead(p[n:])
		n += m
		switch {
		case err == nil:
		case err == ErrWouldBlock:
			if err := c.ready.Wait(hub.In); err != nil {
				return n, c.failed("read", err)
			}
		case err == io.EOF && n > 0:
			return n, io.ErrUnexpectedEOF
		default:
			return n, err
		}
	}
	return n, nil
}

// WaitReadable waits until Read would return at once. So a task can wait without a buffer
// to read into. If a [Server] stops while it waits here, between two requests, its error
// is [ErrStopping].
//
//greenlet:resumable
func (c *Conn) WaitReadable() error {
	for {
		if ready, err := c.readable(); ready || err != nil {
			return err
		}
		loop, err := c.ready.Park(greenlet.Current(), hub.In)
		if err != nil {
			return c.failed("read", err)
		}
		if loop != nil {
			loop.Switch()
		}
	}
}

// readable reports whether Read would return at once, and else notes that the task is
// going to wait for it.
func (c *Conn) readable() (bool, error) {
	woken := c.idle // it has waited for it; if nobody else wakes it, it is there
	c.idle = false
	if err := c.ready.Check(hub.In); err != nil {
		return false, c.failed("read", err)
	}
	c.tidy()
	stopping := c.server != nil && c.server.stopping
	switch {
	case c.ahead != nil, c.ready.Ready(hub.In) && (woken && !stopping || c.stream.Readable()):
		return true, nil
	case stopping:
		return false, ErrStopping
	}
	c.idle = true
	return false, nil
}

// Write writes all of p, and waits while the other side is not reading. Where it
// returns an error, and where it is interrupted, some may have been written.
//
//greenlet:resumable
func (c *Conn) Write(p []byte) (n int, err error) {
	c.ready.GiveWay(hub.Out)
	for {
		m, err := c.TryWrite(p[n:])
		n += m
		switch {
		case err == nil && n == len(p):
			return n, nil
		case err != nil && err != ErrWouldBlock:
			return n, err
		}
		if err := c.ready.Wait(hub.Out); err != nil {
			return n, c.failed("write", err)
		}
	}
}

// WriteString is Write.
//
//greenlet:resumable
func (c *Conn) WriteString(s string) (n int, err error) { return c.Write([]byte(s)) }

// TryWrite is Write that does not wait: it writes what there is room for, and if there
// is none its error is [ErrWouldBlock].
func (c *Conn) TryWrite(p []byte) (int, error) {
	if err := c.ready.Check(hub.Out); err != nil {
		return 0, c.failed("write", err)
	}
	if len(p) > 0 && !c.ready.Ready(hub.Out) { // nothing has no need of room, but as a datagram
		return 0, ErrWouldBlock
	}
	n, err := c.stream.Write(p)
	return n, c.failed("write", err)
}

// CloseRead closes the direction in which the connection is read. Whoever reads gets to
// the end.
func (c *Conn) CloseRead() error { return c.failed("close", c.stream.CloseRead()) }

// CloseWrite tells the other side that there is nothing more to read.
func (c *Conn) CloseWrite() error { return c.failed("close", c.stream.CloseWrite()) }

// Close closes the connection. Tasks that wait for it get [net.ErrClosed]. So does who
// closes it again.
func (c *Conn) Close() error {
	err := c.stream.Close()
	c.ahead = nil // not given back, as what was read last may be in use
	return c.failed("close", err)
}

// LocalAddr is this side's address; nil of a connection that is closed.
func (c *Conn) LocalAddr() net.Addr { return c.stream.LocalAddr() }

// RemoteAddr is the other side's address.
func (c *Conn) RemoteAddr() net.Addr { return c.stream.RemoteAddr() }

// SetDeadline is SetReadDeadline and SetWriteDeadline.
func (c *Conn) SetDeadline(t time.Time) {
	c.SetReadDeadline(t)
	c.SetWriteDeadline(t)
}

// SetReadDeadline has those who read at the time t or later get
// [os.ErrDeadlineExceeded], those who wait already, too. It is a time of the hub's
// clock; the zero time is none.
func (c *Conn) SetReadDeadline(t time.Time) { c.ready.SetDeadline(hub.In, t) }

// SetWriteDeadline is SetReadDeadline for those who write.
func (c *Conn) SetWriteDeadline(t time.Time) { c.ready.SetDeadline(hub.Out, t) }

// failed makes err one of the connection's. It leaves alone what is no failure.
func (c *Conn) failed(op string, err error) error {
	if err == nil || err == ErrWouldBlock || err == io.EOF {
		return err
	}
	return opError(op, c.stream.LocalAddr(), c.stream.RemoteAddr(), err)
}

// opError is the error of an operation in the manner of package net.
func opError(op string, from, to net.Addr, err error) error {
	e := &net.OpError{Op: op, Source: from, Addr: to, Err: err}
	switch {
	case to != nil:
		e.Net = to.Network()
	case from != nil:
		e.Net = from.Network()
	}
	if errors.Is(err, os.ErrClosed) {
		e.Err = net.ErrClosed
	}
	return e
}
