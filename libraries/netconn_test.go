//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package libraries

import (
	"context"
	"net"
	"testing"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"
)

// running is a hub that runs until the test has ended.
func running(t *testing.T) *hub.Hub {
	h := hub.New()
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { assert.NoError(t, err) })
	ctx, cancel := context.WithCancel(context.Background())
	done := h.Promise()
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		done()
		cancel()
		<-ended
	})
	return h
}

// inTask does f in a task of h, on a stack of its own, and waits for it.
func inTask(t *testing.T, h *hub.Hub, f func()) {
	t.Helper()
	ended := make(chan error, 1)
	h.Post(func() {
		h.Go(greenlet.OnStack, func(greenlet.Section) { f() }).Link(func(t *hub.Task) { ended <- t.Err() })
	})
	require.NoError(t, <-ended)
}

// bare is a stream that has no descriptor to share, as those of simulated networks.
type bare struct{ socket.Stream }

// pair is both ends of a connection.
func pair(t *testing.T, h *hub.Hub, network, address string, of func(*socket.Conn) net.Conn) (a, b net.Conn) {
	inTask(t, h, func() {
		l, err := socket.Listen(h, network, address)
		require.NoError(t, err)
		defer l.Close()
		c, err := socket.Dial(h, network, l.Addr().String())
		require.NoError(t, err)
		a = of(c)
		c, err = l.Accept()
		require.NoError(t, err)
		b = of(c)
	})
	return a, b
}

// A connection does what package net's own tests of connections ask of one: on its two
// sides, each with the other, and where the hub does all.
func TestNetConn(t *testing.T) {
	shared := func(c *socket.Conn) net.Conn { return socket.NewNetConn(c) }
	handed := func(c *socket.Conn) net.Conn { return socket.NewNetConn(socket.NewConn(bare{c.Stream()})) }
	for name, of := range map[string]func(*socket.Conn) net.Conn{"shared": shared, "handed": handed} {
		for _, network := range []string{"tcp", "unix"} {
			t.Run(name+"/"+network, func(t *testing.T) {
				h := running(t)
				nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
					address := "127.0.0.1:0"
					if network == "unix" {
						address = t.TempDir() + "/s"
					}
					c1, c2 = pair(t, h, network, address, of)
					return c1, c2, func() { c1.Close(); c2.Close() }, nil
				})
			})
		}
	}
}
