//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notes are what tasks do, in order.
type notes struct {
	*hub.Hub
	lines []string
}

func newNotes() *notes { return &notes{Hub: hub.New()} }

func (n *notes) note(format string, args ...any) {
	n.lines = append(n.lines, fmt.Sprintf(format, args...))
}

// expect runs the hub and compares what its tasks did.
func (n *notes) expect(t *testing.T, lines ...string) {
	t.Helper()
	n.OnError(func(_ *hub.Task, err *hub.PanicError) { n.note("%v", err) })
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, lines, n.lines)
	assert.Empty(t, n.Tasks())
}

// listen listens for connections and closes in the end.
func (n *notes) listen(t *testing.T, network string) *Listener {
	t.Helper()
	address := "127.0.0.1:0"
	switch network {
	case "unix":
		address = filepath.Join(t.TempDir(), "socket")
	case "tcp6":
		address = "[::1]:0"
	}
	l, err := Listen(n.Hub, network, address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// pair are two connected ends.
func (n *notes) pair(t *testing.T, network string) (a, b *Conn) {
	t.Helper()
	l := n.listen(t, network)
	n.Go(n.newConnectsFrame(l, &a, &b))
	require.NoError(t, n.Run(t.Context()))
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
	return a, b
}

//greenlet:resumable
func (n *notes) connects(l *Listener, a, b **Conn) {
	var err error
	*a, err = Dial(n.Hub, l.Addr().Network(), l.Addr().String())
	if err == nil {
		*b, err = l.Accept()
	}
	if err != nil {
		panic(err)
	}
}

// peer is a connection to l of package net.
func dialPeer(t *testing.T, l *Listener) net.Conn {
	t.Helper()
	c, err := net.Dial(l.Addr().Network(), l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

//greenlet:resumable
func (n *notes) echoes(c *Conn) {
	buf := make([]byte, 100)
	for {
		m, err := c.Read(buf)
		if err != nil {
			n.note("%v", err)
			c.Close()
			return
		}
		if _, err := c.Write(buf[:m]); err != nil {
			panic(err)
		}
	}
}

//greenlet:resumable
func (n *notes) acceptsOne(l *Listener) {
	c, err := l.Accept()
	if err != nil {
		panic(err)
	}
	n.note("from %v", c.RemoteAddr().Network())
	n.echoes(c)
}

//greenlet:resumable
func (n *notes) talks(transport Net, network, address string) {
	c, err := transport.Dial(network, address)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	for _, word := range []string{"one", "two"} {
		if _, err := c.WriteString(word); err != nil {
			panic(err)
		}
		buf := make([]byte, len(word))
		if _, err := c.ReadFull(buf); err != nil {
			panic(err)
		}
		n.note("%s", buf)
	}
	if err := c.CloseWrite(); err != nil {
		panic(err)
	}
	_, err = c.Read(make([]byte, 1))
	n.note("then %v", err)
}

// Both ends are tasks of one hub, on every kind of connection; through the interface.
func TestConnect(t *testing.T) {
	for _, network := range []string{"tcp", "tcp4", "tcp6", "unix"} {
		t.Run(network, func(t *testing.T) {
			if l, err := net.Listen("tcp6", "[::1]:0"); err != nil && network == "tcp6" {
				t.Skip(err)
			} else if err == nil {
				l.Close()
			}
			n := newNotes()
			l := n.listen(t, network)
			n.Go(n.newAcceptsOneFrame(l))
			n.Go(n.newTalksFrame(OS(n.Hub), network, l.Addr().String()))
			base := "tcp"
			if network == "unix" {
				base = "unix"
			}
			n.expect(t, "from "+network[:max(len(base), len(l.Addr().Network()))], "one", "two", "EOF", "then EOF")
		})
	}
}

// Names are looked up, elsewhere; without a host it is this machine.
func TestNames(t *testing.T) {
	for _, host := range []string{"localhost", "127.0.0.1", ""} {
		n := newNotes()
		l := n.listen(t, "tcp")
		_, port, err := net.SplitHostPort(l.Addr().String())
		require.NoError(t, err)
		n.Go(n.newAcceptsOneFrame(l))
		n.Go(n.newTalksFrame(OS(n.Hub), "tcp", net.JoinHostPort(host, port)))
		n.expect(t, "from tcp", "one", "two", "EOF", "then EOF")
	}
}

// Who sets up a server, before the hub runs, may do so by a name.
func TestListenByName(t *testing.T) {
	l, err := Listen(hub.New(), "tcp", "localhost:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	c, err := ListenPacket(hub.New(), "udp", "localhost:0")
	require.NoError(t, err)
	require.NoError(t, c.Close())
}

//greenlet:resumable
func (n *notes) dialsBadly(network, address string) {
	_, err := Dial(n.Hub, network, address)
	n.note("%v", err)
	_, err = Listen(n.Hub, network, address)
	n.note("%v", err)
}

func TestAddressErrors(t *testing.T) {
	for _, test := range [][]string{
		{"ip", "127.0.0.1:1", "dial ip 127.0.0.1:1: unknown network ip", "listen ip 127.0.0.1:1: unknown network ip"},
		{"tcp", "127.0.0.1", "dial tcp 127.0.0.1: address 127.0.0.1: missing port in address", "listen tcp 127.0.0.1: address 127.0.0.1: missing port in address"},
		{"tcp6", "127.0.0.1:1", "dial tcp6 127.0.0.1:1: address 127.0.0.1: not an address of tcp6", "listen tcp6 127.0.0.1:1: address 127.0.0.1: not an address of tcp6"},
		{"unix", "/nowhere/at/all", "dial unix /nowhere/at/all: connect: no such file or directory", "listen unix /nowhere/at/all: bind: no such file or directory"},
	} {
		n := newNotes()
		n.Go(n.newDialsBadlyFrame(test[0], test[1]))
		n.expect(t, test[2], test[3])
	}
}

//greenlet:resumable
func (n *notes) readsAll(c *Conn) {
	line, err := c.ReadLine()
	n.note("%q %v", line, err)
	line, err = c.ReadLine()
	n.note("%q %v", line, err)
	head, err := c.ReadUntil("\r\n\r\n", 100)
	n.note("%q %v", head, err)
	full := make([]byte, 5)
	m, err := c.ReadFull(full)
	n.note("%q %v", full[:m], err)
	n.note("%v", c.WaitReadable())
	_, err = c.ReadUntil("!", 3)
	n.note("%v", err)
	line, err = c.ReadUntil("k", 6) // with what was too long before
	n.note("%q %v", line, err)
	_, err = c.ReadLine()
	n.note("%v", err)
	m, err = c.ReadFull(full)
	n.note("%q %v", full[:m], err)
	_, err = c.ReadLine()
	n.note("%v", err)
	n.note("%v, %d buffered, %v", c.WaitReadable(), c.Buffered(), c.ahead)
}

//greenlet:resumable
func (n *notes) sends(c *Conn, text string, size int) {
	for i := 0; i < len(text); i += size {
		if _, err := c.WriteString(text[i:min(i+size, len(text))]); err != nil {
			panic(err)
		}
		n.Sleep(10 * time.Microsecond)
	}
	c.CloseWrite()
}

// However it arrives, a byte at a time or all at once, the same is read.
func TestWholeReads(t *testing.T) {
	for _, size := range []int{1, 2, 7, 1000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			n := newNotes()
			a, b := n.pair(t, "tcp")
			n.Go(n.newReadsAllFrame(a))
			n.Go(n.newSendsFrame(b, "a line\nand another\r\nGET / HTTP\r\nx: y\r\n\r\n12345quickend", size))
			n.expect(t, `"a line" <nil>`, `"and another" <nil>`, `"GET / HTTP\r\nx: y\r\n\r\n" <nil>`, `"12345" <nil>`,
				"<nil>", "socket: too long", `"quick" <nil>`, "unexpected EOF", `"end" unexpected EOF`, "EOF",
				"<nil>, 0 buffered, <nil>")
		})
	}
}

//greenlet:resumable
func (n *notes) longLine(c *Conn, size int) {
	line, err := c.ReadLine()
	n.note("%v %v", len(line) == size, err)
	line, err = c.ReadLine()
	n.note("%q %v", line, err)
}

// A line may be longer than a buffer; the buffer is given back before the next wait.
func TestLongLine(t *testing.T) {
	n := newNotes()
	a, b := n.pair(t, "tcp")
	line := make([]byte, 5*bufferSize)
	for i := range line {
		line[i] = 'x'
	}
	n.Go(n.newLongLineFrame(a, len(line)))
	n.Go(n.newSendsFrame(b, string(line)+"\nshort\n", 3000))
	n.expect(t, "true <nil>", `"short" <nil>`)
}

func TestReadUntilNothing(t *testing.T) {
	n := newNotes()
	a, _ := n.pair(t, "tcp")
	assert.Panics(t, func() { _, _ = a.tryUntil("", 1) })
}

//greenlet:resumable
func (n *notes) pongs(p *PacketConn) {
	buf := make([]byte, 10)
	for range 2 {
		m, from, err := p.ReadFrom(buf)
		if err != nil {
			panic(err)
		}
		n.note("got %q", buf[:m])
		if _, err := p.WriteTo(append(buf[:m:m], '!'), from); err != nil {
			panic(err)
		}
	}
	p.SetDeadline(n.Now().Add(time.Millisecond))
	_, _, err := p.ReadFrom(buf)
	n.note("%v", err.(net.Error).Timeout())
	p.Close()
	_, _, err = p.ReadFrom(buf)
	n.note("%v", err.(*net.OpError).Err)
}

//greenlet:resumable
func (n *notes) pings(to net.Addr) {
	c, err := Dial(n.Hub, to.Network(), to.String())
	if err != nil {
		panic(err)
	}
	defer c.Close()
	buf := make([]byte, 10)
	for _, s := range []string{"ping", ""} {
		if _, err := c.WriteString(s); err != nil {
			panic(err)
		}
		m, err := c.Read(buf)
		n.note("answer %q %v", buf[:m], err)
	}
}

// Datagrams keep their ends; an empty one is one, too.
func TestPackets(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", ":0"} {
		n := newNotes()
		p, err := ListenPacket(n.Hub, "udp", address)
		require.NoError(t, err)
		to := p.LocalAddr().(*net.UDPAddr)
		if to.IP.IsUnspecified() {
			to.IP = net.IPv4(127, 0, 0, 1)
		}
		n.Go(n.newPongsFrame(p))
		n.Go(n.newPingsFrame(to))
		n.expect(t, `got "ping"`, `answer "ping!" <nil>`, `got ""`, `answer "!" <nil>`, "true", "use of closed network connection")
	}
}

// What package net reads and writes is the same.
func TestWithNet(t *testing.T) {
	n := newNotes()
	l := n.listen(t, "tcp")
	c := dialPeer(t, l)
	n.Go(n.newAcceptsOneFrame(l))
	done := n.Promise()
	var got []byte
	var err error
	go func() {
		defer done()
		if _, err = c.Write([]byte("hello")); err == nil {
			err = c.(*net.TCPConn).CloseWrite()
		}
		if err == nil {
			got, err = io.ReadAll(c)
		}
	}()
	n.expect(t, "from tcp", "EOF")
	assert.NoError(t, err)
	assert.Equal(t, "hello", string(got))
}

//greenlet:resumable
func (n *notes) halfCloses(a, b *Conn) {
	reading := n.Go(n.newReadsToEndFrame(a))
	n.Sleep(time.Millisecond)
	n.note("%v", a.CloseRead())
	reading.Join()
	_, err := a.WriteString("still there")
	n.note("%v %v", err, a.CloseWrite())
	n.readsToEnd(b)
}

//greenlet:resumable
func (n *notes) readsToEnd(c *Conn) {
	buf := make([]byte, 100)
	for {
		m, err := c.Read(buf)
		n.note("%q %v", buf[:m], err)
		if err != nil {
			return
		}
	}
}

// Each direction is closed by itself.
func TestHalfClose(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		n := newNotes()
		a, b := n.pair(t, network)
		n.Go(n.newHalfClosesFrame(a, b))
		n.expect(t, "<nil>", `"" EOF`, "<nil> <nil>", `"still there" <nil>`, `"" EOF`)
	}
}

//greenlet:resumable
func (n *notes) receives(p *PacketConn, answer string) {
	buf := make([]byte, 10)
	m, from, err := p.ReadFrom(buf)
	n.note("%s got %q from %s, %v", filepath.Base(p.LocalAddr().String()), buf[:m], filepath.Base(from.String()), err)
	if answer != "" {
		_, err = p.WriteTo([]byte(answer), from)
		n.note("%v", err)
	}
}

// Unix sockets have names for as long as they are open.
func TestUnixgram(t *testing.T) {
	n := newNotes()
	dir := t.TempDir()
	var ends [2]*PacketConn
	for i, name := range []string{"a", "b"} {
		p, err := ListenPacket(n.Hub, "unixgram", filepath.Join(dir, name))
		require.NoError(t, err)
		ends[i] = p
	}
	_, err := ends[0].TryWriteTo([]byte("hi"), ends[1].LocalAddr())
	require.NoError(t, err)
	_, err = ends[0].TryWriteTo([]byte("hi"), nil)
	assert.ErrorContains(t, err, "there is no address to send to")
	_, err = ends[0].TryWriteTo([]byte("hi"), &net.IPAddr{})
	assert.ErrorContains(t, err, "not an address to send to")
	n.Go(n.newReceivesFrame(ends[1], "ho"))
	n.Go(n.newReceivesFrame(ends[0], ""))
	n.expect(t, `b got "hi" from a, <nil>`, "<nil>", `a got "ho" from b, <nil>`)
	for _, p := range ends {
		require.NoError(t, p.Close())
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	assert.NoError(t, err)
	assert.Empty(t, left)
}
