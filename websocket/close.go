package websocket

import (
	"errors"
	"io"
	"os"

	"github.com/gobwas/ws"
	"github.com/going-green/greenlet/hub/socket"
)

var errInterrupted = errors.New("websocket: a task was interrupted while it sent")

// Close closes the connection: it says so to the other side, with a code and a reason of up to 123
// bytes, and waits until that has said the same, or [Options.CloseTimeout] is over. Messages
// that come meanwhile are dropped. If another task receives, that one waits instead.
//
//greenlet:resumable
func (c *Conn) Close(code ws.StatusCode, reason string) error {
	if c.said || c.heard {
		return c.sock.Close()
	}
	if err := c.sendClose(code, reason); err != nil {
		_ = c.sock.Close()
		return err
	}
	c.until()
	for {
		if _, _, err := c.Receive(); err != nil {
			if e, ok := errors.AsType[*CloseError](err); ok && e.Err == nil {
				err = nil
			}
			_ = c.sock.Close()
			return err
		}
	}
}

// until limits how long the other side may take to say that it closes.
func (c *Conn) until() {
	d := c.options.CloseTimeout
	if d == 0 {
		d = defaultClose
	}
	c.sock.SetReadDeadline(c.sock.Hub().Now().Add(d))
}

//greenlet:resumable
func (c *Conn) sendClose(code ws.StatusCode, reason string) error {
	c.said = true
	var body []byte
	if code != ws.StatusNoStatusRcvd {
		body = ws.NewCloseFrameBody(code, reason)
	}
	return c.send(c.compile(ws.NewCloseFrame(body)))
}

// fails closes the connection for an error of who receives, and is what that is told.
//
//greenlet:resumable
func (c *Conn) fails(err error) error {
	closed, ok := errors.AsType[*CloseError](err)
	switch {
	case ok: // the other side has closed it
	case errors.Is(err, os.ErrDeadlineExceeded) && !c.said:
		return err
	case codeOf(err) != 0:
		closed = &CloseError{Code: codeOf(err), Err: err}
	default:
		_ = c.sock.Close()
		return err
	}
	c.in = nil
	if !c.said {
		if c.options.WriteTimeout == 0 {
			c.sock.SetWriteDeadline(c.sock.Hub().Now().Add(defaultClose))
		}
		_ = c.sendClose(closed.Code, "") // what is told is why it is closed
	}
	c.heard = true
	if c.client && closed.Err == nil { // the server closes the connection: RFC 6455, section 7.1.1
		c.until()
		c.waitEnd()
	} else if c.sock.CloseWrite() == nil && closed.Err != nil { // else what is underway may take the close frame away
		c.until()
		c.waitEnd()
	}
	_ = c.sock.Close()
	return closed
}

// waitEnd waits until the other side has ended the connection.
//
//greenlet:resumable
func (c *Conn) waitEnd() {
	var p [512]byte
	for {
		if _, err := c.sock.Read(p[:]); err != nil {
			return
		}
	}
}

// codeOf is the code of a close frame that tells of an error; 0 if the error is not what the other
// side has done.
func codeOf(err error) ws.StatusCode {
	switch {
	case errors.As(err, new(ws.ProtocolError)):
		return ws.StatusProtocolError
	case err == errUTF8, err == errPacked:
		return ws.StatusInvalidFramePayloadData
	case err == errLong:
		return ws.StatusMessageTooBig
	case err == socket.ErrStopping:
		return ws.StatusGoingAway
	case err == io.EOF:
		return 0
	}
	return 0
}
