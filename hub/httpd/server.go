package httpd

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

const (
	handshakes  = 100 // at a time
	handshaking = 10 * time.Second

	defaultHeader = 64 << 10
	defaultBody   = 10 << 20 // of Receive, and of http.Request.ParseForm, too
)

// Server answers the requests of a listener's connections: a task for each connection,
// which answers one request after the other. It belongs to the hub's goroutine. What is
// exported is to be set before Serve.
type Server struct {
	Listener *socket.Listener
	Handler  http.Handler // nil is [http.DefaultServeMux]

	// TLS, unless it is nil, is what all connections speak. A handshake may take ReadHeaderTimeout,
	// and 10 seconds without. Requests have the state in their field TLS.
	TLS *tls.Config

	// Limit is how many connections there are at a time: 0 is any number. Others wait
	// in the system's queue.
	Limit int
	// MaxHeader is how long a request may be up to its body: 0 is 64 KiB. A longer one
	// is answered with 431.
	MaxHeader int
	// MaxBody is how long the body of a request may be: 0 is any length. One that says that
	// it is longer is answered with 413, and no handler is called; who reads another one
	// gets an [http.MaxBytesError] there.
	MaxBody int64

	// ReadHeaderTimeout is how long it may take to receive the header of a request, from
	// its first byte, and from the beginning of a connection to that: 0 is ReadTimeout.
	ReadHeaderTimeout time.Duration
	// ReadTimeout is how long it may take to receive a request with its body: 0 is for
	// ever. A header that is late is answered with 408, and a handler that reads a body that
	// is late gets [os.ErrDeadlineExceeded].
	ReadTimeout time.Duration
	// WriteTimeout is how long a client may take to receive what is written at a time, before
	// the handler goes on. 0 is for ever.
	WriteTimeout time.Duration
	// IdleTimeout is how long a connection may wait between requests: 0 is ReadTimeout.
	IdleTimeout time.Duration

	// Context is what the contexts of requests are derived from: nil is [context.Background].
	Context context.Context

	// OnAnswer, unless it is nil, is told of each request when it has been answered. It
	// must not wait.
	OnAnswer func(*Answer)
	// OnError is that of [socket.Server].
	OnError func(error)

	server   *socket.Server
	secure   *socket.TLS // nil without TLS
	parser   parser
	date     date
	began    time.Time
	fresh    waiting // for the first request
	idle     waiting // for another
	stopped  *hub.Event
	stopping bool
	standard *http.Server // what contexts say that it is
	address  net.Addr     // of the listener
}

// Answer is what a server says of a request that is over.
type Answer struct {
	Request *http.Request // nil if it could not be understood
	Remote  string        // address of the client
	Status  int           // 0 if nothing has been sent
	Bytes   int64         // of the body, as the handler wrote it
	Began   time.Time     // when the header was there
	Took    time.Duration // up to the end of the answer
	Err     error         // why it could not be sent, or that the request was refused
}

func (s *Server) hub() *hub.Hub { return s.server.Listener.Hub() }

func (s *Server) init() {
	if s.server != nil {
		return
	}
	s.server = &socket.Server{Listener: s.Listener, Handler: s.start, Limit: s.Limit, OnError: s.OnError}
	s.began, s.stopped = s.hub().Now(), s.hub().NewEvent()
	s.describe()
	if s.TLS != nil {
		s.secure = &socket.TLS{Config: s.TLS, Limit: handshakes, Timeout: s.headerTimeout()}
		if s.secure.Timeout == 0 {
			s.secure.Timeout = handshaking
		}
	}
	s.fresh.limit, s.idle.limit = s.headerTimeout(), s.IdleTimeout
	if s.idle.limit == 0 {
		s.idle.limit = s.ReadTimeout
	}
}

// Len is the number of connections.
func (s *Server) Len() int {
	s.init()
	return s.server.Len()
}

// Serve answers requests until the server is stopped; then it returns nil, and
// connections may be at work still. Its error is one that will not go away: see
// [socket.Server.Serve].
//
//greenlet:resumable
func (s *Server) Serve() error {
	s.init()
	return s.server.Serve()
}

// Stop stops accepting, closes connections that wait for a request, has the others end with
// the answer that is under way, and waits for them. After d it kills those that are left,
// and returns how many they were. No handler may call it.
//
//greenlet:resumable
func (s *Server) Stop(d time.Duration) (killed int) {
	s.init()
	s.stopping = true
	s.stopped.Set()
	return s.server.Stop(d)
}

func (s *Server) start(sock *socket.Conn) greenlet.Frame {
	c := &conn{server: s, sock: sock}
	if s.fresh.limit > 0 || s.idle.limit > 0 {
		c.wait = &wait{conn: c, list: &s.fresh}
	}
	return c.newServeFrame()
}

// handler is that of a request: what is no handler's business is the server's, as in
// net/http.
func (s *Server) handler(r *http.Request) http.Handler {
	switch {
	case r.Header["Expect"] != nil && r.Header.Get("Expect") != "" && !expectsContinue(r):
		return itself(expectationFailed)
	case s.MaxBody > 0 && r.ContentLength > s.MaxBody:
		return itself(tooLarge)
	case r.Method == http.MethodOptions && r.RequestURI == "*":
		return itself(options)
	case s.Handler == nil:
		return http.DefaultServeMux
	}
	return s.Handler
}

// itself is a handler of the server, which never waits: it needs no stack.
type itself func(http.ResponseWriter)

//greenlet:resumable
func (f itself) ServeHTTP(w http.ResponseWriter, _ *http.Request) { f(w) }

func expectationFailed(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	w.WriteHeader(http.StatusExpectationFailed)
}

func options(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
}

func tooLarge(w http.ResponseWriter) {
	w.Header().Set("Connection", "close")
	http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
}

func (s *Server) maxHeader() int {
	if s.MaxHeader > 0 {
		return s.MaxHeader
	}
	return defaultHeader
}

func (s *Server) headerTimeout() time.Duration {
	if s.ReadHeaderTimeout > 0 {
		return s.ReadHeaderTimeout
	}
	return s.ReadTimeout
}

// clock is the time since Serve, in few bytes.
func (s *Server) clock() time.Duration { return s.hub().Now().Sub(s.began) }

// date is the value of the header field Date, which is made once a second.
type date struct {
	second int64
	text   []byte
}

func (d *date) at(now time.Time) []byte {
	if s := now.Unix(); s != d.second || d.text == nil {
		d.second, d.text = s, now.UTC().AppendFormat(d.text[:0], http.TimeFormat)
	}
	return d.text
}
