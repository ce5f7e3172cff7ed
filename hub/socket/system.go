package socket

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
)

// System is the operating system's network, for the tasks of a hub: tcp, tcp4, tcp6, udp,
// udp4, udp6, unix and unixgram. It is there for Linux, macOS and the BSDs; elsewhere
// all is an error.
type System struct {
	Hub *hub.Hub
	// ReusePort has Listen and ListenPacket share their port with others that do, in
	// this process or another: SO_REUSEPORT. Each gets a part of the connections. So as
	// many hubs as there are processors may serve the same port.
	ReusePort bool
	// Backlog is how many connections wait to be accepted: 0 is as many as the system
	// allows.
	Backlog int
	// Timeout is how long Dial may take, looking up names included: 0 is as long as the
	// system likes. Its error is then [os.ErrDeadlineExceeded].
	Timeout time.Duration
}

// OS is the operating system's network.
func OS(h *hub.Hub) *System { return &System{Hub: h} }

// Dial connects to address, as [net.Dial] does. Of several addresses of a name it takes
// the first that answers.
//
//greenlet:resumable
func Dial(h *hub.Hub, network, address string) (*Conn, error) { return OS(h).Dial(network, address) }

// Listen listens for connections, as [net.Listen] does.
//
//greenlet:resumable
func Listen(h *hub.Hub, network, address string) (*Listener, error) {
	return OS(h).Listen(network, address)
}

// ListenPacket receives datagrams, as [net.ListenPacket] does.
//
//greenlet:resumable
func ListenPacket(h *hub.Hub, network, address string) (*PacketConn, error) {
	return OS(h).ListenPacket(network, address)
}

// Dial is that of [Net].
//
//greenlet:resumable
func (s *System) Dial(network, address string) (*Conn, error) {
	if s.Timeout <= 0 {
		return s.dial(network, address)
	}
	var c *Conn
	var err error
	if late := s.Hub.WithTimeout(s.Timeout, func() { c, err = s.dial(network, address) }); late != nil {
		if c != nil { // it is both there and late
			return c, nil
		}
		return nil, &net.OpError{Op: "dial", Net: network, Addr: unknown{network, address}, Err: os.ErrDeadlineExceeded}
	}
	return c, err
}

//greenlet:resumable
func (s *System) dial(network, address string) (*Conn, error) {
	list, err := s.resolve("dial", network, address)
	if err != nil {
		return nil, err
	}
	for _, to := range list {
		var c *Conn
		if c, err = s.connect(network, to); err == nil {
			return c, nil
		}
	}
	return nil, err
}

// connect connects to one address.
//
//greenlet:resumable
func (s *System) connect(network string, to name) (c *Conn, err error) {
	stream, connected, err := dialStream(s.Hub, network, to)
	if err != nil {
		return nil, opError("dial", nil, to.addr(network), err)
	}
	defer func() {
		if c == nil { // it is refused, or the task interrupted
			_ = stream.Close()
		}
	}()
	for !connected {
		if err = stream.Readiness().Wait(hub.Out); err == nil {
			connected, err = stream.connected()
		}
		if err != nil {
			return nil, opError("dial", nil, to.addr(network), err)
		}
	}
	return NewConn(stream), nil
}

// Listen is that of [Net].
//
//greenlet:resumable
func (s *System) Listen(network, address string) (*Listener, error) {
	list, err := s.resolve("listen", network, address)
	if err != nil {
		return nil, err
	}
	a, err := listenStream(s, network, list[0])
	if err != nil {
		return nil, opError("listen", nil, list[0].addr(network), err)
	}
	return NewListener(a), nil
}

// ListenPacket is that of [Net].
//
//greenlet:resumable
func (s *System) ListenPacket(network, address string) (*PacketConn, error) {
	list, err := s.resolve("listen", network, address)
	if err != nil {
		return nil, err
	}
	p, err := listenPackets(s, network, list[0])
	if err != nil {
		return nil, opError("listen", nil, list[0].addr(network), err)
	}
	return NewPacketConn(p), nil
}

// name is an address: of the internet, or of a Unix socket.
type name struct {
	ip   netip.AddrPort
	path string
	any  bool // ip is that of all interfaces, of both kinds
}

// addr is n in the manner of package net; nil if it is none.
func (n name) addr(network string) net.Addr {
	switch {
	case strings.HasPrefix(network, "unix"):
		return &net.UnixAddr{Name: n.path, Net: network}
	case !n.ip.IsValid():
		return nil
	case strings.HasPrefix(network, "tcp"):
		return net.TCPAddrFromAddrPort(n.ip)
	default:
		return net.UDPAddrFromAddrPort(n.ip)
	}
}

// unknown is an address that has not been looked up.
type unknown struct{ network, address string }

func (u unknown) Network() string { return u.network }
func (u unknown) String() string  { return u.address }

// resolve finds the addresses of a name. Only what can't be told without is looked up.
//
//greenlet:resumable
func (s *System) resolve(op, network, address string) ([]name, error) {
	list, err := numeric(op, network, address)
	if err == errNames {
		found := hub.Block(s.Hub, func() lookup { return lookUp(network, address) })
		list, err = found.names, found.err
	}
	if err != nil {
		return nil, &net.OpError{Op: op, Net: network, Addr: unknown{network, address}, Err: err}
	}
	return list, nil
}

// errNames is the error of an address that is not numeric.
var errNames = errors.New("socket: there are names to look up")

// numeric is the address if it needs no looking up.
func numeric(op, network, address string) ([]name, error) {
	base, version := strings.TrimRight(network, "46"), network[len(strings.TrimRight(network, "46")):]
	switch {
	case network == "unix", network == "unixgram":
		return []name{{path: address}}, nil
	case base != "tcp" && base != "udp", len(version) > 1:
		return nil, net.UnknownNetworkError(network)
	}
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil && service != "" {
		return nil, errNames
	}
	if host == "" {
		return []name{wildcard(op, version, uint16(port))}, nil
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return nil, errNames
	}
	if ip = ip.Unmap(); !fits(ip, version) {
		return nil, &net.AddrError{Err: "not an address of " + network, Addr: host}
	}
	return []name{{ip: netip.AddrPortFrom(ip, uint16(port))}}, nil
}

// wildcard is what an address without a host means: all interfaces to who listens, and
// this machine to who dials.
func wildcard(op, version string, port uint16) name {
	ip := netip.IPv6Unspecified()
	switch {
	case op == "dial" && version == "6":
		ip = netip.IPv6Loopback()
	case op == "dial":
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case version == "4":
		ip = netip.IPv4Unspecified()
	}
	return name{ip: netip.AddrPortFrom(ip, port), any: op != "dial" && version == ""}
}

func fits(ip netip.Addr, version string) bool {
	return version == "" || ip.Is4() == (version == "4")
}

type lookup struct {
	names []name
	err   error
}

// lookUp blocks.
func lookUp(network, address string) lookup {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return lookup{err: err}
	}
	ctx := context.Background()
	port, err := net.DefaultResolver.LookupPort(ctx, network, service)
	if err != nil {
		return lookup{err: err}
	}
	base := strings.TrimRight(network, "46")
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+network[len(base):], host)
	if err != nil {
		return lookup{err: err}
	}
	var list, six []name
	for _, ip := range ips { // who listens on a name takes the first: version 4, as in package net
		n := name{ip: netip.AddrPortFrom(ip.Unmap(), uint16(port))}
		if n.ip.Addr().Is4() {
			list = append(list, n)
		} else {
			six = append(six, n)
		}
	}
	return lookup{names: append(list, six...)}
}
