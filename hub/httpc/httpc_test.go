//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpc

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onHub calls f on a stack of a task, with a transport of its hub, and waits until that has ended.
func onHub(t *testing.T, f func(tr *Transport)) {
	t.Helper()
	h := hub.New()
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { t.Error(err, err.Stack) })
	tr := New(h)
	tr.Proxy = nil
	task := h.Go(greenlet.OnStack, func(greenlet.Section) {
		defer tr.CloseIdleConnections()
		f(tr)
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.NoError(t, h.Run(ctx))
	assert.NoError(t, task.Err())
	for _, h := range tr.hosts {
		assert.Empty(t, h.idle)
		if h.room != nil {
			assert.Equal(t, tr.MaxPerHost, h.room.Free())
		}
	}
}

// serveOurs is a server of package httpd with a hub on a goroutine of its own.
func serveOurs(t *testing.T, handler http.Handler) (address string) {
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &httpd.Server{Listener: l, Handler: handler}
	address = l.Addr().String()
	h.Go(greenlet.OnStack, func(greenlet.Section) { _ = s.Serve() })
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		assert.NoError(t, h.Run(context.Background()))
	}()
	t.Cleanup(func() {
		h.Post(func() { h.Go(greenlet.OnStack, func(greenlet.Section) { s.Stop(0) }) })
		<-ended
	})
	return address
}

func serveTheirs(t *testing.T, handler http.Handler) (address string) {
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// shows answers with what it has been asked, and as its query says.
func shows(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	q := r.URL.Query()
	for _, f := range q["h"] {
		name, value, _ := strings.Cut(f, ":")
		w.Header().Add(name, value)
	}
	if q.Has("early") {
		w.Header().Set("Link", "x")
		w.WriteHeader(http.StatusEarlyHints)
	}
	status, _ := strconv.Atoi(q.Get("status"))
	out := fmt.Sprintf("%s %s %s %s %d %v %.100s %d %v %v %v\n", r.Method, r.RequestURI, r.Host, r.Proto, r.ContentLength, r.TransferEncoding,
		body, len(body), err, r.Header, r.Trailer)
	if n, _ := strconv.Atoi(q.Get("bytes")); n > 0 {
		out += strings.Repeat("x", n)
	}
	if q.Has("gzip") && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, out)
		_ = z.Close()
		out = b.String()
		w.Header().Set("Content-Encoding", "gzip")
	}
	if q.Has("length") {
		w.Header().Set("Content-Length", strconv.Itoa(len(out)))
	}
	if status > 0 {
		w.WriteHeader(status)
	}
	if q.Has("flush") {
		_, _ = io.WriteString(w, out[:10])
		w.(http.Flusher).Flush()
		out = out[10:]
	}
	_, _ = io.WriteString(w, out)
	for _, f := range q["t"] {
		name, value, _ := strings.Cut(f, ":")
		w.Header().Set(name, value)
	}
}

// unknown is a body of which nobody knows how long it is.
type unknown struct{ io.Reader }

type asked struct {
	name, method, target string
	body                 func() io.Reader
	change               func(*http.Request)
}

func text(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }

