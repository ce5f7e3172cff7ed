//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// handlers is what the requests of the table below are for. Its query says what is
// answered. Plain code may call it as well.
//
//greenlet:resumable
func handlers(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	h := w.Header()
	for _, field := range q["h"] {
		name, value, _ := strings.Cut(field, ":")
		h.Add(name, value)
	}
	if q.Has("read") {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v %d %v %v %s;", r.Method, r.TransferEncoding, r.ContentLength, r.Trailer, err == nil, body)
	}
	if q.Has("echo") {
		fmt.Fprint(w, r.Method, r.RequestURI, r.URL.Path, r.Host, r.Proto, r.Close, r.Header)
	}
	if s, err := strconv.Atoi(q.Get("inform")); err == nil {
		w.WriteHeader(s)
	}
	if s, err := strconv.Atoi(q.Get("status")); err == nil {
		w.WriteHeader(s)
	}
	h.Set("X-Late", "it is") // unless the status is known
	n, _ := strconv.Atoi(q.Get("bytes"))
	for range n {
		if _, err := io.WriteString(w, "x"); err != nil {
			h.Set("X-Failed", err.Error())
			break
		}
	}
	if n, err := strconv.Atoi(q.Get("atonce")); err == nil {
		w.Write([]byte("<html>" + strings.Repeat("y", n)))
	}
	if q.Has("flush") {
		w.(http.Flusher).Flush()
		io.WriteString(w, "behind")
	}
	for _, field := range q["t"] {
		name, value, _ := strings.Cut(field, ":")
		h.Set(name, value)
	}
	switch {
	case q.Has("error"):
		http.Error(w, "it went wrong", http.StatusTeapot)
	case q.Has("redirect"):
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	case q.Has("panic"):
		panic(http.ErrAbortHandler)
	}
}

// waits are the same handlers behind one that waits.
type waits struct{ s *running }

//greenlet:resumable
func (h *waits) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.s.h.Yield()
	if r.URL.Query().Has("read") {
		_ = Receive(r)
	}
	handlers(w, r)
	h.s.h.Yield()
}

const last = "GET /?echo HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n"

func get(target string, fields ...string) string { return request("GET", target, "1.1", fields...) }

func request(method, target, version string, fields ...string) string {
	if version == "1.1" {
		fields = append([]string{"Host: x"}, fields...)
	}
	return method + " " + target + " HTTP/" + version + "\r\n" + strings.Join(append(fields, "", ""), "\r\n")
}

