package socket

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
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memory is one end of a connection in memory, with room for size bytes.
type memory struct {
	ready hub.Readiness
	other *memory
	got   []byte
	size  int
	ended bool
	name  address
}

type address string

func (a address) Network() string { return "memory" }
func (a address) String() string  { return string(a) }

func newMemory(h *hub.Hub, size int) (a, b *memory) {
	a = &memory{ready: h.MakeReadiness(), size: size, name: "a"}
	b = &memory{ready: h.MakeReadiness(), size: size, name: "b", other: a}
	a.other = b
	return a, b
}

func (m *memory) Read(p []byte) (int, error) {
	switch {
	case len(m.got) > 0:
		n := copy(p, m.got)
		m.got = m.got[n:]
		m.other.ready.Signal(hub.Out)
		return n, nil
	case m.ended:
		return 0, io.EOF
	}
	m.ready.Exhausted(hub.In)
	return 0, ErrWouldBlock
}

func (m *memory) Readable() bool {
	if len(m.got) > 0 || m.ended {
		return true
	}
	m.ready.Exhausted(hub.In)
	return false
}

func (m *memory) Write(p []byte) (int, error) {
	room := min(len(p), m.size-len(m.other.got))
	if m.other.got = append(m.other.got, p[:room]...); room < len(p) {
		m.ready.Exhausted(hub.Out)
		if room == 0 {
			return 0, ErrWouldBlock
		}
	}
	m.other.ready.Signal(hub.In)
	return room, nil
}

func (m *memory) CloseRead() error { return errors.ErrUnsupported }

func (m *memory) CloseWrite() error {
	m.other.ended = true
	m.other.ready.Signal(hub.In)
	return nil
}

func (m *memory) Close() error {
	m.ready.Close()
	return m.CloseWrite()
}

func (m *memory) LocalAddr() net.Addr       { return m.name }
func (m *memory) RemoteAddr() net.Addr      { return m.other.name }
func (m *memory) Readiness() *hub.Readiness { return &m.ready }

// door has connections to accept, or errors.
type door struct {
	ready hub.Readiness
	queue []any
}

func newDoor(h *hub.Hub) *door { return &door{ready: h.MakeReadiness()} }

func (d *door) knock(who any) {
	d.queue = append(d.queue, who)
	d.ready.Signal(hub.In)
}

// visit is a new connection.
func (d *door) visit(size int) *Conn {
	a, b := newMemory(d.ready.Hub(), size)
	d.knock(Stream(b))
	return NewConn(a)
}

func (d *door) Accept() (Stream, error) {
	if len(d.queue) == 0 {
		d.ready.Exhausted(hub.In)
		return nil, ErrWouldBlock
	}
	first := d.queue[0]
	d.queue = d.queue[1:]
	if err, ok := first.(error); ok {
		return nil, err
	}
	return first.(Stream), nil
}

func (d *door) Addr() net.Addr            { return address("door") }
func (d *door) Readiness() *hub.Readiness { return &d.ready }

func (d *door) Close() error {
	if d.ready.Check(hub.In) == os.ErrClosed {
		return os.ErrClosed
	}
	d.ready.Close()
	return nil
}

// log is what tasks do, in order, with the simulated time.
type log struct {
	*hub.Hub
	door   *door
	server *Server
	lines  []string
}

func newLog(handler func(*log, *Conn) greenlet.Frame) *log {
	l := &log{Hub: hub.NewSimulated(time.Time{})}
	l.door = newDoor(l.Hub)
	l.server = &Server{
		Listener: NewListener(l.door),
		Handler:  func(c *Conn) greenlet.Frame { return handler(l, c) },
		OnError:  func(err error) { l.say("server: %v", err) },
	}
	l.OnError(func(_ *hub.Task, err *hub.PanicError) { l.say("task: %v", err.Value) })
	return l
}

func (l *log) say(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf("%v ", l.Now().Sub(time.Time{}))+fmt.Sprintf(format, args...))
}

func (l *log) expect(t *testing.T, lines ...string) {
	t.Helper()
	require.NoError(t, l.Run(t.Context()))
	assert.Equal(t, lines, l.lines)
	assert.Zero(t, l.server.Len())
}

//greenlet:resumable
func (l *log) serves() { l.say("served: %v", l.server.Serve()) }

//greenlet:resumable
func (l *log) stops(after, d time.Duration) {
	l.Sleep(after)
	l.say("stopping, %d there", l.server.Len())
	l.say("killed %d", l.server.Stop(d))
}

// answers is a handler: to each line it gives an answer that takes a second.
//
//greenlet:resumable
func (l *log) answers(c *Conn) {
	defer l.say("handler ends")
	for {
		if err := c.WaitReadable(); err != nil {
			l.say("handler: %v", err)
			return
		}
		line, err := c.ReadLine()
		switch {
		case err != nil:
			l.say("handler: %v", err)
			return
		case string(line) == "fail":
			panic("as you wish")
		case string(line) == "hang":
			l.Sleep(time.Hour)
		}
		l.Sleep(time.Second)
		if _, err := c.WriteString("done " + string(line) + "\n"); err != nil {
			l.say("handler: %v", err)
		}
	}
}

