package sim

import (
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
)

// program is what a host boots: it remembers how often it was asked.
type program struct {
	*notes
	asked int
}

//greenlet:resumable
func (p *program) counts() {
	c := must(p.b.ListenPacket("udp", ":53"))
	buf := make([]byte, 100)
	for {
		_, from, err := c.ReadFrom(buf)
		if err != nil {
			return
		}
		p.asked++
		c.WriteTo([]byte{byte('0' + p.asked)}, from)
	}
}

//greenlet:resumable
func (n *notes) asksThrice(c *socket.Conn) {
	for range 3 {
		c.WriteString("?")
		c.SetReadDeadline(n.Now().Add(time.Second))
		p := make([]byte, 10)
		m, err := c.Read(p)
		n.note("%s %v", p[:m], err)
	}
}

//greenlet:resumable
func (n *notes) boots() {
	c := must(n.a.Dial("udp", "b:53"))
	defer c.Close()
	n.asksThrice(c)
	n.b.Crash()
	n.asksThrice(c)
	n.b.Restart()
	n.b.Restart() // it is up
	n.Sleep(time.Millisecond)
	n.asksThrice(c)
	n.note("%d", len(n.b.Tasks()))
	n.b.Crash()
}

// A host boots its program at each restart, which has forgotten everything.
func TestBoot(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	started := 0
	n.b.Boot(func() {
		started++
		n.Go((&program{notes: n}).newCountsFrame())
	})
	n.a.GoAfter(1, n.newBootsFrame())
	n.expect(t, "20ms 1 <nil>", "40ms 2 <nil>", "60ms 3 <nil>",
		"1.06s  read udp a:49152->b:53: i/o timeout", "2.06s  read udp a:49152->b:53: i/o timeout", "3.06s  read udp a:49152->b:53: i/o timeout",
		"3.081s 1 <nil>", "3.101s 2 <nil>", "3.121s 3 <nil>", "3.121s 1")
	assert.Equal(t, 2, started)
}

//greenlet:resumable
func (n *notes) losesPower() {
	l := must(n.b.Listen("tcp", ":80"))
	c := must(n.a.Dial("tcp", "b:80"))
	defer c.Close()
	must(l.Accept())
	n.b.LosePower()
	c.SetReadDeadline(n.Now().Add(time.Minute))
	_, err := c.Read(make([]byte, 1))
	n.note("half-open: %v", err)
	err = n.WithTimeout(time.Second, func() { n.a.Dial("tcp", "b:80") })
	n.note("nobody refuses: %v", err)
	n.b.Restart()
	_, err = c.WriteString("?")
	n.note("%v", err)
	c.SetReadDeadline(n.Now().Add(time.Minute))
	_, err = c.Read(make([]byte, 1))
	n.note("%v", err)
}

// Who is connected to a machine that has lost its power is not told. When it is up again it
// knows nothing of the connection.
func TestHalfOpen(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.Go(n.newLosesPowerFrame())
	n.expect(t, "1m0.02s half-open: read tcp a:49152->b:80: i/o timeout", "1m1.02s nobody refuses: hub: timeout after 1s",
		"1m1.02s <nil>", "1m1.04s read tcp a:49152->b:80: read: connection reset by peer")
}

//greenlet:resumable
func (n *notes) ticks(h *Host) {
	for range 3 {
		n.Sleep(time.Second)
		n.note("%s", h.Name())
	}
}

//greenlet:resumable
func (n *notes) pauses() {
	n.Sleep(1500 * time.Millisecond)
	n.b.Pause()
	n.Sleep(3 * time.Second)
	n.b.Resume()
	n.b.Resume()
}

// A host that is paused does nothing, and goes on when it is not; one that crashes meanwhile
// does nothing any more.
func TestPause(t *testing.T) {
	n := newNotes(1, Options{})
	n.a.Go(n.newTicksFrame(n.a))
	n.b.Go(n.newTicksFrame(n.b))
	n.Go(n.newPausesFrame())
	n.run(t)
	assert.ElementsMatch(t, []string{"1s a", "1s b", "2s a", "3s a", "4.5s b", "5.5s b"}, n.lines)

	n = newNotes(1, Options{})
	n.b.Go(n.newTicksFrame(n.b))
	n.b.Pause()
	n.AfterFunc(time.Minute, n.b.Crash)
	n.run(t)
	assert.Empty(t, n.lines)
}

