// Portforwarder passes connections on: what it gets from a client goes to another
// address, and back, each direction by a task of its own. Either may end before the
// other. With -listen and -to it serves until it is interrupted; without it passes a
// connection on to a server of its own that answers when all has been said.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

//go:generate go tool greenlet

// pass copies from one connection to the other, up to the end, which it passes on.
//
//greenlet:resumable
func pass(from, to *socket.Conn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			_ = to.CloseWrite()
			return
		}
	}
}

// forward is the task of a connection.
//
//greenlet:resumable
func forward(c *socket.Conn, to string) {
	other, err := socket.Dial(c.Hub(), "tcp", to)
	if err != nil {
		fmt.Fprintln(os.Stderr, "portforwarder:", err)
		return
	}
	defer other.Close()
	back := c.Hub().Go(pass, other, c)
	defer back.Kill() // if this task is killed; otherwise it has ended
	pass(c, other)
	back.Join()
}

//greenlet:resumable
func serve(s *socket.Server) error { return s.Serve() }

//greenlet:resumable
func stop(s *socket.Server) { s.Stop(time.Second) }

// shout answers in capitals when all has been said.
//
//greenlet:resumable
func shout(c *socket.Conn) {
	var text strings.Builder
	for {
		line, err := c.ReadLine()
		if err != nil {
			break
		}
		fmt.Fprintln(&text, strings.ToUpper(string(line)))
	}
	_, _ = c.WriteString(text.String())
}

//greenlet:resumable
func show(h *hub.Hub, servers ...*socket.Server) {
	c, err := socket.Dial(h, "tcp", servers[0].Listener.Addr().String())
	if err != nil {
		panic(err)
	}
	defer c.Close()
	_, _ = c.WriteString("is there\nanybody\n")
	_ = c.CloseWrite()
	for {
		line, err := c.ReadLine()
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Printf("%s\n", line)
	}
	for _, s := range servers {
		stop(s)
	}
}

func newServer(h *hub.Hub, address string, handler func(*socket.Conn) greenlet.Frame) (*socket.Server, error) {
	l, err := socket.Listen(h, "tcp", address)
	if err != nil {
		return nil, err
	}
	s := &socket.Server{Listener: l, Handler: handler}
	h.Go(serve, s)
	return s, nil
}

func run(listen, to string) error {
	h := hub.New()
	if listen != "" {
		s, err := newServer(h, listen, func(c *socket.Conn) greenlet.Frame { return newForwardFrame(c, to) })
		if err != nil {
			return err
		}
		fmt.Println("listening on", s.Listener.Addr())
		defer h.OnSignal(os.Interrupt, func() { h.Go(stop, s) })()
		return h.Run(context.Background())
	}
	loud, err := newServer(h, "127.0.0.1:0", func(c *socket.Conn) greenlet.Frame { return newShoutFrame(c) })
	if err != nil {
		return err
	}
	to = loud.Listener.Addr().String()
	s, err := newServer(h, "127.0.0.1:0", func(c *socket.Conn) greenlet.Frame { return newForwardFrame(c, to) })
	if err != nil {
		return err
	}
	h.Go(show, h, s, loud)
	return h.Run(context.Background())
}

func main() {
	listen := flag.String("listen", "", "address to serve, such as localhost:7000")
	to := flag.String("to", "", "address to pass connections on to")
	flag.Parse()
	if err := run(*listen, *to); err != nil {
		fmt.Fprintln(os.Stderr, "portforwarder:", err)
		os.Exit(1)
	}
}
