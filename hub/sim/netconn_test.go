package sim

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onGoroutine is hub.Block, which the literals are given that suspend in a task only.
var onGoroutine = hub.Block[any]

// netEcho dials, listens and talks by package net's interfaces.
func (n *notes) netEcho(t *testing.T) {
	n.a.Go(greenlet.OnStack, func(greenlet.Section) {
		l := socket.NewNetListener(must(n.a.Listen("tcp", ":80")))
		defer l.Close()
		c, err := l.Accept()
		require.NoError(t, err)
		defer c.Close()
		in, out := json.NewDecoder(c), json.NewEncoder(c)
		for {
			var v any
			if err := in.Decode(&v); err != nil {
				assert.Equal(t, io.EOF, err)
				return
			}
			n.note("server has %v", v)
			require.NoError(t, out.Encode([]any{v, v}))
		}
	})
	n.b.Go(greenlet.OnStack, func(greenlet.Section) {
		d := &socket.Dialer{Hub: n.Hub, Net: n.b}
		c, err := d.DialContext(context.Background(), "tcp", "a:80")
		require.NoError(t, err)
		defer c.Close()
		var v any
		require.NoError(t, json.NewEncoder(c).Encode("x"))
		require.NoError(t, json.NewDecoder(c).Decode(&v))
		n.note("client has %v from %v", v, c.RemoteAddr())
		require.NoError(t, c.SetReadDeadline(n.Now().Add(time.Minute)))
		_, err = c.Read(make([]byte, 1))
		n.note("%v", err)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		d.Timeout = time.Minute
		n.net.Partition([]*Host{n.a}, []*Host{n.b})
		_, err = d.Dial("tcp", "a:80")
		n.note("%v", err)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		n.net.Heal()
	})
}

// TestNetConn: plain code that reads and writes waits in simulated time, and comes out the same.
func TestNetConn(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.netEcho(t)
	n.run(t)
	again := newNotes(1, Options{Latency: latency})
	again.netEcho(t)
	again.run(t)
	assert.Equal(t, n.lines, again.lines)
	assert.Len(t, n.lines, 4)
}

// TestNetConnHanded: where a network has no descriptors, a goroutine has the hub do it. A hub with
// a seed refuses.
func TestNetConnHanded(t *testing.T) {
	h := hub.NewSimulated(epoch)
	network := NewNetwork(h, Options{})
	network.Host("a").Go(greenlet.OnStack, func(greenlet.Section) {
		l := must(network.Host("a").Listen("tcp", ":80"))
		defer l.Close()
		d := &socket.Dialer{Hub: h, Net: network.Host("b")}
		var c net.Conn
		text := onGoroutine(h, func() any {
			c = must(d.Dial("tcp", "a:80"))
			_, err := c.Write([]byte("hello"))
			assert.NoError(t, err)
			assert.NoError(t, c.(*socket.NetConn).CloseWrite())
			return "written"
		})
		assert.Equal(t, "written", text)
		o := socket.NewNetConn(must(l.Accept()))
		assert.Equal(t, "hello", onGoroutine(h, func() any {
			text, err := io.ReadAll(o)
			assert.NoError(t, err)
			assert.NoError(t, o.Close())
			assert.NoError(t, c.Close())
			_, err = o.Read(make([]byte, 1))
			assert.ErrorIs(t, err, net.ErrClosed)
			return string(text)
		}))
	})
	require.NoError(t, h.Run(t.Context()))

	n := newNotes(1, Options{})
	n.a.Go(greenlet.OnStack, func(greenlet.Section) {
		l := must(n.a.Listen("tcp", ":80"))
		defer l.Close()
		c := socket.NewNetConn(must(n.a.Dial("tcp", ":80")))
		refused := make(chan any)
		go func() {
			defer func() { refused <- recover() }()
			_, _ = c.Read(make([]byte, 1))
		}()
		assert.Contains(t, <-refused, "by another goroutine to a hub with a seed")
		assert.NoError(t, c.Close())
	})
	n.expect(t)
}
