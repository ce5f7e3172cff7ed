package httpd

import (
	"errors"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/going-green/greenlet/hub/internal/wire"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Body is the body of a request of a [Server]. It is for the hub's tasks: other goroutines may
// close it, and read one that [Receive] has received.
type Body struct {
	conn     *conn
	request  *http.Request
	due      time.Time // by which all must have come
	framing  wire.Framing
	read     int64
	got      []byte // to be read before what comes
	err      error  // of who reads on: io.EOF at the end
	expected expected
	looked   bool // at who reads
	limited  bool // it is http.MaxBytesReader
	closed   atomic.Bool
	through  atomic.Bool // all of it has been read: who asks again need not look for its stack
	received atomic.Bool // all of it is in got, or was
	mu       sync.Mutex  // of got and err when it is
}

// expected is what becomes of "Expect: 100-continue".
type expected uint8

const (
	nothing expected = iota
	toContinue
	tooLate // an answer is under way: who has not been told to continue may send it or not
)

var (
	errPlain = errors.New("httpd: plain code that an annotated handler calls can't wait for the body: annotate it, run it by greenlet.OnStack, or call Receive before")
	// errElsewhere is the error of who would have to use the connection, which is the hub's.
	errElsewhere = errors.New("httpd: another goroutine than the hub's uses a request or its answer: serve the handler by OnGoroutine")
	// errTooLate is the error of who would wait for ever.
	errTooLate = errors.New("httpd: the client has been answered before it was told to continue")
)

// begin sets the body of r up.
func (b *Body) begin(c *conn, r *http.Request, due time.Time) {
	switch {
	case len(r.TransferEncoding) > 0:
		b.framing.Part = wire.ChunkSize
	case r.ContentLength > 0:
		b.framing.Left = r.ContentLength
	default:
		b.err = io.EOF
		r.Body = http.NoBody
		return
	}
	b.conn, b.request, b.due = c, r, due
	r.Body = b
	if r.ProtoMinor > 0 && expectsContinue(r) {
		b.expected = toContinue
	}
}

// ended reports whether all has been read from the connection.
func (b *Body) ended() bool { return b.err == io.EOF || b.received.Load() }

// Read reads what there is, and waits for something. Plain code that an annotated handler
// calls can't wait: it gets an error, whether there is something or not, unless [Receive] has
// received all. So do other goroutines.
//
//greenlet:resumable
func (b *Body) Read(p []byte) (n int, err error) {
	switch {
	case b.closed.Load():
		return 0, http.ErrBodyReadAfterClose
	case b.received.Load():
		return b.kept(p)
	case b.through.Load():
		return 0, io.EOF
	case greenlet.Current() == greenlet.Main():
		return 0, b.conn.astray(errPlain)
	case len(b.got) > 0: // by who was interrupted then
		n = copy(p, b.got)
		b.got = b.got[n:]
		return n, nil
	}
	if !b.looked {
		b.looked, b.limited = true, readByMaxBytesReader()
	}
	n, err = b.next(p)
	if b.err == io.EOF {
		b.through.Store(true)
		b.conn.answer.context.received()
	}
	return n, err
}

// readByMaxBytesReader reports whether the caller's caller is that of net/http. It has the server
// close a connection whose body is too long by a method that only net/http's own has.
//
//go:noinline
func readByMaxBytesReader() bool {
	var caller [1]uintptr
	if runtime.Callers(3, caller[:]) == 0 {
		return false
	}
	f := runtime.FuncForPC(caller[0] - 1)
	return f != nil && f.Name() == "net/http.(*maxBytesReader).Read"
}

// kept is Read of what was received.
func (b *Body) kept(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.got) == 0 {
		return 0, b.err
	}
	n = copy(p, b.got)
	b.got = b.got[n:]
	return n, nil
}

// astray is the error of code that can't wait: plain, if it runs on the hub's goroutine.
func (c *conn) astray(plain error) error {
	if c.server.hub().Here() {
		return plain
	}
	return errElsewhere
}

// next is Read of what has not been got.
//
//greenlet:resumable
func (b *Body) next(p []byte) (n int, err error) {
	b.conn.pause()
	for {
		if n, err = b.tryRead(p); err != socket.ErrWouldBlock {
			return n, err
		}
		if err := b.wait(); err != nil {
			return 0, err
		}
	}
}

