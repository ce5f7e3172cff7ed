package httpd

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"golang.org/x/net/http/httpguts"
)

// Response is the [http.ResponseWriter] of a [Server]. Where it is said to wait, plain code
// does not: what it writes is kept in memory, but for what the client takes at once.
type Response struct {
	conn    *conn
	request *http.Request
	body    Body
	began   time.Time
	header  http.Header
	status  int   // 0 until it is known
	length  int64 // as declared; less than 0 if it is not
	written int64

	// held is the header, of headed bytes, and what of the body has not been put to
	// what the connection is to send.
	held   *buffer
	headed int

	own      own
	trailers []string // that are announced
	sent     bool     // the header is on its way
	chunked  bool
	close    bool // the connection, when the answer is sent
	hijacked bool
	over     bool // the handler has returned
}

// own are what the handler has to say about fields that are the server's.
type own struct {
	date, contentType, contentEncoding bool
	trailers                           bool
	connection                         []string
	identity                           bool // the end of the body is that of the connection
	transferEncoding                   bool
}

var errOver = errors.New("httpd: the handler has returned")

// gone is the error of who comes too late.
func (w *Response) gone() error {
	switch {
	case w.hijacked:
		return http.ErrHijacked
	case w.over:
		return errOver
	}
	return nil
}

// Header is that of [http.ResponseWriter].
func (w *Response) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// WriteHeader is that of [http.ResponseWriter]. One that is superfluous does nothing.
func (w *Response) WriteHeader(status int) {
	if w.hijacked || w.over || w.status != 0 {
		return
	}
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("httpd: invalid WriteHeader code %v", status))
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		w.inform(status)
		return
	}
	w.status = status
	if w.body.expected == toContinue {
		w.body.expected = tooLate
	}
	w.head()
}

// inform sends a header before the answer's: RFC 9110, section 15.2, as far as there is room.
func (w *Response) inform(status int) {
	if status == http.StatusContinue && w.body.expected == toContinue {
		w.body.expected = nothing
	}
	if w.request.ProtoMinor == 0 {
		return // its clients don't know any
	}
	b := w.conn.buffer()
	statusLine(b, w.request, status)
	_ = w.header.WriteSubset(b, framing) // a buffer takes everything
	b.WriteString("\r\n")
	w.conn.tryFlush()
}

// Write writes p, and waits while more than a buffer is not taken.
//
//greenlet:resumable
func (w *Response) Write(p []byte) (n int, err error) {
	switch fits, err := accept(w, p); {
	case err != nil:
		return 0, err
	case fits:
		return len(p), nil
	}
	plain := greenlet.Current() == greenlet.Main()
	if !w.bodiless() {
		w.begin(p)
		switch {
		case plain:
			w.conn.buffer().Write(p)
			w.end()
			w.conn.tryFlush()
		case len(p) < bufferSize:
			w.conn.buffer().Write(p)
			w.end()
			w.conn.flush()
		default:
			if w.conn.flush() == nil {
				w.conn.write(p)
				w.end()
			}
		}
	}
	if w.conn.broken != nil {
		return 0, w.conn.broken
	}
	return len(p), nil
}

// WriteString is Write.
//
//greenlet:resumable
func (w *Response) WriteString(s string) (n int, err error) {
	switch fits, err := accept(w, s); {
	case err != nil:
		return 0, err
	case fits:
		return len(s), nil
	}
	w.written -= int64(len(s)) // Write counts them
	return w.Write([]byte(s))
}