func field(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

var requests = []asked{
	{"get", "GET", "/?bytes=5", nil, nil},
	{"no method", "", "/", nil, nil},
	{"long", "GET", "/?bytes=300000", nil, nil},
	{"length", "GET", "/?length&bytes=300000", nil, nil},
	{"chunks", "GET", "/?flush&bytes=100000", nil, nil},
	{"head", "HEAD", "/?bytes=5", nil, nil},
	{"204", "GET", "/?status=204", nil, nil},
	{"304", "GET", "/?status=304", nil, nil},
	{"404", "GET", "/?status=404", nil, nil},
	{"500", "GET", "/?status=500&flush", nil, nil},
	{"early hints", "GET", "/?early", nil, nil},
	{"gzip", "GET", "/?gzip&bytes=10000", nil, nil},
	{"gzip with a length", "GET", "/?gzip&length", nil, nil},
	{"gzip by itself", "GET", "/?gzip", nil, field("Accept-Encoding", "gzip")},
	{"gzip of a range", "GET", "/?gzip", nil, field("Range", "bytes=1-2")},
	{"post", "POST", "/", text("hello"), nil},
	{"post of nothing", "POST", "/", nil, nil},
	{"post of no body", "POST", "/", nil, func(r *http.Request) { r.Body = http.NoBody }},
	{"put much", "PUT", "/", text(strings.Repeat("y", 1<<20)), nil},
	{"post chunks", "POST", "/", func() io.Reader { return unknown{strings.NewReader("hello")} }, nil},
	{"post much in chunks", "POST", "/", func() io.Reader { return unknown{strings.NewReader(strings.Repeat("z", 1<<20))} }, nil},
	{"post empty chunks", "POST", "/", func() io.Reader { return unknown{strings.NewReader("")} }, nil},
	{"get with a body", "GET", "/", func() io.Reader { return unknown{strings.NewReader("hello")} }, nil},
	{"get with an empty body", "GET", "/", func() io.Reader { return unknown{strings.NewReader("")} }, nil},
	{"trailer", "POST", "/", func() io.Reader { return unknown{strings.NewReader("hello")} }, func(r *http.Request) {
		r.Trailer = http.Header{"Sum": {"1"}, "also": {"2"}}
	}},
	{"trailers", "GET", "/?h=Trailer:A-Sum&flush&t=A-Sum:1&t=Trailer:Late:2", nil, nil},
	{"continue", "POST", "/", text(strings.Repeat("y", 1<<17)), field("Expect", "100-continue")},
	{"host", "GET", "/", nil, func(r *http.Request) { r.Host = "example.com" }},
	{"agent", "GET", "/", nil, field("User-Agent", "mine")},
	{"no agent", "GET", "/", nil, field("User-Agent", "")},
	{"fields", "GET", "/", nil, func(r *http.Request) { r.Header["X"] = []string{"a", "b "} }},
	{"close", "GET", "/", nil, func(r *http.Request) { r.Close = true }},
	{"closes", "GET", "/?h=Connection:close", nil, nil},
	{"user", "GET", "/", nil, func(r *http.Request) { r.URL.User = url.UserPassword("a", "b") }},
	{"opaque", "GET", "/", nil, func(r *http.Request) { r.URL.Opaque = "//else/where" }},
	{"bad field", "GET", "/", nil, field("X", "a\nb")},
	{"bad name", "GET", "/", nil, field("X Y", "a")},
	{"bad trailer", "POST", "/", func() io.Reader { return unknown{strings.NewReader("")} }, func(r *http.Request) { r.Trailer = http.Header{"Content-Length": {""}} }},
	{"bad method", "G T", "/", nil, nil},
	{"bad scheme", "GET", "/", nil, func(r *http.Request) { r.URL.Scheme = "ftp" }},
	{"too long a body", "POST", "/", text("hello"), func(r *http.Request) { r.ContentLength = 3 }},
	{"too short a body", "POST", "/", text("hello"), func(r *http.Request) { r.ContentLength = 7 }},
	{"much too short a body", "POST", "/", text("hello"), func(r *http.Request) { r.ContentLength = 1 << 20 }},
}

func (a asked) request(t *testing.T, address string) *http.Request {
	var body io.Reader
	if a.body != nil {
		body = a.body()
	}
	r, err := http.NewRequest("GET", "http://"+address+a.target, body)
	require.NoError(t, err)
	r.Method = a.method
	if a.change != nil {
		a.change(r)
	}
	return r
}

// got is what has come of a request.
func got(resp *http.Response, err error) string {
	if err != nil {
		return "an error"
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	resp.Header.Del("Date")
	return fmt.Sprintf("%s %s %d %v %v %v %v %d %.1000s %v %v", resp.Proto, resp.Status, resp.ContentLength, resp.TransferEncoding, resp.Header,
		resp.Uncompressed, resp.Close, len(body), body, err, resp.Trailer)
}

// net/http's transport is the oracle, with both servers.
func TestOracle(t *testing.T) {
	for name, address := range map[string]string{"net/http": serveTheirs(t, http.HandlerFunc(shows)), "httpd": serveOurs(t, http.HandlerFunc(shows))} {
		t.Run(name, func(t *testing.T) {
			theirs := &http.Transport{ExpectContinueTimeout: time.Second}
			unpacked := &http.Transport{ExpectContinueTimeout: time.Second, DisableCompression: true}
			defer theirs.CloseIdleConnections()
			defer unpacked.CloseIdleConnections()
			onHub(t, func(tr *Transport) {
				for _, a := range requests {
					want := got(theirs.RoundTrip(a.request(t, address)))
					assert.Equal(t, want, got(tr.RoundTrip(a.request(t, address))), a.name)
					want = got(unpacked.RoundTrip(a.request(t, address)))
					var text string
					tr.Hub.Go(newFetchesFrame(tr, a.request(t, address), &text)).Join()
					assert.Equal(t, want, text, a.name)
				}
				r := asked{method: "GET", target: "/"}.request(t, address)
				r.Host = "exa\x00mple"
				_, err := tr.RoundTrip(r)
				assert.ErrorContains(t, err, "invalid Host header", "net/http sends none")
			})
		})
	}
}

// fetches is got for annotated code.
//
//greenlet:resumable
func fetches(tr *Transport, r *http.Request, text *string) {
	resp, err := tr.Do(r)
	if err != nil {
		*text = "an error"
		return
	}
	defer resp.Body.Close()
	var body []byte
	p := make([]byte, 1000)
	for err == nil {
		var n int
		n, err = resp.Body.Read(p)
		body = append(body, p[:n]...)
	}
	if err == io.EOF {
		err = nil
	}
	resp.Header.Del("Date")
	*text = fmt.Sprintf("%s %s %d %v %v %v %v %d %.1000s %v %v", resp.Proto, resp.Status, resp.ContentLength, resp.TransferEncoding, resp.Header,
		resp.Uncompressed, resp.Close, len(body), body, err, resp.Trailer)
}

// Redirects and cookies are http.Client's.
func TestClient(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/a", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "c", Value: "1"})
		http.Redirect(w, r, "/b", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/b", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c, err := r.Cookie("c")
		fmt.Fprintf(w, "%s %s %v %v", r.Method, body, c, err)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/stuck", func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	address := serveTheirs(t, mux)
	onHub(t, func(tr *Transport) {
		jar, err := cookiejar.New(nil)
		require.NoError(t, err)
		client := &http.Client{Transport: tr, Jar: jar}
		resp, err := client.Post("http://"+address+"/a", "text/plain", strings.NewReader("hello"))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, "POST hello c=1 <nil>", string(body))
		client.Timeout = 20 * time.Millisecond
		_, err = client.Get("http://" + address + "/slow")
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		client.Timeout = 500 * time.Millisecond // the header has to come in time
		resp, err = client.Get("http://" + address + "/stuck")
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.ErrorAs(t, err, &timeout)
		assert.True(t, timeout.Timeout())
		require.NoError(t, resp.Body.Close())
	})
}

// fetch is a request whose body is read.
func fetch(tr *Transport, address string) (string, error) {
	resp, err := (&http.Client{Transport: tr}).Get("http://" + address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// Connections are used again; there are no more than the limits say.
func TestPool(t *testing.T) {
	var now, most atomic.Int64
	seen := sync.Map{}
	address := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		seen.Store(r.RemoteAddr, true)
		time.Sleep(2 * time.Millisecond)
		fmt.Fprint(w, "ok")
	}))
	count := func() (n int) {
		seen.Range(func(any, any) bool { n++; return true })
		return n
	}
	onHub(t, func(tr *Transport) {
		for range 5 {
			_, err := fetch(tr, address)
			require.NoError(t, err)
		}
		assert.Equal(t, 1, count())
		assert.Equal(t, 1, tr.Idle())
	})
	onHub(t, func(tr *Transport) {
		tr.MaxPerHost, tr.MaxIdlePerHost = 3, 2
		seen.Clear()
		most.Store(0)
		g := tr.Hub.NewGroup()
		for range 20 {
			g.Go(greenlet.OnStack, func(greenlet.Section) {
				_, err := fetch(tr, address)
				assert.NoError(t, err)
			})
		}
		g.Join()
		assert.EqualValues(t, 3, most.Load())
		assert.Equal(t, 2, tr.Idle())
		assert.Less(t, count(), 20)
	})
	onHub(t, func(tr *Transport) {
		tr.IdleTimeout = 5 * time.Millisecond
		_, err := fetch(tr, address)
		require.NoError(t, err)
		for tr.Idle() > 0 {
			tr.Hub.Sleep(time.Millisecond)
		}
	})
	onHub(t, func(tr *Transport) {
		tr.WithoutKeepAlive = true
		_, err := fetch(tr, address)
		require.NoError(t, err)
		assert.Zero(t, tr.Idle())
	})
}

// scripted is a server that does with each connection what the script says, by its number.
func scripted(t *testing.T, script func(n int, c net.Conn, r *bufio.Reader)) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				script(n, c, bufio.NewReader(c))
			}()
		}
	}()
	return l.Addr().String()
}

