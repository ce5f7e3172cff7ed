package sim

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// both is two connected ends, a's and b's.
//
//greenlet:resumable
func (n *notes) both() (a, b *socket.Conn) {
	l := must(n.b.Listen("tcp", ":80"))
	defer l.Close()
	a = must(n.a.Dial("tcp", "b:80"))
	return a, must(l.Accept())
}

// sides are the hosts as sets.
func (n *notes) sides() (a, b []*Host) { return []*Host{n.a}, []*Host{n.b} }

//greenlet:resumable
func (n *notes) reads(name string, c *socket.Conn) {
	for {
		line, err := c.ReadLine()
		if err != nil {
			n.note("%s: %v", name, err)
			c.Close()
			return
		}
		n.note("%s: %s", name, line)
	}
}

//greenlet:resumable
func (n *notes) heals(after time.Duration, twoWays bool) {
	a, b := n.both()
	x, y := n.sides()
	n.b.Go(n.newReadsFrame("b", b))
	n.a.Go(n.newReadsFrame("a", a))
	a.WriteString("before\n")
	n.Sleep(time.Second)
	if n.net.Cut(x, y); twoWays {
		n.net.Cut(y, x)
	}
	a.WriteString("between\n")
	b.WriteString("back\n")
	n.Sleep(after)
	n.net.Heal()
	n.note("heals")
	_, err := a.WriteString("after\n")
	n.note("a writes: %v", err)
	a.Close()
}

// What is sent in a partition arrives when it is healed, in order; or never, if that takes
// too long. One that hears the other end breaks as well if its own words get nowhere.
func TestPartition(t *testing.T) {
	for _, test := range []struct {
		after   time.Duration
		twoWays bool
		want    []string
	}{
		{4 * time.Second, true, []string{
			"30ms b: before", "5.02s heals", "5.02s a writes: <nil>", "5.02s a: read tcp b:80: use of closed network connection",
			"7.85s b: between", "7.85s b: after", "7.85s b: EOF"}},
		{4 * time.Second, false, []string{
			"30ms b: before", "1.03s a: back", "5.02s heals", "5.02s a writes: <nil>", "5.02s a: read tcp b:80: use of closed network connection",
			"7.85s b: between", "7.85s b: after", "7.85s b: EOF"}},
		{3 * time.Minute, true, []string{
			"30ms b: before", "2m1.02s b: read tcp b:80->a:49152: read: connection timed out",
			"2m1.02s a: read tcp a:49152->b:80: read: connection timed out",
			"3m1.02s heals", "3m1.02s a writes: write tcp b:80: use of closed network connection"}},
		{3 * time.Minute, false, []string{
			"30ms b: before", "1.03s a: back", "2m1.02s b: read tcp b:80->a:49152: read: connection timed out",
			"2m1.02s a: read tcp a:49152->b:80: read: connection timed out",
			"3m1.02s heals", "3m1.02s a writes: write tcp b:80: use of closed network connection"}},
	} {
		t.Run(fmt.Sprint(test.after, test.twoWays), func(t *testing.T) {
			n := newNotes(1, Options{Latency: latency})
			n.Go(n.newHealsFrame(test.after, test.twoWays))
			n.run(t)
			assert.ElementsMatch(t, test.want, n.lines) // both ends break at the same instant: their order is drawn
		})
	}
}

//greenlet:resumable
func (n *notes) dials(d time.Duration) {
	err := n.WithTimeout(d, func() {
		_, err := n.a.Dial("tcp", "b:80")
		n.note("%v %v", err, errors.Is(err, syscall.ETIMEDOUT))
	})
	n.note("%v", err)
}

// Who dials through a partition waits in vain, or leaves.
func TestDialPartitioned(t *testing.T) {
	n := newNotes(1, Options{})
	n.net.Partition(n.sides())
	n.Go(n.newDialsFrame(time.Hour))
	n.Go(n.newDialsFrame(time.Second))
	n.expect(t, "1s hub: timeout after 1s", "2m0s dial tcp b:80: connect: connection timed out true", "2m0s <nil>")
}

