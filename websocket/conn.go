package websocket

import (
	"errors"
	"fmt"
	"time"

	"github.com/gobwas/ws"
	"github.com/going-green/greenlet/hub/socket"
)

//go:generate go tool greenlet

// Conn is a connection, of a client or a server. There may be many that wait: so it is small, and
// what a message takes comes and goes with it.
type Conn struct {
	sock     *socket.Conn
	options  *Options
	in       *incoming // of a message that is not all there; nil while there is none
	out      *outgoing // nil while nobody sends
	protocol string
	client   bool
	packs    bool // permessage-deflate is agreed upon
	said     bool // a close frame has been sent
	heard    bool // or received
}

// Options are what both sides of a connection may be told. The zero value is good.
type Options struct {
	// MaxMessage is how long a message may be that is received, unpacked: 0 is 1 MiB. A longer one
	// ends the connection with 1009.
	MaxMessage int
	// WriteTimeout is how long the other side may take to receive what is sent at a time: 0 is for ever.
	WriteTimeout time.Duration
	// CloseTimeout is how long [Conn.Close] waits for the other side: 0 is 5 seconds.
	CloseTimeout time.Duration
	// Compress offers or accepts permessage-deflate. Messages of less than 128 bytes are not packed.
	Compress bool
	// Protocols are the subprotocols that are offered, or accepted: the first that the client
	// offers and the server has.
	Protocols []string
}

const (
	defaultMessage = 1 << 20
	defaultClose   = 5 * time.Second
	leastPacked    = 128
)

// CloseError is the error of who receives from a connection that has been closed, by either side.
type CloseError struct {
	Code   ws.StatusCode // [ws.StatusNoStatusRcvd] if the other side has said none
	Reason string
	// Err is what this side has closed the connection for: nil if the other side did.
	Err error
}

func (e *CloseError) Error() string {
	text := fmt.Sprintf("websocket: closed with %d", e.Code)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *CloseError) Unwrap() error { return e.Err }

// ErrClosed is the error of who sends on a connection that this side has closed.
var ErrClosed = errors.New("websocket: the connection is closed")

func newConn(sock *socket.Conn, o *Options, client bool) *Conn {
	if o == nil {
		o = new(Options)
	}
	return &Conn{sock: sock, options: o, client: client}
}

// Socket is what is below the connection, for deadlines and addresses.
func (c *Conn) Socket() *socket.Conn { return c.sock }

// Protocol is the subprotocol that is agreed upon; empty if none is.
func (c *Conn) Protocol() string { return c.protocol }

// Compressed reports whether messages may be packed.
func (c *Conn) Compressed() bool { return c.packs }

// state is that of what is received, for [ws.CheckHeader].
func (c *Conn) state() ws.State {
	s := ws.StateServerSide
	if c.client {
		s = ws.StateClientSide
	}
	if c.packs {
		s = s.Set(ws.StateExtended)
	}
	if c.in != nil && c.in.fragmented {
		s = s.Set(ws.StateFragmented)
	}
	return s
}
