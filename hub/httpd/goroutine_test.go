//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TimeoutHandlers wait side by side, as all of their handlers have to before one goes on.
func TestGoroutineTimeoutHandler(t *testing.T) {
	var all sync.WaitGroup
	all.Add(3)
	s := start(t, nil)
	mux := new(Mux)
	mux.Handle("/all", OnGoroutine(s.h, http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		all.Done()
		all.Wait()
		fmt.Fprintf(w, "%s %v", body, err)
	}), time.Minute, "late")))
	ended := make(chan error, 1)
	mux.Handle("/late", OnGoroutine(s.h, http.TimeoutHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write([]byte("x")); err != nil {
				ended <- err
				return
			}
			time.Sleep(time.Millisecond)
		}
	}), time.Millisecond, "late")))
	s.do(func() { s.Handler = mux })
	var list []*raw
	for i := range 3 {
		c := s.dial()
		c.send(request("POST", "/all", "1.1", "Content-Length: 5") + "bod")
		time.Sleep(time.Millisecond)
		c.send(fmt.Sprint("y", i))
		list = append(list, c)
	}
	for i, c := range list {
		assert.Equal(t, fmt.Sprintf("200 body%d <nil>", i), c.get("POST"))
	}
	list[0].send(get("/late"))
	assert.Equal(t, "503 late", list[0].get("GET"))
	assert.Equal(t, http.ErrHandlerTimeout, <-ended)
	assert.Empty(t, s.lines(&s.panics))
}

// A handler on a goroutine answers as net/http's server does.
func TestGoroutineOracle(t *testing.T) {
	theirs := standard(t)
	s := start(t, nil)
	s.do(func() { s.Handler = OnGoroutine(s.h, http.HandlerFunc(handlers)) })
	for _, c := range same {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			assert.Equal(t, answered(t, theirs, c.text), answered(t, s.address, c.text))
		})
	}
	assert.Empty(t, s.lines(&s.panics))
}

// ReverseProxy, with net/http's client, sends the body as it comes, and what is answered meanwhile.
func TestGoroutineReverseProxy(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		buf := make([]byte, 100)
		for {
			n, err := r.Body.Read(buf)
			if _, err := w.Write(buf[:n]); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
			if err != nil {
				return
			}
		}
	}))
	defer backend.Close()
	to, err := url.Parse(backend.URL)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.FlushInterval = -1
	tr := new(http.Transport)
	defer tr.CloseIdleConnections()
	proxy.Transport = tr
	s := start(t, nil)
	s.do(func() { s.Handler = OnGoroutine(s.h, proxy) })
	c := s.dial()
	c.send(request("POST", "/", "1.1", "Transfer-Encoding: chunked"))
	var resp *http.Response
	for i := range 5 {
		c.send(fmt.Sprintf("5\r\npart%d\r\n", i))
		if resp == nil {
			resp, err = http.ReadResponse(c.Reader, nil)
			require.NoError(t, err)
		}
		part := make([]byte, 5)
		_, err = io.ReadFull(resp.Body, part)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint("part", i), string(part))
	}
	c.send("0\r\n\r\n")
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Empty(t, rest)
	assert.Empty(t, s.lines(&s.panics))
}

// What a handler on a goroutine panics with is the task's affair; who stays behind is told.
func TestGoroutinePanics(t *testing.T) {
	kept := make(chan http.ResponseWriter, 1)
	stuck := make(chan error, 1)
	s := start(t, nil)
	s.do(func() {
		s.Handler = OnGoroutine(s.h, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/panic":
				panic("as you wish")
			case "/abort":
				panic(http.ErrAbortHandler)
			case "/keeps":
				kept <- w
			case "/stuck":
				_, err := r.Body.Read(make([]byte, 1))
				<-r.Context().Done()
				stuck <- err
			}
		}))
	})
	c := s.dial()
	c.send(get("/panic"))
	assert.Equal(t, "500 500 Internal Server Error", c.get("GET"))
	c.closed()
	c = s.dial()
	c.send(get("/abort"))
	c.closed()
	c = s.dial()
	c.send(get("/keeps"))
	assert.Equal(t, "200 ", c.get("GET"))
	w := <-kept
	_, err := w.Write(make([]byte, 2*bufferSize))
	assert.Equal(t, errOver, err)
	assert.Equal(t, errOver, http.NewResponseController(w).Flush())
	c.send(request("POST", "/stuck", "1.1", "Content-Length: 1"))
	require.Eventually(t, func() bool { var n int; s.do(func() { n = len(s.h.Tasks()) }); return n > 2 }, time.Minute, time.Millisecond)
	s.do(func() { s.h.Go(newStoppingFrame(s.Server, 0, nil)) })
	assert.Equal(t, http.ErrBodyReadAfterClose, <-stuck)
	assert.Equal(t, []string{"as you wish"}, s.lines(&s.panics))
}

// Without OnGoroutine ReverseProxy sends what has no body, and says what it lacks for others.
func TestReverseProxyOnHub(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(hello))
	defer backend.Close()
	to, err := url.Parse(backend.URL)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	failed := make(chan error, 1)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, err error) {
		failed <- err
		w.WriteHeader(http.StatusBadGateway)
	}
	tr := new(http.Transport)
	defer tr.CloseIdleConnections()
	proxy.Transport = tr
	s := start(t, proxy)
	c := s.dial()
	c.send(get("/x"))
	assert.Equal(t, "200 hello x", c.get("GET"))
	c.send(request("POST", "/", "1.1", "Content-Length: 5") + "hello")
	assert.Equal(t, "502 ", c.get("POST"))
	assert.ErrorIs(t, <-failed, errElsewhere)
	assert.Empty(t, s.lines(&s.panics))
}

// Without OnGoroutine another goroutine gets an error that says what to do, and nobody waits for ever.
func TestOtherGoroutine(t *testing.T) {
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var all sync.WaitGroup
		defer all.Wait()
		all.Go(func() {
			switch r.URL.Path {
			case "/read":
				_, err := io.ReadAll(r.Body)
				fmt.Fprint(w, err)
			case "/little":
				fmt.Fprint(w, "little")
			case "/much":
				for {
					if _, err := io.WriteString(w, "much"); err != nil {
						w.Header().Set("Error", err.Error())
						return
					}
				}
			case "/flush":
				io.WriteString(w, "flush")
				if err := http.NewResponseController(w).Flush(); err != nil { // the hub does that
					panic(err)
				}
			case "/hijack":
				_, _, err := http.NewResponseController(w).Hijack()
				fmt.Fprint(w, err)
			case "/deadline":
				fmt.Fprint(w, http.NewResponseController(w).SetReadDeadline(time.Now()))
			}
		})
	}))
	for path, want := range map[string]string{
		"/read": "200 " + errElsewhere.Error(), "/little": "200 little", "/much": "500 500 Internal Server Error", "/flush": "200 flush",
		"/hijack": "200 feature not supported", "/deadline": "200 " + errElsewhere.Error(),
	} {
		c := s.dial()
		c.send(request("POST", path, "1.1", "Content-Length: 5") + "hello")
		assert.Equal(t, want, c.get("POST"), path)
	}
	assert.Empty(t, s.lines(&s.panics))
}
