package httpc

import (
	"net/url"
	"slices"
	"time"

	"net/http"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

// place is where a connection leads.
type place struct {
	scheme, address string
	proxy           string // the URL of the proxy; empty if there is none
}

// host has the connections to a place.
type host struct {
	idle []*conn        // that wait for a request, the longest first
	room *hub.Semaphore // for those that are at work; nil if there is any number
}

// conn is a connection.
type conn struct {
	transport *Transport
	host      *host
	sock      *socket.Conn
	proxied   *url.URL // of a proxy that has the requests themselves
	reused    bool
	over      bool // it is closed, or waits for a request
	since     time.Time
}

// conn is a connection for r: one that waits, or a new one.
//
//greenlet:resumable
func (t *Transport) conn(r *http.Request) (c *conn, err error) {
	at, proxy, err := t.place(r)
	if err != nil {
		return nil, err
	}
	h := t.host(at)
	if h.room != nil {
		h.room.Acquire()
	}
	defer func() {
		if c == nil && h.room != nil {
			h.room.Release()
		}
	}()
	if c = h.take(t); c != nil {
		return c, nil
	}
	sock, err := t.connect(at, proxy)
	if err != nil {
		return nil, err
	}
	c = &conn{transport: t, host: h, sock: sock}
	if at.scheme == "http" {
		c.proxied = proxy
	}
	return c, nil
}

func (t *Transport) host(at place) *host {
	h := t.hosts[at]
	if h == nil {
		h = new(host)
		if t.MaxPerHost > 0 {
			h.room = t.Hub.NewBoundedSemaphore(t.MaxPerHost)
		}
		if t.hosts == nil {
			t.hosts = map[place]*host{}
		}
		t.hosts[at] = h
	}
	return h
}

// take takes the last connection that waits, and is good still: the server has neither closed it
// nor said something that it was not asked for.
func (h *host) take(t *Transport) *conn {
	h.prune(t)
	for n := len(h.idle); n > 0; n = len(h.idle) {
		c := h.idle[n-1]
		h.idle = slices.Delete(h.idle, n-1, n)
		if c.sock.Buffered() == 0 && c.sock.TryReadable() == socket.ErrWouldBlock {
			c.reused, c.over = true, false
			return c
		}
		_ = c.sock.Close()
	}
	return nil
}

// prune closes connections that have waited for too long.
func (h *host) prune(t *Transport) {
	if t.IdleTimeout <= 0 {
		return
	}
	last := t.Hub.Now().Add(-t.IdleTimeout)
	for len(h.idle) > 0 && !h.idle[0].since.After(last) {
		_ = h.idle[0].sock.Close()
		h.idle = slices.Delete(h.idle, 0, 1)
	}
}

// done gives c back: for another request, or to be closed.
func (c *conn) done(keep bool) {
	if c.over {
		return
	}
	c.over = true
	t, h := c.transport, c.host
	if h.room != nil {
		h.room.Release()
	}
	h.prune(t)
	if !keep || t.WithoutKeepAlive || t.MaxIdlePerHost > 0 && len(h.idle) >= t.MaxIdlePerHost {
		_ = c.sock.Close()
		return
	}
	c.sock.SetDeadline(time.Time{})
	c.since = t.Hub.Now()
	h.idle = append(h.idle, c)
	t.pruneLater()
}

// pruneLater has those closed that wait for too long, if no request comes that does. A timer of
// the hub would keep that running.
func (t *Transport) pruneLater() {
	if t.pruner == nil && t.IdleTimeout > 0 && !t.Hub.Seeded() {
		t.pruner = time.AfterFunc(t.IdleTimeout, func() { t.Hub.Post(t.prune) })
	}
}

func (t *Transport) prune() {
	t.pruner = nil
	left := 0
	for _, h := range t.hosts {
		h.prune(t)
		left += len(h.idle)
	}
	if left > 0 {
		t.pruneLater()
	}
}

// CloseIdleConnections closes the connections that wait for a request.
func (t *Transport) CloseIdleConnections() {
	for _, h := range t.hosts {
		for _, c := range h.idle {
			_ = c.sock.Close()
		}
		h.idle = nil
	}
	if t.pruner != nil {
		t.pruner.Stop()
		t.pruner = nil
	}
}

// Idle is the number of connections that wait for a request.
func (t *Transport) Idle() (n int) {
	for _, h := range t.hosts {
		n += len(h.idle)
	}
	return n
}
