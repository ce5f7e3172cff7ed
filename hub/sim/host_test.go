package sim

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func (n *notes) sends(count int) {
	c := must(n.a.ListenPacket("udp", ":0"))
	defer c.Close()
	for i := range count {
		c.WriteTo(fmt.Append(nil, i), Addr{"udp", "b", 53})
	}
}

//greenlet:resumable
func (n *notes) collects(d time.Duration) (got []string) {
	c := must(n.b.ListenPacket("udp", ":53"))
	defer c.Close()
	c.SetReadDeadline(n.Now().Add(d))
	buf := make([]byte, 100)
	for {
		m, from, err := c.ReadFrom(buf)
		if err != nil {
			return got
		}
		n.note("%v", from)
		got = append(got, string(buf[:m]))
	}
}

// collected is what arrives of 100 datagrams.
func collected(t *testing.T, o Options) ([]string, *notes) {
	n := newNotes(1, o)
	frame := n.newCollectsFrame(time.Minute)
	n.b.Go(frame)
	n.a.GoAfter(1, n.newSendsFrame(100))
	n.run(t)
	assert.True(t, strings.HasSuffix(n.lines[0], " a:49152"))
	return frame.Results(), n
}

// Datagrams are lost, come twice and in another order; or not.
func TestDatagrams(t *testing.T) {
	var all []string
	for i := range 100 {
		all = append(all, fmt.Sprint(i))
	}
	sorted := slices.Sorted(slices.Values(all))

	got, n := collected(t, Options{Latency: latency, Jitter: latency})
	assert.NotEqual(t, all, got)
	assert.Equal(t, sorted, slices.Sorted(slices.Values(got)))
	assert.Equal(t, Stats{Sent: 100, Delivered: 100}, n.net.Stats())

	got, n = collected(t, Options{Latency: latency, Reordering: 0.1})
	assert.Equal(t, sorted, slices.Sorted(slices.Values(got)))
	assert.Equal(t, "10ms a:49152", n.lines[50])
	assert.Regexp(t, "^([2-9]|10).ms a:49152$", n.lines[99])

	got, n = collected(t, Options{Loss: 0.5})
	assert.InDelta(t, 50, len(got), 20)
	assert.Equal(t, 100-len(got), n.net.Stats().Lost)

	got, n = collected(t, Options{Duplication: 0.5})
	assert.InDelta(t, 150, len(got), 20)
	assert.Equal(t, len(got)-100, n.net.Stats().Duplicated)

	got, _ = collected(t, Options{Buffer: 10})
	assert.LessOrEqual(t, len(strings.Join(got, "")), 40) // of each 32, after which others have their turn, the rest found no room
}

//greenlet:resumable
func (n *notes) asks() {
	c := must(n.a.Dial("udp", "b:53"))
	n.a.Go(n.newSendsFrame(1)) // to others than the one who is asked
	stranger := must(n.b.ListenPacket("udp", ":54"))
	stranger.WriteTo([]byte("not here"), c.LocalAddr())
	c.WriteString("question")
	p := make([]byte, 100)
	m, err := c.Read(p)
	n.note("%s %v %v %v", p[:m], err, c.RemoteAddr(), c.WaitReadable() == nil)
	m, err = c.Read(p)
	n.note("%s %v", p[:m], err)
	_, err = c.Write(make([]byte, maxDatagram+1))
	n.note("%v", errors.Is(err, syscall.EMSGSIZE))
	n.note("%v %v", c.CloseWrite(), c.Close())
	_, err = n.a.ListenPacket("udp", "a:x")
	n.note("%v %v", err, stranger.Close())
}

//greenlet:resumable
func (n *notes) answers() {
	c := must(n.b.ListenPacket("udp", ":53"))
	p := make([]byte, 100)
	for {
		m, from, err := c.ReadFrom(p)
		if err != nil {
			panic(err)
		}
		if m > 1 {
			c.WriteTo(append([]byte("answer to "), p[:m]...), from)
			n.Sleep(time.Millisecond)
			c.WriteTo([]byte("more"), from)
			c.Close()
			return
		}
	}
}

// Who dials gets what comes from there only.
func TestDialUDP(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.b.Go(n.newAnswersFrame())
	n.a.GoAfter(1, n.newAsksFrame())
	n.expect(t, "21ms answer to question <nil> b:53 true", "21ms more <nil>", "21ms true",
		"21ms close udp a:49152->b:53: shutdown: transport endpoint is not connected <nil>",
		"21ms listen udp: address x: not a number of a port <nil>")
}