// accept keeps p if there is room.
func accept[T string | []byte](w *Response, p T) (fits bool, err error) {
	if err := w.gone(); err != nil {
		return false, err
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	switch {
	case len(p) == 0:
		return true, nil
	case !bodyAllowed(w.status):
		return false, http.ErrBodyNotAllowed
	}
	w.written += int64(len(p))
	switch {
	case w.length >= 0 && w.written > w.length:
		return false, http.ErrContentLength
	case w.conn.broken != nil:
		return false, w.conn.broken
	}
	switch {
	case w.bodiless() && w.sent:
		return true, nil
	case w.pending()+len(p) > bufferSize:
		return false, nil
	}
	if w.held == nil {
		w.held = newBuffer()
	}
	w.held.data = append(w.held.data, p...)
	return true, nil
}

// begin puts what is held to what is to be sent. next will follow.
func (w *Response) begin(next []byte) {
	if !w.sent {
		w.commit(false, next)
	}
	if n := w.pending() + len(next); n > 0 && !w.bodiless() {
		b := w.conn.buffer()
		if w.chunked {
			b.data = strconv.AppendInt(b.data, int64(n), 16)
			b.WriteString("\r\n")
		}
		if w.held != nil {
			b.Write(w.held.data)
		}
	}
	if w.held != nil {
		w.held.free()
		w.held = nil
	}
}

// pending is how much of the body is held.
func (w *Response) pending() int {
	if w.held == nil {
		return 0
	}
	return len(w.held.data) - w.headed
}

// end is behind what begin has announced.
func (w *Response) end() {
	if w.chunked {
		w.conn.buffer().WriteString("\r\n")
	}
}

// write sends p itself.
//
//greenlet:resumable
func (c *conn) write(p []byte) {
	n, err := c.sock.TryWrite(p)
	if err == socket.ErrWouldBlock || err == nil && n < len(p) {
		if d := c.server.WriteTimeout; d > 0 {
			c.sock.SetWriteDeadline(c.server.hub().Now().Add(d))
		}
		c.broken = errInterrupted
		_, err = c.sock.Write(p[n:])
		c.broken = nil
		if c.server.WriteTimeout > 0 {
			c.sock.SetWriteDeadline(time.Time{})
		}
	}
	c.wrote(err)
}

// bodiless reports whether the answer has a header only.
func (w *Response) bodiless() bool {
	return w.request.Method == http.MethodHead || !bodyAllowed(w.status)
}

// Flush sends what has been written, and waits until it is.
//
//greenlet:resumable
func (w *Response) Flush() { _ = w.FlushError() }

// FlushError is Flush, for [http.ResponseController].
//
//greenlet:resumable
func (w *Response) FlushError() error {
	if err := w.gone(); err != nil {
		return err
	}
	w.put()
	if greenlet.Current() == greenlet.Main() {
		w.conn.tryFlush()
		return w.conn.broken
	}
	return w.conn.flush()
}

// put puts all that has been written to what is to be sent.
func (w *Response) put() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	some := w.pending() > 0 && !w.bodiless()
	w.begin(nil)
	if some {
		w.end()
	}
}

// Hijack hands the connection over, with what has been read ahead, when what has been
// written is sent. It is for the task of the handler, and closed when that has returned.
// Plain code can't have it: the error is [http.ErrNotSupported].
//
//greenlet:resumable
func (w *Response) Hijack() (*socket.Conn, error) {
	if err := w.gone(); err != nil {
		return nil, err
	}
	if greenlet.Current() == greenlet.Main() {
		return nil, http.ErrNotSupported
	}
	if w.status != 0 {
		w.put()
	}
	if err := w.conn.flush(); err != nil {
		return nil, err
	}
	w.hijacked, w.body.err = true, http.ErrHijacked
	w.conn.readBy(time.Time{})
	return w.conn.sock, nil
}

// finish ends the answer, as the handler has returned. It reports whether there may be
// another request.
//
//greenlet:resumable
func (w *Response) finish() (keep bool) {
	if w.request.MultipartForm != nil {
		_ = w.request.MultipartForm.RemoveAll()
	}
	if w.hijacked {
		return false
	}
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.body.ended() && !w.close {
		// First of all, as the client may not read before it has sent everything.
		w.close = !w.body.drain()
	}
	if !w.sent {
		w.commit(true, nil)
	}
	w.put()
	if w.chunked && !w.bodiless() {
		b := w.conn.buffer()
		b.WriteString("0\r\n")
		w.trailer(b)
		b.WriteString("\r\n")
	}
	if !w.bodiless() && w.length >= 0 && w.written != w.length {
		w.close = true // the client waits for more
	}
	return !w.close && w.conn.broken == nil
}

// trailer writes the fields that come behind the body.
func (w *Response) trailer(b *buffer) {
	fields := http.Header{}
	for name, values := range w.header {
		if name, ok := strings.CutPrefix(name, http.TrailerPrefix); ok {
			fields[name] = values
		}
	}
	for _, name := range w.trailers {
		if values := w.header[name]; len(values) > 0 {
			fields[name] = values
		}
	}
	_ = fields.Write(b)
}

// announce notes the names of fields that are to come behind the body.
func (w *Response) announce(list []string) {
	for _, line := range list {
		for name := range strings.SplitSeq(line, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if httpguts.ValidTrailerHeader(name) {
				w.trailers = append(w.trailers, name)
			}
		}
	}
}

// report tells that the answer is over.
func (w *Response) report(err error) {
	f := w.conn.server.OnAnswer
	if f == nil {
		return
	}
	f(&Answer{
		Request: w.request, Remote: w.request.RemoteAddr, Status: w.status, Bytes: w.written,
		Began: w.began, Took: w.conn.server.hub().Now().Sub(w.began), Err: err,
	})
}
