//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// running is a server with a hub on a goroutine of its own.
type running struct {
	*Server
	h       *hub.Hub
	address string
	t       *testing.T
	ended   chan error

	mu      sync.Mutex
	answers []string
	panics  []string
}

// start starts a server that is stopped when the test ends.
func start(t *testing.T, handler http.Handler, change ...func(*Server)) *running {
	t.Helper()
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &running{Server: &Server{Listener: l, Handler: handler}, h: h, address: l.Addr().String(), t: t, ended: make(chan error, 1)}
	h.OnError(func(_ *hub.Task, err *hub.PanicError) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.panics = append(s.panics, fmt.Sprint(err.Value))
	})
	s.OnAnswer = func(a *Answer) {
		s.mu.Lock()
		defer s.mu.Unlock()
		what := "?"
		if a.Request != nil {
			what = a.Request.Method + " " + a.Request.URL.Path
		}
		s.answers = append(s.answers, fmt.Sprintf("%s %d %d", what, a.Status, a.Bytes))
	}
	for _, f := range change {
		f(s.Server)
	}
	serving := newServingFrame(s.Server)
	h.Go(serving)
	go func() {
		err := h.Run(context.Background())
		if err == nil {
			err = serving.Results()
		}
		s.ended <- err
	}()
	t.Cleanup(func() {
		h.Post(func() { h.Go(newStoppingFrame(s.Server, time.Second, nil)) }) // in vain, if it has been already
		select {
		case err := <-s.ended:
			assert.NoError(t, err)
			assert.Zero(t, s.Len())
			assert.Nil(t, s.fresh.first)
			assert.Nil(t, s.idle.first)
		case <-time.After(time.Minute):
			assert.Fail(t, "the hub does not end")
		}
	})
	return s
}

// do calls f in the loop.
func (s *running) do(f func()) {
	done := make(chan struct{})
	s.h.Post(func() {
		f()
		close(done)
	})
	<-done
}

// lines are the answers, or panics, up to now.
func (s *running) lines(list *[]string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), *list...)
}

// told are the answers, when they are n: the client may have one before OnAnswer is told.
func (s *running) told(n int) (lines []string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		lines = s.lines(&s.answers)
		return len(lines) >= n
	}, time.Minute, time.Millisecond)
	assert.Len(s.t, lines, n)
	return lines
}

//greenlet:resumable
func serving(s *Server) error { return s.Serve() }

//greenlet:resumable
func stopping(s *Server, d time.Duration, killed chan<- int) {
	n := s.Stop(d)
	if killed != nil {
		killed <- n
	}
}

func (s *running) url(path string) string { return "http://" + s.address + path }

// client has connections of its own.
func (s *running) client() *http.Client {
	tr := &http.Transport{MaxIdleConnsPerHost: 10000}
	s.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: time.Minute}
}

// raw is a connection whose requests are written by hand.
type raw struct {
	net.Conn
	*bufio.Reader
	t *testing.T
}

func (s *running) dial() *raw { return dial(s.t, s.address) }

func dial(t *testing.T, address string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
	return &raw{c, bufio.NewReader(c), t}
}

func (r *raw) Read(p []byte) (int, error) { return r.Reader.Read(p) }

func (r *raw) send(text string) {
	r.t.Helper()
	_, err := io.WriteString(r.Conn, text)
	require.NoError(r.t, err)
}

// get is the next answer, as its status and body.
func (r *raw) get(method string) string {
	r.t.Helper()
	resp, err := http.ReadResponse(r.Reader, &http.Request{Method: method})
	require.NoError(r.t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(r.t, err)
	return fmt.Sprintf("%d %s", resp.StatusCode, body)
}

// closed requires that the server has closed the connection.
func (r *raw) closed() {
	r.t.Helper()
	rest, err := io.ReadAll(r.Reader)
	require.NoError(r.t, err)
	assert.Empty(r.t, string(rest))
}

const end = " HTTP/1.1\r\nHost: x\r\n\r\n"

func hello(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL.Path[1:]) }