// serves echoes lines to all who come, and has more tasks for it.
//
//greenlet:resumable
func (n *notes) serves() {
	defer func() {
		_, err := n.b.Dial("tcp", "a:1")
		n.note("server ends: %v", err)
	}()
	s := &socket.Server{Listener: must(n.b.Listen("tcp", ":80")), Handler: func(c *socket.Conn) greenlet.Frame { return n.newEchoesFrame(c) }}
	n.Go(n.newRestsFrame())
	s.Serve()
}

//greenlet:resumable
func (n *notes) rests() {
	defer n.note("rest ends")
	n.Sleep(time.Hour)
}

//greenlet:resumable
func (n *notes) crashes(powerless bool) {
	n.b.Go(n.newServesFrame())
	n.Sleep(1)
	c := must(n.a.Dial("tcp", "b:80"))
	c.WriteString("one\n")
	n.note("%s, %d tasks", must(c.ReadLine()), len(n.b.Tasks()))
	if powerless {
		n.net.Partition(n.sides())
	}
	n.b.Crash()
	n.note("%v", n.b.Down())
	n.Sleep(time.Second)
	n.note("%d tasks, %d connections", len(n.b.Tasks()), n.b.Connections())
	n.net.Heal()
	_, err := n.a.Dial("tcp", "b:80")
	n.note("%v", err)
	_, err = c.Write([]byte("two\n"))
	if err == nil {
		_, err = c.ReadLine()
	}
	n.note("%v", err)
	c.Close()

	n.b.Restart()
	server := n.b.Go(n.newServesFrame())
	n.Sleep(1)
	n.talks(n.a, "three")
	server.Kill()
	for _, t := range n.b.Tasks() {
		t.Kill()
	}
	must(n.b.Listen("tcp", ":81")).Close()
	n.b.listeners[80].Close()
}

// Of a host that has crashed all tasks are killed, and all connections reset. Nothing that
// is deferred reaches others.
func TestCrash(t *testing.T) {
	for _, powerless := range []bool{false, true} {
		n := newNotes(1, Options{Latency: latency})
		n.a.Go(n.newCrashesFrame(powerless))
		n.run(t)
		killed := slices.Sorted(slices.Values(n.lines[2:4]))
		assert.Equal(t, []string{"40ms rest ends", "40ms server ends: dial tcp a:1: network is down"}, killed)
		assert.Equal(t, []string{"40ms one, 3 tasks", "40ms true"}, n.lines[:2])
		read, at := "write tcp a:49152->b:80: write", "1.06s"
		if powerless {
			read, at = "read tcp a:49152->b:80: read", "1.08s"
		}
		assert.Equal(t, []string{
			"1.04s 0 tasks, 0 connections", "1.06s dial tcp b:80: connect: connection refused", at + " " + read + ": connection reset by peer",
		}, n.lines[4:7])
		assert.Contains(t, strings.Join(n.lines, "\n"), "s three")
	}
}

//greenlet:resumable
func (n *notes) stops(s *socket.Server) {
	n.Sleep(time.Second)
	n.note("%d, killed %d", s.Len(), s.Stop(time.Second))
}

//greenlet:resumable
func (n *notes) serving(s *socket.Server) { n.note("served: %v", s.Serve()) }

//greenlet:resumable
func (n *notes) idles(c *socket.Conn) {
	err := c.WaitReadable()
	n.note("%v", err)
	c.WriteString("bye\n")
}

// A server stops on a simulated network as on another.
func TestServer(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	l, err := n.b.Listen("tcp", ":80")
	require.NoError(t, err)
	s := &socket.Server{Listener: l, Handler: func(c *socket.Conn) greenlet.Frame { return n.newIdlesFrame(c) }}
	n.b.Go(n.newServingFrame(s))
	n.a.Go(n.newListensFrame())
	n.b.Go(n.newStopsFrame(s))
	n.run(t)
	assert.ElementsMatch(t, []string{"1s socket: the server stops", "1s served: <nil>", "1s 1, killed 0", "1.01s bye"}, n.lines)
}

//greenlet:resumable
func (n *notes) listens() {
	c := must(n.a.Dial("tcp", "b:80"))
	n.note("%s", must(c.ReadLine()))
	c.Close()
}

// traced is the trace of traffic with loss.
func traced(t *testing.T, seed uint64) string {
	n := newNotes(seed, Options{Latency: latency, Jitter: latency, Loss: 0.05, Buffer: 300, Timeout: 20 * time.Second})
	var b bytes.Buffer
	n.SetTrace(&b)
	n.Go(n.newChattersFrame())
	n.Go(n.newSendsFrame(1))
	n.run(t)
	return b.String()
}

