//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/httpd"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/websocket"
	"golang.org/x/sys/unix"
)

//go:generate go tool greenlet

// be is a server, until its input ends.
func be(name string) error {
	port := make(chan int, 1)
	switch name {
	case "hub":
		go onHub(port)
	case "goroutine":
		go onGoroutines(port, direct)
	case "goroutine bufio":
		go onGoroutines(port, buffered)
	default:
		return fmt.Errorf("no server %q", name)
	}
	fmt.Println(<-port)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		switch in.Text() {
		case "memory":
			fmt.Println(memory())
		case "time":
			var u unix.Rusage
			if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
				return err
			}
			fmt.Println(u.Utime.Nano()+u.Stime.Nano(), 0)
		}
	}
	return in.Err()
}

// memory is the resident set, and what of it is heap and stacks, behind a collection.
func memory() (resident, heap int64) {
	runtime.GC()
	debug.FreeOSMemory()
	status, _ := os.ReadFile("/proc/self/status")
	if _, rest, ok := strings.Cut(string(status), "VmRSS:"); ok {
		fmt.Sscan(rest, &resident)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return resident << 10, int64(m.HeapAlloc + m.StackInuse)
}

// echo is annotated: no stack waits.
type echo struct{}

//greenlet:resumable
func (echo) ServeWebSocket(c *websocket.Conn) {
	for {
		op, p, err := c.Receive()
		if err != nil || c.Send(op, p) != nil {
			return
		}
	}
}

func onHub(port chan<- int) {
	h := hub.New()
	l, err := socket.Listen(h, "tcp4", "0.0.0.0:0")
	check(err)
	port <- l.Addr().(*net.TCPAddr).Port
	s := &httpd.Server{Listener: l, Handler: &websocket.Handler{Serve: echo{}}}
	h.Go(greenlet.OnStack, func(greenlet.Section) { check(s.Serve()) })
	check(h.Run(context.Background()))
}

// readWriter is a connection that is read by something else.
type readWriter struct {
	io.Reader
	io.Writer
}

func onGoroutines(port chan<- int, reader func(net.Conn) io.Reader) {
	l, err := net.Listen("tcp4", "0.0.0.0:0")
	check(err)
	port <- l.Addr().(*net.TCPAddr).Port
	for {
		c, err := l.Accept()
		check(err)
		go func() {
			defer c.Close()
			if _, err := ws.Upgrade(c); err != nil {
				return
			}
			r := reader(c)
			for {
				p, op, err := wsutil.ReadClientData(readWriter{r, c})
				if err != nil {
					return
				}
				var b bytes.Buffer // one write for header and payload
				_ = wsutil.WriteServerMessage(&b, op, p)
				if _, err := c.Write(b.Bytes()); err != nil {
					return
				}
			}
		}()
	}
}

func direct(c net.Conn) io.Reader { return c }

func buffered(c net.Conn) io.Reader { return bufio.NewReader(c) }
