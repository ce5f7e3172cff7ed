package httpd

import (
	"bufio"
	"net"
	"net/http"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// HijackSocket hands the connection over, with what has been read ahead, when what has been
// written is sent. It is for the task of the handler, and closed when that has returned.
// Plain code that an annotated handler calls can't have it, nor can another goroutine: the
// error is [http.ErrNotSupported].
//
//greenlet:resumable
func (w *Response) HijackSocket() (*socket.Conn, error) {
	if greenlet.Current() == greenlet.Main() {
		return nil, http.ErrNotSupported
	}
	if err := w.takes(); err != nil {
		return nil, err
	}
	if w.status != 0 {
		w.put()
	}
	w.conn.flush()
	if err := w.give(0); err != nil {
		return nil, err
	}
	w.mu.Lock()
	w.hijacked = true
	w.mu.Unlock()
	w.body.err = http.ErrHijacked
	w.context.unwatch()
	w.conn.readBy(time.Time{})
	w.conn.sendUntil(time.Time{})
	return w.conn.sock, nil
}

// Upgraded is who has a connection that goes on in another protocol, and what the request took is
// free. If ServeSocket is annotated a connection that waits in it has no stack.
type Upgraded interface{ ServeSocket(c *socket.Conn) }

// Upgrade is HijackSocket for next: the task of the connection calls it when the handler has
// returned, and closes the connection when it returns. Before, nobody has that. If the server
// stops, who waits in [socket.Conn.WaitReadable] gets [socket.ErrStopping].
//
//greenlet:resumable
func (w *Response) Upgrade(next Upgraded) error {
	if _, err := w.HijackSocket(); err != nil {
		return err
	}
	w.conn.next = next
	return nil
}

// goesOn is the task of a connection that next has.
//
//greenlet:resumable
func (c *conn) goesOn(next Upgraded) {
	if _, ok := next.(interface {
		ServeSocketResumable(*greenlet.Run, *socket.Conn) greenlet.Status
	}); ok {
		next.ServeSocket(c.sock)
		return
	}
	greenlet.OnStack(c.goesOnOnStack(next))
}

// goesOnOnStack is a call of next, which is plain.
func (c *conn) goesOnOnStack(next Upgraded) func(greenlet.Section) {
	return func(greenlet.Section) { next.ServeSocket(c.sock) }
}

// Hijack is that of [http.Hijacker], and HijackSocket in all else. The connection is open until
// it is closed: other tasks of the hub may use it when the handler has returned. Its reads and
// writes suspend annotated functions and code on a stack of its own. Any other code, such as
// another goroutine, gets an error, but for Close.
//
//greenlet:resumable
func (w *Response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	sock, err := w.HijackSocket()
	if err != nil {
		return nil, nil, err
	}
	w.lives = w.conn.server.hub().NewEvent()
	c := &hijacked{w.conn, sock, w.lives}
	return c, bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c)), nil
}

// hijacked is a connection as package net has them.
type hijacked struct {
	conn   *conn
	sock   *socket.Conn
	closed *hub.Event
}

//greenlet:resumable
func (h *hijacked) Read(p []byte) (int, error) {
	if greenlet.Current() == greenlet.Main() {
		return 0, h.conn.astray(errPlainConn)
	}
	return h.sock.Read(p)
}

//greenlet:resumable
func (h *hijacked) Write(p []byte) (int, error) {
	if greenlet.Current() == greenlet.Main() {
		return 0, h.conn.astray(errPlainConn)
	}
	return h.sock.Write(p)
}

// Close may be called by any goroutine. It knows of no failure then.
func (h *hijacked) Close() error {
	if h.conn.strays() {
		h.conn.server.hub().Post(func() { _ = h.close() })
		return nil
	}
	return h.close()
}

func (h *hijacked) close() error {
	h.closed.Set()
	return h.sock.Close()
}

func (h *hijacked) LocalAddr() net.Addr  { return h.sock.LocalAddr() }
func (h *hijacked) RemoteAddr() net.Addr { return h.sock.RemoteAddr() }

func (h *hijacked) SetDeadline(t time.Time) error      { return h.set(h.sock.SetDeadline, t) }
func (h *hijacked) SetReadDeadline(t time.Time) error  { return h.set(h.sock.SetReadDeadline, t) }
func (h *hijacked) SetWriteDeadline(t time.Time) error { return h.set(h.sock.SetWriteDeadline, t) }

func (h *hijacked) set(deadline func(time.Time), t time.Time) error {
	if h.conn.strays() {
		return errElsewhere
	}
	deadline(t)
	return nil
}
