//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// reset closes c so that the other side gets an error instead of an end.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

//greenlet:resumable
func (n *notes) readsReset(l *Listener, peer net.Conn) {
	c, err := l.Accept()
	if err != nil {
		panic(err)
	}
	buf := make([]byte, 10)
	m, err := c.ReadFull(buf[:3])
	n.note("%q %v", buf[:m], err)
	n.GoAfter(time.Millisecond, n.newResetsFrame(peer))
	m, err = c.ReadFull(buf)
	n.note("%d %v", m, errors.Is(err, syscall.ECONNRESET))
	var op *net.OpError
	n.note("%v %s %v", errors.As(err, &op), op.Op, op.Addr)
	_, err = c.Write(buf)
	n.note("%v", errors.Is(err, syscall.EPIPE))
	n.note("%v %v", c.Close(), errors.Is(c.Close(), net.ErrClosed))
}

//greenlet:resumable
func (n *notes) resets(peer net.Conn) { reset(peer) }

// A peer that resets is an error of who reads then, and of who writes afterwards.
func TestResetRead(t *testing.T) {
	n := newNotes()
	l := n.listen(t, "tcp")
	peer := dialPeer(t, l)
	_, err := peer.Write([]byte("abc"))
	require.NoError(t, err)
	from := peer.LocalAddr().String()
	n.Go(n.newReadsResetFrame(l, peer))
	n.expect(t, `"abc" <nil>`, "0 true", "true read "+from, "true", "<nil> true")
}

//greenlet:resumable
func (n *notes) writesReset(l *Listener, peer net.Conn) {
	c, err := l.Accept()
	if err != nil {
		panic(err)
	}
	defer c.Close()
	n.GoAfter(5*time.Millisecond, n.newResetsFrame(peer))
	m, err := c.Write(make([]byte, 1<<26)) // waits, as nobody reads
	n.note("%v %v", m < 1<<26, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE))
}

func TestResetWrite(t *testing.T) {
	n := newNotes()
	l := n.listen(t, "tcp")
	peer := dialPeer(t, l)
	n.Go(n.newWritesResetFrame(l, peer))
	n.expect(t, "true true")
}

//greenlet:resumable
func (n *notes) dialsNobody(address string) {
	_, err := Dial(n.Hub, "tcp", address)
	n.note("%v %v", errors.Is(err, syscall.ECONNREFUSED), err)
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	n := newNotes()
	n.Go(n.newDialsNobodyFrame(address))
	n.expect(t, "true dial tcp "+address+": connect: connection refused")
}

// deaf is the address of one that lets nobody in: its queue is full.
func deaf(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, unix.Listen(fd, 0))
	sa, err := unix.Getsockname(fd)
	require.NoError(t, err)
	address := nameOf(sa).ip.String()
	for {
		c, err := net.DialTimeout("tcp", address, 50*time.Millisecond)
		if err != nil {
			return address
		}
		t.Cleanup(func() { c.Close() })
	}
}

//greenlet:resumable
func (n *notes) dialsDeaf(address string) {
	s := OS(n.Hub)
	s.Timeout = 5 * time.Millisecond
	_, err := s.Dial("tcp", address)
	n.note("%v %v", errors.Is(err, os.ErrDeadlineExceeded), err)
}

func TestDialTimeout(t *testing.T) {
	address := deaf(t)
	free := lowestFree()
	n := newNotes()
	n.Go(n.newDialsDeafFrame(address))
	n.expect(t, "true dial tcp "+address+": i/o timeout")
	assert.Equal(t, free, lowestFree())
}

// lowestFree is the number that the next descriptor has.
func lowestFree() int {
	fd, err := unix.Dup(0)
	if err != nil {
		panic(err)
	}
	unix.Close(fd)
	return fd
}

