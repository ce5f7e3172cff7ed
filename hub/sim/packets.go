package sim

import (
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

// maxDatagram is how long one may be: that of UDP in version 4 of the internet.
const maxDatagram = 65507

// packets send and receive datagrams. If it has a peer it is a [socket.Stream] as well: what
// comes from others is lost.
type packets struct {
	host  *Host
	addr  Addr
	local net.Addr // addr, which is one allocation less
	peer  *Addr
	ready hub.Readiness
	queue []*datagram // from first on
	first int
	size  int // of those in the queue
	over  bool
}

func (h *Host) newPackets(port int) *packets {
	addr := Addr{"udp", h.name, port}
	p := &packets{host: h, addr: addr, local: addr, ready: h.net.hub.MakeReadiness()}
	h.packets[port] = p
	return p
}

// datagram is one on its way, or one that has arrived.
type datagram struct {
	from, to     Addr
	sender       net.Addr // from
	source, dest *Host
	data         []byte
}

func (d *datagram) String() string {
	return fmt.Sprintf("a datagram of %d bytes from %v to %v", len(d.data), d.from, d.to)
}

func (d *datagram) ends() (from, to *Host) { return d.source, d.dest }

func (d *datagram) payload() []byte { return d.data }

func (d *datagram) arrive() {
	n := d.dest.net
	p := d.dest.packets[d.to.Port]
	if p == nil || p.size+len(d.data) > n.o.Buffer || p.peer != nil && *p.peer != d.from {
		n.lose(d)
		return
	}
	if len(p.queue) == cap(p.queue) && p.first >= len(p.queue)/2 { // room in front, before more is taken
		p.queue, p.first = slices.Delete(p.queue, 0, p.first), 0
	}
	p.queue = append(p.queue, d)
	p.size += len(d.data)
	p.ready.Signal(hub.In)
}

func (p *packets) Readiness() *hub.Readiness { return &p.ready }

// LocalAddr is nil if it is closed, as that of the operating system's.
func (p *packets) LocalAddr() net.Addr {
	if p.over {
		return nil
	}
	return p.local
}

func (p *packets) RemoteAddr() net.Addr { return *p.peer }

func (p *packets) ReadFrom(b []byte) (int, net.Addr, error) {
	if !p.Readable() {
		return 0, nil, socket.ErrWouldBlock
	}
	d := p.queue[p.first]
	p.queue[p.first] = nil
	p.first++
	p.size -= len(d.data)
	return copy(b, d.data), d.sender, nil
}

func (p *packets) Read(b []byte) (int, error) {
	n, _, err := p.ReadFrom(b)
	return n, err
}

func (p *packets) Readable() bool {
	if p.first == len(p.queue) {
		p.ready.Exhausted(hub.In)
	}
	return p.first < len(p.queue)
}

func (p *packets) WriteTo(b []byte, to net.Addr) (int, error) {
	if len(b) > maxDatagram {
		return 0, os.NewSyscallError("sendto", syscall.EMSGSIZE)
	}
	at, err := p.host.resolveAddr("udp", to)
	if err != nil {
		return 0, err
	}
	n := p.host.net
	d := &datagram{p.addr, at, p.local, p.host, n.hosts[at.Host], slices.Clone(b)}
	l := n.link(d.source, d.dest)
	l.sendDatagram(d)
	if d.source != d.dest && l.duplicate.happens(max(l.options().Duplication, n.faults.hard[Duplicate])) {
		n.stats.Duplicated++
		l.sendDatagram(d)
	}
	return len(b), nil
}

func (l *link) sendDatagram(d *datagram) {
	n, o := l.net, l.options()
	late := l.through(len(d.data)).Sub(n.now()) + l.latency()
	if d.source != d.dest && l.delay.happens(max(o.Reordering, n.faults.hard[Delay])) {
		late += l.delay.drawn(1).part(10 * (o.Latency + o.Jitter))
	}
	l.send(d, late)
}

func (p *packets) Write(b []byte) (int, error) { return p.WriteTo(b, *p.peer) }

// CloseRead is an error, as there is no end.
func (p *packets) CloseRead() error { return os.NewSyscallError("shutdown", syscall.ENOTCONN) }

// CloseWrite is an error, as there is no end.
func (p *packets) CloseWrite() error { return p.CloseRead() }

func (p *packets) Close() error {
	if p.over {
		return os.ErrClosed
	}
	p.over = true
	delete(p.host.packets, p.addr.Port)
	p.queue, p.first = nil, 0
	p.ready.Close()
	return nil
}
