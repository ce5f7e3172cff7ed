package sim

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// place is a network with what tasks note there: the operating system's, or a simulated one.
type place struct {
	*hub.Hub
	net   socket.Net
	lines []string
}

func (p *place) note(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}

// what is an error without addresses.
func what(err error) string {
	for _, known := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded, socket.ErrWouldBlock, socket.ErrStopping,
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE, syscall.EADDRINUSE, syscall.EADDRNOTAVAIL, syscall.EMSGSIZE,
		syscall.ENOTCONN,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	var conflict *hub.Conflict
	if errors.As(err, &conflict) {
		return "conflict"
	}
	return fmt.Sprint(err)
}

// settles gives the network time to deliver.
//
//greenlet:resumable
func (p *place) settles() { p.Sleep(20 * time.Millisecond) }

//greenlet:resumable
func (p *place) pair() (a, b *socket.Conn) {
	l := must(p.net.Listen("tcp", "localhost:0"))
	a = must(p.net.Dial("tcp", l.Addr().String()))
	b = must(l.Accept())
	p.note("%v %v", a.RemoteAddr().String() == b.LocalAddr().String(), a.LocalAddr().String() == b.RemoteAddr().String())
	_, err := p.net.Listen("tcp", l.Addr().String())
	p.note("listen again: %v", what(err))
	address := l.Addr().String()
	l.Close()
	_, err = p.net.Dial("tcp", address)
	p.note("dial: %v", what(err))
	return a, b
}

//greenlet:resumable
func (p *place) reads(name string, c *socket.Conn) {
	buf := make([]byte, 100)
	n, err := c.Read(buf)
	p.note("%s reads %q, %v", name, buf[:n], what(err))
}

//greenlet:resumable
func (p *place) halves() {
	a, b := p.pair()
	a.WriteString("last words")
	p.note("close: %v", what(a.CloseWrite()))
	_, err := a.WriteString("x")
	p.note("write: %v", what(err))
	p.reads("b", b)
	p.reads("b", b)
	b.WriteString("answer")
	b.Close()
	p.reads("a", a)
	p.reads("a", a)
	p.note("close: %v", what(a.Close()))
	p.note("close: %v", what(a.Close()))
	p.reads("a", a)
	_, err = a.WriteString("x")
	p.note("write: %v", what(err))
}

//greenlet:resumable
func (p *place) resets() {
	a, b := p.pair()
	a.WriteString("unread")
	p.settles()
	b.Close()
	p.settles()
	p.reads("a", a)
	_, err := a.WriteString("x")
	p.note("write fails: %v", err != nil)
	a.Close()

	a, b = p.pair()
	b.Close()
	p.settles()
	p.reads("a", a)
	n, err := a.WriteString("to nobody")
	p.note("write: %d %v", n, what(err))
	p.settles()
	_, err = a.WriteString("x")
	p.note("write fails: %v", err != nil)
	a.Close()
}

//greenlet:resumable
func (p *place) ends() {
	a, b := p.pair()
	p.note("close: %v", what(b.CloseRead()))
	p.reads("b", b)
	b.WriteString("still")
	p.reads("a", a)
	a.SetReadDeadline(p.Now().Add(10 * time.Millisecond))
	p.reads("a", a)
	_, err := a.TryRead(make([]byte, 1))
	p.note("%v", what(err))
	a.SetReadDeadline(time.Time{})
	_, err = a.TryRead(make([]byte, 1))
	p.note("%v", what(err))
	waits := p.Go(p.newReadsFrame("waiting a", a))
	p.settles()
	p.reads("a", a)
	a.Close()
	waits.Join()
	b.Close()
}

//greenlet:resumable
func (p *place) fillsUp() {
	a, b := p.pair()
	sent := 0
	chunk := make([]byte, 1<<16)
	for idle := 0; idle < 3; {
		n, err := a.TryWrite(chunk)
		sent += n
		if err == socket.ErrWouldBlock {
			idle++
			p.settles()
		} else {
			idle = 0
		}
	}
	p.note("full: %v", sent >= 1<<16)
	a.CloseWrite()
	got := 0
	for {
		n, err := b.Read(chunk)
		got += n
		if err != nil {
			p.note("%v %v", got == sent, what(err))
			break
		}
	}
	a.Close()
	b.Close()
}

//greenlet:resumable
func (p *place) packets() {
	c := must(p.net.ListenPacket("udp", "localhost:0"))
	d := must(p.net.Dial("udp", c.LocalAddr().String()))
	other := must(p.net.ListenPacket("udp", "localhost:0"))
	d.WriteString("long question")
	buf := make([]byte, 4)
	n, from, err := c.ReadFrom(buf)
	p.note("%q %v %v", buf[:n], from.String() == d.LocalAddr().String(), what(err))
	other.WriteTo([]byte("not here"), from)
	c.WriteTo(nil, from)
	n, err = d.Read(buf)
	p.note("%d %v", n, what(err))
	p.note("%v", d.RemoteAddr().String() == c.LocalAddr().String())
	_, err = c.WriteTo(make([]byte, 1<<16), from)
	p.note("%v", what(err))
	c.SetReadDeadline(p.Now())
	_, _, err = c.ReadFrom(buf)
	p.note("%v", what(err))
	_, err = p.net.ListenPacket("udp", c.LocalAddr().String())
	p.note("%v", what(err))
	p.note("%v %v", what(c.Close()), what(c.Close()))
	d.Close()
	other.Close()
}

// What tasks find is the same on a simulated network as on that of Linux.
func TestConform(t *testing.T) {
	for _, test := range []struct {
		name  string
		start func(p *place)
	}{
		{"halves", func(p *place) { p.Go(p.newHalvesFrame()) }},
		{"resets", func(p *place) { p.Go(p.newResetsFrame()) }},
		{"ends", func(p *place) { p.Go(p.newEndsFrame()) }},
		{"full", func(p *place) { p.Go(p.newFillsUpFrame()) }},
		{"packets", func(p *place) { p.Go(p.newPacketsFrame()) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := hub.New()
			system := &place{Hub: h, net: socket.OS(h)}
			h = hub.NewSeeded(epoch, 1)
			simulated := &place{Hub: h, net: NewNetwork(h, Options{Latency: time.Millisecond}).Host("a")}
			for _, p := range []*place{system, simulated} {
				test.start(p)
				p.OnError(func(_ *hub.Task, err *hub.PanicError) { p.note("%v", err) })
				require.NoError(t, p.Run(t.Context()))
			}
			assert.Equal(t, system.lines, simulated.lines)
			for _, line := range system.lines {
				assert.NotContains(t, line, "panicked")
			}
			t.Logf("%q", system.lines)
		})
	}
}