// The same seed has the same trace, byte for byte.
func TestTrace(t *testing.T) {
	var all string
	for seed := range uint64(5) {
		trace := traced(t, seed)
		assert.True(t, trace == traced(t, seed), "seed %d", seed)
		assert.False(t, strings.Contains(all, trace), "seed %d", seed)
		all += trace
	}
	for _, what := range []string{
		"0s network sends a dial from a:", "network delivers an agreement from b:80 to a:",
		"network loses bytes ", "network sends ack of ", "network cuts b from a\n", "network heals\n", " and the end from ",
		"0s network sends a datagram of 1 bytes from a:",
	} {
		assert.True(t, strings.Contains(all, what), what)
	}
}

//greenlet:resumable
func (n *notes) lonely() {
	l := must(n.a.Listen("tcp", ":80"))
	start := n.Now()
	c := must(n.a.Dial("tcp", "localhost:80"))
	d := must(l.Accept())
	c.WriteString("to myself")
	c.CloseWrite()
	d.WaitReadable()
	p := make([]byte, 20)
	m := must(d.ReadFull(p[:9]))
	n.note("%s in %v", p[:m], n.Now().Sub(start).Round(time.Millisecond))

	n.note("%v %v", d.WaitReadable(), d.Close())
	d.Close()
	for _, close := range []func() error{d.Close, d.CloseRead, d.CloseWrite} {
		n.note("%v", errors.Is(close(), net.ErrClosed))
	}
	n.note("%v %v", d.LocalAddr(), d.RemoteAddr())
	c.Close()
	l.Close()
	n.note("%v", l.Addr())

	u := must(n.a.ListenPacket("udp", ":53"))
	_, err := u.WriteTo(nil, Addr{"udp", "x", 1})
	n.note("%v", err)
	u.WriteTo([]byte("once"), u.LocalAddr())
	m, _, err = u.ReadFrom(p)
	n.note("%s %v %v %v", p[:m], err, u.Close(), errors.Is(u.Close(), net.ErrClosed))
	n.note("%v", u.LocalAddr())
}

// A host talks to itself in no time and without loss. What is closed has no address.
func TestLoopback(t *testing.T) {
	n := newNotes(1, Options{Latency: time.Hour, Loss: 1, Duplication: 1})
	n.a.Go(n.newLonelyFrame())
	n.expect(t, "0s to myself in 0s", "0s <nil> <nil>", "0s true", "0s true", "0s true", "0s <nil> a:49152", "0s <nil>",
		"0s write udp a:53->x:1: lookup x: no such host", "0s once <nil> <nil> true", "0s <nil>")
}

//greenlet:resumable
func (n *notes) listensFor(h *Host) {
	c := must(h.ListenPacket("udp", ":53"))
	_, _, err := c.ReadFrom(nil)
	n.note("not here: %v", err)
}

//greenlet:resumable
func (n *notes) cuts() {
	task := n.a.Go(n.newListensForFrame(n.a))
	n.Sleep(1)
	n.note("%d", n.a.Connections()+len(n.a.packets))
	n.a.Crash()
	n.note("%v", task.Join())
	_, err := n.a.ListenPacket("udp", ":53")
	n.note("%v", err)
	_, err = n.a.Listen("tcp", ":53")
	n.note("%v %v", err, errors.Is(err, syscall.ENETDOWN))
}

// A host that is down has no network.
func TestDown(t *testing.T) {
	n := newNotes(1, Options{})
	n.Go(n.newCutsFrame())
	n.expect(t, "0s 1", "0s greenlet: exit", "0s listen udp a:53: network is down", "0s listen tcp a:53: network is down true")
}

const dynamic = lastPort - firstPort + 1