func newAnswers(l *log, c *Conn) greenlet.Frame { return l.newAnswersFrame(c) }

// asks is a client.
//
//greenlet:resumable
func (l *log) asks(size int, lines ...string) {
	c := l.door.visit(size)
	defer c.Close()
	for _, line := range lines {
		if _, err := c.WriteString(line + "\n"); err != nil {
			l.say("client: %v", err)
			return
		}
		answer, err := c.ReadLine()
		if err != nil {
			l.say("client: %v", err)
			return
		}
		l.say("client: %s", answer)
	}
}

// The same code runs without an operating system, in simulated time. A connection ends
// with its task; what one does is its own affair.
func TestServer(t *testing.T) {
	l := newLog(newAnswers)
	l.Go(l.newServesFrame())
	l.Go(l.newAsksFrame(2, "one", "two"))
	l.Go(l.newAsksFrame(100, "fail"))
	l.GoAfter(500*time.Millisecond, l.newAsksFrame(100, "three"))
	l.Go(l.newStopsFrame(time.Minute, 0))
	l.expect(t,
		"0s handler ends", "0s task: as you wish", "0s client: EOF",
		"1s client: done one", "1.5s client: done three", "1.5s handler: EOF", "1.5s handler ends",
		"2s client: done two", "2s handler: EOF", "2s handler ends",
		"1m0s stopping, 0 there", "1m0s killed 0", "1m0s served: <nil>")
}

// OnConn is started for each connection; one that can't be is an error of Serve.
func TestOnConn(t *testing.T) {
	l := newLog(nil)
	l.server.OnConn = l.answers
	l.Go(l.serves)
	l.Go(l.asks, 100, "one")
	l.Go(l.stops, time.Minute, 0)
	l.expect(t, "1s client: done one", "1s handler: EOF", "1s handler ends", "1m0s stopping, 0 there", "1m0s killed 0", "1m0s served: <nil>")

	l = newLog(nil)
	l.server.OnConn = func(*Conn) {}
	l.Go(l.serves)
	require.NoError(t, l.Run(t.Context()))
	require.Len(t, l.lines, 1)
	assert.Contains(t, l.lines[0], "served: socket: OnConn: greenlet: start: ")
	assert.Contains(t, l.lines[0], "a function literal, was made by plain code")
}

// A server that stops lets requests end, and kills what does not.
func TestStop(t *testing.T) {
	l := newLog(newAnswers)
	l.Go(l.newServesFrame())
	l.Go(l.newAsksFrame(100, "one", "two", "three"))
	l.Go(l.newAsksFrame(100, "hang"))
	l.Go(l.newIdlesFrame())
	l.Go(l.newStopsFrame(1500*time.Millisecond, 10*time.Second))
	l.expect(t,
		"1s client: done one",
		"1.5s stopping, 3 there", "1.5s served: <nil>", "1.5s handler: socket: the server stops", "1.5s handler ends", "1.5s idle: EOF",
		"2s handler: socket: the server stops", "2s handler ends", "2s client: done two", "2s client: EOF",
		"11.5s handler ends", "11.5s client: EOF", "11.5s killed 1")
}

//greenlet:resumable
func (l *log) idles() {
	c := l.door.visit(1)
	defer c.Close()
	_, err := c.ReadLine()
	l.say("idle: %v", err)
}

// With as many connections as there may be, others wait outside.
func TestLimit(t *testing.T) {
	l := newLog(newAnswers)
	l.server.Limit = 2
	l.Go(l.newServesFrame())
	for i := range 5 {
		l.Go(l.newAsksFrame(100, fmt.Sprint(i)))
	}
	l.Go(l.newStopsFrame(10*time.Second, 0))
	require.NoError(t, l.Run(t.Context()))
	var answers []string
	for _, line := range l.lines {
		if line[len(line)-1] >= '0' && line[len(line)-1] <= '9' {
			answers = append(answers, line)
		}
	}
	assert.Equal(t, []string{"1s client: done 0", "1s client: done 1", "2s client: done 2", "2s client: done 3",
		"3s client: done 4", "10s killed 0"}, answers)
}

// Without descriptors the server tries again, later and later; at once when one is free.
func TestAcceptErrors(t *testing.T) {
	l := newLog(newAnswers)
	l.Go(l.newServesFrame())
	l.Go(l.newExhaustsFrame())
	l.Go(l.newStopsFrame(10*time.Second, 0))
	l.expect(t,
		"0s server: accept memory door: too many open files", "10ms server: accept memory door: too many open files",
		"30ms server: accept memory door: too many open files", "70ms server: accept memory door: too many open files",
		"150ms server: accept memory door: too many open files", "310ms server: accept memory door: too many open files",
		"630ms server: accept memory door: too many open files", "1.27s server: accept memory door: too many open files",
		"2.27s server: accept memory door: too many open files",
		"4.27s client: done one", "4.27s handler: EOF", "4.27s handler ends",
		"6.27s server: accept memory door: too many open files",
		"6.28s server: accept memory door: too many open files",
		"6.285s handler ends", "6.285s task: as you wish", "6.285s client: EOF", // which frees one
		"7.285s client: done two", "7.285s handler: EOF", "7.285s handler ends",
		"10s stopping, 0 there", "10s killed 0", "10s served: <nil>")
}

