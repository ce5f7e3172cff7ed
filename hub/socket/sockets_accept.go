//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"net"
	"os"
	"strings"

	"github.com/going-green/greenlet/hub"
	"golang.org/x/sys/unix"
)

// sysAccepter is a listening socket.
type sysAccepter struct {
	d       hub.Descriptor
	network string
	path    string // of a Unix socket, to remove; empty if it is none
}

func listenStream(s *System, network string, n name) (Accepter, error) {
	if strings.HasPrefix(network, "udp") || network == "unixgram" {
		return nil, net.UnknownNetworkError(network)
	}
	fd, err := bound(s, network, n)
	if err != nil {
		return nil, err
	}
	backlog := s.Backlog
	if backlog == 0 {
		backlog = 1<<16 - 1 // the system takes less if it does not allow that
	}
	a := &sysAccepter{network: network}
	if err = os.NewSyscallError("listen", unix.Listen(fd, backlog)); err == nil {
		err = a.d.Init(s.Hub, fd)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	if n.path != "" && n.path[0] != '@' {
		a.path = n.path
	}
	return a, nil
}

func (a *sysAccepter) Fd() int                   { return a.d.Fd() }
func (a *sysAccepter) Readiness() *hub.Readiness { return a.d.Readiness() }
func (a *sysAccepter) Addr() net.Addr            { return localAddr(&a.d, a.network) }

// Accept leaves it to the system that a connection has the options of the listener.
func (a *sysAccepter) Accept() (Stream, error) {
	for {
		fd, from, err := accept(a.d.Fd())
		switch err {
		case nil:
			s := &sysStream{peer: from}
			if a.network == "unix" {
				s.peer.kind = local
			}
			if err := s.d.Init(a.d.Readiness().Hub(), fd); err != nil {
				unix.Close(fd)
				return nil, err
			}
			return s, nil
		case unix.EAGAIN:
			return nil, exhausted(&a.d, hub.In)
		case unix.EINTR, unix.ECONNABORTED: // that one has left; there may be others
		default:
			return nil, os.NewSyscallError("accept", err)
		}
	}
}

func (a *sysAccepter) Close() error {
	if a.path != "" && !a.d.Closed() {
		_ = os.Remove(a.path)
	}
	return a.d.CloseFile()
}
