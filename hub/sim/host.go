package sim

import (
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

// Host is a machine of a network, and the program on it. It is a [socket.Net] for tcp and
// udp. [Network.Host] makes it.
type Host struct {
	net       *Network
	name      string
	number    int     // in the order in which hosts were made
	ways      []*link // to others, by their numbers; nil: nothing has gone there
	down      bool    // by Crash or LosePower
	off       bool    // by LosePower
	life      int     // counts those
	boot      func()
	paused    bool
	slow      time.Duration
	turns     *chances    // of a slow host
	clock     *clock      // nil: the hub's
	disk      *Disk       // nil: not used yet
	tasks     []*hub.Task // in the order of their start
	streams   []*stream   // that are not over
	listeners map[int]*accepter
	packets   map[int]*packets
	dialled   map[way]bool // that connections go which the host has dialled, and that are not over
	port      int          // the last that was given to who asked for none
}

// way is a port of a host, and what it is connected to.
type way struct {
	from int
	to   Addr
}

const (
	firstPort = 49152 // of those for who asks for none: RFC 6335
	lastPort  = 65535
)

// Host is the host of that name; it is made if there is none yet.
func (n *Network) Host(name string) *Host {
	h := n.hosts[name]
	if h == nil {
		h = &Host{
			net: n, name: name, number: len(n.all), port: firstPort - 1,
			turns: n.faults.chances("busy", name), listeners: map[int]*accepter{}, packets: map[int]*packets{}, dialled: map[way]bool{},
		}
		n.hosts[name] = h
		n.all = append(n.all, h)
	}
	return h
}

// Name is the host's name.
func (h *Host) Name() string { return h.name }

// Go starts a task on the host. Tasks that it starts are the host's as well.
func (h *Host) Go(run any, args ...any) *hub.Task {
	defer h.begins()()
	return h.net.hub.Go(run, args...)
}

// GoAfter is Go, when d has passed.
func (h *Host) GoAfter(d time.Duration, run any, args ...any) *hub.Task {
	defer h.begins()()
	return h.net.hub.GoAfter(d, run, args...)
}

// owner is the host of a task, in the life in which it was started.
type owner struct {
	host *Host
	life int
}

// started is called for each task of the hub.
func (n *Network) started(t *hub.Task) {
	h := n.begin
	if h == nil {
		if h = n.tasks[n.hub.Current()].host; h == nil {
			return
		}
	}
	n.tasks[t] = owner{h, h.life}
	h.tasks = append(h.tasks, t)
	t.Link(n.ended)
}

func (n *Network) ended(t *hub.Task) {
	h := n.tasks[t].host
	delete(n.tasks, t)
	h.tasks = slices.DeleteFunc(h.tasks, func(other *hub.Task) bool { return other == t })
}

// Tasks are those of the host that have not ended, in the order of their start.
func (h *Host) Tasks() []*hub.Task { return slices.Clone(h.tasks) }

// Dial connects to address, as [socket.Dial] does.
//
//greenlet:resumable
func (h *Host) Dial(network, address string) (*socket.Conn, error) {
	to, err := h.resolve(network, address)
	if err != nil {
		return nil, failed("dial", network, to, err)
	}
	if network == "udp" {
		port := h.freePort(func(port int) bool { return h.packets[port] != nil })
		if port == 0 {
			return nil, failed("dial", network, to, os.NewSyscallError("connect", syscall.EAGAIN)) // as of Linux
		}
		p := h.newPackets(port)
		p.peer = &to
		return socket.NewConn(p), nil
	}
	s, err := h.connect(to)
	if err != nil {
		return nil, failed("dial", network, to, err)
	}
	return socket.NewConn(s), nil
}

// connect returns a connection when it is there.
//
//greenlet:resumable
func (h *Host) connect(to Addr) (*stream, error) {
	port := h.freePort(func(port int) bool { return h.listeners[port] != nil || h.dialled[way{port, to}] })
	if port == 0 {
		return nil, os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
	}
	h.dialled[way{port, to}] = true
	s := h.newStream(Addr{"tcp", h.name, port}, to, h.net.hosts[to.Host])
	defer func() {
		if !s.connected { // it is refused, or the task interrupted
			_ = s.Close()
		}
	}()
	s.dial()
	for !s.connected {
		if err := s.ready.Wait(hub.Out); err != nil {
			return nil, err
		}
		if s.err != nil {
			return nil, os.NewSyscallError("connect", s.err)
		}
	}
	return s, nil
}

// Listen listens for connections. The host of the address is this one or empty.
func (h *Host) Listen(network, address string) (*socket.Listener, error) {
	at, err := h.own(network, address, "tcp", func(port int) bool { return h.listeners[port] != nil })
	if err != nil {
		return nil, failed("listen", network, at, err)
	}
	a := &accepter{host: h, addr: at, ready: h.net.hub.MakeReadiness()}
	h.listeners[at.Port] = a
	return socket.NewListener(a), nil
}

// ListenPacket receives datagrams. The host of the address is this one or empty.
func (h *Host) ListenPacket(network, address string) (*socket.PacketConn, error) {
	at, err := h.own(network, address, "udp", func(port int) bool { return h.packets[port] != nil })
	if err != nil {
		return nil, failed("listen", network, at, err)
	}
	return socket.NewPacketConn(h.newPackets(at.Port)), nil
}

// own is an address of this host with a port that is not used.
func (h *Host) own(network, address, want string, used func(int) bool) (Addr, error) {
	if network != want {
		return Addr{}, net.UnknownNetworkError(network)
	}
	at, err := h.resolve(network, address)
	switch {
	case err != nil:
		return at, err
	case at.Host != h.name:
		return at, os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)
	case at.Port == 0:
		if at.Port = h.freePort(used); at.Port == 0 {
			return at, os.NewSyscallError("bind", syscall.EADDRINUSE)
		}
	case used(at.Port):
		return at, os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	return at, nil
}

// freePort is the next port that is not used, for who asks for none; 0 if all are.
func (h *Host) freePort(used func(int) bool) int {
	for range lastPort - firstPort + 1 {
		if h.port++; h.port > lastPort {
			h.port = firstPort
		}
		if !used(h.port) {
			return h.port
		}
	}
	return 0
}

var errNoSuchHost = errors.New("no such host")

// resolve is the address of that name.
func (h *Host) resolve(network, address string) (Addr, error) {
	if network != "tcp" && network != "udp" {
		return Addr{}, net.UnknownNetworkError(network)
	}
	name, service, err := net.SplitHostPort(address)
	if err != nil {
		return Addr{}, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return Addr{}, &net.AddrError{Err: "not a number of a port", Addr: service}
	}
	if name == "" || name == "localhost" {
		name = h.name
	}
	at := Addr{network, name, int(port)}
	switch {
	case h.net.hosts[name] == nil:
		return at, &net.DNSError{Err: errNoSuchHost.Error(), Name: name, IsNotFound: true}
	case h.down:
		return at, syscall.ENETDOWN
	}
	return at, nil
}

// resolveAddr is resolve for what may be an address of this network, which is as it stands then.
func (h *Host) resolveAddr(network string, to net.Addr) (Addr, error) {
	if at, ok := to.(Addr); ok && at.Net == network && at.Host != "localhost" && h.net.hosts[at.Host] != nil && !h.down {
		return at, nil
	}
	return h.resolve(network, to.String())
}

func failed(op, network string, at Addr, err error) error {
	e := &net.OpError{Op: op, Net: network, Err: err}
	if at.Host != "" {
		e.Addr = at
	}
	return e
}

// accepter is what a listener listens to.
type accepter struct {
	host  *Host
	addr  Addr
	ready hub.Readiness
	queue []*stream
	over  bool
}

// backlog is how many connections wait to be accepted. To others there is no answer: they
// try again.
const backlog = 128

func (a *accepter) Readiness() *hub.Readiness { return &a.ready }

// Addr is nil if it is closed, as that of the operating system's.
func (a *accepter) Addr() net.Addr {
	if a.over {
		return nil
	}
	return a.addr
}

func (a *accepter) Accept() (socket.Stream, error) {
	if len(a.queue) == 0 {
		a.ready.Exhausted(hub.In)
		return nil, socket.ErrWouldBlock
	}
	s := a.queue[0]
	a.queue = a.queue[1:]
	return s, nil
}

func (a *accepter) Close() error {
	if a.over {
		return os.ErrClosed
	}
	a.over = true
	delete(a.host.listeners, a.addr.Port)
	a.ready.Close()
	for _, s := range a.queue {
		s.abort()
	}
	a.queue = nil
	return nil
}
