//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gzipped is a middleware as there are many.
func gzipped(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		next.ServeHTTP(gzipWriter{w, z}, r)
	})
}

type gzipWriter struct {
	http.ResponseWriter
	z *gzip.Writer
}

func (w gzipWriter) Write(p []byte) (int, error) { return w.z.Write(p) }

func (w gzipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func uploads(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(1000); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f, h, err := r.FormFile("file")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n, err := io.Copy(io.Discard, f)
	fmt.Fprint(w, r.FormValue("name"), h.Filename, h.Size, n, err)
}

func upload(size int) string {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	m.SetBoundary("------")
	m.WriteField("name", "a name")
	f, _ := m.CreateFormFile("file", "a.file")
	f.Write(make([]byte, size))
	m.Close()
	return request("POST", "/upload", "1.1", "Content-Type: "+m.FormDataContentType(), fmt.Sprint("Content-Length: ", body.Len())) + body.String()
}

// library is what the standard library has of handlers, and what other libraries are made of.
func library(dir string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(dir))))
	mux.Handle("/gzip/", http.StripPrefix("/gzip/", gzipped(http.FileServer(http.Dir(dir)))))
	mux.HandleFunc("/content", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "x.txt", time.Unix(1e9, 0), strings.NewReader(strings.Repeat("content", 10000)))
	})
	mux.HandleFunc("/upload", uploads)
	mux.HandleFunc("/max", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 10)
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v %v", body, err, errors.As(err, new(*http.MaxBytesError)))
	})
	mux.HandleFunc("/form", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.FormValue("a"), r.PostForm) })
	mux.HandleFunc("/from", func(w http.ResponseWriter, r *http.Request) {
		n, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader(strings.Repeat("from", 20000)))
		io.WriteString(w, fmt.Sprint(n, err))
	})
	mux.HandleFunc("/copy", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	mux.Handle("/redirect", http.RedirectHandler("/elsewhere", http.StatusMovedPermanently))
	mux.Handle("/maxhandler", http.MaxBytesHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(w, r.Body)
		fmt.Fprint(w, err)
	}), 3))
	mux.HandleFunc("/duplex", func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		fmt.Fprint(w, rc.EnableFullDuplex(), rc.SetReadDeadline(time.Now().Add(time.Hour)), rc.SetWriteDeadline(time.Now().Add(time.Hour)), rc.Flush())
		io.Copy(w, r.Body)
	})
	return mux
}

