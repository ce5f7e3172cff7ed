package httpd

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Response is the [http.ResponseWriter] of a [Server]. It waits for the client, so that no more
// than a few KiB of an answer are in memory.
//
// Plain code that an annotated handler calls can't wait. What it writes is kept, up to 64 KiB
// until the handler writes or flushes itself; more is an error, and ends the answer. Several
// tasks may use it at the same time: while one waits for the client, the others wait for it. Other
// goroutines may use it one after the other, as long as they need not send anything: Write up
// to 4 KiB in all; else their error says so, and the answer ends.
type Response struct {
	conn    *conn
	request *http.Request
	body    Body
	began   time.Time

	// What follows is guarded by mu: a handler may write on another goroutine. Who is going
	// to send something takes it, until that is sent; then nobody else may use it.
	mu      sync.Mutex
	taken   bool
	failed  error      // of who sent
	refused error      // of who could not wait; there is no more to this answer
	plain   int        // written by who could not wait, since somebody did who can
	cut     bool       // who has taken it was interrupted
	freed   *hub.Event // others wait for that it is not taken; nil if none do

	header  http.Header
	status  int   // 0 until it is known
	length  int64 // as declared; less than 0 if it is not
	written int64
	excess  bool // more than that was to be written

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
	lives    *hub.Event
	context  requestContext
}

// own are what the handler has to say about fields that are the server's.
type own struct {
	date, contentType, contentEncoding bool
	trailers                           bool
	connection                         []string
	identity                           bool // the end of the body is that of the connection
	transferEncoding                   bool
	codings                            []string // of it, besides chunked
}

// plainRoom is how much plain code may write that can't wait.
const plainRoom = 64 << 10

// Header is that of [http.ResponseWriter].
func (w *Response) Header() http.Header {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

// WriteHeader is that of [http.ResponseWriter]. One that is superfluous does nothing.
func (w *Response) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("httpd: invalid WriteHeader code %v", status))
	}
	if status < 200 && status != http.StatusSwitchingProtocols {
		w.inform(status)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone() == nil && w.status == 0 {
		w.decide(status)
	}
}

// decide says what the status is.
func (w *Response) decide(status int) {
	w.status = status
	w.head()
}

// inform sends a header before the answer's: RFC 9110, section 15.2, as far as there is room.
func (w *Response) inform(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.gone() != nil || w.status != 0:
		return
	case w.conn.strays():
		w.refused = errElsewhere
		return
	}
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
	for {
		fits, err := accept(w, p)
		if fits {
			return len(p), nil
		}
		if err == nil {
			break
		}
		if err == errInterrupted {
			err = w.waits()
		}
		if err != nil {
			return 0, err
		}
	}
	if greenlet.Current() == greenlet.Main() {
		return w.keep(p)
	}
	w.begin(p)
	switch {
	case w.bodiless():
	case len(p) < bufferSize:
		w.conn.buffer().Write(p)
		w.end()
		w.conn.flush()
	case w.conn.flush() == nil:
		w.conn.write(p)
		w.end()
	}
	if err := w.give(len(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// keep is Write of who can't wait.
func (w *Response) keep(p []byte) (n int, err error) {
	plain := w.plain + w.pending() + len(p)
	err = w.conn.astray(nil)
	if err == nil && plain > plainRoom {
		err = greenlet.PlainError("write of more than 64 KiB of an answer")
	}
	if err != nil {
		return 0, w.refuse(err)
	}
	w.begin(p)
	if !w.bodiless() {
		w.conn.buffer().Write(p)
		w.end()
	}
	w.conn.tryFlush()
	if err := w.give(len(p)); err != nil {
		return 0, err
	}
	w.plain = plain
	return len(p), nil
}

// WriteString is Write.
//
//greenlet:resumable
func (w *Response) WriteString(s string) (n int, err error) {
	switch fits, err := accept(w, s); {
	case fits:
		return len(s), nil
	case err == nil:
		w.again()
	case err != errInterrupted:
		return 0, err
	}
	return w.Write([]byte(s))
}

// accept keeps p if there is room, and else takes w.
func accept[T string | []byte](w *Response, p T) (fits bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.gone(); err != nil {
		return false, err
	}
	if w.status == 0 {
		w.decide(http.StatusOK)
	}
	switch {
	case len(p) == 0:
		return true, nil
	case !bodyAllowed(w.status):
		return false, http.ErrBodyNotAllowed
	}
	total := w.written + int64(len(p))
	switch {
	case w.length >= 0 && total > w.length:
		w.excess = true
		return false, http.ErrContentLength
	case w.bodiless() && w.sent:
		w.written = total
		return true, nil // nobody gets it
	case w.pending()+len(p) > bufferSize:
		w.taken = true
		return false, nil
	}
	w.written = total
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

// bodiless reports whether the answer has a header only.
func (w *Response) bodiless() bool {
	return w.request.Method == http.MethodHead || !bodyAllowed(w.status)
}

// Flush sends what has been written, and waits until it is. Another goroutine does not wait.
//
//greenlet:resumable
func (w *Response) Flush() { _ = w.FlushError() }

// FlushError is Flush, for [http.ResponseController].
//
//greenlet:resumable
func (w *Response) FlushError() error {
	if err := w.takes(); err != nil {
		return err
	}
	if greenlet.Current() == greenlet.Main() {
		return w.flushNow()
	}
	w.put()
	w.conn.flush()
	return w.give(0)
}

// flushNow is FlushError of who can't wait: what the client does not take at once is sent later.
// Another goroutine has the loop do it: httputil.ReverseProxy flushes by a timer.
func (w *Response) flushNow() error {
	if err := w.conn.astray(nil); err != nil {
		h := w.conn.server.hub()
		if h.Seeded() {
			return w.refuse(err)
		}
		w.again()
		h.Post(func() {
			if w.take() == nil {
				_ = w.flushNow() // its error is that of who writes next
			}
		})
		return nil
	}
	plain := w.plain
	w.put()
	w.conn.tryFlush()
	err := w.give(0)
	w.plain = plain
	return err
}

// put puts all that has been written to what is to be sent.
func (w *Response) put() {
	if w.status == 0 {
		w.decide(http.StatusOK)
	}
	some := w.pending() > 0 && !w.bodiless()
	w.begin(nil)
	if some {
		w.end()
	}
}