// same are requests that are answered as net/http's server does it.
var same = []struct{ name, text string }{
	{"get", get("/?bytes=5")},
	{"nothing", get("/")},
	{"fields", get("/?echo", "A: b", "a: c", "Empty:", "Spaces:  many  ", "Cookie: a=b; c=d")},
	{"long", get("/?bytes=10000")},
	{"at once", get("/?atonce=100000")},
	{"type of what is flushed", get("/?flush&h=Content-Type:text/css")},
	{"flush", get("/?bytes=3&flush")},
	{"own length", get("/?bytes=3&h=Content-Length:3")},
	{"too short", get("/?bytes=3&h=Content-Length:5")},
	{"too long", get("/?bytes=9&h=Content-Length:5")},
	{"own date", get("/?bytes=3&h=Date:today")},
	{"own type", get("/?bytes=3&h=Content-Type:image/png")},
	{"encoded", get("/?bytes=3&h=Content-Encoding:gzip")},
	{"asks to close", get("/?bytes=3", "Connection: close")},
	{"closes", get("/?bytes=3&h=Connection:close")},
	{"identity", get("/?bytes=3&h=Transfer-Encoding:identity")},
	{"chunked by itself", get("/?bytes=3&h=Transfer-Encoding:chunked")},
	{"line end in a field", get("/?bytes=3&h=X:a%0d%0ab")},
	{"204", get("/?status=204")}, {"204 with a body", get("/?status=204&bytes=3")},
	{"304", get("/?status=304&h=Content-Type:image/png&h=Content-Length:3&h=Etag:x")},
	{"unknown status", get("/?status=599&bytes=3")},
	{"404", get("/?status=404&bytes=3")},
	{"error", get("/?error")}, {"redirect", get("/?redirect")},
	{"early hints", get("/?inform=103&h=Link:x&bytes=3")},
	{"head", request("HEAD", "/?bytes=5", "1.1")},
	{"head of nothing", request("HEAD", "/", "1.1")},
	{"head of much", request("HEAD", "/?bytes=10000", "1.1")},
	{"head of length", request("HEAD", "/?h=Content-Length:7", "1.1")},
	{"head flushed", request("HEAD", "/?flush", "1.1")},
	{"trailers", get("/?h=Trailer:A-Sum&bytes=3&t=A-Sum:x")},
	{"sudden trailers", get("/?bytes=3&flush&t=Trailer:Sum:x")},
	{"forbidden trailers", get("/?h=Trailer:Content-Length&bytes=3")},
	{"body", request("POST", "/?read", "1.1", "Content-Length: 5") + "hello"},
	{"body unread", request("POST", "/?bytes=3", "1.1", "Content-Length: 5") + "hello"},
	{"body of get", get("/?read", "Content-Length: 5") + "hello"},
	{"no body", request("POST", "/?read", "1.1", "Content-Length: 0")},
	{"body without length", request("POST", "/?read", "1.1")},
	{"same length twice", request("POST", "/?read", "1.1", "Content-Length: 5", "Content-Length: 5") + "hello"},
	{"chunks", request("POST", "/?read", "1.1", "Transfer-Encoding: chunked") + "5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\n\r\n"},
	{"chunks unread", request("POST", "/?bytes=3", "1.1", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n"},
	{"chunked in capitals", request("POST", "/?read", "1.1", "Transfer-Encoding: Chunked") + "A\r\nhellohello\r\n0\r\n\r\n"},
	{"chunks and trailers", request("POST", "/?read", "1.1", "Trailer: Sum", "Transfer-Encoding: chunked") + "1\r\nx\r\n0\r\nSum: 1\r\nOther: 2\r\n\r\n"},
	{"expects", request("POST", "/?read", "1.1", "Expect: 100-continue", "Content-Length: 5") + "hello"},
	{"expects nothing", request("POST", "/?read", "1.1", "Expect: 100-continue", "Content-Length: 0")},
	{"1.0", request("GET", "/?bytes=3", "1.0")},
	{"1.0 in chunks", request("GET", "/?bytes=10000", "1.0", "Connection: keep-alive")},
	{"1.0 kept alive", request("GET", "/?bytes=3", "1.0", "Connection: keep-alive")},
	{"1.0 body", request("POST", "/?read", "1.0", "Content-Length: 5") + "hello"},
	{"1.0 expects", request("POST", "/?read", "1.0", "Content-Length: 5", "Expect: 100-continue") + "hello"},
	{"options", request("OPTIONS", "*", "1.1")},
	{"absolute", get("http://y/?echo")},
	{"connect", request("CONNECT", "y:443", "1.1")},
	{"line feeds", "GET /?echo HTTP/1.1\nHost: x\n\n"},
	{"folded", get("/?echo", "A: b", " c")},
	{"pipeline", get("/?bytes=1") + get("/?bytes=10000") + request("POST", "/?read", "1.1", "Content-Length: 3") + "abc" + get("/?status=204") + get("/?bytes=2")},
	{"abort", get("/?panic&bytes=3")},
	{"end in the header", "GET / HTTP/1.1\r\nHost: x"},

	// What is wrong. Most of it would be an attack: see RFC 9112, section 11.2.
	{"no host", "GET / HTTP/1.1\r\n\r\n"},
	{"no host, absolute", "GET http://y/ HTTP/1.1\r\n\r\n"},
	{"empty host", "GET /?echo HTTP/1.1\r\nHost:\r\n\r\n"},
	{"two hosts", get("/", "Host: y")},
	{"malformed host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
	{"malformed host, absolute", "GET http://y/ HTTP/1.1\r\nHost: a b\r\n\r\n"},
	{"malformed host, absolute, 1.0", request("GET", "http://y/", "1.0", "Host: a/b\x01")},
	{"folded host, absolute", get("http://y/", " Content-Length: 5") + "hello"},
	{"empty host, absolute", "GET http://y/?echo HTTP/1.1\r\nHost: \r\n\r\n"},
	{"space before colon", get("/", "Content-Length : 5") + "hello"},
	{"space before field", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
	{"no colon", get("/", "nonsense")},
	{"no name", get("/", ": x")},
	{"bad name", get("/", "a(b: x")},
	{"bad value", get("/", "a: x\x01y")},
	{"carriage return in value", get("/", "a: x\ry")},
	{"null", get("/", "a: x\x00y")},
	{"bad method", request("G(T", "/", "1.1")},
	{"no version", "GET /\r\n\r\n"},
	{"bad version", "GET / HTTP/1.x\r\n\r\n"},
	{"version 2", request("GET", "/", "2.0", "Host: x")},
	{"bad target", request("GET", "x y", "1.1")},
	{"relative", request("GET", "x", "1.1")},
	{"two lengths", request("POST", "/", "1.1", "Content-Length: 5", "Content-Length: 6") + "hello"},
	{"list of lengths", request("POST", "/", "1.1", "Content-Length: 5, 5") + "hello"},
	{"signed length", request("POST", "/", "1.1", "Content-Length: +5") + "hello"},
	{"negative length", request("POST", "/", "1.1", "Content-Length: -5") + "hello"},
	{"hexadecimal length", request("POST", "/", "1.1", "Content-Length: 0x5") + "hello"},
	{"huge length", request("POST", "/", "1.1", "Content-Length: 99999999999999999999") + "hello"},
	{"hidden chunked", request("POST", "/", "1.1", "Transfer-Encoding: \x0bchunked") + "0\r\n\r\n"},
	{"chunked, folded", request("POST", "/", "1.1", "Transfer-Encoding:", " chunked") + "0\r\n\r\n"},
	{"expects the impossible", get("/", "Expect: miracles")},
}

// different are requests that are not answered as net/http's server does it, and how they
// are, by both handlers.
var different = []struct {
	name, text string
	want       []string
}{
	// It sends it in chunks.
	{"bad length", get("/?bytes=3&h=Content-Length:five"), []string{"200 xxx", "200"}},
	// It lets handlers have these.
	{"preface of version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", []string{"505 505 HTTP Version Not Supported: unsupported protocol version"}},
	// It has another text.
	{"gzip", request("POST", "/", "1.1", "Transfer-Encoding: gzip") + "hello", unsupported},
	{"gzip, chunked", request("POST", "/", "1.1", "Transfer-Encoding: gzip, chunked") + "hello", unsupported},
	{"chunked twice", request("POST", "/", "1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n", unsupported},
	// It goes by one of the two, and keeps the connection.
	{"both", request("POST", "/?read", "1.1", "Content-Length: 5", "Transfer-Encoding: chunked") + "0\r\n\r\n",
		[]string{"400 400 Bad Request: both Transfer-Encoding and Content-Length"}},
	{"both, reversed", request("POST", "/?read", "1.1", "transfer-encoding: chunked", "content-length: 5") + "0\r\n\r\n",
		[]string{"400 400 Bad Request: both Transfer-Encoding and Content-Length"}},
	// It ignores the field.
	{"1.0 in chunks", request("POST", "/?read", "1.0", "Connection: keep-alive", "Transfer-Encoding: chunked") + "0\r\n\r\n",
		[]string{"400 400 Bad Request: Transfer-Encoding in HTTP/1.0"}},
	// It ignores an empty line only after POST.
	{"empty lines", "\r\n\r\n" + get("/?bytes=1") + "\r\n" + get("/?bytes=2"), []string{"200 x", "200 xx", "200"}},
}

var unsupported = []string{"501 501 Not Implemented: unsupported transfer encoding"}

// answered is how a server answers: statuses, bodies and the fields that matter, up to the
// end of the connection, or the answer to a last request.
func answered(t *testing.T, address, text string) (all []string) {
	c := dial(t, address)
	c.send(text + last)
	require.NoError(t, c.Conn.(*net.TCPConn).CloseWrite())
	methods := strings.Fields(text)
	for {
		resp, err := http.ReadResponse(c.Reader, &http.Request{Method: methods[0]})
		if err != nil {
			return append(all, "end")
		}
		body, err := io.ReadAll(resp.Body)
		if resp.Header.Get("Date") != "" && resp.Header.Get("Date") != "today" {
			resp.Header.Set("Date", "now")
		}
		all = append(all, fmt.Sprintf("%s %s %v %d %v %.200q... %d %v trailers %v",
			resp.Proto, resp.Status, resp.Header, resp.ContentLength, resp.TransferEncoding, body, len(body), err, resp.Trailer))
		if methods[0] == "HEAD" {
			methods[0] = "GET"
		}
	}
}

// short is answered by statuses and bodies, without the body of the last.
func short(t *testing.T, address, text string) (all []string) {
	c := dial(t, address)
	c.send(text + last)
	require.NoError(t, c.Conn.(*net.TCPConn).CloseWrite())
	for {
		resp, err := http.ReadResponse(c.Reader, nil)
		if err != nil {
			return all
		}
		body, err := io.ReadAll(resp.Body)
		assert.NoError(t, err)
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, body)))
		if strings.Contains(string(body), "?echo") {
			all[len(all)-1] = "200"
		}
	}
}

// standard is a server of net/http.
func standard(t *testing.T) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &http.Server{Handler: http.HandlerFunc(handlers), ErrorLog: log.New(io.Discard, "", 0)}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// net/http is the oracle.
func TestOracle(t *testing.T) {
	theirs := standard(t)
	plain := start(t, http.HandlerFunc(handlers))
	w := new(waits)
	s := start(t, w)
	s.do(func() { w.s = s })
	for _, c := range same {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			want := answered(t, theirs, c.text)
			assert.Equal(t, want, answered(t, plain.address, c.text))
			assert.Equal(t, want, answered(t, w.s.address, c.text))
		})
	}
	for _, c := range different {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			want := answered(t, theirs, c.text)
			for _, address := range []string{plain.address, w.s.address} {
				assert.NotEqual(t, want, answered(t, address, c.text))
				assert.Equal(t, c.want, short(t, address, c.text))
			}
		})
	}
	assert.Empty(t, plain.lines(&plain.panics))
	assert.Empty(t, w.s.lines(&w.s.panics))
}
