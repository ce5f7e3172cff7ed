package httpd

import (
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// The end of an answer.

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
	if !w.returned() {
		return false
	}
	if w.status == 0 {
		w.decide(http.StatusOK)
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
	if !w.bodiless() && w.length >= 0 && (w.excess || w.written != w.length) {
		w.close = true // the client waits for more
	}
	return !w.close && w.conn.broken == nil
}

// returned ends the use of w by the handler. It reports whether the answer is whole.
func (w *Response) returned() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.free()
	switch {
	case w.hijacked:
	case w.taken: // by another task, which is not done, or one that was interrupted
		w.conn.wrote(errInterrupted)
	case w.refused != nil:
		if !w.sent {
			w.status, w.written = http.StatusInternalServerError, 0
			w.conn.put(&refusal{status: w.status}, w.request)
			w.conn.tryFlush()
		}
		w.conn.wrote(w.refused)
	}
	return w.conn.broken == nil
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
