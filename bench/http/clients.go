//go:build linux

package main

import (
	"bytes"
	"io"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// request is what is asked all the time, as a browser might.
var request = []byte("GET /hello HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n" +
	"Accept: text/html,application/xhtml+xml\r\nAccept-Encoding: gzip, deflate\r\n\r\n")

// clients are connections to a server, in one loop.
type clients struct {
	to       unix.SockaddrInet4
	epoll    int
	fds      []int
	got      map[int]int // of the answer that is on its way, by active connection
	size     int         // of an answer, which are all alike
	requests int
}

func newClients(address string) (*clients, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	c := &clients{to: unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}, got: map[int]int{}}
	c.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return c, err
}

func (c *clients) close() {
	for _, fd := range c.fds {
		unix.Close(fd)
	}
	unix.Close(c.epoll)
}

// open opens n connections, each of which has one request answered.
func (c *clients) open(n int) error {
	for range n {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		c.fds = append(c.fds, fd)
		if err := unix.Connect(fd, &c.to); err != nil {
			return err
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
			return err
		}
		if _, err := unix.Write(fd, request); err != nil {
			return err
		}
		if c.size, err = answer(fd); err != nil {
			return err
		}
	}
	return nil
}

// answer is how long the answer is, up to the greeting.
func answer(fd int) (int, error) {
	var buf [4096]byte
	for got := 0; ; {
		m, err := unix.Read(fd, buf[got:])
		if err != nil {
			return 0, err
		}
		if m == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		if got += m; bytes.HasSuffix(buf[:got], []byte(greeting)) {
			return got, nil
		}
	}
}

// run adds n active connections and keeps all that there are busy for d.
func (c *clients) run(n int, d time.Duration) error {
	have := len(c.fds)
	if err := c.open(n); err != nil {
		return err
	}
	for _, fd := range c.fds[have:] {
		c.got[fd] = 0
		err := unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
		if err == nil {
			_, err = unix.Write(fd, request)
		}
		if err != nil {
			return err
		}
	}
	var buf [4096]byte
	var events [128]unix.EpollEvent
	for end := time.Now().Add(d); time.Now().Before(end); {
		ready, err := unix.EpollWait(c.epoll, events[:], 100)
		if err != nil && err != unix.EINTR {
			return err
		}
		for _, e := range events[:max(ready, 0)] {
			fd := int(e.Fd)
			m, err := unix.Read(fd, buf[:])
			if err != nil {
				return err
			}
			if m == 0 {
				return io.ErrUnexpectedEOF
			}
			if c.got[fd] += m; c.got[fd] < c.size {
				continue
			}
			c.got[fd] = 0
			c.requests++
			if _, err := unix.Write(fd, request); err != nil {
				return err
			}
		}
	}
	return nil
}
