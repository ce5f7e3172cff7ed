package httpc

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"golang.org/x/net/http/httpguts"
)

// exchange is a request and its answer on a connection.
type exchange struct {
	conn    *conn
	request *http.Request
	packed  bool  // it asks for gzip
	length  int64 // of the request's body; less than 0 if it is not known

	answered bool      // the server has said something
	closed   bool      // the body is, or its sender will do that
	sender   *hub.Task // of the body; nil if none is needed, or the server has yet to ask for it
	sent     bool      // all of the request is
	failed   error     // of who has sent the body
	resp     *http.Response
}

// waitFor waits until something can be read.
//
//greenlet:resumable
func waitFor(sock *socket.Conn) error { return sock.Stream().Readiness().Wait(hub.In) }

// run sends the request, and receives the header of the answer.
//
//greenlet:resumable
func (e *exchange) run() (resp *http.Response, err error) {
	defer func() {
		if resp == nil { // it has failed, or the task was interrupted
			e.end(false)
		}
	}()
	first, err := e.measure()
	if err != nil {
		return nil, err
	}
	text, err := e.head()
	if err != nil {
		return nil, err
	}
	waits := e.length != 0 && e.conn.transport.ContinueTimeout > 0 && httpguts.HeaderValuesContainsToken(e.request.Header["Expect"], "100-continue")
	memory := !waits && inMemory(e.request, e.length)
	if memory {
		if text, err = appendBody(text, e.request, e.length); err != nil {
			return nil, err
		}
	}
	if _, err := e.conn.sock.Write(text); err != nil && !e.said() {
		return nil, err
	}
	sock := e.conn.sock
	switch {
	case e.length == 0 || memory:
		e.closeBody()
		e.wroteAll()
	case waits:
		sock.SetReadDeadline(e.now().Add(e.conn.transport.ContinueTimeout))
	default:
		e.send(first)
	}
	budget := e.conn.transport.maxHeader()
	for {
		resp, err := e.header(&budget)
		switch {
		case waits && errors.Is(err, os.ErrDeadlineExceeded), err == nil && waits && resp.StatusCode == http.StatusContinue:
			waits = false
			sock.SetReadDeadline(time.Time{})
			e.send(first)
		case err != nil:
			if e.failed != nil {
				err = e.failed
			}
			return nil, err
		case resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols:
			sock.SetReadDeadline(time.Time{})
			return e.answer(resp), nil
		}
	}
}

// said reports whether the server has said something already: then it may be why it takes no more.
func (e *exchange) said() bool { return e.conn.sock.TryReadAhead() == nil }

func (e *exchange) now() time.Time { return e.conn.transport.Hub.Now() }

// wroteAll notes that the request has been sent.
func (e *exchange) wroteAll() {
	e.sent = true
	if d := e.conn.transport.HeaderTimeout; d > 0 && e.resp == nil {
		e.conn.sock.SetReadDeadline(e.now().Add(d))
	}
}

// measure finds out how long the body is. If it may be empty, and then need not be there at all, it
// asks for the first of it, as net/http does.
//
//greenlet:resumable
func (e *exchange) measure() (first []byte, err error) {
	r := e.request
	switch {
	case r.Body == nil || r.Body == http.NoBody:
		return nil, nil
	case r.ContentLength > 0:
		e.length = r.ContentLength
		return nil, nil
	}
	e.length = -1
	switch r.Method {
	case "", "GET", "HEAD", "OPTIONS", "PROPFIND", "SEARCH":
	default:
		return nil, nil
	}
	first = make([]byte, 512)
	for n := 0; ; {
		n, err = r.Body.Read(first)
		switch {
		case n > 0:
			return first[:n], nil
		case err == io.EOF:
			e.length = 0
			return nil, nil
		case err != nil:
			return nil, err
		}
	}
}

// together is how long a body may be that is sent with the header.
const together = 16 << 10

// inMemory reports whether the body is there, and short.
func inMemory(r *http.Request, length int64) bool {
	return length > 0 && length <= together && r.GetBody != nil
}

func appendBody(text []byte, r *http.Request, length int64) ([]byte, error) {
	b := bytes.NewBuffer(text)
	n, err := io.Copy(b, r.Body)
	if err == nil && n != length {
		err = errLength
	}
	return b.Bytes(), err
}

// header receives a header, of the answer or of a 1xx before it.
//
//greenlet:resumable
func (e *exchange) header(budget *int) (*http.Response, error) {
	t, sock := e.conn.transport, e.conn.sock
	text, err := t.receive(sock, budget)
	if sock.Buffered() > 0 {
		e.answered = true
	}
	if err != nil {
		if err == io.EOF && e.answered {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	resp, err := t.parse(text, e.request)
	sock.Discard(len(text))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 200 && resp.StatusCode != http.StatusSwitchingProtocols {
		trace := httptrace.ContextClientTrace(e.request.Context())
		if trace != nil && resp.StatusCode == http.StatusContinue && trace.Got100Continue != nil {
			trace.Got100Continue()
		}
		if trace != nil && trace.Got1xxResponse != nil {
			if err := trace.Got1xxResponse(resp.StatusCode, textproto.MIMEHeader(resp.Header)); err != nil {
				return nil, err
			}
		}
	}
	return resp, nil
}

// end ends the exchange: the connection is kept for another one, or closed.
func (e *exchange) end(keep bool) {
	if e.sender != nil && !e.sent {
		keep = false
		e.sender.Interrupt(greenlet.Exit)
	}
	e.closeBody()
	e.conn.done(keep)
}

func (e *exchange) closeBody() {
	if !e.closed {
		e.closed = true
		closeBody(e.request)
	}
}

// again is the request once more, or nil: the server closed a connection that waited, perhaps before
// it knew of the request, and to do it twice is no harm.
func (e *exchange) again() *http.Request {
	r := e.request
	if !e.conn.reused || e.answered || e.failed != nil {
		return nil
	}
	switch r.Method {
	case "", "GET", "HEAD", "OPTIONS", "TRACE":
	default:
		if _, ok := r.Header["Idempotency-Key"]; !ok {
			if _, ok := r.Header["X-Idempotency-Key"]; !ok {
				return nil
			}
		}
	}
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	if r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil
	}
	next := *r
	next.Body = body
	return &next
}

// answer is the answer with its body.
func (e *exchange) answer(resp *http.Response) *http.Response {
	e.resp = resp
	if state, ok := e.conn.sock.ConnectionState(); ok {
		resp.TLS = &state
	}
	b := &Body{exchange: e}
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		resp.Body = &upgraded{e}
		return resp
	case e.request.Method == http.MethodHead, resp.ContentLength == 0, resp.StatusCode == http.StatusNoContent, resp.StatusCode == http.StatusNotModified:
		resp.Body = http.NoBody
		e.end(e.keeps())
		return resp
	case len(resp.TransferEncoding) > 0 && strings.EqualFold(resp.TransferEncoding[0], "chunked"):
		b.chunked()
	case resp.ContentLength > 0:
		b.framing.Left = resp.ContentLength
	default:
		b.toEnd = true
	}
	resp.Body = b
	return resp
}

// keeps reports whether the connection may be used again behind the answer.
func (e *exchange) keeps() bool { return !e.resp.Close && !e.closes() }
