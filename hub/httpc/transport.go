package httpc

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	"golang.org/x/net/http/httpguts"
)

//go:generate go tool greenlet

// Transport is an [http.RoundTripper] for the tasks of a hub. [New] makes one; what is exported is
// to be set before its first request.
type Transport struct {
	Hub *hub.Hub
	// Net is the network: nil is the system's.
	Net socket.Net
	// Proxy is that of [http.Transport], for proxies of http: nil is none.
	Proxy func(*http.Request) (*url.URL, error)
	// TLS is the configuration for https: nil is the default. Sessions are resumed, unless it says how.
	TLS *tls.Config

	// MaxPerHost is how many connections there are to a host at a time, and MaxIdlePerHost how many
	// that wait for a request: 0 is any number. Requests wait until there is one.
	MaxPerHost, MaxIdlePerHost int
	// IdleTimeout is how long a connection may wait for a request: 0 is for ever.
	IdleTimeout time.Duration
	// DialTimeout is how long it may take to connect, proxies and TLS included: 0 is as long as the
	// system likes.
	DialTimeout time.Duration
	// HeaderTimeout is how long a server may take for the header of its answer, from when the
	// request has been sent: 0 is for ever.
	HeaderTimeout time.Duration
	// ContinueTimeout is how long a request that has "Expect: 100-continue" waits with its
	// body for an answer: 0 is not at all.
	ContinueTimeout time.Duration
	// MaxHeader is how long the header of an answer may be, with those of 1xx before it: 0 is 1 MiB.
	MaxHeader int
	// WithoutKeepAlive closes each connection after a request.
	WithoutKeepAlive bool
	// WithoutGzip leaves it to the request to ask for gzip, and to who reads the answer to unpack it.
	WithoutGzip bool

	hosts  map[place]*host
	source bytes.Reader // of the answer that is parsed
	reader *bufio.Reader
	pruner *time.Timer // nil while no connection waits

	sessions tls.ClientSessionCache // of TLS
}

// New makes a transport with what [http.DefaultTransport] has: proxies from the environment, 90
// seconds for connections that wait, 30 to connect, and one for 100-continue.
func New(h *hub.Hub) *Transport {
	return &Transport{
		Hub: h, Proxy: http.ProxyFromEnvironment,
		IdleTimeout: 90 * time.Second, DialTimeout: 30 * time.Second, ContinueTimeout: time.Second,
		sessions: tls.NewLRUClientSessionCache(0),
	}
}

const defaultHeader = 1 << 20

// RoundTrip is that of [http.RoundTripper]. It asks for gzip, unless the request says what it
// takes, and unpacks that: by plain code, so that who reads the body needs a stack.
//
//greenlet:resumable
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	packed := !t.WithoutGzip && r.Method != http.MethodHead && r.Header.Get("Accept-Encoding") == "" && r.Header.Get("Range") == ""
	resp, err := t.do(r, packed)
	if err == nil && packed {
		unpack(resp)
	}
	return resp, err
}

// Do is RoundTrip for annotated code: it does not ask for gzip.
//
//greenlet:resumable
func (t *Transport) Do(r *http.Request) (*http.Response, error) { return t.do(r, false) }

//greenlet:resumable
func (t *Transport) do(r *http.Request, packed bool) (resp *http.Response, err error) {
	if err := check(r); err != nil {
		closeBody(r)
		return nil, err
	}
	ctx := r.Context()
	if ctx.Done() == nil {
		return t.tries(r, packed)
	}
	cause := t.Hub.WithContext(ctx, func() { resp, err = t.tries(r, packed) })
	if resp == nil && cause != nil {
		closeBody(r)
		return nil, cause
	}
	return resp, err
}

// tries sends the request, and again if that is what a closed connection calls for.
//
//greenlet:resumable
func (t *Transport) tries(r *http.Request, packed bool) (*http.Response, error) {
	for {
		c, err := t.conn(r)
		if err != nil {
			closeBody(r)
			return nil, err
		}
		e := &exchange{conn: c, request: r, packed: packed}
		resp, err := e.run()
		if err == nil {
			return resp, nil
		}
		if r = e.again(); r == nil {
			return nil, err
		}
	}
}

// check is what net/http's transport says of a request before it connects.
func check(r *http.Request) error {
	switch {
	case r.URL == nil:
		return errors.New("httpc: nil Request.URL")
	case r.Header == nil:
		return errors.New("httpc: nil Request.Header")
	case r.URL.Scheme != "http" && r.URL.Scheme != "https":
		return fmt.Errorf("httpc: unsupported protocol scheme %q", r.URL.Scheme)
	case r.Method != "" && !httpguts.ValidHeaderFieldName(r.Method):
		return fmt.Errorf("httpc: invalid method %q", r.Method)
	case r.URL.Host == "":
		return errors.New("httpc: no Host in request URL")
	}
	for what, fields := range map[string]http.Header{"header": r.Header, "trailer": r.Trailer} {
		for name, values := range fields {
			if !httpguts.ValidHeaderFieldName(name) {
				return fmt.Errorf("httpc: invalid %s field name %q", what, name)
			}
			for _, v := range values {
				if !httpguts.ValidHeaderFieldValue(v) {
					return fmt.Errorf("httpc: invalid %s field value for %q", what, name)
				}
			}
		}
	}
	return nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close() // its error is of no use to anybody
	}
}

// parse parses the header of an answer. The body is none.
func (t *Transport) parse(header []byte, r *http.Request) (*http.Response, error) {
	t.source.Reset(header)
	if t.reader == nil {
		t.reader = bufio.NewReader(&t.source)
	} else {
		t.reader.Reset(&t.source)
	}
	resp, err := http.ReadResponse(t.reader, r)
	if err == io.ErrUnexpectedEOF {
		err = errors.New("httpc: malformed answer")
	}
	return resp, err
}

func (t *Transport) net() socket.Net {
	if t.Net != nil {
		return t.Net
	}
	return socket.OS(t.Hub)
}
