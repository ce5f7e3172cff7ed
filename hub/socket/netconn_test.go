//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inTasks runs each of fs in a task of h, on a stack of its own, until all have ended.
func inTasks(t *testing.T, h *hub.Hub, fs ...func()) {
	t.Helper()
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { assert.NoError(t, err) })
	for _, f := range fs {
		h.Go(greenlet.OnStack, func(greenlet.Section) { f() })
	}
	require.NoError(t, h.Run(t.Context()))
}

// onGoroutine is hub.Block, which the literals are given that suspend in a task only.
var onGoroutine = hub.Block[any]

// netPair is both ends of a connection. It waits.
func netPair(t *testing.T, h *hub.Hub) (a, b *NetConn) {
	l, err := Listen(h, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	listener := NewNetListener(l)
	defer listener.Close()
	c, err := (&Dialer{Hub: h}).Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	d, err := listener.Accept()
	require.NoError(t, err)
	return c.(*NetConn), d.(*NetConn)
}

// TestNetConnTasks: libraries that read and write wait in a task, and others run.
func TestNetConnTasks(t *testing.T) {
	h := hub.New()
	const n = 20
	inTasks(t, h, func() {
		group := h.NewGroup()
		for range n {
			group.Go(greenlet.OnStack, func(greenlet.Section) {
				a, b := netPair(t, h)
				group.Go(greenlet.OnStack, func(greenlet.Section) {
					defer b.Close()
					in, out := json.NewDecoder(bufio.NewReader(b)), json.NewEncoder(b)
					var v any
					for in.Decode(&v) == nil {
						assert.NoError(t, out.Encode(v))
					}
				})
				large := strings.Repeat("x", 200_000)
				in, out := json.NewDecoder(a), json.NewEncoder(a)
				for _, text := range []string{"a", large, "b"} {
					require.NoError(t, out.Encode(text))
					var got string
					require.NoError(t, in.Decode(&got))
					assert.Equal(t, text, got)
				}
				require.NoError(t, a.CloseWrite())
				_, err := a.Read(make([]byte, 1))
				assert.Equal(t, io.EOF, err)
				require.NoError(t, a.Close())
				assert.Nil(t, a.other, "nothing is lent to be closed")
			})
		}
		group.Join()
	})
}

// TestNetConnGoroutines: a goroutine and a task use the same end, also while one of them holds up the
// hub.
func TestNetConnGoroutines(t *testing.T) {
	h := hub.New()
	inTasks(t, h, func() {
		a, b := netPair(t, h)
		defer b.Close()
		for i := range byte(100) {
			if i%2 == 0 {
				_, err := a.Write([]byte{i})
				require.NoError(t, err)
			} else {
				onGoroutine(h, func() any {
					_, err := a.Write([]byte{i})
					assert.NoError(t, err)
					return nil
				})
			}
			got := make(chan byte) // for which the hub's goroutine waits
			read := func() {
				var p [1]byte
				_, err := io.ReadFull(b, p[:])
				assert.NoError(t, err)
				got <- p[0]
			}
			if i%3 == 0 {
				go read()
				assert.Equal(t, i, <-got)
			} else {
				h.Go(greenlet.OnStack, func(greenlet.Section) {
					var p [1]byte
					_, err := io.ReadFull(b, p[:])
					assert.NoError(t, err)
					assert.Equal(t, i, p[0])
				}).Join()
			}
		}
		closed := make(chan error)
		go func() { closed <- a.Close() }()
		assert.NoError(t, <-closed)
		_, err := b.Read(make([]byte, 1))
		assert.Equal(t, io.EOF, err, "while the hub has not closed its descriptor")
		_, err = a.Read(make([]byte, 1))
		assert.ErrorIs(t, err, net.ErrClosed)
	})
}

// TestNetConnElsewhere: a goroutine dials and listens by the hub, and tasks use the connection.
func TestNetConnElsewhere(t *testing.T) {
	h := hub.New()
	inTasks(t, h, func() {
		l, err := Listen(h, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		listener := NewNetListener(l)
		accepted := hub.NewFuture[net.Conn](h)
		h.Go(greenlet.OnStack, func(greenlet.Section) {
			c := onGoroutine(h, func() any {
				c, err := listener.Accept()
				assert.NoError(t, err)
				return c
			})
			accepted.Set(c.(net.Conn))
		})
		dialled := make(chan net.Conn)
		go func() {
			c, err := (&Dialer{Hub: h}).Dial("tcp", listener.Addr().String())
			assert.NoError(t, err)
			dialled <- c
		}()
		a := <-dialled
		b, err := accepted.Get()
		require.NoError(t, err)
		assert.Equal(t, a.RemoteAddr(), b.LocalAddr())
		assert.Equal(t, a.LocalAddr().String(), b.RemoteAddr().String())
		require.NoError(t, a.SetReadDeadline(time.Now().Add(-time.Second)))
		_, err = a.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, a.SetReadDeadline(time.Time{}))
		h.Go(greenlet.OnStack, func(greenlet.Section) {
			_, err := b.Write([]byte("hello"))
			assert.NoError(t, err)
			assert.NoError(t, b.Close())
		})
		text, err := io.ReadAll(a)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(text))
		require.NoError(t, a.Close())
		assert.ErrorIs(t, a.Close(), net.ErrClosed)
		refused := onGoroutine(h, func() any {
			assert.NoError(t, listener.Close())
			_, err := listener.Accept()
			return err
		})
		assert.ErrorIs(t, refused.(error), net.ErrClosed)
	})
}

