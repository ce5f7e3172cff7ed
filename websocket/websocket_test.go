//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package websocket

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpc"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echo sends what it receives, and keeps the last error.
type echo struct{ ended chan error }

//greenlet:resumable
func (e *echo) ServeWebSocket(c *Conn) {
	for {
		op, message, err := c.Receive()
		if err == nil {
			err = c.Send(op, message)
		}
		if err != nil {
			if e.ended != nil {
				e.ended <- err
			}
			return
		}
	}
}

// plainEcho is echo that nobody has annotated.
type plainEcho struct{ *echo }

func (p plainEcho) ServeWebSocket(c *Conn) { p.echo.ServeWebSocket(c) }

// running is a server with a hub on a goroutine of its own.
type running struct {
	*httpd.Server
	h       *hub.Hub
	address string
}

func start(t *testing.T, handler http.Handler) *running {
	t.Helper()
	h := hub.New()
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { t.Error(err, err.Stack) })
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &running{&httpd.Server{Listener: l, Handler: handler}, h, l.Addr().String()}
	h.Go(greenlet.OnStack, func(greenlet.Section) { _ = s.Serve() })
	ended := make(chan error, 1)
	go func() { ended <- h.Run(context.Background()) }()
	t.Cleanup(func() {
		s.stop(time.Second)
		assert.NoError(t, <-ended)
		assert.Zero(t, s.Len())
	})
	return s
}

// stop stops the server, and waits for that.
func (s *running) stop(d time.Duration) {
	done := make(chan struct{})
	s.h.Post(func() { s.h.Go(greenlet.OnStack, func(greenlet.Section) { defer close(done); s.Stop(d) }) })
	select {
	case <-done:
	case <-time.After(10 * time.Second):
	}
}

// raw is a client whose frames are written by hand.
type raw struct {
	net.Conn
	r *bufio.Reader
	t *testing.T
}

const key = "dGhlIHNhbXBsZSBub25jZQ=="

func (s *running) dial(t *testing.T, fields ...string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	r := &raw{c, bufio.NewReader(c), t}
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n",
		key, strings.Join(append(fields, ""), "\r\n"))
	resp, err := http.ReadResponse(r.r, nil)
	require.NoError(t, err)
	require.Equal(t, 101, resp.StatusCode)
	assert.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", resp.Header.Get("Sec-WebSocket-Accept"))
	return r
}

// bytes of frames, masked.
func masked(frames ...ws.Frame) (p []byte) {
	for _, f := range frames {
		f.Payload = bytes.Clone(f.Payload)
		p = append(p, ws.MustCompileFrame(ws.MaskFrame(f))...)
	}
	return p
}

func (r *raw) send(p []byte) {
	r.t.Helper()
	_, err := r.Write(p)
	require.NoError(r.t, err)
}

// frames are what comes up to the end of the connection: kinds and payloads, or their lengths.
func (r *raw) frames() (list []string) {
	for {
		f, err := ws.ReadFrame(r.r)
		if err != nil {
			if err != io.EOF {
				list = append(list, err.Error())
			}
			return list
		}
		list = append(list, show(f))
		if f.Header.OpCode == ws.OpClose {
			_ = r.Conn.(*net.TCPConn).CloseWrite()
		}
	}
}

func show(f ws.Frame) string {
	text := string(f.Payload)
	if len(text) > 40 {
		text = fmt.Sprintf("%d bytes", len(text))
	}
	if f.Header.OpCode == ws.OpClose && len(f.Payload) >= 2 {
		code, reason := ws.ParseCloseFrameData(f.Payload)
		text = strings.TrimSpace(fmt.Sprint(code, " ", reason))
	}
	kind := map[ws.OpCode]string{ws.OpText: "text", ws.OpBinary: "binary", ws.OpPing: "ping", ws.OpPong: "pong", ws.OpClose: "close", ws.OpContinuation: "more"}[f.Header.OpCode]
	if f.Header.Rsv1() {
		kind = "packed " + kind
	}
	return strings.TrimSpace(kind + " " + text)
}

// Requests that are not for a WebSocket are refused, with what is wrong.
func TestRefused(t *testing.T) {
	s := start(t, &Handler{Serve: &echo{}})
	for text, want := range map[string]int{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n": 426,
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n":                 405,
		"GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n":                                                  505,
		"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n":                                                              400,
		"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: " + key + "\r\n\r\n":                                        426,
		"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: abc\r\n\r\n":                                               400,
		"GET / HTTP/1.1\r\nHost: x\r\nOrigin: http://evil\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n":                403,
		"GET / HTTP/1.1\r\nHost: x:80\r\nOrigin: http://x:80\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n\r\n\x88\x80abcd": 101,
	} {
		c, err := net.Dial("tcp", s.address)
		require.NoError(t, err)
		fmt.Fprint(c, text)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		assert.Equal(t, want, resp.StatusCode, text)
		if want == 426 {
			assert.Equal(t, "13", resp.Header.Get("Sec-WebSocket-Version"))
		}
		c.Close()
	}
}

