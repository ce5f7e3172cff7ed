package httpd

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// requestContext is the context of a request: done when the handler has returned, and before
// when the client has gone. Nobody looks whether it has until somebody asks; then a task does
// as soon as the body has been read, as net/http does it.
//
// Any goroutine may use it.
type requestContext struct {
	response *Response
	mu       sync.Mutex
	made     atomic.Pointer[cancelable] // nil until somebody asks for its end
	over     bool                       // guarded by mu
	local    net.Addr                   // once it is asked for; guarded by mu

	// What follows is the hub's.
	wanted bool      // it is to be watched
	task   *hub.Task // that watches; nil while none does
}

// cancelable is a context, and what ends it.
type cancelable struct {
	context.Context
	cancel context.CancelFunc
}

func (c *requestContext) server() *Server { return c.response.conn.server }

func (c *requestContext) base() context.Context {
	if ctx := c.server().Context; ctx != nil {
		return ctx
	}
	return context.Background()
}

// Deadline is that of [context.Context]. So are those below.
func (c *requestContext) Deadline() (time.Time, bool) { return c.base().Deadline() }

func (c *requestContext) Done() <-chan struct{} { return c.make().Done() }

func (c *requestContext) Err() error { return c.make().Err() }

func (c *requestContext) Value(key any) any {
	switch key {
	case http.ServerContextKey:
		return c.server().standard
	case http.LocalAddrContextKey:
		return c.localAddr()
	}
	if made := c.made.Load(); made != nil { // it knows keys that only package context has
		return made.Value(key)
	}
	return c.base().Value(key)
}

// make makes what can be canceled, and has the client watched.
func (c *requestContext) make() *cancelable {
	if made := c.made.Load(); made != nil {
		return made
	}
	made, first, over := c.makeOnce()
	switch {
	case !first:
	case over:
		made.cancel()
	case c.response.conn.strays():
		c.server().hub().Post(c.watch)
	default:
		c.watch()
	}
	return made
}

func (c *requestContext) makeOnce() (made *cancelable, first, over bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if made := c.made.Load(); made != nil {
		return made, false, c.over
	}
	ctx, cancel := context.WithCancel(c.base())
	made = &cancelable{ctx, cancel}
	c.made.Store(made)
	return made, true, c.over
}

// localAddr is the connection's address on this side. Other goroutines can't ask the connection:
// if nobody has, they get that of the listener.
func (c *requestContext) localAddr() net.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.local != nil:
	case c.over, c.response.conn.strays():
		return c.server().address
	default:
		c.local = c.response.conn.sock.LocalAddr()
	}
	return c.local
}

// isOver reports whether the handler has returned.
func (c *requestContext) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}

// end ends the context, as the handler has returned.
func (c *requestContext) end() {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	if made := c.made.Load(); made != nil {
		made.cancel()
	}
	c.unwatch()
}

// watch begins to look for the client's end, in the loop or a task. What is left of the body has
// to be read before.
func (c *requestContext) watch() {
	if w := c.response; c.task == nil && !c.isOver() && !w.hijacked {
		if c.wanted = true; w.request.Body == http.NoBody || w.body.ended() {
			c.task = c.server().hub().Go(c.newLookFrame())
		}
	}
}

// received is called when all of the body has been.
func (c *requestContext) received() {
	if c.wanted {
		c.watch()
	}
}

// unwatch has nobody else read from the connection.
func (c *requestContext) unwatch() {
	c.wanted = false
	if c.task != nil {
		c.task.Interrupt(greenlet.Exit)
		c.task = nil
	}
}

// look is the task. If another request comes it stops, as it would have to keep all that comes
// before the end.
//
//greenlet:resumable
func (c *requestContext) look() {
	w := c.response.conn
	for c.wanted && w.sock.Buffered() == 0 {
		err := w.sock.TryReadAhead()
		if err == socket.ErrWouldBlock {
			err = w.readiness().Wait(hub.In)
		}
		if err != nil {
			c.made.Load().cancel()
			return
		}
	}
}

// describe describes the server for who looks for [http.ServerContextKey].
func (s *Server) describe() {
	s.address = s.Listener.Addr()
	s.standard = &http.Server{
		Handler: s.Handler, MaxHeaderBytes: s.maxHeader(),
		ReadTimeout: s.ReadTimeout, ReadHeaderTimeout: s.ReadHeaderTimeout, WriteTimeout: s.WriteTimeout, IdleTimeout: s.IdleTimeout,
	}
	if s.address != nil {
		s.standard.Addr = s.address.String()
	}
}
