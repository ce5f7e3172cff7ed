//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"net"
	"os"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
	"golang.org/x/sys/unix"
)

// sysPackets is a socket for datagrams.
type sysPackets struct {
	d       hub.Descriptor
	network string
	path    string // of a Unix socket, to remove; empty if it is none
	delay   time.Duration
}

const (
	// A Unix socket tries again so long after another's queue was full, and after twice
	// as long each time. The system tells when its own has room: that it has, after each
	// attempt.
	firstAttempt = 50 * time.Microsecond
	lastAttempt  = 10 * time.Millisecond
)

func listenPackets(s *System, network string, n name) (Packets, error) {
	if strings.HasPrefix(network, "tcp") || network == "unix" {
		return nil, net.UnknownNetworkError(network)
	}
	fd, err := bound(s, network, n)
	if err != nil {
		return nil, err
	}
	p := &sysPackets{network: network}
	if err := p.d.Init(s.Hub, fd); err != nil {
		unix.Close(fd)
		return nil, err
	}
	if n.path != "" && n.path[0] != '@' {
		p.path = n.path
	}
	return p, nil
}

func (p *sysPackets) Fd() int                   { return p.d.Fd() }
func (p *sysPackets) Readiness() *hub.Readiness { return p.d.Readiness() }
func (p *sysPackets) LocalAddr() net.Addr       { return localAddr(&p.d, p.network) }

func (p *sysPackets) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := unix.Recvfrom(p.d.Fd(), b, 0)
		switch err {
		case nil:
			return n, nameOf(from).addr(p.network), nil
		case unix.EAGAIN:
			return 0, nil, exhausted(&p.d, hub.In)
		case unix.EINTR:
		default:
			return 0, nil, os.NewSyscallError("recvfrom", err)
		}
	}
}

func (p *sysPackets) WriteTo(b []byte, to net.Addr) (int, error) {
	n, err := nameOfAddr(to)
	if err != nil {
		return 0, err
	}
	for {
		err := unix.Sendto(p.d.Fd(), b, 0, p.sockaddr(n))
		switch err {
		case nil:
			p.delay = 0
			return len(b), nil
		case unix.EAGAIN:
			if p.network == "unixgram" {
				p.tryLater()
				return 0, ErrWouldBlock
			}
			return 0, exhausted(&p.d, hub.Out)
		case unix.EINTR:
		default:
			return 0, os.NewSyscallError("sendto", err)
		}
	}
}

// tryLater has who sends wait for a while.
func (p *sysPackets) tryLater() {
	r := p.d.Readiness()
	r.Exhausted(hub.Out)
	p.delay = min(max(2*p.delay, firstAttempt), lastAttempt)
	r.Hub().AfterFunc(p.delay, func() { r.Signal(hub.Out) })
}

// sockaddr is n for this socket: one of version 6 takes no addresses of version 4 but in
// its own form.
func (p *sysPackets) sockaddr(n name) unix.Sockaddr {
	if n.ip.Addr().Is4() && p.network == "udp" {
		if sa, err := unix.Getsockname(p.d.Fd()); err == nil {
			if _, six := sa.(*unix.SockaddrInet6); six {
				return &unix.SockaddrInet6{Port: int(n.ip.Port()), Addr: n.ip.Addr().As16()}
			}
		}
	}
	return sockaddr(n)
}

func (p *sysPackets) Close() error {
	if p.path != "" && !p.d.Closed() {
		_ = os.Remove(p.path)
	}
	return p.d.CloseFile()
}
