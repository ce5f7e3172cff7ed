//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"

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
	return 0, socket.ErrWouldBlock
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
			return 0, socket.ErrWouldBlock
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
func (d *door) visit(size int) *socket.Conn {
	a, b := newMemory(d.ready.Hub(), size)
	d.knock(socket.Stream(b))
	return socket.NewConn(a)
}

func (d *door) Accept() (socket.Stream, error) {
	if len(d.queue) == 0 {
		d.ready.Exhausted(hub.In)
		return nil, socket.ErrWouldBlock
	}
	first := d.queue[0]
	d.queue = d.queue[1:]
	if err, ok := first.(error); ok {
		return nil, err
	}
	return first.(socket.Stream), nil
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

// simulation is a server in simulated time, and what its clients get.
type simulation struct {
	*hub.Hub
	door   *door
	server *Server
	lines  []string
}

func simulate(handler http.Handler, s *Server) *simulation {
	l := &simulation{Hub: hub.NewSimulated(time.Time{}), server: s}
	l.door = newDoor(l.Hub)
	s.Listener, s.Handler = socket.NewListener(l.door), handler
	s.OnAnswer = func(a *Answer) { l.say("answered: %d %d bytes in %v, %v", a.Status, a.Bytes, a.Took, a.Err) }
	l.OnError(func(_ *hub.Task, err *hub.PanicError) { l.say("task: %v", err.Value) })
	l.Go(newServingFrame(s))
	return l
}

func (l *simulation) say(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf("%v ", l.Now().Sub(time.Time{}))+fmt.Sprintf(format, args...))
}

// expect runs the server for an hour.
func (l *simulation) expect(t *testing.T, lines ...string) {
	t.Helper()
	l.GoAfter(time.Hour, newStoppingFrame(l.server, 0, nil))
	require.NoError(t, l.Run(t.Context()))
	assert.Equal(t, lines, l.lines)
	assert.Nil(t, l.server.fresh.first)
	assert.Nil(t, l.server.idle.first)
}

// client sends pieces of text, one each second, and says what it gets.
//
//greenlet:resumable
func (l *simulation) client(pieces ...string) {
	c := l.door.visit(1 << 20)
	defer c.Close()
	l.Go(l.newGetsFrame(c))
	for i, piece := range pieces {
		if i > 0 {
			l.Sleep(time.Second)
		}
		if _, err := c.WriteString(piece); err != nil {
			return
		}
	}
	l.Sleep(time.Minute)
}

// gets says the lines that come, but for those that are always the same.
//
//greenlet:resumable
func (l *simulation) gets(c *socket.Conn) {
	for {
		line, err := c.ReadLine()
		switch {
		case err == io.EOF:
			l.say("end")
			return
		case err != nil:
			rest := make([]byte, c.Buffered())
			c.TryRead(rest)
			l.say("%s, end", rest)
			return
		case len(line) > 0 && !strings.HasPrefix(string(line), "Content-"):
			l.say("%s", line)
		}
	}
}

// bytewise are the pieces of text that are a byte long.
func bytewise(text string) []string { return strings.Split(text, "") }

func limited() *Server {
	return &Server{ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 20 * time.Second}
}

// Each wait has its limit, and what comes byte by byte does not extend it.
func TestTimeouts(t *testing.T) {
	for _, c := range []struct {
		name   string
		pieces []string
		lines  []string
	}{
		{"nothing", nil, []string{"5s end"}},
		{"header", bytewise(get("/")), []string{
			"5s answered: 408 0 bytes in 0s, httpd: request timeout",
			"5s HTTP/1.1 408 Request Timeout", "5s Connection: close", "5s 408 Request Timeout, end"}},
		{"body", append([]string{request("POST", "/", "1.1", "Content-Length: 100")}, bytewise(strings.Repeat("x", 100))...), []string{
			"10s answered: 200 6 bytes in 10s, <nil>",
			"10s HTTP/1.1 200 OK", "10s Date: Mon, 01 Jan 0001 00:00:10 GMT", "10s Connection: close",
			"10s hello , end"}},
		{"idle", []string{get("/a"), "", "", get("/b") + "G"}, []string{
			"0s answered: 200 7 bytes in 0s, <nil>",
			"0s HTTP/1.1 200 OK", "0s Date: Mon, 01 Jan 0001 00:00:00 GMT",
			"3s answered: 200 7 bytes in 0s, <nil>",
			"3s hello aHTTP/1.1 200 OK", "3s Date: Mon, 01 Jan 0001 00:00:03 GMT",
			"8s answered: 408 0 bytes in 0s, httpd: request timeout",
			"8s hello bHTTP/1.1 408 Request Timeout", "8s Connection: close", "8s 408 Request Timeout, end"}},
		{"idle to the end", []string{get("/a")}, []string{
			"0s answered: 200 7 bytes in 0s, <nil>",
			"0s HTTP/1.1 200 OK", "0s Date: Mon, 01 Jan 0001 00:00:00 GMT", "20s hello a, end"}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			l := simulate(http.HandlerFunc(hello), limited())
			l.Go(l.newClientFrame(c.pieces...))
			l.expect(t, c.lines...)
		})
	}
}

