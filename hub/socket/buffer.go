package socket

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/going-green/greenlet/hub"
)

// MaxLine is how long a line may be that [Conn.ReadLine] reads, with its end.
const MaxLine = 1 << 16

// ErrTooLong is the error of who reads up to what has not come within the limit.
var ErrTooLong = errors.New("socket: too long")

// buffer is what has been read ahead. A connection has one while there is something in
// it, or the slice in use that it has returned.
type buffer struct {
	data     []byte
	from, to int // what is read ahead
	searched int // of that, in which there is no delimiter
}

const bufferSize = 4096

var buffers = sync.Pool{New: func() any { return &buffer{data: make([]byte, bufferSize)} }}

func (b *buffer) rest() []byte { return b.data[b.from:b.to] }

// free gives b back, but not what has grown for a long line.
func (b *buffer) free() {
	if len(b.data) > bufferSize {
		return
	}
	b.from, b.to, b.searched = 0, 0, 0
	buffers.Put(b)
}

// grow makes room for more, in data that is twice as large if need be.
func (b *buffer) grow() {
	if b.to < len(b.data) {
		return
	}
	data := b.data
	if b.from < len(data)/2 {
		data = make([]byte, 2*len(data))
	}
	b.to = copy(data, b.rest())
	b.from, b.data = 0, data
}

// tidy gives the buffer back if nothing is in it.
func (c *Conn) tidy() {
	if c.ahead != nil && c.ahead.from == c.ahead.to {
		c.ahead.free()
		c.ahead = nil
	}
}

// unsearched has the next search begin at the front.
func (c *Conn) unsearched() {
	if c.ahead != nil {
		c.ahead.searched = 0
	}
}

// fill reads ahead. It takes a buffer only if there is something to read.
func (c *Conn) fill() error {
	if !c.ready.Ready(hub.In) {
		return ErrWouldBlock
	}
	if c.ahead == nil {
		c.ahead = buffers.Get().(*buffer)
	}
	c.idle = false
	c.ahead.grow()
	n, err := c.stream.Read(c.ahead.data[c.ahead.to:])
	c.ahead.to += n
	c.tidy()
	return c.failed("read", err)
}

// Buffered is how much has been read ahead.
func (c *Conn) Buffered() int {
	if c.ahead == nil {
		return 0
	}
	return c.ahead.to - c.ahead.from
}

// ReadLine reads a line, which it returns without its end, "\n" or "\r\n". It is
// [Conn.ReadUntil] in all else, with a limit of [MaxLine].
//
//greenlet:resumable
func (c *Conn) ReadLine() ([]byte, error) {
	line, err := c.ReadUntil("\n", MaxLine)
	if err == nil {
		line = bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'})
	}
	return line, err
}

// ReadUntil reads up to a delimiter, and returns it with what is before it. That is valid
// up to the next call that reads or waits to; Close is none. If there is no delimiter in
// limit bytes, its error is [ErrTooLong]; if the end comes first, [io.EOF] if nothing else
// came and otherwise [io.ErrUnexpectedEOF]. With an error nothing is lost: it can be read
// still. It panics if delim is empty.
//
//greenlet:resumable
func (c *Conn) ReadUntil(delim string, limit int) ([]byte, error) {
	c.ready.GiveWay(hub.In)
	c.unsearched() // who gave up looked for another delimiter
	for {
		got, err := c.tryUntil(delim, limit)
		if err != ErrWouldBlock {
			return got, err
		}
		if err := c.ready.Wait(hub.In); err != nil {
			return nil, c.failed("read", err)
		}
	}
}

// tryUntil is ReadUntil, or ErrWouldBlock.
func (c *Conn) tryUntil(delim string, limit int) ([]byte, error) {
	if delim == "" {
		panic("socket: ReadUntil of an empty delimiter")
	}
	if err := c.ready.Check(hub.In); err != nil {
		return nil, c.failed("read", err)
	}
	c.tidy()
	for {
		if b := c.ahead; b != nil {
			rest := b.rest()
			rest = rest[:min(len(rest), limit)]
			if i := bytes.Index(rest[min(b.searched, len(rest)):], []byte(delim)); i >= 0 {
				got := rest[:b.searched+i+len(delim)]
				b.from, b.searched = b.from+len(got), 0
				return got, nil
			}
			if len(rest) == limit {
				return nil, ErrTooLong
			}
			b.searched = max(0, len(rest)-len(delim)+1)
		}
		err := c.fill()
		if err == io.EOF && c.ahead != nil {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
}