//greenlet:resumable
func (n *notes) halfOpen(l *Listener) {
	c, err := l.Accept()
	if err != nil {
		panic(err)
	}
	defer c.Close()
	c.SetReadDeadline(n.Now().Add(time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	n.note("%v", errors.Is(err, os.ErrDeadlineExceeded))
	_, err = c.WriteString("the other direction goes on")
	n.note("%v", err)
	_, err = c.Read(make([]byte, 1))
	n.note("%v", errors.Is(err, os.ErrDeadlineExceeded)) // it is over still
	n.note("%v", n.WithTimeout(time.Millisecond, func() { n.readsForever(c) }))
}

//greenlet:resumable
func (n *notes) readsForever(c *Conn) {
	c.SetReadDeadline(time.Time{})
	_, err := c.Read(make([]byte, 1))
	n.note("not here: %v", err)
}

// A peer that is silent is found out by a deadline, or a timeout of the task.
func TestHalfOpen(t *testing.T) {
	n := newNotes()
	l := n.listen(t, "tcp")
	dialPeer(t, l)
	n.Go(n.newHalfOpenFrame(l))
	n.expect(t, "true", "<nil>", "true", "hub: timeout after 1ms")
}

//greenlet:resumable
func (n *notes) floods(c *Conn, size int, done *bool) {
	m, err := c.Write(make([]byte, size))
	n.note("wrote %d %v", m, err)
	*done = true
	c.CloseWrite()
}

//greenlet:resumable
func (n *notes) readsSlowly(c *Conn, size int, flooded *bool) {
	n.Sleep(20 * time.Millisecond)
	n.note("done: %v", *flooded)
	buf, sum := make([]byte, 1<<20), 0
	for {
		m, err := c.Read(buf)
		sum += m
		if err != nil {
			n.note("read %d %v", sum, err)
			return
		}
		n.Yield()
	}
}

// Who writes waits for who reads.
func TestSlowReader(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		const size = 1 << 26
		n := newNotes()
		a, b := n.pair(t, network)
		var done bool
		n.Go(n.newFloodsFrame(a, size, &done))
		n.Go(n.newReadsSlowlyFrame(b, size, &done))
		n.expect(t, "done: false", "wrote 67108864 <nil>", "read 67108864 EOF")
	}
}

//greenlet:resumable
func (n *notes) dies(what string, f func()) {
	defer n.note("%s dies", what)
	f()
	n.note("%s goes on", what)
}

//greenlet:resumable
func (n *notes) killsAll(l *Listener, a, b *Conn, address string) {
	buf := make([]byte, 1<<26)
	tasks := []*hub.Task{
		n.Go(n.newDiesFrame("dial", func() { _, _ = Dial(n.Hub, "tcp", address) })),
		n.Go(n.newDiesFrame("accept", func() { _, _ = l.Accept() })),
		n.Go(n.newDiesFrame("read", func() { _, _ = a.Read(buf) })),
		n.Go(n.newDiesFrame("write", func() { _, _ = a.Write(buf) })),
	}
	n.Sleep(2 * time.Millisecond)
	for _, task := range tasks {
		task.Kill()
		n.note("%v", task.Err())
	}
	_, err := b.WriteString("as good as new")
	n.note("%v", err)
	m, err := a.Read(buf)
	n.note("%q %v", buf[:m], err)
}

// A task can be killed wherever it waits; what it waited for is as good as before.
func TestKill(t *testing.T) {
	address := deaf(t)
	n := newNotes()
	l := n.listen(t, "tcp")
	a, b := n.pair(t, "tcp")
	n.Go(n.newKillsAllFrame(l, a, b, address))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{
		"dial dies", "greenlet: exit", "accept dies", "greenlet: exit", "read dies", "greenlet: exit", "write dies", "greenlet: exit",
		"<nil>", `"as good as new" <nil>`}, n.lines)
}

//greenlet:resumable
func (n *notes) fails(what string, f func() error) {
	err := f()
	n.note("%s: %v", what, errors.Unwrap(err))
}

