package httpd

import (
	"errors"
	"net/http"
	"os"

	greenlet "github.com/going-green/greenlet/runtime"
)

// HandlerFunc is [http.HandlerFunc] for a function that may wait, and for any other.
type HandlerFunc func(http.ResponseWriter, *http.Request)

// ServeHTTP calls f.
//
//greenlet:resumable
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) { f(w, r) }

// resumable is a handler that may wait: it has what the generator makes of its method.
type resumable interface {
	ServeHTTPResumable(*greenlet.Run, http.ResponseWriter, *http.Request) greenlet.Status
}

func mayWait(h http.Handler) bool {
	_, ok := h.(resumable)
	return ok
}

// Call calls a handler as the server does: for handlers that call others. If it is
// plain, the body of the request is received before. If that fails the handler is not
// called, and the answer says why.
//
//greenlet:resumable
func Call(h http.Handler, w http.ResponseWriter, r *http.Request) {
	if !mayWait(h) && !received(r) {
		if err := Receive(r); err != nil {
			unreceived(w, err)
			return
		}
	}
	h.ServeHTTP(w, r)
}

// received reports whether all of the body can be read without a wait.
func received(r *http.Request) bool {
	b, ok := r.Body.(*Body)
	return !ok || b.received
}

// Receive waits until all of the body has come: then plain code can read it. Its errors are
// those of who reads the body. It does nothing if the request is not of a [Server].
//
//greenlet:resumable
func Receive(r *http.Request) error {
	b, ok := r.Body.(*Body)
	if !ok {
		return nil
	}
	return b.receive()
}

// unreceived answers a request whose body could not be received.
func unreceived(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		status = http.StatusRequestTimeout
	}
	w.Header().Set("Connection", "close")
	http.Error(w, http.StatusText(status), status)
}

// Mux is [http.ServeMux] for handlers that may wait, and for any other.
type Mux struct{ mux http.ServeMux }

// Handle is that of [http.ServeMux].
func (m *Mux) Handle(pattern string, h http.Handler) { m.mux.Handle(pattern, route{h}) }

// HandleFunc is that of [http.ServeMux].
func (m *Mux) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, HandlerFunc(f))
}

// ServeHTTP calls the handler for the request.
//
//greenlet:resumable
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &choice{ResponseWriter: w}
	m.mux.ServeHTTP(c, r)
	if c.handler != nil {
		Call(c.handler, w, r)
	}
}

// route notes the handler that is to be called: the mux calls the route itself, which is
// plain code. It does set the values of the path.
type route struct{ handler http.Handler }

func (t route) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.(*choice).handler = t.handler }

type choice struct {
	http.ResponseWriter
	handler http.Handler
}
