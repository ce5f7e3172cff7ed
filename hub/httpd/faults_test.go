//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// standardOf is a server of net/http for a handler.
func standardOf(t *testing.T, h http.Handler) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// bytesOf are all that a server answers to text, up to the end of the connection, which it ends.
func bytesOf(t *testing.T, address, text string) string {
	t.Helper()
	c := dial(t, address)
	c.send(text)
	all, err := io.ReadAll(c.Reader)
	require.NoError(t, err)
	text = regexp.MustCompile(`Date: [^\r]*`).ReplaceAllString(string(all), "Date: now")
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	first, fields, _ := strings.Cut(head, "\r\n")
	lines := strings.Split(fields, "\r\n")
	slices.Sort(lines) // their order means nothing
	return strings.Join(append([]string{first}, lines...), "\r\n") + "\r\n\r\n" + body
}

// sameBytes requires that a plain handler is answered for as by net/http.
func sameBytes(t *testing.T, h http.HandlerFunc, text string) string {
	t.Helper()
	want := bytesOf(t, standardOf(t, h), text)
	s := start(t, h)
	assert.Equal(t, want, bytesOf(t, s.address, text))
	return want
}

// longPoll tells done when its context is.
func longPoll(h *hub.Hub, done chan<- error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("read") {
			_, _ = io.ReadAll(r.Body)
		}
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		if h == nil {
			<-r.Context().Done()
			done <- r.Context().Err()
			return
		}
		err := h.WithContext(r.Context(), func() { h.Sleep(time.Hour) }) //greenlet:allow switch-in-plain the handler runs on a stack
		done <- errors.Join(err, r.Context().Err())
	}
}

// polls is an annotated longPoll.
type polls struct {
	*running
	done chan error
}

//greenlet:resumable
func (p *polls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("read") {
		_ = Receive(r)
	}
	w.WriteHeader(200)
	w.(http.Flusher).Flush()
	err := p.h.WithContext(r.Context(), func() { p.h.Sleep(time.Hour) })
	p.done <- errors.Join(err, r.Context().Err())
}

// The context of a request is done when the client has gone, once its body has been read: as by
// net/http.
func TestContextClientGone(t *testing.T) {
	requests := map[string]string{
		"get":    get("/"),
		"body":   request("POST", "/?read", "1.1", "Content-Length: 5") + "hello",
		"chunks": request("POST", "/?read", "1.1", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n",
	}
	ends := map[string]func(c *net.TCPConn) error{
		"close": (*net.TCPConn).Close,
		"half":  (*net.TCPConn).CloseWrite,
		"reset": func(c *net.TCPConn) error { return errors.Join(c.SetLinger(0), c.Close()) },
	}
	done := make(chan error, 1)
	plain := start(t, nil)
	plain.do(func() { plain.Handler = longPoll(plain.h, done) })
	p := &polls{done: done}
	sp := start(t, p)
	sp.do(func() { p.running = sp })
	elsewhere := start(t, nil)
	elsewhere.do(func() { elsewhere.Handler = OnGoroutine(elsewhere.h, longPoll(nil, done)) })
	for name, address := range map[string]string{
		"net/http": standardOf(t, longPoll(nil, done)), "plain": plain.address, "annotated": p.address, "OnGoroutine": elsewhere.address,
	} {
		for body, text := range requests {
			for how, end := range ends {
				t.Run(name+" "+body+" "+how, func(t *testing.T) {
					c := dial(t, address)
					c.send(text)
					_, err := c.Reader.ReadString('\n')
					require.NoError(t, err)
					require.NoError(t, end(c.Conn.(*net.TCPConn)))
					select {
					case err := <-done:
						assert.ErrorIs(t, err, context.Canceled)
					case <-time.After(time.Minute):
						assert.Fail(t, "it is not done")
					}
				})
			}
		}
	}
	for _, s := range []*running{plain, p.running} {
		assert.Empty(t, s.lines(&s.panics))
	}
}

// Nobody looks for the client as long as nobody asks, nor behind the handler; a context that is
// asked for later is done.
func TestContextWatch(t *testing.T) {
	type key struct{}
	s := start(t, nil)
	tasks := make(chan int, 10)
	count := func() { tasks <- len(s.h.Tasks()) }
	var kept, unasked context.Context
	s.do(func() {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count()
			if r.URL.Path == "/ask" {
				kept = r.Context()
				ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), key{}, "value"), time.Hour)
				defer cancel()
				assert.NoError(t, ctx.Err())
				assert.Equal(t, "value", ctx.Value(key{}))
			} else {
				unasked = r.Context()
			}
			count()
		})
	})
	c := s.dial()
	c.send(get("/"))
	assert.Equal(t, "200 ", c.get("GET"))
	n := <-tasks
	assert.Equal(t, n, <-tasks)
	c.send(get("/ask"))
	assert.Equal(t, "200 ", c.get("GET"))
	assert.Equal(t, n, <-tasks)
	assert.Equal(t, n+1, <-tasks)
	c.send(get("/") + get("/ask") + get("/") + get("/ask"))
	for range 4 {
		assert.Equal(t, "200 ", c.get("GET"))
	}
	s.do(count)
	for range 9 {
		n := <-tasks
		assert.LessOrEqual(t, n, 3)
	}
	s.do(func() {
		assert.Equal(t, context.Canceled, kept.Err())
		assert.Equal(t, context.Canceled, unasked.Err())
		<-unasked.Done()
	})
	assert.Empty(t, s.lines(&s.panics))
}