// echoes is a handler that reads while it writes.
type echoes struct{ size int }

//greenlet:resumable
func (e echoes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	buf := make([]byte, e.size)
	for {
		n, err := r.Body.Read(buf)
		if _, err := w.Write(buf[:n]); err != nil {
			return
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintf(w, " failed: %v", err)
			return
		}
	}
}

// Many requests go over one connection, from a client of net/http.
func TestKeepAlive(t *testing.T) {
	s := start(t, http.HandlerFunc(hello))
	client := s.client()
	for i := range 100 {
		resp, err := client.Get(s.url(fmt.Sprint("/", i)))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, fmt.Sprint("hello ", i), string(body))
		assert.Equal(t, "text/plain; charset=utf-8", resp.Header.Get("Content-Type"))
	}
	s.do(func() { assert.Equal(t, 1, s.Len()) })
	assert.Equal(t, "GET /99 200 8", s.told(100)[99])
}

// Requests that come all at once are answered in order.
func TestPipelining(t *testing.T) {
	s := start(t, http.HandlerFunc(hello))
	c := s.dial()
	const n = 1000
	go func() {
		for i := range n {
			fmt.Fprintf(c.Conn, "GET /%d%s", i, end)
		}
	}()
	for i := range n {
		assert.Equal(t, fmt.Sprintf("200 hello %d", i), c.get("GET"))
	}
}

// Bodies go both ways at a time, of known and unknown length, with waits in between.
func TestBodies(t *testing.T) {
	for _, size := range []int{1, 7, 4096, 100000} {
		s := start(t, echoes{size})
		client := s.client()
		for _, n := range []int{0, 1, 5000, 200000} {
			if size == 1 && n > 5000 {
				continue
			}
			sent := make([]byte, n)
			for i := range sent {
				sent[i] = byte('a' + i%26)
			}
			for _, known := range []bool{true, false} {
				in, out := io.Pipe()
				go func() {
					for rest := sent; len(rest) > 0; rest = rest[min(999, len(rest)):] {
						out.Write(rest[:min(999, len(rest))])
					}
					out.Close()
				}()
				req, err := http.NewRequest("POST", s.url("/"), in)
				require.NoError(t, err)
				if known {
					if req.ContentLength = int64(n); n == 0 {
						req.Body = nil
					}
				}
				resp, err := client.Do(req)
				require.NoError(t, err)
				got, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, string(sent), string(got))
			}
		}
	}
}

// A plain handler gets its body whole, or an error, and as much as it likes is sent.
func TestPlain(t *testing.T) {
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		for range 10 {
			if _, err := w.Write(body); err != nil {
				panic(err)
			}
		}
	}), func(s *Server) { s.MaxBody = 1 << 20 })
	c := s.dial()
	body := make([]byte, 1<<20)
	c.send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(body)))
	c.send(string(body))
	time.Sleep(50 * time.Millisecond) // for the client that is slow
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	assert.EqualValues(t, 10<<20, n)

	c.send(fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(body)+1))
	assert.Equal(t, "413 Request Entity Too Large\n", c.get("POST"))
	c.closed()
	c = s.dial()
	c.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 2 {
		c.send(fmt.Sprintf("%x\r\n%s\r\n", len(body)/2+1, body[:len(body)/2+1]))
	}
	c.send("0\r\n\r\n")
	assert.Equal(t, "413 http: request body too large\n", c.get("POST"))
	c.closed()
}

func TestThousandConnections(t *testing.T) {
	s := start(t, http.HandlerFunc(hello))
	client := s.client()
	const n = 1000
	for range 2 {
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				resp, err := client.Get(s.url(fmt.Sprint("/", i)))
				if assert.NoError(t, err) {
					body, err := io.ReadAll(resp.Body)
					assert.NoError(t, err)
					assert.Equal(t, fmt.Sprint("hello ", i), string(body))
					resp.Body.Close()
				}
			})
		}
		all.Wait()
	}
	s.told(2 * n)
	assert.Empty(t, s.lines(&s.panics))
}
