//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rooms is a handler that waits for another request.
type rooms struct {
	opened map[string]*hub.Event
	hub    *hub.Hub
}

//greenlet:resumable
func (m *rooms) waits(w http.ResponseWriter, r *http.Request) {
	e := m.hub.NewEvent()
	m.opened[r.PathValue("room")] = e
	e.Wait()
	fmt.Fprint(w, "opened ", r.PathValue("room"), " ", r.Pattern)
}

// opens is plain.
func (m *rooms) opens(w http.ResponseWriter, r *http.Request) {
	e := m.opened[r.PathValue("room")]
	if e == nil {
		http.NotFound(w, r)
		return
	}
	e.Set()
	fmt.Fprint(w, "opening")
}

// Handlers of both kinds are found by patterns, also below others that wait.
func TestMux(t *testing.T) {
	m := &rooms{opened: map[string]*hub.Event{}}
	var mux Mux
	mux.HandleFunc("GET /wait/{room}", m.waits)
	mux.Handle("POST /open/{room}", http.HandlerFunc(m.opens))
	mux.Handle("/plain/", http.StripPrefix("/plain", http.HandlerFunc(hello)))
	s := start(t, wrapped{&mux})
	s.do(func() { m.hub = s.h })
	waiting, other := s.dial(), s.dial()
	waiting.send(get("/plain/first") + get("/wait/7"))
	assert.Equal(t, "200 hello first", waiting.get("GET")) // which does not wait for the other one
	require.Eventually(t, func() bool {
		other.send(request("POST", "/open/7", "1.1", "Content-Length: 0"))
		return other.get("POST") == "200 opening"
	}, time.Minute, time.Millisecond)
	assert.Equal(t, "200 opened 7 GET /wait/{room}", waiting.get("GET"))
	waiting.send(get("/plain/x"))
	assert.Equal(t, "200 hello x", waiting.get("GET"))
	waiting.send(get("/nowhere"))
	assert.Equal(t, "404 404 page not found\n", waiting.get("GET"))
	waiting.send(request("DELETE", "/wait/7", "1.1"))
	assert.Equal(t, "405 Method Not Allowed\n", waiting.get("DELETE"))
}

// wrapped calls another handler.
type wrapped struct{ next http.Handler }

//greenlet:resumable
func (h wrapped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Wrapped", "yes")
	Call(h.next, w, r)
}

// What has been read ahead is the hijacker's.
func TestHijack(t *testing.T) {
	s := start(t, HandlerFunc(upgrades))
	c := s.dial()
	c.send(get("/", "Connection: Upgrade", "Upgrade: lines") + "one\ntwo\n")
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	assert.Equal(t, 101, resp.StatusCode)
	assert.Equal(t, http.Header{"Connection": {"Upgrade"}, "Upgrade": {"lines"}, "Date": resp.Header["Date"]}, resp.Header)
	c.send("three\nquit\n")
	for _, want := range []string{"got one\n", "got two\n", "got three\n"} {
		line, err := c.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, want, line)
	}
	c.closed()
}

//greenlet:resumable
func upgrades(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "Upgrade")
	w.Header().Set("Upgrade", r.Header.Get("Upgrade"))
	w.WriteHeader(http.StatusSwitchingProtocols)
	c, err := w.(*Response).HijackSocket()
	if err != nil {
		panic(err)
	}
	if _, err := w.Write([]byte("x")); err != http.ErrHijacked {
		panic(err)
	}
	for {
		line, err := c.ReadLine()
		if err != nil || string(line) == "quit" {
			return
		}
		if _, err := c.WriteString("got " + string(line) + "\n"); err != nil {
			return
		}
	}
}

// sleeps answers when it is told to.
type sleeps struct{ begun, end *hub.Event }

//greenlet:resumable
func (h *sleeps) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.begun.Set()
	h.end.Wait()
	w.Write([]byte("done"))
}

// A server that stops closes connections that wait, and lets requests end.
func TestStop(t *testing.T) {
	h := new(sleeps)
	s := start(t, h)
	s.do(func() { h.begun, h.end = s.h.NewEvent(), s.h.NewEvent() })
	fresh, busy, stuck := s.dial(), s.dial(), s.dial()
	busy.send(get("/"))
	s.await(h.begun)
	killed := make(chan int, 1)
	s.do(func() { s.h.Go(newStoppingFrame(s.Server, time.Minute, killed)) })
	fresh.closed()
	_, err := net.Dial("tcp", s.address)
	assert.Error(t, err)
	stuck.closed()
	s.do(h.end.Set)
	resp, err := http.ReadResponse(busy.Reader, nil)
	require.NoError(t, err)
	assert.Equal(t, 200, resp.StatusCode)
	assert.True(t, resp.Close)
	assert.Zero(t, <-killed)
}

// What does not end is killed.
func TestStopKills(t *testing.T) {
	h := new(sleeps)
	s := start(t, h)
	s.do(func() { h.begun, h.end = s.h.NewEvent(), s.h.NewEvent() })
	c := s.dial()
	c.send(get("/"))
	s.await(h.begun)
	killed := make(chan int, 1)
	s.do(func() { s.h.Go(newStoppingFrame(s.Server, short100, killed)) })
	c.closed()
	assert.Equal(t, 1, <-killed)
	assert.Equal(t, []string{"GET / 0 0"}, s.told(1))
	assert.Empty(t, s.lines(&s.panics))
}

// await waits for an event of the hub.
func (s *running) await(e *hub.Event) {
	done := make(chan struct{})
	s.do(func() { s.h.Go(newAwaitingFrame(e, done)) })
	<-done
}

//greenlet:resumable
func awaiting(e *hub.Event, done chan struct{}) {
	e.Wait()
	close(done)
}

// A response that has been kept is of no use when the handler has returned.
func TestOver(t *testing.T) {
	var kept http.ResponseWriter
	var body io.Reader
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kept != nil {
			_, err := kept.Write([]byte("x"))
			kept.WriteHeader(500)
			kept.(http.Flusher).Flush()
			_, err2 := body.Read(make([]byte, 1))
			fmt.Fprint(w, err, err2)
		}
		kept, body = w, r.Body
	}))
	c := s.dial()
	c.send(request("POST", "/", "1.1", "Content-Length: 1") + "x" + get("/"))
	assert.Equal(t, "200 ", c.get("POST"))
	assert.Equal(t, "200 "+errOver.Error()+" "+http.ErrBodyReadAfterClose.Error(), c.get("GET"))
}

// Answers that nobody takes do not pile up.
func TestPiles(t *testing.T) {
	answered := 0 // written and read by the hub's goroutine
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answered++
		w.Write(make([]byte, 1<<20))
	}))
	c := s.dial()
	c.send(strings.Repeat(get("/"), 100))
	time.Sleep(short100)
	s.do(func() { assert.Less(t, answered, 50) })
	for range 100 {
		assert.Len(t, c.get("GET"), 4+1<<20)
	}
}
