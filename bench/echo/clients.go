//go:build linux

package main

import (
	"io"
	"net/netip"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"golang.org/x/sys/unix"
)

// start starts a server. Its error is a [*missing] if it isn't on this machine.
func start(name string) (*measure.Server, error) {
	if name != gevent {
		return measure.StartSelf("-serve", name)
	}
	cmd, err := geventCommand()
	if err != nil {
		return nil, err
	}
	return measure.Start(cmd)
}

// clients are connections to a server, in one loop.
type clients struct {
	to       unix.SockaddrInet4
	epoll    int
	fds      []int
	got      map[int]int // of the message that is on its way, by active connection
	messages int
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

// open opens n connections, each of which has one message answered.
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
		var buf [size]byte
		if _, err := unix.Write(fd, buf[:]); err != nil {
			return err
		}
		for got := 0; got < size; {
			m, err := unix.Read(fd, buf[got:])
			if err != nil {
				return err
			}
			if m == 0 {
				return io.ErrUnexpectedEOF
			}
			got += m
		}
	}
	return nil
}

// run adds n active connections and keeps all that there are busy for d.
func (c *clients) run(n int, d time.Duration) error {
	have := len(c.fds)
	if err := c.open(n); err != nil {
		return err
	}
	var buf [size]byte
	for _, fd := range c.fds[have:] {
		c.got[fd] = 0
		err := unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
		if err == nil {
			_, err = unix.Write(fd, buf[:])
		}
		if err != nil {
			return err
		}
	}
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
			if c.got[fd] += m; c.got[fd] < size {
				continue
			}
			c.got[fd] = 0
			c.messages++
			if _, err := unix.Write(fd, buf[:]); err != nil {
				return err
			}
		}
	}
	return nil
}
