//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"net/netip"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// newSocket makes a socket for the network, of the family of n.
func newSocket(network string, n name) (fd int, err error) {
	family, typ := unix.AF_INET6, unix.SOCK_STREAM
	switch {
	case strings.HasPrefix(network, "unix"):
		family = unix.AF_UNIX
	case n.ip.Addr().Is4():
		family = unix.AF_INET
	}
	if strings.HasPrefix(network, "udp") || network == "unixgram" {
		typ = unix.SOCK_DGRAM
	}
	if fd, err = nonblockingSocket(family, typ); err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	options := []option{}
	if strings.HasPrefix(network, "tcp") {
		options = append(options, option{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1}, option{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1})
	}
	if family == unix.AF_INET6 {
		only := 1
		if n.any {
			only = 0
		}
		options = append(options, option{unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only})
	}
	if err := setOptions(fd, options); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

type option struct{ level, name, value int }

func setOptions(fd int, options []option) error {
	for _, o := range options {
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return nil
}

// bound makes a socket that has the address n.
func bound(s *System, network string, n name) (fd int, err error) {
	fd, err = newSocket(network, n)
	if err != nil && n.any { // there is no version 6
		n = name{ip: netip.AddrPortFrom(netip.IPv4Unspecified(), n.ip.Port())}
		fd, err = newSocket(network, n)
	}
	if err != nil {
		return -1, err
	}
	var options []option
	if strings.HasPrefix(network, "tcp") {
		options = append(options, option{unix.SOL_SOCKET, unix.SO_REUSEADDR, 1})
	}
	if s.ReusePort {
		options = append(options, option{unix.SOL_SOCKET, reusePort, 1})
	}
	err = setOptions(fd, options)
	if err == nil {
		err = os.NewSyscallError("bind", unix.Bind(fd, sockaddr(n)))
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
