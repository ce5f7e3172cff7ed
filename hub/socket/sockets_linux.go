package socket

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

const reusePort = unix.SO_REUSEPORT

func nonblockingSocket(family, typ int) (int, error) {
	return unix.Socket(family, typ|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

// accept is unix.Accept4 that allocates nothing.
func accept(fd int) (int, peer, error) {
	var from unix.RawSockaddrInet6 // the largest that is looked at; more of the address is cut off
	size := uint32(unix.SizeofSockaddrInet6)
	n, _, errno := unix.Syscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&from)),
		uintptr(unsafe.Pointer(&size)), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, peer{}, errno
	}
	var p peer
	switch from.Family {
	case unix.AF_INET:
		from := (*unix.RawSockaddrInet4)(unsafe.Pointer(&from))
		p = peer{ip: [16]byte{10: 0xff, 11: 0xff}, port: from.Port}
		copy(p.ip[12:], from.Addr[:])
	case unix.AF_INET6:
		p = peer{ip: from.Addr, zone: from.Scope_id, port: from.Port}
	default:
		return int(n), peer{}, nil
	}
	// The port is in the order of the network.
	port := (*[2]byte)(unsafe.Pointer(&p.port))
	p.port = binary.BigEndian.Uint16(port[:])
	return int(n), p, nil
}
