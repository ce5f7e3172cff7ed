package sim

import (
	"fmt"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const latency = 10 * time.Millisecond

// notes are what tasks do, in order, with the simulated time.
type notes struct {
	*hub.Hub
	net   *Network
	a, b  *Host
	lines []string
}

func newNotes(seed uint64, o Options) *notes {
	h := hub.NewSeeded(epoch, seed)
	n := &notes{Hub: h, net: NewNetwork(h, o)}
	n.a, n.b = n.net.Host("a"), n.net.Host("b")
	return n
}

func (n *notes) note(format string, args ...any) {
	n.lines = append(n.lines, fmt.Sprintf("%v ", n.Now().Sub(epoch).Round(time.Millisecond))+fmt.Sprintf(format, args...))
}

// run runs the hub and requires that nothing is left.
func (n *notes) run(t *testing.T) {
	t.Helper()
	n.OnError(func(_ *hub.Task, err *hub.PanicError) { n.note("%v", err) })
	require.NoError(t, n.Run(t.Context()))
	for _, h := range []*Host{n.a, n.b} {
		assert.Empty(t, h.Tasks())
		assert.Zero(t, h.Connections())
		assert.Empty(t, h.listeners)
		assert.Empty(t, h.packets)
	}
	assert.Empty(t, n.net.tasks)
	assert.Zero(t, n.Stats().Timers)
}

// expect is run that compares what tasks did.
func (n *notes) expect(t *testing.T, lines ...string) {
	t.Helper()
	n.run(t)
	assert.Equal(t, lines, n.lines)
}

// must is v if there is no error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

//greenlet:resumable
func (n *notes) echoes(c *socket.Conn) {
	for {
		line, err := c.ReadLine()
		if err != nil {
			n.note("server: %v", err)
			c.Close()
			return
		}
		c.Write(append(line, '\n'))
	}
}

// servesOne has the next connection to port 80 of b echo.
//
//greenlet:resumable
func (n *notes) servesOne() {
	l := must(n.b.Listen("tcp", ":80"))
	c := must(l.Accept())
	l.Close()
	n.note("%v %v", c.LocalAddr(), c.RemoteAddr().Network())
	n.echoes(c)
}

//greenlet:resumable
func (n *notes) talks(transport socket.Net, words ...string) {
	c, err := transport.Dial("tcp", "b:80")
	if err != nil {
		n.note("%v", err)
		return
	}
	defer c.Close()
	n.note("connected")
	for _, word := range words {
		if _, err := c.WriteString(word + "\n"); err != nil {
			n.note("%v", err)
			return
		}
		line, err := c.ReadLine()
		if err != nil {
			n.note("client: %v", err)
			return
		}
		n.note("%s", line)
	}
	c.CloseWrite()
	_, err = c.Read(make([]byte, 1))
	n.note("client: %v", err)
}

// Each message takes its time; a connection is made, used, half-closed and closed.
func TestConnect(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.b.Go(n.newServesOneFrame())
	n.a.GoAfter(1, n.newTalksFrame(n.a, "hello", "world"))
	n.expect(t, "10ms b:80 tcp", "20ms connected", "40ms hello", "60ms world", "70ms server: EOF", "80ms client: EOF")
	assert.Zero(t, n.net.Stats().Lost)
}

//greenlet:resumable
func (n *notes) fails(h *Host) {
	for _, address := range []string{"b:81", "c:80", "b:x", "b"} {
		_, err := h.Dial("tcp", address)
		n.note("%v", err)
	}
	_, err := h.Dial("unix", "/x")
	n.note("%v", err)
	_, err = h.Listen("tcp", "b:80")
	n.note("%v", err)
	l := must(h.Listen("tcp", "a:80"))
	_, err = h.Listen("tcp", "localhost:80")
	n.note("%v", err)
	_, err = h.Listen("udp", ":80")
	n.note("%v", err)
	l.Close()
	_, err = l.Accept()
	n.note("%v %v", err, l.Close() != nil)
}

// Errors are those of package net.
func TestErrors(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.a.Go(n.newFailsFrame(n.a))
	n.expect(t, "20ms dial tcp b:81: connect: connection refused",
		"20ms dial tcp c:80: lookup c: no such host",
		"20ms dial tcp: address x: not a number of a port",
		"20ms dial tcp: address b: missing port in address",
		"20ms dial unix: unknown network unix",
		"20ms listen tcp b:80: bind: cannot assign requested address",
		"20ms listen tcp a:80: bind: address already in use",
		"20ms listen udp: unknown network udp",
		"20ms accept: use of closed network connection true")
}

var _ socket.Net = (*Host)(nil)