// Who reads the body itself is told.
func TestReadTimeout(t *testing.T) {
	l := simulate(echoes{100}, limited())
	l.Go(l.newClientFrame(append([]string{request("POST", "/", "1.1", "Content-Length: 100")}, bytewise(strings.Repeat("x", 100))...)...))
	l.expect(t,
		"10s answered: 200 29 bytes in 10s, <nil>",
		"10s HTTP/1.1 200 OK", "10s Date: Mon, 01 Jan 0001 00:00:10 GMT", "10s Connection: close",
		"10s xxxxxxxxx failed: i/o timeout, end")
}

// sleepers receive the body, or sleep before they do.
type sleepers struct{ l *simulation }

//greenlet:resumable
func (h sleepers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/first" {
		h.l.Sleep(20 * time.Second)
	}
	_ = Receive(r)
	body, err := io.ReadAll(r.Body)
	h.l.Sleep(20 * time.Second)
	fmt.Fprintf(w, "%s %v", body, err)
}

// The time of one request is not that of the next, which has begun to come meanwhile; nor
// is that of a header the body's.
func TestTimesOfRequests(t *testing.T) {
	chunks := request("POST", "/", "1.1", "Transfer-Encoding: chunked")
	for _, c := range []struct {
		name   string
		pieces []string
		rest   string
		lines  []string
	}{
		{"header", []string{chunks + "1\r\na\r\n", "1\r\nb\r\n0\r\n\r\n" + chunks[:20]}, chunks[20:] + "1\r\nc\r\n0\r\n\r\n", []string{
			"21s HTTP/1.1 200 OK", "21s Date: Mon, 01 Jan 0001 00:00:21 GMT",
			"44s ab <nil>HTTP/1.1 200 OK", "44s Date: Mon, 01 Jan 0001 00:00:44 GMT", "1m4s c <nil>, end"}},
		{"body", []string{chunks + "1\r\na\r\n", "1\r\nb\r\n0\r\n\r\n" + chunks + "1\r\nc\r\n"}, "0\r\n\r\n", []string{
			"21s HTTP/1.1 200 OK", "21s Date: Mon, 01 Jan 0001 00:00:21 GMT",
			"44s ab <nil>HTTP/1.1 200 OK", "44s Date: Mon, 01 Jan 0001 00:00:44 GMT", "1m4s c <nil>, end"}},
		{"header and body", []string{get("/")[:20], get("/")[20:] + chunks[:20], chunks[20:] + "1\r\nc\r\n"}, "0\r\n\r\n", []string{
			"21s HTTP/1.1 200 OK", "21s Date: Mon, 01 Jan 0001 00:00:21 GMT",
			"45s  <nil>HTTP/1.1 200 OK", "45s Date: Mon, 01 Jan 0001 00:00:45 GMT", "1m5s c <nil>, end"}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			l := simulate(nil, limited())
			l.server.Handler = sleepers{l}
			l.server.OnAnswer = nil
			l.Go(l.newClientFrame(append(append(c.pieces, make([]string, 22)...), c.rest)...))
			l.expect(t, c.lines...)
		})
	}
}

// The body may be read when the time for the header is over.
func TestTimeOfHeader(t *testing.T) {
	s := &Server{ReadHeaderTimeout: 5 * time.Second}
	l := simulate(nil, s)
	s.Handler = sleepers{l}
	s.OnAnswer = nil
	l.Go(l.newClientFrame("POST /fi", "rst"+request("POST", "/first", "1.1", "Connection: close", "Content-Length: 1")[len("POST /first"):]+"x"))
	l.expect(t, "41s HTTP/1.1 200 OK", "41s Date: Mon, 01 Jan 0001 00:00:41 GMT", "41s Connection: close", "41s x <nil>, end")
}

// Those that wait are closed one by one, each in its time.
func TestIdle(t *testing.T) {
	l := simulate(http.HandlerFunc(hello), limited())
	l.server.OnAnswer = nil
	for i := range 3 {
		l.GoAfter(time.Duration(i)*time.Second, l.newClientFrame())
	}
	l.GoAfter(time.Minute, l.newClientFrame())
	l.expect(t, "5s end", "6s end", "7s end", "1m5s end")
}
