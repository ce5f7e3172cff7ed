package sim

import (
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//greenlet:resumable
func pings(h *Host, n int) {
	c := must(h.Dial("tcp", "b:80"))
	p := make([]byte, 10)
	for range n {
		must(c.Write(p))
		must(c.ReadFull(p))
	}
	c.Close()
}

//greenlet:resumable
func pongs(l *socket.Listener) {
	c := must(l.Accept())
	l.Close()
	p := make([]byte, 10)
	for {
		if _, err := c.ReadFull(p); err != nil {
			c.Close()
			return
		}
		must(c.Write(p))
	}
}

// BenchmarkRoundTrip is a question and its answer on a connection: two segments, and what
// acknowledges them.
func BenchmarkRoundTrip(b *testing.B) {
	h := hub.NewSeeded(epoch, 1)
	n := NewNetwork(h, Options{Latency: time.Millisecond, Jitter: time.Millisecond})
	n.Host("b").Go(newPongsFrame(must(n.Host("b").Listen("tcp", ":80"))))
	n.Host("a").Go(newPingsFrame(n.Host("a"), b.N))
	b.ReportAllocs()
	if err := h.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n.Stats().Sent)/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkSeed is a short run with a seed.
func BenchmarkSeed(b *testing.B) {
	seed := uint64(0)
	s := Simulation{Options: Options{Latency: time.Millisecond}, Start: func(n *Network) func() error {
		n.Host("b").Go(newPongsFrame(must(n.Host("b").Listen("tcp", ":80"))))
		n.Host("a").Go(newPingsFrame(n.Host("a"), 10))
		return nil
	}}
	b.ReportAllocs()
	for b.Loop() {
		seed++
		if err := s.Run(seed, nil); err != nil {
			b.Fatal(err)
		}
	}
}

//greenlet:resumable
func sendsDatagrams(from, to *socket.PacketConn, n int) {
	p := make([]byte, 10)
	for range n {
		must(from.WriteTo(p, to.LocalAddr()))
		must2(to.ReadFrom(p))
	}
	from.Close()
	to.Close()
}

func must2[T, U any](v T, _ U, err error) T { return must(v, err) }

// BenchmarkDatagram is one datagram, sent and received.
func BenchmarkDatagram(b *testing.B) {
	h := hub.NewSeeded(epoch, 1)
	n := NewNetwork(h, Options{Latency: time.Millisecond})
	from, to := must(n.Host("a").ListenPacket("udp", ":1")), must(n.Host("b").ListenPacket("udp", ":2"))
	h.Go(newSendsDatagramsFrame(from, to, b.N))
	b.ReportAllocs()
	if err := h.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}