//greenlet:resumable
func (n *notes) closesAll(l *Listener, a *Conn) {
	n.Go(n.newFailsFrame("accept", func() error { _, err := l.Accept(); return err }))
	n.Go(n.newFailsFrame("read", func() error { _, err := a.ReadLine(); return err }))
	n.Go(n.newFailsFrame("write", func() error { _, err := a.Write(make([]byte, 1<<26)); return err }))
	n.Sleep(time.Millisecond)
	l.Close()
	a.Close()
	n.Yield()
	n.fails("later", func() error { return a.WaitReadable() })
	n.fails("write", func() error { _, err := a.Write(nil); return err })
	n.fails("half", func() error { return a.CloseWrite() })
	n.fails("again", func() error { return l.Close() })
}

// Who waits for what another task closes is told.
func TestCloseWaiting(t *testing.T) {
	n := newNotes()
	l := n.listen(t, "tcp")
	a, _ := n.pair(t, "tcp")
	n.Go(n.newClosesAllFrame(l, a))
	n.expect(t, "accept: use of closed network connection", "read: use of closed network connection",
		"write: use of closed network connection", "later: use of closed network connection",
		"write: use of closed network connection", "half: use of closed network connection", "again: use of closed network connection")
}

//greenlet:resumable
func (n *notes) deadlines(a, b *Conn) {
	task := n.Go(n.newFailsFrame("read", func() error { _, err := a.Read(make([]byte, 1)); return err }))
	n.Yield()
	a.SetReadDeadline(n.Now().Add(time.Hour)) // it waits on
	n.Yield()
	n.note("%v", task.Done())
	a.SetReadDeadline(n.Now())
	task.Join()

	// What is there is kept for who reads without a deadline.
	_, _ = b.WriteString("abc")
	n.Sleep(time.Millisecond)
	_, err := a.Read(make([]byte, 1))
	n.note("%v", errors.Is(err, os.ErrDeadlineExceeded))
	a.SetDeadline(time.Time{})
	buf := make([]byte, 5)
	m, err := a.Read(buf)
	n.note("%q %v", buf[:m], err)

	// A part of what was to be read is not lost either.
	_, _ = b.WriteString("li")
	a.SetReadDeadline(n.Now().Add(time.Millisecond))
	_, err = a.ReadLine()
	n.note("%v %d", errors.Is(err, os.ErrDeadlineExceeded), a.Buffered())
	_, _ = b.WriteString("ne\n")
	a.SetReadDeadline(time.Time{})
	line, err := a.ReadLine()
	n.note("%q %v", line, err)

	large := make([]byte, 1<<26)
	a.SetWriteDeadline(n.Now().Add(50 * time.Millisecond))
	m, err = a.Write(large)
	n.note("%v %v", m > 0 && m < 1<<26, errors.Is(err, os.ErrDeadlineExceeded))
}

func TestDeadlines(t *testing.T) {
	n := newNotes()
	a, b := n.pair(t, "tcp")
	n.Go(n.newDeadlinesFrame(a, b))
	n.expect(t, "false", "read: i/o timeout", "true", `"abc" <nil>`, "true 2", `"line" <nil>`, "true true")
}

//greenlet:resumable
func (n *notes) racesReader(a *Conn, times int, timeouts *int) {
	buf := make([]byte, 8)
	for got := 0; got < times; {
		a.SetReadDeadline(n.Now().Add(time.Duration(1+(got+*timeouts)%7) * 5 * time.Microsecond))
		m, err := a.ReadFull(buf[:1])
		switch {
		case err == nil && buf[0] == byte(got):
			got += m
		case errors.Is(err, os.ErrDeadlineExceeded) && m == 0:
			*timeouts++
			if *timeouts%50 == 0 {
				n.Yield()
			}
		default:
			n.note("%d: %d %v %v", got, buf[0], m, err)
			return
		}
	}
}

//greenlet:resumable
func (n *notes) racesWriter(b *Conn, times int) {
	for i := range times {
		_, _ = b.Write([]byte{byte(i)})
		n.Sleep(time.Duration(i%5) * 5 * time.Microsecond)
	}
}

