//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"sync"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"golang.org/x/sys/unix"
)

//go:generate go tool greenlet

const (
	size       = 64 // of a message
	bufferSize = 512
)

// names are the servers. That of gevent is a program of its own: see geventCommand.
var names = []string{"hub", "hubs", "goroutines", "epoll", gevent}

// child is the process of a server.
func child(name string) error {
	serve := map[string]func(chan<- string) error{"hub": serveHub, "hubs": serveHubs, "goroutines": serveGoroutines, "epoll": serveEpoll}[name]
	if serve == nil {
		return fmt.Errorf("no server %s", name)
	}
	return measure.Serve(serve)
}

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// echo is the task of a connection. It has a buffer while it needs one.
//
//greenlet:resumable
func echo(c *socket.Conn) {
	for c.WaitReadable() == nil {
		buf := buffers.Get().(*[bufferSize]byte)
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

//greenlet:resumable
func accepts(s *socket.Server) error { return s.Serve() }

func serveHub(ready chan<- string) error {
	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready <- l.Addr().String()
	return runHub(h, l)
}

// serveHubs is a hub for each processor.
func serveHubs(ready chan<- string) error {
	address := "127.0.0.1:0"
	failed := make(chan error)
	for range runtime.GOMAXPROCS(0) {
		s := socket.OS(hub.New())
		s.ReusePort = true
		l, err := s.Listen("tcp", address)
		if err != nil {
			return err
		}
		address = l.Addr().String()
		go func() { failed <- runHub(s.Hub, l) }()
	}
	ready <- address
	return <-failed
}

func runHub(h *hub.Hub, l *socket.Listener) error {
	h.Go(newAcceptsFrame(&socket.Server{
		Listener: l,
		Handler:  func(c *socket.Conn) greenlet.Frame { return newEchoFrame(c) },
	}))
	return h.Run(context.Background())
}

func serveGoroutines(ready chan<- string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ready <- l.Addr().String()
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			var buf [size]byte
			for {
				n, err := c.Read(buf[:])
				if err == nil {
					_, err = c.Write(buf[:n])
				}
				if err != nil {
					return
				}
			}
		}()
	}
}

// serveEpoll is what can be had at best: it knows nothing of a connection, and closes one
// that is not read at once.
func serveEpoll(ready chan<- string) error {
	l, address, err := listen()
	if err != nil {
		return err
	}
	e, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.EpollCtl(e, unix.EPOLL_CTL_ADD, l, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(l)}); err != nil {
		return err
	}
	ready <- address
	var events [128]unix.EpollEvent
	var buf [size]byte
	for {
		n, err := unix.EpollWait(e, events[:], -1)
		if err != nil && err != unix.EINTR {
			return err
		}
		for _, event := range events[:max(n, 0)] {
			fd := int(event.Fd)
			if fd == l {
				c, _, err := unix.Accept4(l, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
				if err == nil {
					err = unix.EpollCtl(e, unix.EPOLL_CTL_ADD, c, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(c)})
				}
				if err != nil {
					return err
				}
				continue
			}
			n, err := unix.Read(fd, buf[:])
			if err == nil && n > 0 {
				_, err = unix.Write(fd, buf[:n])
			}
			if err != nil || n == 0 {
				unix.Close(fd)
			}
		}
	}
}

func listen() (fd int, address string, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	}
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil {
		err = unix.Listen(fd, 1<<16-1)
	}
	if err != nil {
		return 0, "", err
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return 0, "", err
	}
	return fd, fmt.Sprintf("127.0.0.1:%d", sa.(*unix.SockaddrInet4).Port), nil
}