// Another request that has come meanwhile is answered, whether somebody looks for the client or not.
func TestContextPipeline(t *testing.T) {
	s := start(t, nil)
	s.do(func() {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			err := r.Context().Err()
			s.h.Sleep(5 * time.Millisecond)
			fmt.Fprint(w, r.URL.Path, err, r.Context().Err())
		})
	})
	c := s.dial()
	var want []string
	for i := range 20 {
		c.send(get(fmt.Sprintf("/%d", i)))
		want = append(want, fmt.Sprintf("200 /%d<nil> <nil>", i))
		if i%3 == 0 {
			time.Sleep(3 * time.Millisecond)
		}
	}
	var got []string
	for range want {
		got = append(got, c.get("GET"))
	}
	assert.Equal(t, want, got)
	assert.Empty(t, s.lines(&s.panics))
}

// What net/http's server says of itself in a context, ours says, too.
func TestContextValues(t *testing.T) {
	type key struct{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
		a, also := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
		fmt.Fprintln(w, ok, also, s.Handler != nil, a.Network(), a, r.Context().Value(key{}))
	})
	theirs := standardOf(t, handler)
	c := dial(t, theirs)
	c.send(get("/"))
	assert.Equal(t, "200 true true true tcp "+theirs+" <nil>\n", c.get("GET"))
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), key{}, "base"))
	for _, h := range []func(*running) http.Handler{
		func(*running) http.Handler { return handler },
		func(s *running) http.Handler { return OnGoroutine(s.h, handler) },
	} {
		s := start(t, handler, func(s *Server) { s.Context = ctx })
		s.do(func() { s.Handler = h(s) })
		c := s.dial()
		c.send(get("/"))
		assert.Equal(t, "200 true true true tcp "+s.address+" base\n", c.get("GET"))
	}
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel(os.ErrExist)
		fmt.Fprint(w, r.Context().Err(), " ", context.Cause(r.Context()))
	}), func(s *Server) { s.Context = ctx })
	c = s.dial()
	c.send(get("/"))
	assert.Equal(t, "200 context canceled "+os.ErrExist.Error(), c.get("GET"))
}

// A client that hijacks, or is told of trailers, is not read from by who looked for it.
func TestContextHijack(t *testing.T) {
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer context.AfterFunc(r.Context(), func() {})()
		c, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer c.Close()
		line, err := rw.ReadString('\n')
		fmt.Fprint(c, line, err)
	}))
	c := s.dial()
	c.send(get("/"))
	time.Sleep(5 * time.Millisecond)
	c.send("hello\n")
	all, err := io.ReadAll(c.Reader)
	require.NoError(t, err)
	assert.Equal(t, "hello\n<nil>", string(all))
	assert.Empty(t, s.lines(&s.panics))
}

// Empty lines before a request are ignored, but not without end, nor for ever.
func TestEmptyLines(t *testing.T) {
	const limit = 50 * time.Millisecond
	s := start(t, http.HandlerFunc(hello), func(s *Server) { s.ReadHeaderTimeout, s.IdleTimeout = limit, limit })
	c := s.dial()
	c.send(strings.Repeat("\r\n", emptyLines) + "GET /x" + end)
	assert.Equal(t, "200 hello x", c.get("GET"))
	c.send(strings.Repeat("\r\n", emptyLines+1) + "GET /x" + end)
	assert.Equal(t, "400 400 Bad Request", c.get("GET"))
	c.closed()
	c = s.dial()
	began := time.Now()
	for range emptyLines {
		if _, err := c.Conn.Write([]byte("\r\n")); err != nil {
			break // closed
		}
		time.Sleep(limit / 3)
	}
	c.closed()
	assert.Less(t, time.Since(began), time.Minute)
}