func header(r *bufio.Reader) bool {
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == "\r\n" {
			return true
		}
	}
}

// A server may close a connection that waits: what can be asked again is, in the moment of the
// request as well.
func TestClosedIdle(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	closed := make(chan bool, 10)
	for how, script := range map[string]func(n int, c net.Conn, r *bufio.Reader){
		"at once": func(n int, c net.Conn, r *bufio.Reader) {
			header(r)
			io.WriteString(c, answer)
			c.Close()
			closed <- true
		},
		"when asked": func(n int, c net.Conn, r *bufio.Reader) {
			header(r)
			io.WriteString(c, answer)
			closed <- true
			if n == 0 {
				header(r)
				return
			}
			for header(r) {
				io.WriteString(c, answer)
			}
		},
		"reset": func(n int, c net.Conn, r *bufio.Reader) {
			header(r)
			io.WriteString(c, answer)
			closed <- true
			if n == 0 {
				header(r)
				c.(*net.TCPConn).SetLinger(0)
			}
		},
		"says more": func(n int, c net.Conn, r *bufio.Reader) {
			header(r)
			io.WriteString(c, answer+"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
			closed <- true
			header(r)
		},
	} {
		t.Run(how, func(t *testing.T) {
			address := scripted(t, script)
			onHub(t, func(tr *Transport) {
				for i := range 2 {
					body, err := fetch(tr, address)
					require.NoError(t, err, "%d", i)
					assert.Equal(t, "ok", body)
					hub.Receive(tr.Hub, closed)
				}
				if how == "when asked" { // not again what may have been done
					tr.CloseIdleConnections()
				}
			})
		})
	}
	var asked atomic.Int64
	address := scripted(t, func(n int, c net.Conn, r *bufio.Reader) {
		for header(r) && asked.Add(1) == 1 {
			io.WriteString(c, answer)
		}
	})
	onHub(t, func(tr *Transport) {
		_, err := fetch(tr, address)
		require.NoError(t, err)
		_, err = (&http.Client{Transport: tr}).Post("http://"+address, "", nil)
		assert.ErrorIs(t, err, io.EOF)
		assert.EqualValues(t, 2, asked.Load())
	})
}

// Servers that do not keep to the protocol are errors, and their connections closed.
func TestBadServers(t *testing.T) {
	endless := func(part string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, part); err != nil {
					return
				}
			}
		}
	}
	says := func(text string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, text) } }
	for _, test := range []struct {
		name string
		do   func(net.Conn)
		want string // of the error
	}{
		{"nothing", says(""), "EOF"},
		{"reset", func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }, "reset"},
		{"half a header", says("HTTP/1.1 200 OK\r\nContent-"), "unexpected EOF"},
		{"no header", says("hello\r\n\r\n"), "malformed"},
		{"another protocol", says("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "malformed"},
		{"no line end", endless("x"), "too long"},
		{"endless fields", endless("A: b\r\n"), "too long"},
		{"endless 1xx", func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 102 Processing\r\n\r\n"); err != nil {
					return
				}
			}
		}, "too long"},
		{"bad status", says("HTTP/1.1 2x0 OK\r\n\r\n"), "malformed"},
		{"bad version", says("HTTP/x 200 OK\r\n\r\n"), "malformed"},
		{"bad field", says("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), "malformed"},
		{"bad length", says("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"), "bad Content-Length"},
		{"two lengths", says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), "Content-Length"},
		{"negative length", says("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"), "bad Content-Length"},
		{"truncated", says("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), "unexpected EOF"},
		{"truncated by a reset", func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
			time.Sleep(5 * time.Millisecond)
			c.(*net.TCPConn).SetLinger(0)
		}, "reset"},
		{"truncated chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nhello"), "unexpected EOF"},
		{"no last chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"), "unexpected EOF"},
		{"bad chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nhello\r\n"), "malformed chunk"},
		{"huge chunk", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n"), "malformed chunk"},
		{"long chunk line", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + strings.Repeat("x", 5000) + "\r\nhello\r\n"), "malformed chunk"},
		{"chunk longer than it says", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n"), "malformed chunk"},
		{"bad trailer", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n"), "malformed trailer"},
		{"unknown coding", says("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello"), "unsupported transfer encoding"},
		{"not gzip", says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 15\r\n\r\nhello for gzip!"), "gzip"},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) {
				header(r)
				test.do(c)
			})
			onHub(t, func(tr *Transport) {
				tr.MaxHeader = 1 << 14
				_, err := fetch(tr, address)
				assert.ErrorContains(t, err, test.want)
				if test.name != "not gzip" { // all of it has been read
					assert.Zero(t, tr.Idle())
				}
			})
		})
	}
}

