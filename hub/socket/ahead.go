package socket

import "github.com/going-green/greenlet/hub"

// What follows is for who takes apart what arrives, and keeps what is no part of it for
// whoever reads next.

// Ahead is what has been read ahead, and is there to be read. It is valid up to the next
// call that reads, waits to, or discards.
func (c *Conn) Ahead() []byte {
	if c.ahead == nil {
		return nil
	}
	return c.ahead.rest()
}

// TryReadAhead reads more ahead, without limit. It does not wait: if there is nothing its
// error is [ErrWouldBlock]. At the end it is io.EOF, whatever has been read ahead.
func (c *Conn) TryReadAhead() error {
	if err := c.ready.Check(hub.In); err != nil {
		return c.failed("read", err)
	}
	return c.fill()
}

// Discard drops n bytes of what has been read ahead. It panics if there are fewer.
func (c *Conn) Discard(n int) {
	if n > c.Buffered() {
		panic("socket: Discard of more than is there")
	}
	if n > 0 {
		c.ahead.from, c.ahead.searched = c.ahead.from+n, 0
		c.tidy()
	}
}

// TryReadable is [Conn.WaitReadable] that does not wait: its error is [ErrWouldBlock]
// instead. Then the task has to wait for the readiness of the stream, and to ask again.
func (c *Conn) TryReadable() error {
	if ready, err := c.readable(); ready || err != nil {
		return err
	}
	return ErrWouldBlock
}