// What can't become a request is refused as soon as that can be told, with the words of net/http,
// which waits for the end of the line.
func TestMalformedAtOnce(t *testing.T) {
	theirs := standardOf(t, http.HandlerFunc(hello))
	s := start(t, http.HandlerFunc(hello))
	for _, text := range []string{
		"GET /\r\n", "GET / HTTP/1.x\r\n", "nonsense\r\n", "G(T / HTTP/1.1\r\n", "GET x y HTTP/1.1\r\n", "\x16\x03\x01\x02\x00\x01\x00\n", "\x00\n",
		"GET /\n",
	} {
		want := bytesOf(t, theirs, text)
		assert.Contains(t, want, "400 Bad Request")
		assert.Equal(t, want, bytesOf(t, s.address, text), "%q", text)
	}
	for _, text := range []string{"\x16\x03\x01\x02\x00\x01\x00", "\x00", "\rx", "G(T", "\r\n\x16"} { // net/http waits for more
		assert.Contains(t, bytesOf(t, s.address, text), "400 Bad Request", "%q", text)
	}
	_, err := tls.Dial("tcp", s.address, &tls.Config{ServerName: "x"})
	assert.ErrorAs(t, err, new(tls.RecordHeaderError), "an answer that is not TLS, at once")
	const whole = "\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n"
	for n := range len(whole) { // what may become one is waited for
		c := s.dial()
		c.send(whole[:n])
		time.Sleep(2 * time.Millisecond)
		c.send(whole[n:])
		assert.Equal(t, "200 hello x", c.get("GET"), "%d", n)
	}
}

// A handler that panics is answered for as the request wants it: without a body to HEAD, and
// by HTTP/1.0 to that.
func TestPanicAnswer(t *testing.T) {
	s := start(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("trouble") }))
	const fields = "Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
	for method, body := range map[string]string{"GET": "500 Internal Server Error", "HEAD": ""} {
		for _, version := range []string{"1.0", "1.1"} {
			assert.Equal(t, "HTTP/"+version+" 500 Internal Server Error\r\n"+fields+body, bytesOf(t, s.address, request(method, "/", version)))
		}
	}
}

//greenlet:resumable
func (p panics) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.here(r) }

type panics struct{ *hub.Hub }

//greenlet:resumable
func (p panics) here(r *http.Request) {
	p.Yield()
	panic("trouble")
}

func (p panics) plain(_ http.ResponseWriter, r *http.Request) { p.here(r) }

// OnError is told where the handler panicked, plain or annotated, and the client gets a 500.
func TestPanicPlace(t *testing.T) {
	s := start(t, nil)
	var stack string
	s.h.OnError(func(_ *hub.Task, err *hub.PanicError) { stack = fmt.Sprint(err.Stack) })
	for name, h := range map[string]http.Handler{"annotated": panics{s.h}, "plain": http.HandlerFunc(panics{s.h}.plain)} {
		t.Run(name, func(t *testing.T) {
			s.do(func() { s.Handler = h })
			c := s.dial()
			c.send(get("/"))
			assert.Contains(t, c.get("GET"), "500 ")
			c.closed()
			s.do(func() { assert.Contains(t, stack, "panics.here(") })
		})
	}
}

// A handler that is killed has not panicked; nor has one that ends by Goexit, which ends its
// connection, as in net/http, and not the hub.
func TestNotPanicked(t *testing.T) {
	for name, wantErr := range map[string]error{"killed": errKilled, "exits": errGoexit} {
		t.Run(name, func(t *testing.T) {
			var got error
			s := start(t, nil, func(s *Server) { s.OnAnswer = func(a *Answer) { got = a.Err } })
			s.do(func() {
				s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/wait" {
						s.h.Sleep(time.Hour)
					}
					if r.URL.Path == "/exit" {
						runtime.Goexit()
					}
				})
			})
			if name == "exits" {
				go func() { s.ended <- nil }() // as Run will not return
				c := s.dial()
				c.send(get("/exit"))
				c.closed()
				c = s.dial()
				c.send(get("/"))
				assert.Equal(t, "200 ", c.get("GET"))
				c.send(get("/exit"))
				c.closed()
			} else {
				c := s.dial()
				c.send(get("/wait"))
				time.Sleep(10 * time.Millisecond)
				killed := make(chan int, 1)
				s.h.Post(func() { s.h.Go(newStoppingFrame(s.Server, 0, killed)) })
				assert.Equal(t, 1, <-killed)
				assert.Equal(t, wantErr, got)
				assert.Empty(t, s.lines(&s.panics))
				return
			}
			s.do(func() { assert.Equal(t, wantErr, got) })
		})
	}
}