// What is behind the answer is none, be it longer than it says, or a body where there can't be one.
func TestMoreThanSaid(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, world",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n, world",
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
		"HTTP/1.0 200 OK\r\n\r\nhello",
	} {
		address := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) {
			header(r)
			io.WriteString(c, text)
		})
		onHub(t, func(tr *Transport) {
			for range 2 {
				body, err := fetch(tr, address)
				assert.NoError(t, err)
				assert.Equal(t, "hello", body)
			}
		})
	}
}

// A server may answer before it has the body, and need not take it.
func TestAnswerBeforeBody(t *testing.T) {
	answered := make(chan bool, 2)
	address := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) {
		header(r)
		io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
		<-answered // to close it before would take the answer away
	})
	onHub(t, func(tr *Transport) {
		for _, body := range []io.Reader{strings.NewReader(strings.Repeat("x", 64<<20)), &slow{hub: tr.Hub, left: 1 << 30}} {
			resp, err := (&http.Client{Transport: tr}).Post("http://"+address, "", body)
			require.NoError(t, err)
			assert.Equal(t, 413, resp.StatusCode)
			text, err := io.ReadAll(resp.Body)
			assert.NoError(t, err)
			assert.Equal(t, "no", string(text))
			answered <- true
			require.NoError(t, resp.Body.Close())
			assert.Zero(t, tr.Idle())
		}
	})
}