//greenlet:resumable
func (n *notes) exhausts() {
	var last *socket.PacketConn
	for range dynamic {
		last = must(n.a.ListenPacket("udp", ":0"))
		defer last.Close()
	}
	_, err := n.a.ListenPacket("udp", ":0")
	n.note("%v", err)
	_, err = n.a.Dial("udp", "b:53")
	n.note("%v", err)
	defer must(n.a.ListenPacket("udp", ":53")).Close()
	n.note("%v", last.Close())
	c := must(n.a.Dial("udp", "b:53"))
	n.note("%v %v", c.LocalAddr(), c.Close())

	l := must(n.b.Listen("tcp", ":80"))
	defer l.Close()
	other := must(n.b.Listen("tcp", ":81"))
	defer other.Close()
	taken := must(n.a.Listen("tcp", ":50000"))
	for range dynamic - 1 {
		c = must(n.a.Dial("tcp", "b:80"))
		defer c.Close()
		defer must(l.Accept()).Close()
	}
	_, err = n.a.Dial("tcp", "b:80")
	n.note("%v", err)
	defer must(n.a.Dial("tcp", "b:81")).Close() // ports are for each way of their own
	n.note("%v", taken.Close())
	c = must(n.a.Dial("tcp", "b:80"))
	n.note("%v", c.LocalAddr())
	n.note("%v", c.Close())
	must(l.Accept()).Close()
	n.Sleep(time.Second)
	c = must(n.a.Dial("tcp", "b:80"))
	n.note("%v", c.LocalAddr())
	c.Close()
	for range dynamic {
		defer must(n.a.Listen("tcp", ":0")).Close()
	}
	_, err = n.a.Listen("tcp", ":0")
	n.note("%v", err)
}

// A host that has used all its ports up gets errors, and goes on when one is free.
func TestPortsAreUsedUp(t *testing.T) {
	n := newNotes(1, Options{})
	n.Go(n.newExhaustsFrame())
	n.expect(t,
		"0s listen udp a:0: bind: address already in use",
		"0s dial udp b:53: connect: resource temporarily unavailable",
		"0s <nil>",
		"0s a:65535 <nil>",
		"0s dial tcp b:80: connect: cannot assign requested address",
		"0s <nil>",
		"0s a:50000",
		"0s <nil>",
		"1s a:50000",
		"1s listen tcp a:0: bind: address already in use",
	)
	assert.Empty(t, n.a.dialled)
}

//greenlet:resumable
func (n *notes) outlives() {
	c := must(n.b.ListenPacket("udp", ":53"))
	l := must(n.b.Listen("tcp", ":80"))
	s := must(n.b.Dial("tcp", "b:80"))
	must(l.Accept()).WriteString("gone")
	to := must(n.a.ListenPacket("udp", ":53"))
	defer to.Close()
	n.b.Crash()
	n.b.Restart()
	_, err := c.WriteTo([]byte("ghost"), Addr{"udp", "a", 53})
	n.note("%v", err)
	_, _, err = c.ReadFrom(make([]byte, 5))
	n.note("%v", err)
	_, err = l.Accept()
	n.note("%v", err)
	_, err = s.WriteString("ghost")
	n.note("%v", err)
	defer must(n.b.ListenPacket("udp", ":53")).Close()
	defer must(n.b.Listen("tcp", ":80")).Close()
	n.note("%v %v %v", c.Close(), l.Close(), s.Close())
	to.SetReadDeadline(n.Now().Add(time.Second))
	_, _, err = to.ReadFrom(make([]byte, 5))
	n.note("%v", err)
	n.note("%d", len(n.b.packets)+len(n.b.listeners))
}

// What the program had open before a crash does not work when the host is up again; nor is
// what uses its ports then closed by it.
func TestNothingOutlivesCrash(t *testing.T) {
	n := newNotes(1, Options{})
	n.Go(n.newOutlivesFrame())
	n.expect(t,
		"0s write udp a:53: use of closed network connection",
		"0s read: use of closed network connection",
		"0s accept: use of closed network connection",
		"0s write tcp b:49152->b:80: write: network is down",
		"0s close: use of closed network connection close: use of closed network connection <nil>",
		"1s read udp a:53: i/o timeout",
		"1s 2",
	)
}

//greenlet:resumable
func (n *notes) crashesItself() {
	defer n.note("deferred")
	n.b.Go(n.newLingersFrame("child"))
	n.b.GoAfter(time.Second, n.newLingersFrame("to come"))
	l := must(n.b.Listen("tcp", ":80"))
	n.b.Crash()
	n.b.Crash()
	n.note("goes on: %v", n.b.Down())
	_, err := l.Accept()
	n.note("%v", err)
	n.Sleep(1)
	n.note("not here")
}

//greenlet:resumable
func (n *notes) lingers(name string) {
	defer n.note("%s ends", name)
	n.Sleep(time.Second)
	n.note("%s goes on", name)
}

// Who crashes its own host runs up to its next wait; what it has started does not run.
func TestCrashOfItself(t *testing.T) {
	n := newNotes(1, Options{})
	n.b.Go(n.newCrashesItselfFrame())
	n.expect(t,
		"0s goes on: true",
		"0s accept: use of closed network connection",
		"0s deferred",
	)
}
