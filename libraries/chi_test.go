//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package libraries

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve serves what handler makes on a hub, and returns its URL.
func serve(t *testing.T, handler func(*hub.Hub) http.Handler) string {
	t.Helper()
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + l.Addr().String()
	s := &httpd.Server{Listener: l, Handler: handler(h)}
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { assert.NoError(t, err) })
	h.Go(greenlet.OnStack, func(greenlet.Section) { assert.NoError(t, s.Serve()) })
	ended := make(chan error, 1)
	go func() { ended <- h.Run(context.Background()) }()
	t.Cleanup(func() {
		h.Post(func() {
			h.Go(greenlet.OnStack, func(greenlet.Section) { assert.Zero(t, s.Stop(time.Minute)) })
		})
		assert.NoError(t, <-ended)
	})
	return url
}

// lines is what the router logs.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), text)
}

// router has most of chi's middleware. wait is how its handlers wait.
func router(log_ *lines, wait func()) http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.RealIP)
	r.Use(middleware.RequestLogger(&middleware.DefaultLogFormatter{Logger: log.New(log_, "", 0), NoColor: true}))
	r.Use(middleware.Recoverer, middleware.CleanPath, middleware.StripSlashes, middleware.GetHead, middleware.Heartbeat("/ping"))
	r.Use(middleware.RequestSize(1<<20), middleware.Compress(5, "text/plain"), middleware.Timeout(time.Minute), middleware.Throttle(100))
	r.Get("/hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprintf(w, "hello %s, %s", chi.URLParam(r, "name"), chi.RouteContext(r.Context()).RoutePattern())
	})
	r.Get("/waits", func(w http.ResponseWriter, r *http.Request) {
		for i := range 3 {
			wait()
			fmt.Fprintln(w, "waited", i)
			http.NewResponseController(w).Flush()
		}
	})
	r.Get("/large", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		for i := range 100000 {
			fmt.Fprintln(w, "line", i)
		}
	})
	r.Get("/panic", func(http.ResponseWriter, *http.Request) { panic("as you wish") })
	r.With(middleware.AllowContentType("text/plain")).Post("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d %x %v", len(body), body[:min(len(body), 4)], err)
	})
	r.Route("/admin", func(r chi.Router) {
		r.Use(middleware.BasicAuth("admin", map[string]string{"user": "secret"}), middleware.NoCache)
		r.Get("/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "in") })
		r.Mount("/sub", http.StripPrefix("/admin/sub", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, r.URL.Path)
		})))
	})
	return r
}

// answer is what a server says: status, the fields that are not the time's, and the body.
func answer(t *testing.T, url, method, path, body string, fields ...string) string {
	t.Helper()
	r, err := http.NewRequest(method, url+path, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Body.Close()
	resp.Header.Del("Date")
	resp.Header.Del("Expires")
	return fmt.Sprint(resp.Status, resp.Header, resp.ContentLength, resp.TransferEncoding, resp.Uncompressed, " ", string(got))
}

// Chi's router and middleware answer as below net/http's server, with handlers that wait.
func TestChi(t *testing.T) {
	var theirLog, ourLog lines
	theirs := httptest.NewServer(router(&theirLog, func() { time.Sleep(time.Millisecond) }))
	defer theirs.Close()
	ours := serve(t, func(h *hub.Hub) http.Handler { return router(&ourLog, func() { h.Sleep(time.Millisecond) }) })
	for _, c := range [][]string{
		{"GET", "/hello/you", ""}, {"GET", "//hello//you/", ""}, {"HEAD", "/hello/you", ""}, {"POST", "/hello/you", ""}, {"GET", "/none", ""},
		{"GET", "/ping", ""}, {"GET", "/waits", ""}, {"GET", "/large", ""}, {"GET", "/panic", ""},
		{"POST", "/echo", "text", "Content-Type", "text/plain"}, {"POST", "/echo", "text", "Content-Type", "text/html"},
		{"POST", "/echo", strings.Repeat("x", 1<<20), "Content-Type", "text/plain"}, {"POST", "/echo", strings.Repeat("x", 1<<20+1), "Content-Type", "text/plain"},
		{"GET", "/admin", ""}, {"GET", "/admin", "", "Authorization", "Basic dXNlcjpzZWNyZXQ="}, {"GET", "/admin/sub/x", "", "Authorization", "Basic dXNlcjpzZWNyZXQ="},
	} {
		assert.Equal(t, answer(t, theirs.URL, c[0], c[1], c[2], c[3:]...), answer(t, ours, c[0], c[1], c[2], c[3:]...), "%s %s", c[0], c[1])
	}
	assert.Equal(t, theirLog.count(" - 200 "), ourLog.count(" - 200 "))
	assert.Equal(t, theirLog.count(" - 4"), ourLog.count(" - 4"))
}

// Handlers of chi wait for each other.
func TestChiSideBySide(t *testing.T) {
	var log_ lines
	var there int
	ours := serve(t, func(h *hub.Hub) http.Handler {
		all := h.NewEvent()
		return router(&log_, func() {
			if there++; there == 50 {
				all.Set()
			}
			all.Wait()
		})
	})
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			assert.Contains(t, answer(t, ours, "GET", "/waits", ""), " waited 0\nwaited 1\nwaited 2\n")
		})
	}
	clients.Wait()
}
