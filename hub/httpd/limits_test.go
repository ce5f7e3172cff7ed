//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const short100 = 100 * time.Millisecond

// The client is told to continue when the handler begins to read, and not before.
func TestExpect(t *testing.T) {
	s := start(t, HandlerFunc(newExpecting))
	c := s.dial()
	expects := func(path string) string {
		return request("POST", path, "1.1", "Expect: 100-Continue", "Content-Length: 5")
	}
	c.send(expects("/read"))
	line, err := c.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	line, err = c.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "\r\n", line)
	c.send("hello")
	assert.Equal(t, "200 hello", c.get("POST"))

	c.send(expects("/no")) // nor may it be told later: the connection ends
	assert.Equal(t, "403 no", c.get("POST"))
	c.closed()

	c = s.dial()
	c.send(expects("/late"))
	assert.Equal(t, "200 ", c.get("POST")) // which has a length of 0
	c.closed()

	c = s.dial()
	c.send(request("POST", "/read", "1.1", "Expect: 100-continue", "Content-Length: 99999999"))
	assert.Equal(t, "200 http: request body too large", c.get("POST"))
	c.closed()
	assert.Empty(t, s.lines(&s.panics))
}

//greenlet:resumable
func newExpecting(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/no":
		w.WriteHeader(http.StatusForbidden)
		w.Write([]byte("no"))
		return
	case "/late":
		w.Header().Set("Content-Length", "0")
		w.(http.Flusher).Flush()
	}
	if err := Receive(r); err != nil {
		fmt.Fprint(w, err)
		return
	}
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s", body)
	if err != nil {
		panic(err)
	}
}

func TestLimits(t *testing.T) {
	s := start(t, echoes{100}, func(s *Server) { s.MaxHeader, s.MaxBody = 1000, 1000 })
	for _, c := range []struct{ text, want string }{
		{request("POST", "/", "1.1", "A: "+strings.Repeat("x", 900), "Content-Length: 1") + "x", "200 x"},
		{get("/", "A: "+strings.Repeat("x", 1000)), "431 431 Request Header Fields Too Large"},
		{strings.Repeat("x", 1000), "431 431 Request Header Fields Too Large"},
		{get("/", strings.Repeat("A: b\r\n", 1000)), "431 431 Request Header Fields Too Large"},
		{request("POST", "/", "1.1", "Content-Length: 1000") + strings.Repeat("x", 1000), "200 " + strings.Repeat("x", 1000)},
		{request("POST", "/", "1.1", "Content-Length: 1001"), "413 Request Entity Too Large\n"},
		{request("POST", "/", "1.1", "Transfer-Encoding: chunked") + "1\r\nx\r\n3e8\r\n", "200 x failed: http: request body too large"},
		{request("POST", "/", "1.1", "Transfer-Encoding: chunked") + "1\r\nx\r\nfff", "200 x failed: unexpected EOF"},
	} {
		d := s.dial()
		d.send(c.text)
		require.NoError(t, d.Conn.(*net.TCPConn).CloseWrite())
		assert.Equal(t, c.want, d.get("POST"))
		d.closed()
	}
}

// chunked are bodies in chunks; net/http says which are malformed.
var chunked = []string{
	"0\r\n\r\n", "1\r\nx\r\n0\r\n\r\n", "01\r\nx\r\n00\r\n\r\n", "1 \r\nx\r\n0\r\n\r\n", "1\t;x\r\nx\r\n0;y=\"z\"\r\n\r\n",
	"1\nx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\r\n0\n\r\n", "1\r\nx\r\n0\r\n\n", "1\r\r\nx\r\n0\r\n\r\n", "1;a\rb\r\nx\r\n0\r\n\r\n",
	"1;a\nb\r\nx\r\n0\r\n\r\n", "\n", "\n0\r\n\r\n", "1\r\nx\r\n\n0\r\n\r\n", "\r\n0\r\n\r\n", " 1\r\nx\r\n0\r\n\r\n", "+1\r\nx\r\n0\r\n\r\n", "-1\r\nx\r\n0\r\n\r\n", "0x1\r\nx\r\n0\r\n\r\n",
	"1_0\r\nx\r\n0\r\n\r\n", "g\r\nx\r\n0\r\n\r\n", "1 1\r\nx\r\n0\r\n\r\n", ";\r\n0\r\n\r\n", "1\r\nxx\r\n0\r\n\r\n", "2\r\nx\r\n0\r\n\r\n",
	"1\r\nx0\r\n\r\n", "ffffffffffffffff\r\nx\r\n0\r\n\r\n", "10000000000000000\r\nx\r\n0\r\n\r\n", "00000000000000001\r\nx\r\n0\r\n\r\n",
	"1;" + strings.Repeat("x", 4000) + "\r\nx\r\n0\r\n\r\n", "1;" + strings.Repeat("x", 5000) + "\r\nx\r\n0\r\n\r\n",
	strings.Repeat("1;"+strings.Repeat("x", 1000)+"\r\nx\r\n", 100) + "0\r\n\r\n", strings.Repeat("1\r\nx\r\n", 10000) + "0\r\n\r\n",
	"0\r\nA: b\r\n\r\n", "0\r\nA: b\n\r\n\r\n", "0\r\nA: b\nC: d\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\nnonsense\r\n\r\n", "0\r\nA: b\r\n", "0\r\n", "0", "", "5\r\nhell",
	"0\r\nA: " + strings.Repeat("x", 5000) + "\r\n\r\n",
}

