package httpd

import (
	"errors"
	"io"
	"sync"
	"time"

	greenlet "github.com/going-green/greenlet/runtime"
)

// What net/http finds in a ResponseWriter beyond its methods: io.ReaderFrom, and what
// http.ResponseController is for.

var errPlainConn = errors.New("httpd: plain code that an annotated handler calls can't wait for a connection: annotate it, or run it by greenlet.OnStack")

// strays reports whether the caller runs on another goroutine than the hub's.
func (c *conn) strays() bool {
	return greenlet.Current() == greenlet.Main() && !c.server.hub().Here()
}

// copied is how much is copied at a time.
const copied = 16 << 10

var copies = sync.Pool{New: func() any { return new([copied]byte) }}

// ReadFrom is that of [io.ReaderFrom].
//
//greenlet:resumable
func (w *Response) ReadFrom(src io.Reader) (n int64, err error) {
	buf := copies.Get().(*[copied]byte)
	defer copies.Put(buf)
	for {
		got, err := src.Read(buf[:])
		if got > 0 {
			put, err := w.Write(buf[:got])
			if n += int64(put); err != nil {
				return n, err
			}
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// SetReadDeadline has who reads the body at the time t or later get
// [os.ErrDeadlineExceeded], in place of [Server.ReadTimeout]: see [http.ResponseController].
func (w *Response) SetReadDeadline(t time.Time) error {
	if err := w.steers(); err != nil {
		return err
	}
	w.body.due = t
	w.conn.readBy(t)
	return nil
}

// SetWriteDeadline has who waits for the client at the time t or later get
// [os.ErrDeadlineExceeded], in place of [Server.WriteTimeout]: see [http.ResponseController].
func (w *Response) SetWriteDeadline(t time.Time) error {
	if err := w.steers(); err != nil {
		return err
	}
	w.conn.sendUntil(t)
	return nil
}

// EnableFullDuplex does nothing: a handler may always read while it writes.
func (w *Response) EnableFullDuplex() error { return nil }

// steers is the error of who can't set a deadline.
func (w *Response) steers() error {
	if w.conn.strays() {
		return errElsewhere
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.taken { // it may be set while another task waits
		return nil
	}
	return w.gone()
}
