//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"io"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/going-green/greenlet/hub"
	"golang.org/x/sys/unix"
)

// sysStream is a connected socket. There are many of them, so it is small: addresses are
// made of it as they are asked for.
type sysStream struct {
	d    hub.Descriptor
	peer peer
}

type kind uint8

const (
	datagram kind = 1 << iota // a short read does not mean that there is no more, nor an empty one the end
	local                     // a Unix socket
)

func (s *sysStream) Fd() int                   { return s.d.Fd() }
func (s *sysStream) Readiness() *hub.Readiness { return s.d.Readiness() }

func (s *sysStream) Read(p []byte) (int, error) {
	n, err := again(unix.Read, s.d.Fd(), p)
	switch {
	case err == unix.EAGAIN:
		return 0, exhausted(&s.d, hub.In)
	case err != nil:
		return 0, os.NewSyscallError("read", err)
	case s.peer.kind&datagram != 0:
		return n, nil
	case n == 0:
		return 0, io.EOF
	case n < len(p) && s.peer.kind == 0 && !s.d.Ended():
		// There is no more, or there will be an event: that saves a read which
		// would tell the same. (Urgent data ends a read early, too. Who sends that
		// waits until it has sent more.) Not so with Unix sockets: a read ends where
		// a descriptor is passed.
		return n, s.d.Exhausted(hub.In)
	}
	return n, nil
}

// again calls f until no signal comes in between.
func again(f func(int, []byte) (int, error), fd int, p []byte) (int, error) {
	for {
		if n, err := f(fd, p); err != unix.EINTR {
			return n, err
		}
	}
}

// exhausted is the error of who finds nothing.
func exhausted(d *hub.Descriptor, dir hub.Direction) error {
	if err := d.Exhausted(dir); err != nil {
		return err
	}
	return ErrWouldBlock
}

func (s *sysStream) Readable() bool {
	var p [1]byte
	_, err := again(func(fd int, p []byte) (int, error) {
		n, _, err := unix.Recvfrom(fd, p, unix.MSG_PEEK|unix.MSG_DONTWAIT)
		return n, err
	}, s.d.Fd(), p[:])
	if err == unix.EAGAIN {
		return exhausted(&s.d, hub.In) != ErrWouldBlock
	}
	return true
}

func (s *sysStream) Write(p []byte) (int, error) {
	if len(p) == 0 && s.peer.kind&datagram == 0 {
		return 0, nil
	}
	n, err := again(unix.Write, s.d.Fd(), p)
	switch {
	case err == unix.EAGAIN:
		return 0, exhausted(&s.d, hub.Out)
	case err != nil:
		return 0, os.NewSyscallError("write", err)
	case n < len(p):
		return n, s.d.Exhausted(hub.Out)
	}
	return n, nil
}

func (s *sysStream) CloseRead() error  { return s.shutdown(unix.SHUT_RD) }
func (s *sysStream) CloseWrite() error { return s.shutdown(unix.SHUT_WR) }

func (s *sysStream) shutdown(how int) error {
	if s.d.Closed() {
		return os.ErrClosed // the number may be another's
	}
	return os.NewSyscallError("shutdown", unix.Shutdown(s.d.Fd(), how))
}

func (s *sysStream) Close() error { return s.d.CloseFile() }

func (s *sysStream) network() string {
	switch s.peer.kind {
	case local | datagram:
		return "unixgram"
	case local:
		return "unix"
	case datagram:
		return "udp"
	}
	return "tcp"
}

func (s *sysStream) LocalAddr() net.Addr { return localAddr(&s.d, s.network()) }

func (s *sysStream) RemoteAddr() net.Addr {
	if s.peer.kind&local == 0 {
		return name{ip: s.peer.addrPort()}.addr(s.network())
	}
	if s.d.Closed() {
		return nil
	}
	sa, err := unix.Getpeername(s.d.Fd())
	if err != nil {
		return nil
	}
	return nameOf(sa).addr(s.network())
}

// RemoteAddrPort is RemoteAddr of the internet, in few bytes; not valid of a Unix socket.
func (s *sysStream) RemoteAddrPort() netip.AddrPort {
	if s.peer.kind&local != 0 {
		return netip.AddrPort{}
	}
	return s.peer.addrPort()
}

// connected reports whether a connection has been made that was under way.
func (s *sysStream) connected() (bool, error) {
	errno, err := unix.GetsockoptInt(s.d.Fd(), unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return false, os.NewSyscallError("getsockopt", err)
	}
	switch err := unix.Errno(errno); err {
	case 0, unix.EISCONN:
		if _, err := unix.Getpeername(s.d.Fd()); err == nil {
			return true, nil
		}
	case unix.EINPROGRESS, unix.EALREADY, unix.EINTR:
	default:
		return false, os.NewSyscallError("connect", err)
	}
	return false, s.d.Exhausted(hub.Out)
}

// dialStream begins to connect. connected reports whether that is done already.
func dialStream(h *hub.Hub, network string, to name) (s *sysStream, connected bool, err error) {
	s = &sysStream{peer: peerOf(to.ip)}
	if strings.HasPrefix(network, "unix") {
		s.peer.kind |= local
	}
	if strings.HasPrefix(network, "udp") || network == "unixgram" {
		s.peer.kind |= datagram
	}
	fd, err := newSocket(network, to)
	if err != nil {
		return nil, false, err
	}
	err = unix.Connect(fd, sockaddr(to))
	switch err {
	case nil, unix.EISCONN:
		connected = true
	case unix.EINPROGRESS, unix.EALREADY, unix.EINTR:
	default:
		unix.Close(fd)
		return nil, false, os.NewSyscallError("connect", err)
	}
	if err := s.d.Init(h, fd); err != nil {
		unix.Close(fd)
		return nil, false, err
	}
	if !connected {
		if err := s.d.Exhausted(hub.Out); err != nil {
			s.d.CloseFile()
			return nil, false, err
		}
	}
	return s, connected, nil
}