// What net/http takes for malformed is an error to who reads it; all else is the same.
func TestChunks(t *testing.T) {
	plain, direct := start(t, http.HandlerFunc(handlers)), start(t, echoes{3})
	for _, body := range chunked {
		text := request("POST", "/?read", "1.1", "Transfer-Encoding: chunked") + body
		ask := func(address string) string {
			c := dial(t, address)
			c.send(text)
			require.NoError(t, c.Conn.(*net.TCPConn).CloseWrite())
			return c.get("POST")
		}
		name := fmt.Sprintf("%.100q", body)
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		require.NoError(t, err)
		if want, err := io.ReadAll(r.Body); err == nil {
			assert.Equal(t, fmt.Sprintf("200 POST [chunked] -1 %v true %s;", r.Trailer, want), ask(plain.address), name)
			assert.Equal(t, fmt.Sprintf("200 %s", want), ask(direct.address), name)
		} else {
			assert.Regexp(t, `^200 POST \[chunked\] -1 .* false `, ask(plain.address), name)
			assert.Contains(t, ask(direct.address), " failed: ", name)
		}
	}
}

// A trailer's end is where it seems to be: a request behind it is not taken for a part of it.
func TestTrailerEnd(t *testing.T) {
	s := start(t, http.HandlerFunc(hello))
	c := s.dial()
	c.send(request("POST", "/one", "1.1", "Transfer-Encoding: chunked") + "0\r\nA: b\n\n" + get("/two"))
	assert.Equal(t, "200 hello one", c.get("POST"))
	assert.Equal(t, "200 hello two", c.get("GET"))
}

// writes writes much, and tells what has come of it.
type writes struct{ ended chan error }

//greenlet:resumable
func (h *writes) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	for {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			h.ended <- err
			return
		}
	}
}

// Who does not read is cut off; and who has gone.
func TestSlowReaders(t *testing.T) {
	h := &writes{make(chan error, 2)}
	s := start(t, h, func(s *Server) { s.WriteTimeout = short100 })
	c := s.dial()
	c.send(get("/"))
	assert.ErrorIs(t, <-h.ended, os.ErrDeadlineExceeded)
	c = s.dial()
	c.send(get("/"))
	_, err := io.ReadFull(c, make([]byte, 10<<20))
	require.NoError(t, err)
	c.Close()
	assert.Error(t, <-h.ended)
	much := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 20<<20)) }),
		func(s *Server) { s.WriteTimeout = short100 })
	c = much.dial()
	c.send(get("/"))
	require.Eventually(t, func() bool { return len(much.lines(&much.answers)) == 1 }, time.Minute, 10*time.Millisecond)
}

// A panic is answered if nothing has been sent, and is that connection's affair.
func TestPanic(t *testing.T) {
	s := start(t, HandlerFunc(failing))
	other := s.dial()
	other.send(get("/hello"))
	assert.Equal(t, "200 hello", other.get("GET"))
	for path, want := range map[string]string{"/now": "500 500 Internal Server Error", "/written": "500 500 Internal Server Error"} {
		c := s.dial()
		c.send(get(path))
		assert.Equal(t, want, c.get("GET"))
		c.closed()
	}
	c := s.dial()
	c.send(get("/abort"))
	c.closed()
	c = s.dial()
	c.send(get("/sent"))
	resp, err := http.ReadResponse(c.Reader, nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "sent", string(body))
	other.send(get("/hello"))
	assert.Equal(t, "200 hello", other.get("GET"))
	assert.ElementsMatch(t, []string{"as you wish", "as you wish", "as you wish"}, s.lines(&s.panics))
	assert.ElementsMatch(t, []string{"GET /hello 200 5", "GET /now 500 0", "GET /written 500 0", "GET /abort 0 0", "GET /sent 200 4", "GET /hello 200 5"},
		s.told(6))
}

// Who aborts an answer does not take away those before it.
func TestAbortBehindAnswers(t *testing.T) {
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/abort":
			panic(http.ErrAbortHandler)
		case "/sent":
			io.WriteString(w, strings.Repeat("x", 3*bufferSize))
			panic("as you wish")
		}
		hello(w, r)
	}))
	for _, path := range []string{"/abort", "/sent"} {
		c := s.dial()
		c.send(get("/one") + get("/two") + get(path) + get("/three"))
		assert.Equal(t, "200 hello one", c.get("GET"), path)
		assert.Equal(t, "200 hello two", c.get("GET"), path)
		rest, err := io.ReadAll(c.Reader)
		require.NoError(t, err)
		assert.NotContains(t, string(rest), "three")
	}
}

//greenlet:resumable
func failing(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/hello":
		w.Write([]byte("hello"))
		return
	case "/abort":
		panic(http.ErrAbortHandler)
	case "/written":
		w.Header().Set("A", "b")
		w.Write([]byte("written"))
	case "/sent":
		w.Write([]byte("sent"))
		w.(http.Flusher).Flush()
	}
	panic("as you wish")
}

// Plain code that an annotated handler calls can read what has been received, and nothing else.
func TestPlainReader(t *testing.T) {
	s := start(t, HandlerFunc(impatient))
	c := s.dial()
	c.send(request("POST", "/", "1.1", "Content-Length: 10") + "hello")
	assert.Equal(t, `200 "" `+errPlain.Error()+`, then "helloworld" <nil>`, func() string {
		time.AfterFunc(short100, func() { c.send("world") })
		return c.get("POST")
	}())
}

//greenlet:resumable
func impatient(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%q %v, ", body, err)
	if !errors.Is(err, errPlain) {
		return
	}
	if err := Receive(r); err != nil {
		panic(err)
	}
	body, err = io.ReadAll(r.Body)
	fmt.Fprintf(w, "then %q %v", body, err)
}
