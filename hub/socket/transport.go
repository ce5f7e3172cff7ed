package socket

import (
	"net"
	"syscall"

	"github.com/going-green/greenlet/hub"
)

// Net makes connections: the operating system's, see [OS], or simulated ones.
type Net interface {
	// Dial connects to address. It waits.
	Dial(network, address string) (*Conn, error)
	// Listen listens for connections. It waits if the address has a name to look up.
	Listen(network, address string) (*Listener, error)
	// ListenPacket receives datagrams. It waits as Listen does.
	ListenPacket(network, address string) (*PacketConn, error)
}

// ErrWouldBlock is the error of a transport that can't go on now. No method of
// [Conn], [Listener] and [PacketConn] returns it but those that begin with Try.
const ErrWouldBlock = syscall.EAGAIN

// What follows is what a transport provides. Nothing in it waits. Where a method has
// nothing to return but ErrWouldBlock, and where it knows that the next call would have
// nothing else, it calls Exhausted of its readiness, and Signal as soon as there is.

// Stream is one end of a connection.
type Stream interface {
	// Read is that of [io.Reader], or [ErrWouldBlock].
	Read(p []byte) (int, error)
	// Readable reports whether Read would have something, an end or an error.
	Readable() bool
	// Write writes what there is room for, or returns [ErrWouldBlock].
	Write(p []byte) (int, error)
	CloseRead() error
	CloseWrite() error
	// Close closes the stream and its readiness.
	Close() error
	LocalAddr() net.Addr // nil if it is not known any more
	RemoteAddr() net.Addr
	Readiness() *hub.Readiness
}

// Accepter is what a listener listens to.
type Accepter interface {
	// Accept returns a connection, or [ErrWouldBlock].
	Accept() (Stream, error)
	Close() error
	Addr() net.Addr
	Readiness() *hub.Readiness // In: there are connections
}

// Packets send and receive datagrams.
type Packets interface {
	// ReadFrom is that of [net.PacketConn], or [ErrWouldBlock].
	ReadFrom(p []byte) (int, net.Addr, error)
	// WriteTo is that of [net.PacketConn], or [ErrWouldBlock].
	WriteTo(p []byte, to net.Addr) (int, error)
	Close() error
	LocalAddr() net.Addr
	Readiness() *hub.Readiness
}
