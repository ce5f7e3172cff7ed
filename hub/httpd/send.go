package httpd

import (
	"errors"
	"time"

	"github.com/going-green/greenlet/hub/socket"
)

// What a connection sends: by one task at a time, which waits for the client, or as far as there is room.

// errInterrupted is the error of who goes on writing after an interruption, as how much has
// been sent is not known, and of who can't wait while another task writes.
var errInterrupted = errors.New("httpd: the answer is being sent by another task, or the task that sent it was interrupted")

// flush sends what is to be sent.
//
//greenlet:resumable
func (c *conn) flush() error {
	if c.tryFlush() {
		return c.broken
	}
	return c.sendsOut()
}

// sendsOut is flush that has to wait.
//
//greenlet:resumable
func (c *conn) sendsOut() error {
	out := c.out
	c.out = nil
	c.sendsAll(out.data)
	out.free()
	return c.broken
}

// sendsAll sends p, and waits. Who is interrupted meanwhile has nothing more to send.
//
//greenlet:resumable
func (c *conn) sendsAll(p []byte) {
	c.limit()
	b := c.busy
	b.broken, b.sends = errInterrupted, true
	defer b.sent()
	_, err := c.sock.Write(p)
	b.broken = nil
	c.wrote(err)
	c.unlimit()
}

// sent is called behind sendsAll, also if that was interrupted: then others who wait for their
// turn have to know.
func (b *busy) sent() {
	b.sends = false
	if b.broken == errInterrupted && b.answer != nil {
		b.answer.interrupted()
	}
}

// write sends p itself.
//
//greenlet:resumable
func (c *conn) write(p []byte) {
	n, err := c.sock.TryWrite(p)
	if err == socket.ErrWouldBlock || err == nil && n < len(p) {
		c.sendsAll(p[n:])
		return
	}
	c.wrote(err)
}

// tryFlush sends what there is room for. It reports whether that is all, or all that can
// be sent.
func (c *conn) tryFlush() bool {
	b := c.out
	if b == nil {
		return true
	}
	n, err := 0, c.broken
	if err == nil {
		n, err = c.sock.TryWrite(b.data)
	}
	c.wrote(err)
	if c.broken == nil && n < len(b.data) {
		b.data = b.data[:copy(b.data, b.data[n:])]
		return false
	}
	c.out = nil
	b.free()
	return true
}

// wrote notes what has come of sending something.
func (c *conn) wrote(err error) {
	if c.broken == nil && err != nil && err != socket.ErrWouldBlock {
		c.broken = err
	}
}

// buffer is where to put what is to be sent.
func (c *conn) buffer() *buffer {
	if c.out == nil {
		c.out = newBuffer()
	}
	return c.out
}

// limit limits what is about to wait for the client, and unlimit ends that.
func (c *conn) limit() {
	if d := c.server.WriteTimeout; d > 0 && c.sendBy.IsZero() {
		c.sock.SetWriteDeadline(c.server.hub().Now().Add(d))
	}
}

func (c *conn) unlimit() {
	if c.server.WriteTimeout > 0 && c.sendBy.IsZero() {
		c.sock.SetWriteDeadline(time.Time{})
	}
}

// sendUntil sets the time by which what is sent must have been taken, those who wait
// already included.
func (c *conn) sendUntil(t time.Time) {
	if t != c.sendBy {
		c.sendBy = t
		c.sock.SetWriteDeadline(t)
	}
}
