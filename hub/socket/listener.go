package socket

import (
	"net"
	"time"

	"github.com/going-green/greenlet/hub"
)

// Listener listens for connections.
type Listener struct {
	accepter Accepter
	ready    *hub.Readiness
}

// NewListener makes a listener of an accepter.
func NewListener(a Accepter) *Listener { return &Listener{a, a.Readiness()} }

// Accept returns a connection, and waits for one.
//
//greenlet:resumable
func (l *Listener) Accept() (*Conn, error) {
	l.ready.GiveWay(hub.In)
	for {
		c, err := l.TryAccept()
		if err != ErrWouldBlock {
			return c, err
		}
		if err := l.ready.Wait(hub.In); err != nil {
			return nil, l.failed("accept", err)
		}
	}
}

// TryAccept is Accept that does not wait: its error is [ErrWouldBlock] instead.
func (l *Listener) TryAccept() (*Conn, error) {
	if err := l.ready.Check(hub.In); err != nil {
		return nil, l.failed("accept", err)
	}
	if !l.ready.Ready(hub.In) {
		return nil, ErrWouldBlock
	}
	s, err := l.accepter.Accept()
	if err != nil {
		return nil, l.failed("accept", err)
	}
	return NewConn(s), nil
}

// Hub is the hub whose tasks may accept.
func (l *Listener) Hub() *hub.Hub { return l.ready.Hub() }

// Addr is the address; nil of a listener that is closed.
func (l *Listener) Addr() net.Addr { return l.accepter.Addr() }

// SetDeadline has those who accept at the time t or later get [os.ErrDeadlineExceeded].
func (l *Listener) SetDeadline(t time.Time) { l.ready.SetDeadline(hub.In, t) }

// Close stops listening. A task that waits gets [net.ErrClosed].
func (l *Listener) Close() error { return l.failed("close", l.accepter.Close()) }

func (l *Listener) failed(op string, err error) error {
	if err == nil || err == ErrWouldBlock {
		return err
	}
	return opError(op, nil, l.accepter.Addr(), err)
}