// slow is a plain body that waits, and knows whether it is closed.
type slow struct {
	hub    *hub.Hub
	left   int
	fails  error
	closed bool
}

func (s *slow) Read(p []byte) (int, error) {
	s.hub.Sleep(time.Millisecond)
	if s.left == 0 {
		if s.fails != nil {
			return 0, s.fails
		}
		return 0, io.EOF
	}
	n := min(len(p), s.left, 100)
	s.left -= n
	return copy(p, strings.Repeat("s", n)), nil
}

func (s *slow) Close() error {
	s.closed = true
	return nil
}

// Bodies of requests may wait, fail, and are closed in any case.
func TestRequestBodies(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(shows))
	onHub(t, func(tr *Transport) {
		client := &http.Client{Transport: tr}
		s := &slow{hub: tr.Hub, left: 1000}
		resp, err := client.Post("http://"+address, "", s)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		assert.NoError(t, err)
		assert.Contains(t, string(body), " 1000 <nil>")
		assert.True(t, s.closed)
		resp.Body.Close()
		for _, left := range []int{0, 1000} {
			s = &slow{hub: tr.Hub, left: left, fails: errors.ErrUnsupported}
			_, err = client.Post("http://"+address, "", s)
			assert.ErrorIs(t, err, errors.ErrUnsupported)
			assert.True(t, s.closed)
		}
		s = &slow{hub: tr.Hub, left: 1000}
		r, _ := http.NewRequest("POST", "http://"+address, s)
		r.Header.Set("bad name", "")
		_, err = tr.RoundTrip(r)
		assert.Error(t, err)
		assert.True(t, s.closed)
		s = &slow{hub: tr.Hub, left: 1000}
		_, err = client.Post("http://127.0.0.1:1", "", s)
		assert.Error(t, err)
		assert.True(t, s.closed)
	})
}

