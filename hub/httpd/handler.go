package httpd

import (
	"net/http"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

// HandlerFunc is [http.HandlerFunc] for a function that is annotated, and for any other.
type HandlerFunc func(http.ResponseWriter, *http.Request)

// ServeHTTP calls f: on a stack of its own, unless it is annotated.
//
//greenlet:resumable
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if gen.Resumable20(f) != nil {
		f(w, r)
		return
	}
	greenlet.OnStack(f.onStack(w, r))
}

// onStack is a call of f, which is plain.
func (f HandlerFunc) onStack(w http.ResponseWriter, r *http.Request) func(greenlet.Section) {
	return func(greenlet.Section) { f(w, r) }
}

// resumable is a handler that is annotated: it has what the generator makes of its method.
type resumable interface {
	ServeHTTPResumable(*greenlet.Run, http.ResponseWriter, *http.Request) greenlet.Status
}

// Call calls a handler as the server does: for annotated handlers that call others. One that is
// annotated is called as it is, and any other on a stack of its own. It answers with 413 in
// place of the latter if the body is longer than [Server.MaxBody].
//
//greenlet:resumable
func Call(h http.Handler, w http.ResponseWriter, r *http.Request) {
	if _, ok := h.(resumable); ok {
		h.ServeHTTP(w, r)
		return
	}
	greenlet.OnStack(onStack(h, w, r))
}

// onStack is a call of h, which is plain.
func onStack(h http.Handler, w http.ResponseWriter, r *http.Request) func(greenlet.Section) {
	return func(greenlet.Section) { h.ServeHTTP(w, r) }
}

// Receive waits until all of the body has come: then plain code that an annotated handler calls
// can read it. Its errors are those of who reads the body. It does nothing if the request is
// not of a [Server].
//
//greenlet:resumable
func Receive(r *http.Request) error {
	b, ok := r.Body.(*Body)
	if !ok {
		return nil
	}
	return b.receive()
}

// Mux is [http.ServeMux] for handlers that are annotated, and for any other.
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