// A slow host does everything, but later. To others nothing happens.
func TestSlow(t *testing.T) {
	n := newNotes(1, Options{})
	n.a.Go(n.newTicksFrame(n.a))
	n.b.Go(n.newTicksFrame(n.b))
	n.b.Slow(10 * time.Second)
	n.run(t)
	assert.Equal(t, []string{"1s a", "2s a", "3s a"}, n.lines[:3])
	assert.Regexp(t, `^[1-4]\d\.\d*s b$`, n.lines[5])
	assert.PanicsWithValue(t, "sim: a negative time", func() { n.b.Slow(-1) })
}

//greenlet:resumable
func (n *notes) tells(h *Host) {
	n.Sleep(time.Hour)
	n.lines = append(n.lines, h.Name()+" "+n.Now().Sub(epoch).String())
}

// The tasks of a host go by its clock, the network by that of the hub.
func TestClock(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	n.b.SetClock(10*time.Minute, 2)
	assert.Equal(t, epoch.Add(10*time.Minute), n.b.Now())
	n.a.Go(n.newTellsFrame(n.a))
	n.b.Go(n.newTellsFrame(n.b))
	n.AfterFunc(45*time.Minute, func() { n.b.SetClock(0, 1) })
	n.expect(t, "b 1h10m0s", "a 1h0m0s")
	assert.PanicsWithValue(t, "sim: a clock with the rate 0", func() { n.b.SetClock(0, 0) })

	n = newNotes(1, Options{Latency: latency})
	n.b.SetClock(0, 10)
	n.a.SetClock(0, 0.1)
	n.b.Go(n.newServesOneFrame())
	n.Go(n.newTalksFrame(n.a, "hello"))
	n.run(t)
	assert.Contains(t, n.lines, "40ms hello")
}

//greenlet:resumable
func (n *notes) sendsAndHolds() {
	x, y := n.sides()
	c := must(n.a.ListenPacket("udp", ":0"))
	defer c.Close()
	to := Addr{"udp", "b", 53}
	c.WriteTo([]byte("on its way"), to)
	n.net.Hold(x, y)
	n.Sleep(time.Second)
	c.WriteTo([]byte("later"), to)
	back := must(n.b.ListenPacket("udp", ":54"))
	defer back.Close()
	back.WriteTo([]byte("the other way"), c.LocalAddr())
	p := make([]byte, 100)
	m, _, err := c.ReadFrom(p)
	n.note("%s %v", p[:m], err)
	n.Sleep(time.Hour)
	n.net.Release()
	n.net.Release()
	c.WriteTo([]byte("behind"), to)
}

// What is held is not lost, and comes in its order; the other direction goes on.
func TestHoldAndRelease(t *testing.T) {
	n := newNotes(1, Options{Latency: latency})
	frame := n.newCollectsFrame(2 * time.Hour)
	n.b.Go(frame)
	n.Go(n.newSendsAndHoldsFrame())
	n.run(t)
	assert.Equal(t, []string{"on its way", "later", "behind"}, frame.Results())
	assert.Equal(t, []string{"1.01s the other way <nil>", "1h0m1.01s a:49152", "1h0m1.01s a:49152", "1h0m1.02s a:49152"}, n.lines)
}

//greenlet:resumable
func (n *notes) pours(to string) {
	c := must(n.a.Dial("tcp", to))
	c.Write(make([]byte, 10_000))
	c.CloseWrite()
	c.Read(make([]byte, 1))
	n.note("done")
	c.Close()
}

//greenlet:resumable
func (n *notes) swallows(c *socket.Conn) {
	for p := make([]byte, 1000); ; {
		if _, err := c.Read(p); err != nil {
			c.Close()
			return
		}
	}
}

// The bandwidth of a link is shared, that of a connection is not. A link may have options of its own.
func TestLinkOptions(t *testing.T) {
	for _, test := range []struct {
		o, own Options
		want   string
	}{
		{Options{Bandwidth: 10_000}, Options{}, "1s done"},
		{Options{LinkBandwidth: 10_000}, Options{}, "2s done"},
		{Options{Latency: time.Second}, Options{Latency: 2 * time.Second, LinkBandwidth: 5_000}, "10s done"},
	} {
		n := newNotes(1, test.o)
		if test.own != (Options{}) {
			n.net.SetLink(n.a, n.b, test.own)
		}
		s := &socket.Server{Listener: must(n.b.Listen("tcp", ":80")), Handler: func(c *socket.Conn) greenlet.Frame { return n.newSwallowsFrame(c) }}
		n.b.Go(s.NewServeFrame())
		one, other := n.a.Go(n.newPoursFrame("b:80")), n.a.Go(n.newPoursFrame("b:80"))
		left := 2
		for _, t := range []*hub.Task{one, other} {
			t.Link(func(*hub.Task) {
				if left--; left == 0 {
					n.b.Crash()
				}
			})
		}
		n.run(t)
		assert.Equal(t, test.want, n.lines[1])
	}
}