// Where a deadline and what is waited for come together, one of them is told, and nothing
// is lost or read twice.
func TestDeadlineRaces(t *testing.T) {
	n := newNotes()
	a, b := n.pair(t, "tcp")
	timeouts := 0
	n.Go(n.newRacesReaderFrame(a, 1000, &timeouts))
	n.Go(n.newRacesWriterFrame(b, 1000))
	n.expect(t)
	assert.Positive(t, timeouts)
}

// Outside of the hub's tasks nothing can wait.
func TestPlain(t *testing.T) {
	n := newNotes()
	a, _ := n.pair(t, "tcp")
	assert.PanicsWithValue(t, "hub: a wait for something to read outside of the hub's tasks: start one with Go",
		func() { _, _ = a.Read(make([]byte, 1)) })
	_, err := a.TryRead(make([]byte, 1))
	assert.Equal(t, ErrWouldBlock, err)
	m, err := a.Write([]byte("this need not"))
	assert.Equal(t, 13, m)
	assert.NoError(t, err)
}

//greenlet:resumable
func (n *notes) conflicts(a *Conn) {
	n.Go(n.newReadsForeverFrame(a))
	n.Yield()
	_, err := a.ReadLine()
	n.note("%v", err)
	a.Close()
}

func TestConflict(t *testing.T) {
	n := newNotes()
	a, _ := n.pair(t, "tcp")
	n.Go(n.newConflictsFrame(a))
	require.NoError(t, n.Run(t.Context()))
	require.Len(t, n.lines, 2)
	assert.Regexp(t, `^read tcp 127.*->127.*: hub: task \d+ \(.*conflicts\) comes where another waits already: `+
		`task \d+ \(.*readsForever\) waits for something to read in .*readsForever \(.*/fault_test.go:\d+\)$`, n.lines[0])
}

//greenlet:resumable
func (n *notes) sendsNobody(address string) {
	c, err := Dial(n.Hub, "udp", address)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	_, err = c.WriteString("hello")
	n.note("%v", err)
	_, err = c.Read(make([]byte, 1))
	n.note("%v", errors.Is(err, syscall.ECONNREFUSED))
	c.SetReadDeadline(n.Now().Add(time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	n.note("%v", errors.Is(err, os.ErrDeadlineExceeded))
}

// After an error there may be none: who reads then waits again.
func TestErrorPasses(t *testing.T) {
	p, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	address := p.LocalAddr().String()
	require.NoError(t, p.Close())
	n := newNotes()
	n.Go(n.newSendsNobodyFrame(address))
	n.expect(t, "<nil>", "true", "true")
}

//greenlet:resumable
func (n *notes) serves(s *Server) { n.note("%v", s.Serve()) }

//greenlet:resumable
func (n *notes) servesOne(s *Server, c *Conn) {
	n.note("one")
	n.Go(n.newStopsFrame(s))
}

//greenlet:resumable
func (n *notes) stops(s *Server) { s.Stop(time.Second) }

// setLimit is for types that differ between systems.
func setLimit[T int64 | uint64](limit *T, n int) { *limit = T(n) }

// A server that runs out of descriptors goes on when there are some.
func TestOutOfDescriptors(t *testing.T) {
	n := newNotes()
	s := &Server{Listener: n.listen(t, "tcp")}
	dialPeer(t, s.Listener)
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	restore := func() { assert.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)) }
	defer restore()
	s.OnError = func(err error) {
		n.note("%v", errors.Is(err, syscall.EMFILE))
		restore()
	}
	s.Handler = func(c *Conn) greenlet.Frame { return n.newServesOneFrame(s, c) }
	n.Go(n.newServesFrame(s))
	tight := limit
	setLimit(&tight.Cur, lowestFree())
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &tight))
	n.expect(t, "true", "one", "<nil>")
}
