//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"github.com/going-green/greenlet/hub"
	"golang.org/x/sys/unix"
)

// One socket for the hub's poller and for Go's: each has a descriptor of its own.

// lend is a connection of package net for a socket of the hub, which stays open.
func lend(fd int) (net.Conn, error) {
	own, err := duplicate(fd)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(own), "socket")
	defer f.Close()
	return net.FileConn(f)
}

// adopt is a stream of a hub for a connection of package net, which stays open.
func adopt(h *hub.Hub, c net.Conn) (Stream, error) {
	of, ok := c.(syscall.Conn)
	if !ok {
		return nil, fmt.Errorf("socket: there is no descriptor of a %T", c)
	}
	raw, err := of.SyscallConn()
	if err != nil {
		return nil, err
	}
	fd := -1
	if failed := raw.Control(func(theirs uintptr) { fd, err = duplicate(int(theirs)) }); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	s := &sysStream{}
	switch c := c.(type) {
	case *net.TCPConn:
		ap := c.RemoteAddr().(*net.TCPAddr).AddrPort()
		s.peer = peerOf(netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()))
	case *net.UnixConn:
		s.peer.kind = local
	default:
		err = fmt.Errorf("socket: a %T is no stream", c)
	}
	if err == nil {
		err = s.d.Init(h, fd)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return s, nil
}

func duplicate(fd int) (int, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	return own, os.NewSyscallError("fcntl", err)
}