//greenlet:resumable
func (l *log) exhausts() {
	for range 9 {
		l.door.knock(syscall.EMFILE)
	}
	l.Sleep(3 * time.Second)
	l.asks(100, "one")
	l.Sleep(time.Second)
	first := l.door.visit(100)
	defer first.Close()
	l.Sleep(time.Second)
	l.door.knock(syscall.EMFILE)
	l.door.knock(syscall.EMFILE)
	l.Go(l.newAsksFrame(100, "two"))
	l.Sleep(15 * time.Millisecond)
	if _, err := first.WriteString("fail\n"); err != nil {
		panic(err)
	}
	_, err := first.ReadLine()
	l.say("client: %v", err)
}

// What does not go away ends Serve.
func TestAcceptEnds(t *testing.T) {
	l := newLog(newAnswers)
	l.door.knock(syscall.EBADF)
	l.Go(l.newServesFrame())
	l.expect(t, "0s served: accept memory door: bad file descriptor")

	l = newLog(func(*log, *Conn) greenlet.Frame { return nil }) // turns all away
	l.Go(l.newServesFrame())
	l.Go(l.newAsksFrame(100, "one"))
	l.GoAfter(time.Second, l.newClosesFrame())
	l.expect(t, "0s client: EOF", "1s served: accept memory door: use of closed network connection")
}

//greenlet:resumable
func (l *log) closes() { _ = l.server.Listener.Close() }

// endless is a stream that always has more to read, and room.
type endless struct{ memory }

func (*endless) Read(p []byte) (int, error)  { return len(p), nil }
func (*endless) Write(p []byte) (int, error) { return len(p), nil }

//greenlet:resumable
func (l *log) greedy(c *Conn, stop *bool) {
	buf := make([]byte, 10)
	for !*stop {
		if n, err := c.Read(buf); n < 10 || err != nil {
			panic(err)
		}
	}
	for *stop {
		if n, err := c.Write(buf); n < 10 || err != nil {
			panic(err)
		}
	}
	l.say("greedy ends")
}

//greenlet:resumable
func (l *log) modest(stop *bool) {
	*stop = true
	l.say("stop reading")
	l.Yield()
	*stop = false
	l.say("stop writing")
}

// A peer that is faster than its reader, or writer, leaves others their turn.
func TestGreedy(t *testing.T) {
	l := newLog(newAnswers)
	var stop bool
	e := new(endless)
	e.ready = l.MakeReadiness()
	l.Go(l.newGreedyFrame(NewConn(e), &stop))
	l.Go(l.newModestFrame(&stop))
	l.expect(t, "0s stop reading", "0s stop writing", "0s greedy ends")
}

//greenlet:resumable
func (l *log) hangs() { l.Sleep(time.Hour) }

//greenlet:resumable
func (l *log) stopsAtOnce() {
	there := l.server.Len()
	l.say("killed %d of %d", l.server.Stop(0), there)
}

// Connections whose tasks have not begun are killed as the others are.
func TestStopUnbegun(t *testing.T) {
	for seed := range uint64(50) {
		l := newLog(func(l *log, c *Conn) greenlet.Frame { return l.newHangsFrame() })
		l.Hub = hub.NewSeeded(time.Time{}, seed)
		l.door = newDoor(l.Hub)
		l.server.Listener = NewListener(l.door)
		for range 3 {
			l.door.visit(1)
		}
		l.Go(l.newServesFrame())
		l.Go(l.newStopsAtOnceFrame())
		require.NoError(t, l.Run(t.Context()))
		assert.Regexp(t, "killed (3 of 3|0 of 0)", l.lines, "seed %d", seed)
		assert.Zero(t, l.server.Len())
	}
}

//greenlet:resumable
func (l *log) accepts(n int) {
	for range n {
		c, err := l.server.Listener.Accept()
		if err != nil {
			panic(err)
		}
		c.Close()
	}
	l.say("accepted %d", n)
}

// Who accepts what comes without end lets others have their turn.
func TestGreedyAccept(t *testing.T) {
	l := newLog(nil)
	for range 100 {
		l.door.visit(1)
	}
	l.Go(l.newAcceptsFrame(100))
	l.Go(l.newSaysFrame("other"))
	l.expect(t, "0s other", "0s accepted 100")
}

//greenlet:resumable
func (l *log) says(what string) { l.say("%s", what) }

// What makes the handler may panic: that ends Serve, and the connection.
func TestHandlerPanics(t *testing.T) {
	l := newLog(nil)
	l.server.Handler = nil
	c := l.door.visit(1)
	l.Go(l.newServesFrame())
	l.Go(l.newReadsToEndFrame(c))
	l.expect(t, "0s task: runtime error: invalid memory address or nil pointer dereference", "0s EOF")
}

//greenlet:resumable
func (l *log) readsToEnd(c *Conn) {
	_, err := c.Read(make([]byte, 1))
	l.say("%v", err)
}