// The standard library's handlers answer as they do below net/http's server.
func TestLibraryOracle(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "small.txt"), []byte("small"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large.html"), bytes.Repeat([]byte("<p>"), 1<<18), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	chunks := strings.Repeat("3e8\r\n"+strings.Repeat("z", 1000)+"\r\n", 200) + "0\r\n\r\n"
	texts := []string{
		get("/files/small.txt"), get("/files/large.html"), get("/files/none"), get("/files/"), get("/files/sub"),
		get("/files/large.html", "Range: bytes=100-50000"), get("/files/small.txt", "Range: bytes=0-0,2-3"), get("/files/small.txt", "Range: bytes=9-"),
		get("/files/small.txt", "If-Modified-Since: "+time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)),
		request("HEAD", "/files/large.html", "1.1"), get("/gzip/large.html"), get("/content"), get("/content", "Range: bytes=-5"),
		upload(10), upload(100000), request("POST", "/upload", "1.1", "Content-Length: 3") + "abc",
		request("POST", "/max", "1.1", "Content-Length: 10") + "0123456789",
		request("POST", "/form?a=b", "1.1", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 3") + "a=c",
		get("/from"), request("HEAD", "/from", "1.1"), request("POST", "/copy", "1.1", "Content-Length: 3") + "abc",
		request("POST", "/duplex", "1.1", "Transfer-Encoding: chunked") + chunks,
		get("/redirect"), request("POST", "/maxhandler", "1.1", "Content-Length: 3") + "012",
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	theirs := &http.Server{Handler: library(dir)}
	go theirs.Serve(l)
	t.Cleanup(func() { theirs.Close() })
	s, other := start(t, library(dir)), start(t, nil)
	other.do(func() { other.Handler = OnGoroutine(other.h, library(dir)) })
	for _, text := range texts {
		line, _, _ := strings.Cut(text, "\r\n")
		t.Run(strings.ReplaceAll(line, "/", "_"), func(t *testing.T) {
			want := sameBoundary(answered(t, l.Addr().String(), text))
			assert.Equal(t, want, sameBoundary(answered(t, s.address, text)))
			assert.Equal(t, want, sameBoundary(answered(t, other.address, text)))
		})
	}
	for _, c := range []struct{ why, text, want string }{
		{"it closes the connection by a method that others can't have", request("POST", "/max", "1.1", "Content-Length: 11") + "0123456789x",
			"200 0123456789 http: request body too large true"},
		{"it closes the body when the answer begins, without EnableFullDuplex", request("POST", "/copy", "1.1", "Transfer-Encoding: chunked") + chunks,
			"200 " + strings.Repeat("z", 200000)},
	} {
		assert.NotEqual(t, answered(t, l.Addr().String(), c.text), answered(t, s.address, c.text), c.why)
		for _, address := range []string{s.address, other.address} {
			assert.Equal(t, []string{c.want, "404 404 page not found"}, short(t, address, c.text))
		}
	}
	assert.Empty(t, s.lines(&s.panics))
	assert.Empty(t, other.lines(&other.panics))
}

// sameBoundary gives the random boundaries of multipart/byteranges one name.
func sameBoundary(answers []string) []string {
	for i, a := range answers {
		if _, behind, ok := strings.Cut(a, "boundary="); ok {
			name, _, _ := strings.Cut(behind, "]")
			answers[i] = strings.ReplaceAll(a, name, "x")
		}
	}
	return answers
}

// Events are there when they are flushed.
func TestServerSentEvents(t *testing.T) {
	s := start(t, nil)
	next := s.h.NewEvent()
	s.do(func() {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			for i := range 3 {
				fmt.Fprintf(w, "data: %d\n\n", i)
				w.(http.Flusher).Flush()
				next.Wait()
				next.Clear()
			}
		})
	})
	c := s.dial()
	c.send(get("/"))
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	events := bufio.NewReader(resp.Body)
	for i := range 3 {
		line, err := events.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("data: %d\n", i), line)
		events.Discard(1)
		s.do(next.Set)
	}
	_, err = events.ReadByte()
	assert.Equal(t, io.EOF, err)
}

// The deadlines of http.ResponseController take the place of the server's.
func TestController(t *testing.T) {
	for _, s := range []*Server{{}, limited(), {WriteTimeout: time.Second}} {
		l := simulate(nil, s)
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rc := http.NewResponseController(counted2{w})
			if r.Method == "POST" {
				if err := rc.SetReadDeadline(l.Now().Add(3 * time.Second)); err != nil {
					panic(err)
				}
				_, err := r.Body.Read(make([]byte, 1))
				l.say("read: %v", errors.Is(err, os.ErrDeadlineExceeded))
				return
			}
			if err := rc.SetWriteDeadline(l.Now().Add(4 * time.Second)); err != nil {
				panic(err)
			}
			_, err := w.Write(make([]byte, 10000))
			l.say("write: %v", errors.Is(err, os.ErrDeadlineExceeded))
		})
		s.OnAnswer = nil
		l.Go(l.newLateFrame(request("POST", "/", "1.1", "Content-Length: 1"), time.Minute))
		l.Go(l.newLateFrame(get("/"), time.Minute))
		l.expect(t, "3s read: true", "4s write: true")
	}
}

type counted2 struct{ http.ResponseWriter }

