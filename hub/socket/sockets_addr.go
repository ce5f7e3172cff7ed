//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"net"
	"net/netip"
	"strconv"

	"github.com/going-green/greenlet/hub"
	"golang.org/x/sys/unix"
)

// peer is an address of the internet in few bytes: version 4 in its form of version 6.
type peer struct {
	ip   [16]byte
	zone uint32
	port uint16
	kind kind // of the socket: there is room for it
}

// localAddr is nil if d is closed.
func localAddr(d *hub.Descriptor, network string) net.Addr {
	if d.Closed() {
		return nil
	}
	sa, err := unix.Getsockname(d.Fd())
	if err != nil {
		return nil
	}
	return nameOf(sa).addr(network)
}

// sockaddr is n for the system.
func sockaddr(n name) unix.Sockaddr {
	ip := n.ip.Addr()
	switch {
	case !ip.IsValid():
		return &unix.SockaddrUnix{Name: n.path}
	case ip.Is4():
		return &unix.SockaddrInet4{Port: int(n.ip.Port()), Addr: ip.As4()}
	}
	return &unix.SockaddrInet6{Port: int(n.ip.Port()), Addr: ip.As16(), ZoneId: zoneID(ip.Zone())}
}

// nameOf is what the system calls sa.
func nameOf(sa unix.Sockaddr) name {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return name{ip: netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))}
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr).Unmap()
		if sa.ZoneId != 0 {
			ip = ip.WithZone(zoneName(sa.ZoneId))
		}
		return name{ip: netip.AddrPortFrom(ip, uint16(sa.Port))}
	case *unix.SockaddrUnix:
		return name{path: sa.Name}
	}
	return name{}
}

// nameOfAddr is an address of package net.
func nameOfAddr(a net.Addr) (name, error) {
	switch a := a.(type) {
	case *net.UDPAddr:
		ap := a.AddrPort()
		return name{ip: netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())}, nil
	case *net.UnixAddr:
		return name{path: a.Name}, nil
	case nil:
		return name{}, &net.AddrError{Err: "there is no address to send to"}
	}
	return name{}, &net.AddrError{Err: "not an address to send to", Addr: a.String()}
}

func peerOf(ap netip.AddrPort) peer {
	ip := ap.Addr()
	if !ip.IsValid() {
		return peer{}
	}
	return peer{ip: ip.As16(), zone: zoneID(ip.Zone()), port: ap.Port()}
}

func (p peer) addrPort() netip.AddrPort {
	ip := netip.AddrFrom16(p.ip).Unmap()
	if p.zone != 0 {
		ip = ip.WithZone(zoneName(p.zone))
	}
	return netip.AddrPortFrom(ip, p.port)
}

// zoneID is the number of a network interface.
func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(zone, 10, 32)
	return uint32(n)
}

func zoneName(id uint32) string {
	if i, err := net.InterfaceByIndex(int(id)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(id), 10)
}
