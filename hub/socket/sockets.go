//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

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

// peer is an address of the internet in few bytes: version 4 in its form of version 6.
type peer struct {
	ip   [16]byte
	zone uint32
	port uint16
	kind kind // of the socket: there is room for it
}

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