func (c counted2) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// The deadline of one answer is not that of the next.
func TestControllerOnce(t *testing.T) {
	l := simulate(nil, new(Server))
	l.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/first" {
			http.NewResponseController(w).SetWriteDeadline(l.Now().Add(time.Second))
			return
		}
		l.Sleep(2 * time.Second)
		_, err := w.Write(make([]byte, 10000))
		l.say("%v", err)
	})
	l.server.OnAnswer = nil
	l.Go(l.newLateFrame(get("/first")+get("/second", "Connection: close"), time.Minute))
	l.expect(t, "1m0s <nil>")
}

// A hijacked connection is a net.Conn, open until it is closed: the handler may have returned.
func TestHijacker(t *testing.T) {
	failed := make(chan error, 1)
	s := start(t, nil)
	s.do(func() {
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			if _, err := w.Write([]byte("x")); err != http.ErrHijacked {
				panic(err)
			}
			fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\n\r\n%v %v\n", c.LocalAddr(), c.RemoteAddr().String() == r.RemoteAddr)
			rw.Flush()
			c.SetDeadline(time.Now().Add(time.Minute))
			s.h.Go(greenlet.OnStack, func(greenlet.Section) {
				line, err := rw.ReadString('\n')
				fmt.Fprintf(c, "%s %v\n", line[:len(line)-1], err)
				go func() { // it can close it, and nothing else
					_, err := c.Write([]byte("x"))
					failed <- errors.Join(err, c.SetDeadline(time.Now()), c.Close())
				}()
			})
		})
	})
	c := s.dial()
	c.send(get("/") + "ahead\n")
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	assert.Equal(t, 101, resp.StatusCode)
	for _, want := range []string{s.address + " true\n", "ahead <nil>\n"} {
		line, err := c.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, want, line)
	}
	assert.Equal(t, errors.Join(errElsewhere, errElsewhere), <-failed)
	c.closed()
	require.Eventually(t, func() bool { var n int; s.do(func() { n = s.Len() }); return n == 0 }, time.Minute, time.Millisecond)
	assert.Empty(t, s.lines(&s.panics))
}

// Between requests no connection has a stack.
func TestStacksGoBack(t *testing.T) {
	s := start(t, http.HandlerFunc(hello))
	before := runtime.NumGoroutine()
	for range 200 {
		c := s.dial()
		c.send(get("/x"))
		assert.Equal(t, "200 hello x", c.get("GET"))
	}
	assert.Less(t, runtime.NumGoroutine()-before, 10)
}

// fills writes by plain code, which can't wait.
type fills struct {
	told  chan error
	write func(http.ResponseWriter, int) error
}

//greenlet:resumable
func (f fills) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/twice" {
		f.told <- f.write(w, plainRoom/2)
		w.(http.Flusher).Flush()
	}
	f.told <- f.write(w, plainRoom)
	if r.URL.Path == "/more" {
		f.told <- f.write(w, 2*bufferSize)
	}
}

func writesMany(w http.ResponseWriter, size int) (err error) {
	for range size / 1024 {
		if _, err = w.Write(make([]byte, 1024)); err != nil {
			break
		}
	}
	return err
}

// Plain code that an annotated handler calls can't wait: it may write so much, however fast
// the client is, and then the answer ends with an error that says what to do.
func TestPlainRoom(t *testing.T) {
	h := fills{make(chan error, 2), writesMany}
	told := make(chan error, 1)
	s := start(t, h, func(s *Server) { s.OnAnswer = func(a *Answer) { told <- a.Err } })
	for path, want := range map[string]int{"/": plainRoom, "/twice": 3 * plainRoom / 2} {
		c := s.dial()
		c.send(get(path))
		assert.Len(t, c.get("GET"), want+4, path)
		for range 1 + strings.Count(path, "twice") {
			assert.NoError(t, <-h.told)
		}
		assert.NoError(t, <-told)
	}
	c := s.dial()
	c.send(get("/more"))
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.NoError(t, <-h.told)
	err = <-h.told
	assert.ErrorContains(t, err, "write of more than 64 KiB of an answer")
	assert.ErrorContains(t, err, "run it by greenlet.OnStack")
	assert.Equal(t, err, <-told)
}