// TestNetConnWakes: who waits in a task is woken by what a goroutine does, and the other way round.
func TestNetConnWakes(t *testing.T) {
	past := time.Now().Add(-time.Second)
	for name, c := range map[string]struct {
		wakes func(*NetConn) error
		err   error
	}{
		"deadline": {func(n *NetConn) error { return n.SetDeadline(past) }, os.ErrDeadlineExceeded},
		"close":    {(*NetConn).Close, net.ErrClosed},
	} {
		for op, waits := range map[string]func(*NetConn) error{
			"read": func(n *NetConn) error {
				_, err := n.Read(make([]byte, 1))
				return err
			},
			"write": func(n *NetConn) (err error) {
				for err == nil { // until the other side takes no more
					_, err = n.Write(make([]byte, 64<<10))
				}
				return err
			},
		} {
			for _, here := range []bool{true, false} {
				t.Run(name+"/"+op, func(t *testing.T) {
					h := hub.New()
					var a, b *NetConn
					inTasks(t, h, func() {
						a, b = netPair(t, h)
						h.Go(greenlet.OnStack, func(greenlet.Section) {
							h.Sleep(10 * time.Millisecond) // so that it waits, most often
							if here {
								onGoroutine(h, func() any { return c.wakes(a) })
							} else {
								assert.NoError(t, c.wakes(a))
							}
						})
						var err error
						if here {
							err = waits(a)
						} else {
							err = hub.Block(h, func() error { return waits(a) })
						}
						assert.ErrorIs(t, err, c.err)
						var failed *net.OpError
						if assert.ErrorAs(t, err, &failed) {
							assert.Equal(t, []any{op, "tcp", c.err == os.ErrDeadlineExceeded}, []any{failed.Op, failed.Net, failed.Timeout()})
							assert.Equal(t, b.LocalAddr().String(), failed.Addr.String())
						}
						_ = a.Close()
						_ = b.Close()
					})
				})
			}
		}
	}
}

// TestNetConnRefused: who can't use a connection, or can't wait, is told so.
func TestNetConnRefused(t *testing.T) {
	h, other := hub.New(), hub.New()
	var a, b *NetConn
	ready, done := make(chan bool), make(chan bool)
	var all sync.WaitGroup
	all.Go(func() {
		inTasks(t, other, func() {
			<-ready
			defer close(done)
			_, err := a.Read(make([]byte, 1))
			assert.ErrorIs(t, err, ErrOtherHub)
			_, err = a.Write(make([]byte, 1))
			assert.ErrorIs(t, err, ErrOtherHub)
			_, err = (&Dialer{Hub: h}).Dial("tcp", "127.0.0.1:1")
			assert.ErrorIs(t, err, ErrOtherHub)
		})
	})
	inTasks(t, h, func() {
		a, b = netPair(t, h)
		close(ready)
		onGoroutine(h, func() any { return <-done })
		post := h.Post
		post(func() { // on the hub's goroutine, but in no task
			defer func() { assert.Contains(t, recover(), "outside of the hub's tasks") }()
			_, _ = a.Read(make([]byte, 1))
		})
		h.Sleep(time.Millisecond)
		require.NoError(t, a.Close())
		_, err := b.Read(make([]byte, 1))
		assert.Equal(t, io.EOF, err)
		_, _ = b.Write([]byte("x"))
		h.Sleep(10 * time.Millisecond)
		_, err = b.Write([]byte("x"))
		assert.True(t, errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET), "%v", err)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err = (&Dialer{Hub: h}).DialContext(ctx, "tcp", "127.0.0.1:1")
		assert.ErrorIs(t, err, context.Canceled)
		_, err = (&Dialer{Hub: h}).Dial("tcp", "127.0.0.1:1")
		assert.ErrorIs(t, err, syscall.ECONNREFUSED)
		require.NoError(t, b.Close())
	})
	all.Wait()
}

// TestNetConnAhead: what has been read ahead is there for whoever reads.
func TestNetConnAhead(t *testing.T) {
	h := hub.New()
	inTasks(t, h, func() {
		l, err := Listen(h, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		c, err := Dial(h, "tcp", l.Addr().String())
		require.NoError(t, err)
		d, err := l.Accept()
		require.NoError(t, err)
		_, err = c.Write([]byte("line\nmore"))
		require.NoError(t, err)
		line, err := d.ReadLine()
		require.NoError(t, err)
		assert.Equal(t, "line", string(line))
		n := NewNetConn(d)
		assert.Equal(t, "mo", onGoroutine(h, func() any {
			p := make([]byte, 2)
			_, err := io.ReadFull(n, p)
			assert.NoError(t, err)
			return string(p)
		}))
		require.NoError(t, c.Close())
		rest, err := io.ReadAll(n)
		require.NoError(t, err)
		assert.Equal(t, "re", string(rest))
		require.NoError(t, d.Close(), "closes both")
		assert.ErrorIs(t, n.Close(), net.ErrClosed)
	})
}
