// Echo sends back what it gets: a server with a task for each connection, which holds no
// buffer while it waits. With -listen it serves until it is interrupted, and then lets
// the connections end; without it shows itself two clients.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

var buffers = sync.Pool{New: func() any { return new([4096]byte) }}

// echo is the task of a connection.
//
//greenlet:resumable
func echo(c *socket.Conn) {
	for c.WaitReadable() == nil {
		buf := buffers.Get().(*[4096]byte)
		n, err := c.Read(buf[:])
		if err == nil {
			_, err = c.Write(buf[:n])
		}
		buffers.Put(buf)
		if err != nil {
			return
		}
	}
}

// serve serves connections until the server stops.
//
//greenlet:resumable
func serve(s *socket.Server) error { return s.Serve() }

// stop gives connections a second to end.
//
//greenlet:resumable
func stop(s *socket.Server) {
	if killed := s.Stop(time.Second); killed > 0 {
		fmt.Println("killed", killed)
	}
}

// client says a few words and tells what it hears.
//
//greenlet:resumable
func client(h *hub.Hub, address string, words ...string) {
	c, err := socket.Dial(h, "tcp", address)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	for _, word := range words {
		if _, err := c.WriteString(word + "\n"); err != nil {
			panic(err)
		}
		line, err := c.ReadLine()
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s\n", line)
	}
}

// show is two clients, one after the other.
//
//greenlet:resumable
func show(h *hub.Hub, s *socket.Server) {
	h.Go(client, h, s.Listener.Addr().String(), "hello", "world").Join()
	h.Go(client, h, s.Listener.Addr().String(), "and good bye").Join()
	stop(s)
}

func run(listen string) error {
	h := hub.New()
	address := listen
	if listen == "" {
		address = "127.0.0.1:0"
	}
	l, err := socket.Listen(h, "tcp", address)
	if err != nil {
		return err
	}
	s := &socket.Server{Listener: l, OnConn: echo}
	serving := newServeFrame(s)
	h.Go(serving)
	if listen == "" {
		h.Go(show, h, s)
	} else {
		fmt.Println("listening on", l.Addr())
		defer h.OnSignal(os.Interrupt, func() { h.Go(stop, s) })()
	}
	if err := h.Run(context.Background()); err != nil {
		return err
	}
	return serving.Results()
}

func main() {
	listen := flag.String("listen", "", "address to serve, such as localhost:7000")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}
