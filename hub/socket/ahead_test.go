package socket

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
)

// What has been read ahead can be looked at, and what is not taken is there to be read.
func TestAhead(t *testing.T) {
	a, b := newMemory(hub.NewSimulated(time.Time{}), 100)
	c := NewConn(b)
	assert.Equal(t, ErrWouldBlock, c.TryReadable())
	assert.Empty(t, c.Ahead())
	assert.Equal(t, ErrWouldBlock, c.TryReadAhead())
	_, err := a.Write([]byte("hello"))
	assert.NoError(t, err)
	assert.NoError(t, c.TryReadable())
	assert.NoError(t, c.TryReadAhead())
	assert.Equal(t, "hello", string(c.Ahead()))
	assert.Equal(t, ErrWouldBlock, c.TryReadAhead())
	_, err = a.Write([]byte(", world"))
	assert.NoError(t, err)
	assert.NoError(t, c.TryReadAhead())
	c.Discard(2)
	assert.Equal(t, "llo, world", string(c.Ahead()))
	assert.NoError(t, a.CloseWrite())
	assert.Equal(t, io.EOF, c.TryReadAhead())
	var p [5]byte
	n, err := c.TryRead(p[:])
	assert.NoError(t, err)
	assert.Equal(t, "llo, ", string(p[:n]))
	assert.Panics(t, func() { c.Discard(6) })
	c.Discard(5)
	assert.Zero(t, c.Buffered())
	assert.NoError(t, c.TryReadable()) // there is an end to find
	assert.NoError(t, c.Close())
	assert.ErrorIs(t, c.TryReadAhead(), net.ErrClosed)
	assert.ErrorIs(t, c.TryReadable(), net.ErrClosed)
}