// Subprotocols are chosen by the client, and extensions where both sides have them.
func TestAgreed(t *testing.T) {
	got := make(chan string, 1)
	s := start(t, &Handler{Options: Options{Protocols: []string{"b", "c"}, Compress: true}, Serve: serving(func(c *Conn) {
		got <- fmt.Sprint(c.Protocol(), " ", c.Compressed())
	})})
	for fields, want := range map[string]string{
		"":                                " false",
		"Sec-WebSocket-Protocol: a, c, b": "c false",
		"Sec-WebSocket-Protocol: a":       " false",
		"Sec-WebSocket-Extensions: x":     " false",
		"Sec-WebSocket-Extensions: x, permessage-deflate; client_max_window_bits": " true",
		"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10": " false",
	} {
		c := s.dial(t, fields)
		assert.Equal(t, want, <-got, fields)
		c.Close()
	}
}

// serving is a function that serves.
type serving func(*Conn)

func (f serving) ServeWebSocket(c *Conn) { f(c) }

// onHub calls f on a stack of a task, with a transport of its hub.
func onHub(t *testing.T, f func(tr *httpc.Transport)) {
	t.Helper()
	h := hub.New()
	tr := httpc.New(h)
	tr.Proxy = nil
	task := h.Go(greenlet.OnStack, func(greenlet.Section) { f(tr) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.NoError(t, h.Run(ctx))
	assert.NoError(t, task.Err())
}

func connect(t *testing.T, tr *httpc.Transport, address string, o *Options) *Conn {
	t.Helper()
	r, err := http.NewRequest("GET", "ws://"+address, nil)
	require.NoError(t, err)
	c, _, err := Dial(tr, r, o)
	require.NoError(t, err)
	return c
}

// Our client and our server speak with each other and with the library's, packed and not.
func TestBothSides(t *testing.T) {
	s := start(t, &Handler{Serve: &echo{}, Options: Options{Compress: true}})
	plain := start(t, &Handler{Serve: plainEcho{&echo{}}})
	theirs, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer theirs.Close()
	go func() {
		for {
			c, err := theirs.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := ws.Upgrade(c); err != nil {
					return
				}
				for {
					p, op, err := wsutil.ReadClientData(c)
					if err != nil || wsutil.WriteServerMessage(c, op, p) != nil {
						return
					}
				}
			}()
		}
	}()
	for _, address := range []string{s.address, plain.address, theirs.Addr().String()} {
		for _, packs := range []bool{false, true} {
			onHub(t, func(tr *httpc.Transport) {
				c := connect(t, tr, address, &Options{Compress: packs, Protocols: nil})
				assert.Equal(t, packs && address == s.address, c.Compressed())
				for _, n := range []int{0, 1, 125, 126, 127, 128, 1000, 65535, 65536, 1 << 20} {
					for _, op := range []ws.OpCode{ws.OpText, ws.OpBinary} {
						message := bytes.Repeat([]byte("abcdefghij"), n/10+1)[:n]
						require.NoError(t, c.Send(op, message))
						got, answer, err := c.Receive()
						require.NoError(t, err)
						assert.Equal(t, op, got)
						assert.True(t, bytes.Equal(message, answer), "%d", n)
					}
				}
				require.NoError(t, c.Ping([]byte("x")))
				require.NoError(t, c.Close(ws.StatusNormalClosure, "enough"))
				assert.Equal(t, ErrClosed, c.SendText("x"))
			})
		}
	}
	onHub(t, func(tr *httpc.Transport) {
		r, _ := http.NewRequest("GET", "ws://"+s.address, nil)
		r.Header.Set("Origin", "http://evil")
		_, resp, err := Dial(tr, r, nil)
		assert.ErrorContains(t, err, "403")
		assert.Equal(t, 403, resp.StatusCode)
		assert.Zero(t, tr.Idle())
	})
}

// A server that agrees to what was not asked for is none.
func TestBadServers(t *testing.T) {
	for fields, want := range map[string]string{
		"Upgrade: websocket\r\nConnection: Upgrade":    "bad Sec-WebSocket-Accept",
		"Upgrade: h2c\r\nConnection: Upgrade":          "something else",
		"Sec-WebSocket-Extensions: permessage-deflate": "unexpected extension",
		"Sec-WebSocket-Protocol: x":                    "unexpected subprotocol",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			r, err := http.ReadRequest(bufio.NewReader(c))
			if err != nil {
				return
			}
			if strings.HasPrefix(fields, "Sec") {
				fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept(r.Header.Get("Sec-WebSocket-Key")) + "\r\n" + fields
			}
			fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\n%s\r\n\r\n", fields)
		}()
		onHub(t, func(tr *httpc.Transport) {
			r, _ := http.NewRequest("GET", "ws://"+l.Addr().String(), nil)
			_, _, err := Dial(tr, r, nil)
			assert.ErrorContains(t, err, want)
		})
		l.Close()
	}
}

