package httpd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// OnGoroutine is a handler that calls next on a goroutine of its own, as net/http does, and has
// the hub read the body and send the answer for it. It is for handlers that block: in channels,
// such as [http.TimeoutHandler] and net/http's client below httputil.ReverseProxy, in locks that
// others hold for long, or in processing. On the hub's own goroutine they hold up everything.
//
// next runs outside of the hub, as [hub.Block] runs a function: it may not use what is the hub's,
// and need not be annotated. Goroutines that it starts may use the body and the answer while
// it runs, as in net/http. The context of the request is done when the handler has returned,
// or the server kills it. [http.Hijacker] is not there. In a hub with a seed next is called on a
// stack of its own instead.
func OnGoroutine(h *hub.Hub, next http.Handler) http.Handler { return &onGoroutine{h, next} }

type onGoroutine struct {
	hub  *hub.Hub
	next http.Handler
}

func (e *onGoroutine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if greenlet.Current() == greenlet.Main() || e.hub.Seeded() { // below another one, or without a hub
		e.next.ServeHTTP(w, r)
		return
	}
	c := &call{hub: e.hub, out: newDesk(e.hub), in: newDesk(e.hub), done: e.hub.Promise()}
	ctx, cancel := context.WithCancel(r.Context())
	c.cancel = cancel
	defer c.end()
	if len(r.TransferEncoding) > 0 && r.Trailer == nil {
		r.Trailer = http.Header{} // shared by the copy
	}
	asked := r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		asked.Body = &remoteBody{Closer: r.Body, body: r.Body, desk: c.in}
		c.reader = e.hub.Go(greenlet.OnStack, func(greenlet.Section) { c.in.work() })
	}
	go c.run(e.next, newRemote(w, c.out), asked)
	c.out.work()
	r.MultipartForm = asked.MultipartForm // to be removed
	if c.failed != nil {
		panic(c.failed)
	}
}

// call is a handler that runs on a goroutine.
type call struct {
	hub     *hub.Hub
	out, in *desk
	reader  *hub.Task
	cancel  func()
	done    func()
	failed  any // what the handler has panicked with
}

var errGoexit = errors.New("httpd: the handler has called runtime.Goexit")

// run is the goroutine.
func (c *call) run(next http.Handler, w *remote, r *http.Request) {
	whole := false
	defer func() {
		failed := recover()
		if failed == nil && !whole {
			failed = errGoexit
		}
		c.hub.Post(func() {
			c.failed = failed
			c.out.end()
		})
		c.done()
	}()
	next.ServeHTTP(w, r)
	w.flush()
	whole = true
}

// end has nobody use the hub's side any more.
func (c *call) end() {
	c.cancel()
	defer func() {
		close(c.out.closed)
		close(c.in.closed)
		c.done()
	}()
	if c.reader != nil {
		c.reader.Kill()
	}
}

// desk is where a goroutine has a task of the hub do something, one thing after the other.
type desk struct {
	hub    *hub.Hub
	come   *hub.Event
	job    func() // to be done
	ended  bool
	mu     sync.Mutex // of who asks
	did    chan struct{}
	closed chan struct{}
}

func newDesk(h *hub.Hub) *desk {
	return &desk{hub: h, come: h.NewEvent(), did: make(chan struct{}, 1), closed: make(chan struct{})}
}

// ask has the task call f, and waits until it has. It reports whether it has: else the task has
// ended. f is not called behind that.
func (d *desk) ask(f func()) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case <-d.closed:
		return false
	default:
	}
	d.hub.Post(func() {
		d.job = f
		d.come.Set()
	})
	select {
	case <-d.did:
		return true
	case <-d.closed:
		return false
	}
}

// end has work return, in the loop.
func (d *desk) end() {
	d.ended = true
	d.come.Set()
}

// work is the task.
func (d *desk) work() {
	for {
		for d.job == nil && !d.ended {
			d.come.Clear()
			d.come.Wait()
		}
		f := d.job
		if d.job = nil; f == nil {
			return
		}
		f()
		d.did <- struct{}{}
	}
}

// remoteBody is a body that a goroutine reads.
type remoteBody struct {
	io.Closer
	body io.Reader
	desk *desk
}

func (b *remoteBody) Read(p []byte) (n int, err error) {
	if !b.desk.ask(func() { n, err = b.body.Read(p) }) {
		return 0, http.ErrBodyReadAfterClose
	}
	return n, err
}

// remote is the answer of a handler that runs on a goroutine. It hands over as much as a
// buffer takes at a time.
type remote struct {
	w      http.ResponseWriter
	header http.Header
	desk   *desk
	mu     sync.Mutex
	began  bool  // the status is known
	left   int64 // of the body, as declared; less than 0 if it is not
	out    *bufio.Writer
}

func newRemote(w http.ResponseWriter, d *desk) *remote {
	r := &remote{w: w, header: w.Header(), desk: d, left: -1}
	r.out = bufio.NewWriterSize(toDesk{r}, bufferSize)
	return r
}

// toDesk is what is below the buffer.
type toDesk struct{ *remote }

func (t toDesk) Write(p []byte) (n int, err error) {
	if !t.desk.ask(func() { n, err = t.w.Write(p) }) {
		return 0, errOver
	}
	return n, err
}

// Header is that of [http.ResponseWriter].
func (w *remote) Header() http.Header { return w.header }

// WriteHeader is that of [http.ResponseWriter].
func (w *remote) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.decide(status)
}

func (w *remote) decide(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("httpd: invalid WriteHeader code %v", status))
	}
	if w.began {
		return
	}
	if w.began = status >= 200 || status == http.StatusSwitchingProtocols; w.began {
		if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n >= 0 && w.header.Get("Transfer-Encoding") == "" {
			w.left = n
		}
	}
	w.desk.ask(func() { w.w.WriteHeader(status) })
}

// Write is that of [http.ResponseWriter].
func (w *remote) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.began {
		w.decide(http.StatusOK)
	}
	if w.left >= 0 && int64(len(p)) > w.left { // it is refused, but not what is in the buffer
		if err := w.out.Flush(); err != nil {
			return 0, err
		}
		return toDesk{w}.Write(p)
	}
	n, err := w.out.Write(p)
	if w.left >= 0 {
		w.left -= int64(n)
	}
	return n, err
}

// ReadFrom is that of [io.ReaderFrom]. src is read on the caller's goroutine.
func (w *remote) ReadFrom(src io.Reader) (int64, error) {
	return io.Copy(writer{w}, src)
}

// writer is a writer, and nothing else.
type writer struct{ io.Writer }

// Flush is that of [http.Flusher].
func (w *remote) Flush() { _ = w.FlushError() }

// FlushError is that of [http.ResponseController].
func (w *remote) FlushError() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.out.Flush(); err != nil {
		return err
	}
	return w.control((*http.ResponseController).Flush)
}

// flush hands over what is left.
func (w *remote) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.out.Flush() // OnAnswer is told
}

// SetReadDeadline is that of [http.ResponseController]. So are those below.
func (w *remote) SetReadDeadline(t time.Time) error {
	return w.control(func(c *http.ResponseController) error { return c.SetReadDeadline(t) })
}

func (w *remote) SetWriteDeadline(t time.Time) error {
	return w.control(func(c *http.ResponseController) error { return c.SetWriteDeadline(t) })
}

func (w *remote) EnableFullDuplex() error { return nil }

// control has f called on the hub's side.
func (w *remote) control(f func(*http.ResponseController) error) (err error) {
	if !w.desk.ask(func() { err = f(http.NewResponseController(w.w)) }) {
		return errOver
	}
	return err
}