// writers is a handler with two tasks that write.
type writers struct {
	*running
	n, size int
}

//greenlet:resumable
func (h *writers) writes(w http.ResponseWriter, b byte, failed *int) {
	for range h.n {
		if n, err := w.Write(bytes.Repeat([]byte{b}, h.size)); n != h.size || err != nil {
			*failed++
		}
	}
	w.(http.Flusher).Flush()
}

//greenlet:resumable
func (h *writers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var failed int
	g := h.h.NewGroup()
	for _, b := range []byte("abc") {
		g.Go(h.writes, w, b, &failed)
	}
	g.Join()
	fmt.Fprint(w, failed)
}

// Tasks that write one answer wait for each other: all is there, and none in the middle of
// another. The count is of what was sent.
func TestTwoWriters(t *testing.T) {
	for _, size := range []int{100, 3000, 5000, 300000} {
		h := &writers{n: 20, size: size}
		sh := start(t, h)
		sh.do(func() { h.running = sh })
		c := h.dial()
		c.send(get("/"))
		time.Sleep(20 * time.Millisecond) // so that they have to wait
		got := c.get("GET")
		require.Len(t, got, len("200 ")+3*h.n*size+1, "%d", size)
		assert.Equal(t, "0", got[len(got)-1:])
		for i := 4; i < len(got)-1; i += size {
			require.Equal(t, strings.Repeat(got[i:i+1], size), got[i:i+size])
		}
		assert.Equal(t, []string{fmt.Sprintf("GET / 200 %d", 3*h.n*size+1)}, h.told(1))
		assert.Empty(t, h.lines(&h.panics))
	}
}

// interrupts is a handler one of whose tasks is killed while it writes and another one waits.
type interrupts struct {
	*running
	said []string
}

//greenlet:resumable
func (h *interrupts) writes(w http.ResponseWriter, what string, size int) {
	n, err := w.Write(make([]byte, size))
	h.said = append(h.said, fmt.Sprintf("%s %d %v", what, n, err))
}

//greenlet:resumable
func (h *interrupts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first := h.h.Go(h.writes, w, "first", 64<<20)
	h.h.Yield()
	second := h.h.Go(h.writes, w, "second", 10)
	h.h.Sleep(time.Millisecond)
	first.Kill()
	second.Join()
}

// Who waits for a task that is killed while it writes is told, and what was not sent is not counted.
func TestWriterKilled(t *testing.T) {
	h := new(interrupts)
	sh := start(t, h)
	sh.do(func() { h.running = sh })
	c := h.dial()
	c.send(get("/"))
	assert.Equal(t, []string{"GET / 200 0"}, h.told(1))
	h.do(func() { assert.Equal(t, []string{"second 0 " + errInterrupted.Error()}, h.said) })
}

// duplex is a handler that reads in one task, and writes in another one.
type duplex struct {
	*running
	got int64
	err error
}

//greenlet:resumable
func (h *duplex) reads(r *http.Request) {
	for h.err == nil {
		var n int
		n, h.err = r.Body.Read(make([]byte, 100))
		h.got += int64(n)
	}
}

//greenlet:resumable
func (h *duplex) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.(http.Flusher).Flush()
	task := h.h.Go(h.reads, r)
	w.Write(make([]byte, 16<<20))
	task.Join()
}

// The body can be read while another task waits for the client to take the answer.
func TestReadWhileOtherWrites(t *testing.T) {
	h := new(duplex)
	sh := start(t, h)
	sh.do(func() { h.running = sh })
	c := h.dial()
	c.send(request("POST", "/", "1.1", "Content-Length: 10"))
	_, err := c.Reader.Peek(1)
	require.NoError(t, err)
	time.Sleep(10 * time.Millisecond)
	c.send("hello")
	time.Sleep(10 * time.Millisecond)
	c.send("world")
	assert.Len(t, c.get("POST"), 4+16<<20)
	h.do(func() { assert.Equal(t, io.EOF, h.err); assert.EqualValues(t, 10, h.got) })
}