// A side that does not read is not read from, and waited for no longer than the limit.
func TestSlowReader(t *testing.T) {
	e := &echo{make(chan error, 1)}
	s := start(t, &Handler{Serve: e, Options: Options{WriteTimeout: 50 * time.Millisecond}})
	c := s.dial(t)
	go func() {
		p := masked(ws.NewBinaryFrame(make([]byte, 1<<19)))
		for {
			if _, err := c.Write(p); err != nil {
				return
			}
		}
	}()
	var late net.Error
	require.ErrorAs(t, <-e.ended, &late)
	assert.True(t, late.Timeout())

	pings := start(t, &Handler{Serve: e, Options: Options{WriteTimeout: 50 * time.Millisecond}})
	c = pings.dial(t)
	go func() {
		p := bytes.Repeat(masked(ws.NewPingFrame(make([]byte, 125))), 1000)
		for {
			if _, err := c.Write(p); err != nil {
				return
			}
		}
	}()
	assert.Error(t, <-e.ended, "one that only sends pings, too")
}

// both is a handler with several tasks that send.
type both struct{ h **hub.Hub }

//greenlet:resumable
func (b *both) sends(c *Conn, what string, n int) {
	for range n {
		if c.SendText(strings.Repeat(what, 30000)) != nil {
			return
		}
	}
}

//greenlet:resumable
func (b *both) ServeWebSocket(c *Conn) {
	g := (*b.h).NewGroup()
	for _, what := range []string{"a", "b", "c"} {
		g.Go(b.sends, c, what, 20)
	}
	for {
		if _, _, err := c.Receive(); err != nil {
			break
		}
	}
	g.Kill()
}

// Messages of several tasks are whole each, and pongs come in between.
func TestManySend(t *testing.T) {
	var h *hub.Hub
	s := start(t, &Handler{Serve: &both{&h}})
	done := make(chan bool)
	s.h.Post(func() { h = s.h; close(done) })
	<-done
	c := s.dial(t)
	time.Sleep(20 * time.Millisecond) // so that they wait
	c.send(masked(ws.NewPingFrame([]byte("1")), ws.NewPingFrame([]byte("2"))))
	count := map[string]int{}
	for n := 0; n < 60; {
		f, err := ws.ReadFrame(c.r)
		require.NoError(t, err)
		if f.Header.OpCode == ws.OpText {
			require.Equal(t, strings.Repeat(string(f.Payload[:1]), 30000), string(f.Payload))
			n++
			count[string(f.Payload[:1])]++
			continue
		}
		count[show(f)]++
	}
	assert.Equal(t, 20, count["a"])
	assert.Equal(t, 20, count["b"])
	assert.Equal(t, 20, count["c"])
}

// When the server stops connections that wait are closed with 1001.
func TestStop(t *testing.T) {
	e := &echo{make(chan error, 1)}
	s := start(t, &Handler{Serve: e})
	c := s.dial(t)
	c.send(masked(ws.NewTextFrame([]byte("hello"))))
	f, err := ws.ReadFrame(c.r)
	require.NoError(t, err)
	assert.Equal(t, "text hello", show(f))
	time.Sleep(5 * time.Millisecond)
	go s.stop(5 * time.Second)
	assert.Equal(t, []string{"close 1001"}, c.frames())
	assert.ErrorIs(t, <-e.ended, socket.ErrStopping)
}

// A client that has gone without a word is an error.
func TestGone(t *testing.T) {
	e := &echo{make(chan error, 1)}
	s := start(t, &Handler{Serve: e})
	for _, p := range [][]byte{nil, {0x81}, masked(ws.NewTextFrame([]byte("hello")))[:8], masked(ws.NewFrame(ws.OpText, false, []byte("x")))} {
		c := s.dial(t)
		c.send(p)
		c.Close()
		assert.ErrorIs(t, <-e.ended, io.ErrUnexpectedEOF)
	}
	c := s.dial(t)
	require.NoError(t, c.Conn.(*net.TCPConn).SetLinger(0))
	c.Close()
	assert.Error(t, <-e.ended)
}

// The server closes: it says so, waits for the client, and no longer than the limit.
func TestCloses(t *testing.T) {
	closed := make(chan error, 1)
	s := start(t, &Handler{Options: Options{CloseTimeout: 20 * time.Millisecond}, Serve: serving(func(c *Conn) {
		closed <- c.Close(4000, "bye")
	})})
	c := s.dial(t)
	f, err := ws.ReadFrame(c.r)
	require.NoError(t, err)
	assert.Equal(t, "close 4000 bye", show(f))
	c.send(masked(ws.NewTextFrame([]byte("too late")), ws.NewPingFrame(nil), ws.NewCloseFrame(ws.NewCloseFrameBody(4000, ""))))
	assert.NoError(t, <-closed)
	assert.Empty(t, c.frames())
	c = s.dial(t)
	assert.Error(t, <-closed, "nothing comes")
	assert.Equal(t, []string{"close 4000 bye"}, c.frames())
}