// A request that expects to be told to continue waits for it, but not for ever, and not if the answer
// is another one.
func TestContinue(t *testing.T) {
	read := make(chan string, 10)
	address := scripted(t, func(n int, c net.Conn, r *bufio.Reader) {
		header(r)
		switch n {
		case 0:
			io.WriteString(c, "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		case 1:
			io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		body := make([]byte, 5)
		m, _ := io.ReadFull(r, body)
		read <- string(body[:m])
		io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	for _, want := range []string{"417 ", "200 hello", "200 hello"} {
		onHub(t, func(tr *Transport) {
			tr.ContinueTimeout = 50 * time.Millisecond
			r, _ := http.NewRequest("POST", "http://"+address, strings.NewReader("hello"))
			r.Header.Set("Expect", "100-continue")
			resp, err := tr.RoundTrip(r)
			require.NoError(t, err)
			resp.Body.Close()
			body, _ := hub.Receive(tr.Hub, read)
			assert.Equal(t, want, fmt.Sprint(resp.StatusCode, " ", body))
		})
	}
}

// Timeouts and contexts end a request at any of its waits, and so does a kill. The connection is closed.
func TestEnds(t *testing.T) {
	closed := make(chan int, 10)
	address := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) {
		line, _ := r.ReadString('\n')
		header(r)
		if strings.Contains(line, "body") {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")
		}
		n, _ := io.Copy(io.Discard, r)
		closed <- int(n)
	})
	for _, path := range []string{"/", "/body"} {
		t.Run(path, func(t *testing.T) {
			onHub(t, func(tr *Transport) {
				ctx, cancel := context.WithCancelCause(t.Context())
				tr.Hub.AfterFunc(5*time.Millisecond, func() { cancel(os.ErrExist) })
				r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+address+path, nil)
				resp, err := tr.RoundTrip(r)
				if path == "/body" {
					require.NoError(t, err)
					_, err = io.ReadAll(resp.Body)
				}
				assert.ErrorIs(t, err, os.ErrExist)
				hub.Receive(tr.Hub, closed)
				task := tr.Hub.Go(greenlet.OnStack, func(greenlet.Section) { fetch(tr, address+path) })
				tr.Hub.Sleep(5 * time.Millisecond)
				task.Kill()
				hub.Receive(tr.Hub, closed)
				var text string
				task = tr.Hub.Go(newFetchesFrame(tr, must(http.NewRequest("GET", "http://"+address+path, nil)), &text))
				tr.Hub.Sleep(5 * time.Millisecond)
				task.Kill()
				hub.Receive(tr.Hub, closed)
				_, err = tr.RoundTrip(r)
				assert.ErrorIs(t, err, os.ErrExist, "it is done before")
			})
		})
	}
	onHub(t, func(tr *Transport) {
		tr.HeaderTimeout = 5 * time.Millisecond
		_, err := fetch(tr, address)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		hub.Receive(tr.Hub, closed)
		resp, err := tr.RoundTrip(must(http.NewRequest("GET", "http://"+address+"/body", nil)))
		require.NoError(t, err)
		tr.Hub.Sleep(10 * time.Millisecond)
		n, err := resp.Body.Read(make([]byte, 10))
		assert.Equal(t, "2 <nil>", fmt.Sprint(n, err), "the time is that of the header")
		require.NoError(t, resp.Body.Close())
		_, err = resp.Body.Read(make([]byte, 10))
		assert.Equal(t, errClosed, err)
		hub.Receive(tr.Hub, closed)
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Requests go by a proxy, which the environment may name.
func TestProxy(t *testing.T) {
	target := serveTheirs(t, http.HandlerFunc(shows))
	asked := make(chan string, 10)
	proxy := serveTheirs(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- fmt.Sprint(r.Method, " ", r.RequestURI, " ", r.Header.Get("Proxy-Authorization"))
		r.Header.Del("Proxy-Authorization")
		(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.Out.URL.Host = p.In.Host; p.Out.URL.Scheme = "http" }}).ServeHTTP(w, r)
	}))
	onHub(t, func(tr *Transport) {
		tr.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy, User: url.UserPassword("me", "secret")})
		for _, path := range []string{"/a", "/b?c"} {
			body, err := fetch(tr, target+path)
			require.NoError(t, err)
			assert.Contains(t, body, "GET "+path+" "+target)
		}
		assert.Equal(t, 1, tr.Idle(), "one connection for all that it leads to")
		for _, path := range []string{"/a", "/b?c"} {
			assert.Equal(t, "GET http://"+target+path+" Basic bWU6c2VjcmV0", <-asked)
		}
		tr.Proxy = http.ProxyURL(&url.URL{Scheme: "socks5", Host: proxy})
		_, err := fetch(tr, target)
		assert.ErrorContains(t, err, `unsupported proxy scheme "socks5"`)
		assert.NotNil(t, New(tr.Hub).Proxy)
	})
}