// wait waits for more of the body.
//
//greenlet:resumable
func (b *Body) wait() error {
	if b.expected == tooLate {
		b.err = errTooLate
		return b.err
	}
	b.conn.readBy(b.due)
	if err := b.conn.more(); err != nil {
		b.err = err
		return err
	}
	return nil
}

// Close ends reading. What is left of the body is no longer there to be read.
func (b *Body) Close() error {
	b.closed.Store(true)
	return nil
}

// limit is how long the body may be; less than 0 if it may have any length.
func (b *Body) limit() int64 {
	if m := b.conn.server.MaxBody; m > 0 {
		return m
	}
	return -1
}

// tryRead is Read of the connection that does not wait.
func (b *Body) tryRead(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	limit := b.limit()
	if limit >= 0 && b.framing.Part == wire.Data && b.framing.Left > limit-b.read {
		b.err = &http.MaxBytesError{Limit: limit} // it is told at once, with no need to read so much
		return 0, b.err
	}
	if b.expected == toContinue {
		b.expected = nothing
		b.conn.buffer().WriteString("HTTP/1.1 100 Continue\r\n\r\n")
		if !b.conn.tryFlush() {
			return 0, socket.ErrWouldBlock
		}
	}
	for n == 0 && err == nil {
		switch {
		case b.framing.Part != wire.Data:
			err = b.framing.Next(b.conn.sock, &b.request.Trailer)
			if err == nil && b.framing.Part == wire.Data && limit >= 0 && b.framing.Left > limit-b.read {
				err = &http.MaxBytesError{Limit: limit}
			}
		case len(p) == 0:
			return 0, nil
		default:
			n, err = b.tryData(p)
		}
	}
	if err != nil && err != socket.ErrWouldBlock {
		b.err = err
	}
	return n, err
}

// tryData reads what is data.
func (b *Body) tryData(p []byte) (n int, err error) {
	n, err = b.conn.sock.TryRead(p[:min(int64(len(p)), b.framing.Left)])
	b.framing.Left -= int64(n)
	b.read += int64(n)
	switch {
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	case b.framing.Left > 0 || err != nil:
	case len(b.request.TransferEncoding) > 0:
		b.framing.Part = wire.ChunkEnd
	default:
		b.err = io.EOF
	}
	return n, err
}

// receive reads all into memory. What it has when it is interrupted can be read still.
//
//greenlet:resumable
func (b *Body) receive() error {
	switch {
	case b.closed.Load():
		return http.ErrBodyReadAfterClose
	case b.received.Load():
		return nil
	}
	limit := b.limit()
	if limit < 0 {
		limit = defaultBody
	}
	if b.framing.Part == wire.Data && b.framing.Left > limit {
		return &http.MaxBytesError{Limit: limit}
	}
	size := 512
	if b.framing.Part == wire.Data {
		size = int(min(b.framing.Left, 64<<10)) // more if it does come
	}
	if b.got == nil {
		b.got = make([]byte, 0, size)
	}
	for {
		if len(b.got) == cap(b.got) {
			b.got = append(b.got, 0)[:len(b.got)]
		}
		n, err := b.next(b.got[len(b.got):cap(b.got)])
		b.got = b.got[:len(b.got)+n]
		switch {
		case int64(len(b.got)) > limit:
			b.err = &http.MaxBytesError{Limit: limit}
			return b.err
		case b.err == io.EOF:
			b.received.Store(true)
			b.conn.answer.context.received()
			return nil
		case err != nil:
			return err
		}
	}
}

// drain reads what nobody has, to get to the next request. It reports whether that is the
// end of the body.
//
//greenlet:resumable
func (b *Body) drain() bool {
	if b.expected != nothing || b.framing.Part == wire.Data && b.framing.Left > drained {
		return b.ended()
	}
	if b.limited { // unless there is nothing left but the end
		if b.framing.Part != wire.Data || b.framing.Left == 0 {
			b.tryRead(make([]byte, 1))
		}
		return b.ended()
	}
	rest := newBuffer()
	for n := 0; !b.ended() && n <= drained; {
		m, err := b.next(rest.data[:cap(rest.data)])
		if n += m; err != nil {
			break
		}
	}
	rest.free()
	return b.ended()
}