//greenlet:resumable
func (n *notes) fills(c *socket.Conn, data []byte) {
	for len(data) > 0 {
		m, err := c.TryWrite(data)
		if err == socket.ErrWouldBlock {
			break
		}
		data = data[m:]
		n.Sleep(time.Second)
	}
	n.note("full, %d left", len(data))
	must(c.Write(data))
	n.note("written")
	c.Close()
}

//greenlet:resumable
func (n *notes) drains(c *socket.Conn, want []byte) {
	n.Sleep(time.Hour)
	got := make([]byte, len(want))
	must(c.ReadFull(got))
	_, err := c.Read(make([]byte, 1))
	n.note("%v %v", bytes.Equal(got, want), err)
	c.Close()
}

//greenlet:resumable
func (n *notes) presses(size int) {
	a, b := n.both()
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i * i / 7)
	}
	n.a.Go(n.newFillsFrame(a, data))
	n.b.Go(n.newDrainsFrame(b, data))
}

// Who writes to one that does not read waits when the buffers of both ends are full.
func TestBackPressure(t *testing.T) {
	n := newNotes(1, Options{Latency: latency, Buffer: 1000})
	n.Go(n.newPressesFrame(10_000))
	n.run(t)
	require.Len(t, n.lines, 3)
	assert.Contains(t, n.lines[0], "full, 8000 left")
	assert.Contains(t, n.lines[1], "1h0m0.")
	assert.Contains(t, n.lines[2], "true EOF")
}

// However much is lost, all arrives in order, and the room that was told of, too.
func TestStreamLoss(t *testing.T) {
	for seed := range uint64(20) {
		n := newNotes(seed, Options{Latency: latency, Jitter: 5 * latency, Loss: 0.3, Buffer: 5000, Timeout: time.Hour})
		n.Go(n.newPressesFrame(50_000))
		n.run(t)
		require.Len(t, n.lines, 3)
		assert.Contains(t, n.lines[2], "true EOF")
		assert.NotZero(t, n.net.Stats().Lost)
	}
}

//greenlet:resumable
func (n *notes) resets() {
	a, b := n.both()
	a.WriteString("unread")
	n.Sleep(time.Second)
	b.Close()
	n.Sleep(time.Second)
	_, err := a.Read(make([]byte, 1))
	n.note("%v", err)
	_, err = a.WriteString("x")
	n.note("%v %v", errors.Is(err, syscall.ECONNRESET), a.CloseWrite())
	a.Close()

	a, b = n.both()
	b.Close()
	n.Sleep(time.Second)
	_, err = a.Read(make([]byte, 1))
	n.note("%v", err)
	_, err = a.WriteString("to nobody")
	n.note("%v", err)
	n.Sleep(time.Second)
	_, err = a.WriteString("x")
	n.note("%v", errors.Is(err, syscall.ECONNRESET))
	a.Close()

	a, b = n.both()
	a.CloseWrite()
	_, err = a.WriteString("x")
	n.note("%v", errors.Is(err, syscall.EPIPE))
	b.CloseRead()
	b.WriteString("half")
	b.Close()
	got := make([]byte, 5)
	m, err := a.ReadFull(got)
	n.note("%s %v", got[:m], err)
	a.SetReadDeadline(n.Now())
	_, err = a.Read(got)
	n.note("%v %v", err != nil, a.Close())
}

// A connection that is closed with something to read is reset, and one that is written to
// when the other end is gone.
func TestReset(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.Go(n.newResetsFrame())
	n.expect(t, "2.02s read tcp a:49152->b:80: read: connection reset by peer",
		"2.02s true close tcp a:49152->b:80: shutdown: transport endpoint is not connected",
		"3.04s EOF", "3.04s <nil>", "4.04s true", "4.06s true", "4.07s half unexpected EOF", "4.07s true <nil>")
}

//greenlet:resumable
func (n *notes) crowds() {
	l := must(n.b.Listen("tcp", ":80"))
	var clients []*hub.Task
	for range backlog + 1 {
		clients = append(clients, n.a.Go(n.newTalksFrame(n.a, "x")))
	}
	n.Sleep(50 * time.Millisecond)
	n.note("%d connected", len(n.lines))
	n.lines = n.lines[len(n.lines)-1:]
	l.Close()
	for _, c := range clients {
		c.Join()
	}
}