// 1xx answers are told of.
func TestInformed(t *testing.T) {
	address := serveOurs(t, http.HandlerFunc(shows))
	onHub(t, func(tr *Transport) {
		var told []string
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			told = append(told, fmt.Sprint(code, h))
			return nil
		}})
		resp, err := tr.RoundTrip(must(http.NewRequestWithContext(ctx, "GET", "http://"+address+"/?early", nil)))
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, []string{"103 map[Link:[x]]"}, told)
	})
}

// An upgraded connection can be read and written.
func TestUpgrade(t *testing.T) {
	address := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) {
		header(r)
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nfirst,")
		io.Copy(c, r)
	})
	onHub(t, func(tr *Transport) {
		resp, err := tr.RoundTrip(must(http.NewRequest("GET", "http://"+address, nil)))
		require.NoError(t, err)
		rw := resp.Body.(io.ReadWriteCloser)
		_, err = io.WriteString(rw, "second")
		require.NoError(t, err)
		got := make([]byte, 12)
		_, err = io.ReadFull(rw, got)
		require.NoError(t, err)
		assert.Equal(t, "first,second", string(got))
		require.NoError(t, rw.Close())
		assert.Zero(t, tr.Idle())
	})
}

// A ReverseProxy is a handler of our server, with our client, on one hub.
func TestReverseProxy(t *testing.T) {
	target := serveTheirs(t, http.HandlerFunc(shows))
	direct := &http.Transport{ExpectContinueTimeout: time.Second}
	defer direct.CloseIdleConnections()
	h := hub.New()
	l := must(socket.Listen(h, "tcp", "127.0.0.1:0"))
	address := l.Addr().String()
	tr := New(h)
	proxy := &httputil.ReverseProxy{Transport: tr, ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&url.URL{Scheme: "http", Host: target})
		p.Out.Host = target
	}}
	s := &httpd.Server{Listener: l, Handler: proxy}
	ended := make(chan error, 1)
	h.Go(greenlet.OnStack, func(greenlet.Section) { _ = s.Serve() })
	go func() { ended <- h.Run(context.Background()) }()
	defer func() {
		h.Post(func() { h.Go(greenlet.OnStack, func(greenlet.Section) { s.Stop(0); tr.CloseIdleConnections() }) })
		assert.NoError(t, <-ended)
	}()
	plain := func(text string) string { // without what a proxy changes
		for _, f := range []string{"Accept-Encoding:[gzip] ", "Accept-Encoding:[gzip]", "User-Agent:[Go-http-client/1.1]", "Connection:[close]", " "} {
			text = strings.ReplaceAll(text, f, "")
		}
		return text
	}
	for _, a := range requests {
		if slices.Contains([]string{"bad field", "bad name", "bad method", "bad trailer", "too long a body", "too short a body", "much too short a body", "bad scheme",
			"host", "user", "opaque", "agent", "no agent", "closes", "close", "trailer", "gzip", "gzip with a length", "no method", "continue", "length", "long",
			"gzip by itself", "post empty chunks", "get with a body", "get with an empty body"}, a.name) {
			continue
		}
		want := plain(got(direct.RoundTrip(a.request(t, target))))
		r := a.request(t, address)
		have := plain(got(direct.RoundTrip(r)))
		assert.Equal(t, want, have, a.name)
	}
	for _, a := range requests {
		if a.name == "put much" || a.name == "post much in chunks" || a.name == "long" || a.name == "continue" {
			text := got(direct.RoundTrip(a.request(t, address)))
			assert.Contains(t, text, " 200 OK ", a.name)
			assert.NotContains(t, text, "EOF", a.name)
		}
	}
	c := must(net.Dial("tcp", address))
	io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello")
	c.Close() // in the middle
	resp, err := direct.RoundTrip(must(http.NewRequest("GET", "http://"+address+"/?bytes=5", nil)))
	require.NoError(t, err)
	resp.Body.Close()
}
