package httpd

import (
	"errors"
	"net/http"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Who may use an answer: it has one user at a time, and others wait for their turn.

var errOver = errors.New("httpd: the handler has returned")

// gone is the error of who comes too late, or when another one sends.
func (w *Response) gone() error {
	switch {
	case w.hijacked:
		return http.ErrHijacked
	case w.over:
		return errOver
	case w.taken:
		return errInterrupted
	case w.refused != nil:
		return w.refused
	}
	return w.failed
}

// take takes w, of who is going to send something; give gives it back. It is not given back
// by a task that is interrupted.
func (w *Response) take() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.gone()
	w.taken = w.taken || err == nil
	return err
}

// takes is take that waits while another task has w.
//
//greenlet:resumable
func (w *Response) takes() error {
	for {
		err := w.take()
		if err != errInterrupted {
			return err
		}
		if err := w.waits(); err != nil {
			return err
		}
	}
}

// waits waits until w is not taken any more, by another task that is at work.
//
//greenlet:resumable
func (w *Response) waits() error {
	if greenlet.Current() == greenlet.Main() {
		return errInterrupted
	}
	free := w.awaited()
	if free == nil {
		return errInterrupted
	}
	free.Wait()
	return nil
}

// awaited is set when w is not taken any more. It is nil if that will never be.
func (w *Response) awaited() *hub.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil
	}
	if w.freed == nil {
		w.freed = w.conn.server.hub().NewEvent()
		if !w.taken {
			w.freed.Set()
		}
	}
	return w.freed
}

// free has those look again who wait for w. The caller holds the mutex.
func (w *Response) free() {
	if w.freed != nil {
		w.freed.Set()
		w.freed = nil
	}
}

// interrupted notes that who has taken w will not give it back.
func (w *Response) interrupted() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	w.free()
}

// give gives w back, of which all that was to be sent is, n bytes of what is written included.
func (w *Response) give(n int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken, w.plain, w.failed = false, 0, w.conn.broken
	if w.failed == nil {
		w.written += int64(n)
	}
	w.free()
	return w.failed
}

// again has Write take what accept has.
func (w *Response) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = false
	w.free()
}

// refuse gives w back, of who can't wait. There is no more to the answer.
func (w *Response) refuse(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken, w.refused = false, err
	w.free()
	return err
}