// A handler's own Transfer-Encoding is sent where net/http sends it.
func TestOwnTransferEncoding(t *testing.T) {
	for _, coding := range []string{"gzip", "gzip, chunked", "chunked", "identity", "x\r\ny"} {
		for _, length := range []string{"", "3"} {
			for _, version := range []string{"1.0", "1.1"} {
				for _, method := range []string{"GET", "HEAD"} {
					for _, status := range []int{200, 304} {
						sameBytes(t, func(w http.ResponseWriter, r *http.Request) {
							w.Header().Set("Transfer-Encoding", coding)
							if length != "" {
								w.Header().Set("Content-Length", length)
							}
							w.WriteHeader(status)
							io.WriteString(w, "abc")
						}, request(method, "/", version, "Connection: close"))
					}
				}
			}
		}
	}
}

// The answer to HEAD has the type of what is not sent, however it is written.
func TestHeadType(t *testing.T) {
	for name, write := range map[string]func(w http.ResponseWriter, text string){
		"Write":       func(w http.ResponseWriter, text string) { w.Write([]byte(text)) },
		"WriteString": func(w http.ResponseWriter, text string) { io.WriteString(w, text) },
		"ReadFrom":    func(w http.ResponseWriter, text string) { io.Copy(w, strings.NewReader(text)) },
		"parts": func(w http.ResponseWriter, text string) {
			io.WriteString(w, text[:3])
			io.Copy(w, strings.NewReader(text[3:]))
		},
	} {
		for _, size := range []int{100, 1 << 14, 1 << 20} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				got := sameBytes(t, func(w http.ResponseWriter, r *http.Request) {
					write(w, "<html>"+strings.Repeat("x", size))
				}, request("HEAD", "/", "1.1", "Connection: close"))
				assert.Contains(t, got, "Content-Type: text/html")
			})
		}
	}
}

// A body that is too long for http.MaxBytesReader ends the connection, as in net/http; one that is
// not, and of which less than all was read, does not.
func TestMaxBytesReader(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		b := http.MaxBytesReader(w, r.Body, 10)
		if r.URL.Query().Has("flush") {
			w.(http.Flusher).Flush()
		}
		if r.URL.Query().Has("some") {
			_, err := io.ReadFull(b, make([]byte, 5))
			fmt.Fprint(w, err)
			return
		}
		body, err := io.ReadAll(b)
		fmt.Fprintf(w, "%s %v", body, err)
	}
	theirs := standardOf(t, http.HandlerFunc(handler))
	ours := start(t, http.HandlerFunc(handler))
	limited := start(t, http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", body, err)
	}), 10))
	chunk := func(n int) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", n, strings.Repeat("x", n)) }
	for _, text := range []string{
		request("POST", "/", "1.1", "Content-Length: 10") + strings.Repeat("x", 10),
		// One byte too many is all that there is: nobody can tell then that it was read as one.
		request("POST", "/", "1.1", "Content-Length: 12") + strings.Repeat("x", 12),
		request("POST", "/", "1.1", "Content-Length: 1000") + strings.Repeat("x", 1000),
		request("POST", "/", "1.1", "Transfer-Encoding: chunked") + chunk(10),
		request("POST", "/", "1.1", "Transfer-Encoding: chunked") + chunk(12),
		request("POST", "/", "1.1", "Transfer-Encoding: chunked") + chunk(1000),
		request("POST", "/?some", "1.1", "Content-Length: 5") + strings.Repeat("x", 5),
		request("POST", "/?some", "1.1", "Transfer-Encoding: chunked") + chunk(5),
	} {
		want := answered(t, theirs, text)
		assert.Equal(t, want, answered(t, ours.address, text), text)
		if !strings.Contains(text, "some") {
			assert.Equal(t, want, answered(t, limited.address, text), text)
		}
	}
	want := answered(t, theirs, request("POST", "/?flush", "1.1", "Content-Length: 1000")+strings.Repeat("x", 1000))
	assert.Equal(t, "end", want[len(want)-1])
	assert.Equal(t, "end", answered(t, ours.address, request("POST", "/?flush", "1.1", "Content-Length: 1000")+strings.Repeat("x", 1000))[1])
}
