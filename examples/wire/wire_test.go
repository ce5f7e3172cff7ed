//go:build unix

package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/going-green/greenlet/examples/wire"
	"github.com/going-green/greenlet/examples/wire/client"
	"github.com/going-green/greenlet/examples/wire/server"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

// run runs a task beside a store, on one hub.
func run(t *testing.T, task func(t *testing.T, h *hub.Hub, address string)) {
	h := hub.New()
	h.Go(beside, t, h, task)
	if err := h.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

//greenlet:resumable
func beside(t *testing.T, h *hub.Hub, task func(t *testing.T, h *hub.Hub, address string)) {
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return
	}
	s := &socket.Server{Listener: l}
	serving := h.Go(serve, server.New(h), s)
	task(t, h, l.Addr().String())
	s.Stop(time.Second)
	serving.Join()
}

//greenlet:resumable
func serve(store *server.Store, s *socket.Server) error { return store.Serve(s) }

// dial begins a conversation on the hub.
//
//greenlet:resumable
func dial(t *testing.T, h *hub.Hub, address string) (*client.Client, *socket.Conn) {
	conn, err := socket.Dial(h, "tcp", address)
	if err != nil {
		t.Error(err)
		return nil, nil
	}
	c, err := client.New(conn)
	if err != nil {
		t.Error(err)
	}
	return c, conn
}

// TestOnHub has hundreds of clients and the store on one goroutine.
func TestOnHub(t *testing.T) { run(t, manyClients) }

//greenlet:resumable
func manyClients(t *testing.T, h *hub.Hub, address string) {
	var tasks []*hub.Task
	for i := range 200 {
		tasks = append(tasks, h.Go(oneClient, t, h, address, i))
	}
	hub.JoinAll(tasks...)
	for _, task := range tasks {
		if !task.Successful() {
			t.Error(task.Err())
		}
	}
}

//greenlet:resumable
func oneClient(t *testing.T, h *hub.Hub, address string, i int) {
	c, conn := dial(t, h, address)
	if c == nil {
		return
	}
	defer conn.Close()
	key := fmt.Sprint("key ", i)
	if _, ok, err := c.Get(key); ok || err != nil {
		t.Error("a value before there is one", err)
	}
	if err := c.Put(key, strings.Repeat("v", 1000*i)); err != nil {
		t.Error(err)
	}
	if v, ok, err := c.Get(key); len(v) != 1000*i || !ok || err != nil {
		t.Error(len(v), ok, err)
	}
}

// TestWatch is told of what another client puts.
func TestWatch(t *testing.T) { run(t, watch) }

//greenlet:resumable
func watch(t *testing.T, h *hub.Hub, address string) {
	c, conn := dial(t, h, address)
	other, otherConn := dial(t, h, address)
	if c == nil || other == nil {
		return
	}
	defer conn.Close()
	defer otherConn.Close()
	if err := c.Watch("a", 3); err != nil {
		t.Error(err)
		return
	}
	for i := range 3 {
		if err := other.Put("a", fmt.Sprint(i)); err != nil {
			t.Error(err)
		}
		if v, ok, err := c.Next(); v != fmt.Sprint(i) || !ok || err != nil {
			t.Error(v, ok, err)
		}
	}
	if v, ok, err := c.Next(); v != "" || ok || err != nil {
		t.Error("behind the last:", v, ok, err)
	}
}

// TestOnGoroutines has a client that knows of no hub: the same package, on package net.
func TestOnGoroutines(t *testing.T) { run(t, elsewhere) }

//greenlet:resumable
func elsewhere(t *testing.T, h *hub.Hub, address string) {
	err := hub.Block(h, func() error { // on a goroutine
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return err
		}
		defer conn.Close()
		c, err := client.New(conn)
		if err != nil {
			return err
		}
		if err := c.Put("a", "1"); err != nil {
			return err
		}
		v, ok, err := c.Get("a")
		if v != "1" || !ok {
			t.Error(v, ok)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// piece is a connection that has what it is given, in pieces of one byte.
type piece struct {
	io.Reader
	io.Writer
}

// TestMessages reads what was written, cut anywhere, and refuses the rest.
func TestMessages(t *testing.T) {
	var b bytes.Buffer
	if err := wire.Write(piece{nil, &b}, wire.Put, "key", "", strings.Repeat("x", 300)); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	m, err := wire.Read(piece{iotest.OneByteReader(bytes.NewReader(whole)), nil})
	if err != nil || m.Kind != wire.Put || len(m.Fields) != 3 || m.Fields[0] != "key" || len(m.Fields[2]) != 300 {
		t.Errorf("%v %v", m, err)
	}
	for n := range whole {
		_, err := wire.Read(piece{bytes.NewReader(whole[:n]), nil})
		if err == nil || n > 0 && err == io.EOF {
			t.Errorf("of %d bytes, a message was read: %v", n, err)
		}
	}
	if err := wire.Write(piece{nil, &b}, wire.Put, strings.Repeat("x", wire.MaxLength)); !errors.Is(err, wire.ErrTooLong) {
		t.Error(err)
	}
	if _, err := wire.Read(piece{strings.NewReader("\xff\xff\xff\xff\x01"), nil}); !errors.Is(err, wire.ErrTooLong) {
		t.Error(err)
	}
	if _, err := wire.Read(piece{strings.NewReader("\x00\x00\x00\x01\x01\x7f"), nil}); !errors.Is(err, wire.ErrMalformed) {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x02\x01\x011"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := wire.Read(piece{bytes.NewReader(b), nil})
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := wire.Write(piece{nil, &out}, m.Kind, m.Fields...); err != nil {
			t.Fatal(err)
		}
		again, err := wire.Read(piece{&out, nil})
		if err != nil || fmt.Sprint(again) != fmt.Sprint(m) {
			t.Fatal(again, err)
		}
	})
}
