//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Plain handlers run on stacks of their own. Each test is of what went wrong when they did not.

func copiesBody(w http.ResponseWriter, r *http.Request) {
	if _, err := io.Copy(w, r.Body); err != nil {
		panic(err)
	}
}

// plainly are the ways to serve a plain function.
func plainly(f func(http.ResponseWriter, *http.Request)) map[string]http.Handler {
	mux, standard := new(Mux), http.NewServeMux()
	mux.HandleFunc("/", f)
	standard.HandleFunc("/", f)
	return map[string]http.Handler{
		"HandlerFunc": HandlerFunc(f), "http.HandlerFunc": http.HandlerFunc(f), "Mux": mux, "http.ServeMux": standard, "Call": wrapped{HandlerFunc(f)},
	}
}

// A body that comes late is there, and all of it.
func TestPlainLateBody(t *testing.T) {
	for name, h := range plainly(copiesBody) {
		t.Run(name, func(t *testing.T) {
			s := start(t, h)
			c := s.dial()
			c.send(request("POST", "/", "1.1", "Content-Length: 10"))
			time.Sleep(20 * time.Millisecond)
			c.send("hello")
			time.Sleep(20 * time.Millisecond)
			c.send("world")
			assert.Equal(t, "200 helloworld", c.get("POST"))
			c.send(request("POST", "/", "1.1", "Transfer-Encoding: chunked") + "5\r\nhel")
			time.Sleep(20 * time.Millisecond)
			c.send("lo\r\n0\r\n\r\n")
			assert.Equal(t, "200 hello", c.get("POST"))
			assert.Empty(t, s.lines(&s.panics))
		})
	}
}

// Bodies are as long as MaxBody, at most.
func TestPlainMaxBody(t *testing.T) {
	for name, h := range plainly(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if errors.As(err, new(*http.MaxBytesError)) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
		fmt.Fprint(w, n, err)
	}) {
		t.Run(name, func(t *testing.T) {
			s := start(t, h, func(s *Server) { s.MaxBody = 1000 })
			c := s.dial()
			c.send(request("POST", "/", "1.1", "Content-Length: 1000") + strings.Repeat("x", 1000))
			assert.Equal(t, "200 1000 <nil>", c.get("POST"))
			c.send(request("POST", "/", "1.1", "Content-Length: 100000000") + "x")
			assert.Contains(t, c.get("POST"), "413 ")
			c.closed()
			c = s.dial()
			c.send(request("POST", "/", "1.1", "Transfer-Encoding: chunked") + "1\r\nx\r\n3e8\r\n")
			assert.Equal(t, "413 1 http: request body too large", c.get("POST"))
			c.closed()
		})
	}
}

// counted is a middleware's writer, which embeds that of the server.
type counted struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n.Add(int64(n))
	return n, err
}

// Who writes more than the client takes waits, also by the writer of a middleware.
func TestPlainWaitsForClient(t *testing.T) {
	const size = 64 << 20
	var n atomic.Int64
	for name, h := range plainly(func(w http.ResponseWriter, r *http.Request) {
		w = counted{w, &n}
		for range size >> 16 {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				panic(err)
			}
		}
	}) {
		t.Run(name, func(t *testing.T) {
			n.Store(0)
			s := start(t, h)
			c := s.dial()
			c.send(get("/"))
			_, err := c.Reader.Peek(1)
			require.NoError(t, err)
			time.Sleep(short100)
			assert.Less(t, n.Load(), int64(size/2))
			assert.Empty(t, s.lines(&s.answers))
			assert.Len(t, c.get("GET"), 4+size)
			assert.EqualValues(t, size, n.Load())
			assert.Empty(t, s.lines(&s.panics))
		})
	}
}

// OnAnswer is told when the answer has been sent, and whether it has.
func TestPlainAnswered(t *testing.T) {
	for limit, want := range map[time.Duration]string{
		0: "10s answered: 200 3000 bytes in 10s, <nil>", 5 * time.Second: "5s answered: 200 3000 bytes in 5s, write memory b->a: i/o timeout",
	} {
		l := simulate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, 3000)) }), &Server{WriteTimeout: limit})
		l.Go(l.newLateFrame(get("/", "Connection: close"), 10*time.Second))
		l.expect(t, want)
	}
}

// late reads what is sent to it after d.
//
//greenlet:resumable
func (l *simulation) late(text string, d time.Duration) {
	c := l.door.visit(100)
	defer c.Close()
	if _, err := c.WriteString(text); err != nil {
		return
	}
	l.Sleep(d)
	for {
		if _, err := c.Read(make([]byte, 100)); err != nil {
			return
		}
	}
}

// A file of any size takes no memory.
func TestPlainFile(t *testing.T) {
	const size = 100 << 20
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, nil, 0o600))
	require.NoError(t, os.Truncate(name, size))
	s := start(t, http.FileServer(http.Dir(filepath.Dir(name))))
	c := s.dial()
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	c.send(get("/file"))
	_, err := c.Reader.Peek(1)
	require.NoError(t, err)
	time.Sleep(short100)
	assert.Less(t, heap()-before, int64(1<<20))
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	got, err := io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	assert.EqualValues(t, size, got)
}

// Handlers wait side by side, and what they wait for may be another.
func TestPlainSideBySide(t *testing.T) {
	l := simulate(nil, new(Server))
	l.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.Sleep(10 * time.Second)
		hello(w, r)
	})
	for i := range 3 {
		l.Go(l.newLateFrame(get(fmt.Sprint("/", i), "Connection: close"), 0))
	}
	l.server.OnAnswer = func(a *Answer) { l.say("%s", a.Request.URL) }
	l.expect(t, "10s /0", "10s /1", "10s /2")
}
