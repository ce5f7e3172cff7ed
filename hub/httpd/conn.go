package httpd

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/internal/wire"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// conn is a connection. There are many that wait for a request: so it is small, and what
// is needed for a request comes and goes with it.
type conn struct {
	server *Server
	sock   *socket.Conn
	wait   *wait // nil if it may wait for ever
	*busy        // nil while it waits
}

// busy is what a connection needs beyond that while it does not wait for a request.
type busy struct {
	out    *buffer   // what is to be sent; nil if nothing is
	answer *Response // that is under way
	broken error     // of who sends
	due    time.Time // of reading
	sendBy time.Time // if the handler has set it: of all that is sent until its answer is
	sends  bool      // a task sends, and waits for the client
	next   Upgraded  // has the connection when the handler has returned
}

var busies = sync.Pool{New: func() any { return new(busy) }}

const (
	// lingering is how long a connection is read from that is closed in the middle of a
	// request: to close it at once would take away the answer. net/http: rstAvoidanceDelay.
	lingering = 500 * time.Millisecond
	// drained is how much of a body nobody has read is read to get to the next request.
	// net/http: maxPostHandlerReadBytes.
	drained = 256 << 10
	// emptyLines is how many there may be before a request: RFC 9112, section 2.2.
	emptyLines = 8
)

// serve is the task of a connection.
//
//greenlet:resumable
func (c *conn) serve() {
	if !c.secured() {
		return
	}
	for {
		switch err := c.sock.TryReadable(); err {
		case nil:
			next, more := c.exchanges()
			if next != nil {
				c.goesOn(next)
				return
			}
			if !more {
				return
			}
		case socket.ErrWouldBlock:
			// This is WaitReadable, but without the frame of that.
			c.wait.begin()
			if loop, err := c.readiness().Park(greenlet.Current(), hub.In); loop != nil {
				loop.Switch()
			} else if err != nil {
				c.wait.end()
				return
			}
			c.wait.end()
		default:
			return
		}
	}
}

// secured reports whether the connection speaks TLS, if it is to.
//
//greenlet:resumable
func (c *conn) secured() bool {
	s := c.server
	if s.secure == nil {
		return true
	}
	err := s.secure.Server(c.sock)
	if err != nil && s.OnError != nil {
		s.OnError(err)
	}
	return err == nil
}

// exchanges answers requests as long as there are some. It reports whether another one
// may come, or who has the connection from now on.
//
//greenlet:resumable
func (c *conn) exchanges() (next Upgraded, more bool) {
	c.busy = busies.Get().(*busy)
	defer c.ended()
	for {
		if !c.exchange() {
			return c.next, false
		}
		if c.sock.Buffered() == 0 || c.server.stopping {
			break
		}
	}
	c.readBy(time.Time{})
	if c.wait != nil {
		c.wait.list = &c.server.idle
	}
	return nil, !c.server.stopping
}

// exchange receives a request and answers it. It reports whether another one may come.
//
//greenlet:resumable
func (c *conn) exchange() bool {
	w, err := c.receive()
	if err != nil {
		c.refuse(nil, err)
		return false
	}
	c.answer = w
	Call(c.server.handler(w.request), w, w.request)
	w.context.end()
	keep := w.finish()
	if c.flush() != nil {
		keep = false
	}
	if !c.sendBy.IsZero() {
		c.sendUntil(time.Time{})
	}
	c.answer = nil
	w.report(c.broken)
	w.body.closed.Store(true)
	if w.lives != nil {
		w.lives.Wait() // of who has taken the connection over
	}
	if !keep && !w.hijacked && !w.body.ended() {
		c.linger()
	}
	return keep
}

// receive receives the header of a request.
//
//greenlet:resumable
func (c *conn) receive() (*Response, error) {
	c.pause()
	c.readBy(time.Time{}) // that of a body before may be over
	var due, all time.Time
	if c.server.ReadTimeout > 0 {
		all = c.server.hub().Now().Add(c.server.ReadTimeout)
	}
	var begun beginning
	for searched := 0; ; {
		begun.skip(c.sock)
		data, max := c.sock.Ahead(), c.server.maxHeader()
		if n := wire.HeaderEnd(data[:min(len(data), max)], searched); n > 0 {
			return c.request(data[:n], all)
		}
		if len(data) >= max {
			return nil, refuse(http.StatusRequestHeaderFieldsTooLarge, "")
		}
		if !begun.may(data, &c.server.parser) {
			return nil, refuse(http.StatusBadRequest, "")
		}
		searched = len(data) - min(len(data), 3)
		err := c.sock.TryReadAhead()
		if err == socket.ErrWouldBlock {
			if due.IsZero() && c.server.headerTimeout() > 0 {
				due = c.server.hub().Now().Add(c.server.headerTimeout())
				if !all.IsZero() && all.Before(due) {
					due = all
				}
				c.readBy(due)
			}
			err = c.more()
		}
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && c.sock.Buffered() > 0:
			return nil, refuse(http.StatusRequestTimeout, "")
		case err == io.EOF && c.sock.Buffered() > 0:
			return nil, refuse(http.StatusBadRequest, "")
		default:
			return nil, err
		}
	}
}