// Connections that nobody accepts are reset when the listener closes; what finds the queue
// full tries again.
func TestBacklog(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.Go(n.newCrowdsFrame())
	n.run(t)
	require.Len(t, n.lines, backlog+2)
	assert.Equal(t, "50ms 128 connected", n.lines[0])
	assert.Contains(t, n.lines[1], "60ms client: read tcp a:")
	assert.Contains(t, n.lines[1], "connection reset by peer")
	assert.Equal(t, "240ms dial tcp b:80: connect: connection refused", n.lines[backlog+1])
}

// Of random traffic with partitions at random each end gets what the other one has sent, or
// the beginning of it if the connection breaks.
func TestStreamRandom(t *testing.T) {
	for seed := range uint64(30) {
		n := newNotes(seed, Options{Latency: latency, Jitter: latency, Loss: 0.05, Buffer: 300, Timeout: 20 * time.Second})
		n.Go(n.newChattersFrame())
		n.run(t)
		assert.Contains(t, n.lines, "0s fine", "%q", n.lines)
	}
}

//greenlet:resumable
func (n *notes) chatters() {
	a, b := n.both()
	var sent, got [2]bytes.Buffer
	tasks := []*hub.Task{
		n.a.Go(n.newBabblesFrame(a, &sent[0])), n.b.Go(n.newHearsFrame(b, &got[0])),
		n.b.Go(n.newBabblesFrame(b, &sent[1])), n.a.Go(n.newHearsFrame(a, &got[1])),
	}
	x, y := n.sides()
	for range 10 {
		n.Sleep(time.Duration(n.Rand().Int64N(int64(5 * time.Second))))
		switch n.Rand().IntN(4) {
		case 0:
			n.net.Cut(x, y)
		case 1:
			n.net.Cut(y, x)
		case 2:
			n.net.Partition(x, y)
		default:
			n.net.Heal()
		}
	}
	n.net.Heal()
	for _, t := range tasks {
		if err := t.Join(); err != nil {
			n.note("%v", err)
		}
	}
	a.Close()
	b.Close()
	for i := range sent {
		broken := errors.Is(a.Stream().(*stream).err, syscall.ETIMEDOUT) || errors.Is(b.Stream().(*stream).err, syscall.ETIMEDOUT)
		if !bytes.HasPrefix(sent[i].Bytes(), got[i].Bytes()) || sent[i].Len() != got[i].Len() && !broken {
			n.note("%d of %d arrive", got[i].Len(), sent[i].Len())
			return
		}
	}
	n.lines = append(n.lines, "0s fine")
}

//greenlet:resumable
func (n *notes) babbles(c *socket.Conn, sent *bytes.Buffer) {
	r := rand.New(rand.NewPCG(n.Rand().Uint64(), 0))
	for range 100 {
		p := make([]byte, r.IntN(200))
		for i := range p {
			p[i] = byte(r.Uint32())
		}
		sent.Write(p)
		if _, err := c.Write(p); err != nil {
			return
		}
		n.Sleep(time.Duration(r.IntN(500)) * time.Millisecond)
	}
	c.CloseWrite()
}

//greenlet:resumable
func (n *notes) hears(c *socket.Conn, got *bytes.Buffer) {
	p := make([]byte, 100)
	for {
		c.SetReadDeadline(n.Now().Add(2 * time.Minute)) // nobody is told that the other end has given up
		m, err := c.Read(p)
		got.Write(p[:m])
		if err != nil {
			return
		}
	}
}

//greenlet:resumable
func (n *notes) hurries() {
	a, b := n.both()
	start := n.Now()
	must(a.Write(make([]byte, 100_000)))
	must(b.ReadFull(make([]byte, 50_000)))
	n.note("%v", n.Now().Sub(start).Round(10*time.Millisecond))
	a.Close()
	b.Close()
}

// A line takes its time for each byte.
func TestBandwidth(t *testing.T) {
	n := newNotes(1, Options{Latency: latency, Bandwidth: 10_000, Buffer: 200_000})
	n.Go(n.newHurriesFrame())
	n.expect(t, "5.14s 5.12s")
}