// readiness is that of the stream: of plain code, as the streams are whose methods wait for
// nothing.
func (c *conn) readiness() *hub.Readiness { return c.sock.Stream().Readiness() }

// pause lets others have their turn if the client is so fast that the task never waits.
//
//greenlet:resumable
func (c *conn) pause() { c.readiness().GiveWay(hub.In) }

// more waits for more than has been read ahead.
//
//greenlet:resumable
func (c *conn) more() error {
	if !c.busy.sends { // else another task does
		if err := c.flush(); err != nil {
			return err
		}
	}
	return c.readiness().Wait(hub.In)
}

// readBy sets the time by which what is waited for must have come.
func (c *conn) readBy(due time.Time) {
	if due != c.due {
		c.due = due
		c.sock.SetReadDeadline(due)
	}
}

// request begins the answer to the request with this header, all of which is to be
// received by a time.
func (c *conn) request(header []byte, by time.Time) (*Response, error) {
	r, err := c.server.parser.request(header)
	c.sock.Discard(len(header))
	if err != nil {
		return nil, err
	}
	c.readBy(time.Time{}) // that of the header may be over when the handler reads the body
	r.RemoteAddr = c.remote()
	if state, ok := c.sock.ConnectionState(); ok {
		r.TLS = &state
	}
	// r.Close of HTTP/1.0 means that it does not ask for the contrary.
	w := &Response{conn: c, length: -1, close: r.Close}
	w.request = r.WithContext(&w.context)
	w.context.response = w
	if c.server.OnAnswer != nil {
		w.began = c.server.hub().Now()
	}
	w.body.begin(c, w.request, by)
	return w, nil
}

// remote is the address of the client. It is made for each request, as it would take memory
// between them.
func (c *conn) remote() string {
	if s, ok := c.sock.Stream().(interface{ RemoteAddrPort() netip.AddrPort }); ok {
		if a := s.RemoteAddrPort(); a.IsValid() {
			return a.String()
		}
	}
	if a := c.sock.RemoteAddr(); a != nil {
		return a.String()
	}
	return ""
}

// refuse answers a request that is not given to a handler, if err is a refusal. r is nil
// if it is not known.
//
//greenlet:resumable
func (c *conn) refuse(r *http.Request, err error) {
	why, ok := err.(*refusal)
	if !ok {
		c.flush()
		return
	}
	c.put(why, r)
	c.flush()
	if f := c.server.OnAnswer; f != nil {
		f(&Answer{Request: r, Remote: c.remote(), Status: why.status, Began: c.server.hub().Now(), Err: why})
	}
	c.linger()
}

// put puts the answer of a refusal to what is to be sent. r is nil if it is not known.
func (c *conn) put(why *refusal, r *http.Request) {
	text := strconv.Itoa(why.status) + " " + http.StatusText(why.status)
	if why.why != "" {
		text += ": " + why.why
	}
	version, body := "HTTP/1.1 ", text
	if r != nil && r.ProtoMinor == 0 {
		version = "HTTP/1.0 "
	}
	if r != nil && r.Method == http.MethodHead {
		body = ""
	}
	c.buffer().WriteString(version + text + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" + body)
}

// linger ends the connection without losing what has been sent, while the client is sending.
//
//greenlet:resumable
func (c *conn) linger() {
	if c.broken != nil || c.sock.CloseWrite() != nil {
		return
	}
	c.readBy(c.server.hub().Now().Add(lingering))
	for {
		c.pause()
		c.sock.Discard(c.sock.Buffered())
		err := c.sock.TryReadAhead()
		if err == socket.ErrWouldBlock {
			err = c.more()
		}
		if err != nil {
			return
		}
	}
}

// ended ends being busy, also as a handler panics.
func (c *conn) ended() {
	b := c.busy
	w, v := b.answer, recover()
	if w != nil {
		w.context.end()
		w.returned()
		w.body.closed.Store(true)
	}
	switch {
	case w == nil:
	case v == nil:
		w.report(errGoexit) // and the connection ends, without a word; so it is in net/http
	case v == http.ErrAbortHandler:
		w.report(http.ErrAbortHandler)
		v = nil // likewise
	case v == any(greenlet.Exit):
		w.report(errKilled)
	default:
		if !w.sent && !w.hijacked {
			w.status, w.written = http.StatusInternalServerError, 0
			c.put(&refusal{status: w.status}, w.request)
		}
		w.report(errPanic)
	}
	c.tryFlush() // answers to earlier requests may be there still
	if b.out != nil {
		b.out.free()
	}
	*b = busy{}
	busies.Put(b)
	c.busy = nil
	if v != nil {
		panic(v)
	}
}

// What [Answer] says of a handler that has not returned.
var (
	errPanic  = errors.New("httpd: the handler panicked")
	errKilled = errors.New("httpd: the handler was killed")
)
