package websocket

import (
	"bytes"
	"time"

	"github.com/gobwas/ws"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
)

// outgoing is what is being sent, or is owed.
type outgoing struct {
	busy   bool       // a task sends
	free   *hub.Event // others wait for that; nil if none do
	owed   []byte     // what is left of a frame of which some has been sent
	pong   []byte     // the last that is owed: RFC 6455, section 5.5.3
	broken error
}

// Send sends a message, and waits while the other side does not take it. It may be ws.OpText,
// which has to be UTF-8, or ws.OpBinary. Of several tasks that send each message is whole. A
// task that is interrupted while it sends leaves a connection that can't be sent on.
//
//greenlet:resumable
func (c *Conn) Send(op ws.OpCode, message []byte) error {
	if c.said {
		return ErrClosed
	}
	return c.send(c.frame(op, message))
}

// SendText is Send of a text.
//
//greenlet:resumable
func (c *Conn) SendText(message string) error { return c.Send(ws.OpText, []byte(message)) }

// Ping sends a ping, of at most 125 bytes. Who receives does not tell of the answer.
//
//greenlet:resumable
func (c *Conn) Ping(p []byte) error {
	if c.said {
		return ErrClosed
	}
	return c.send(c.compile(ws.NewPingFrame(p)))
}

// frame is the frame of a message.
func (c *Conn) frame(op ws.OpCode, p []byte) []byte {
	f := ws.NewFrame(op, true, p)
	if c.packs && len(p) >= leastPacked {
		if packed := pack(p); len(packed) < len(p) {
			f = ws.NewFrame(op, true, packed)
			f.Header.Rsv = ws.Rsv(true, false, false)
		}
	}
	return c.compile(f)
}

// compile is what a frame is on the connection.
func (c *Conn) compile(f ws.Frame) []byte {
	b := bytes.NewBuffer(make([]byte, 0, ws.MaxHeaderSize+len(f.Payload)))
	if c.client {
		f.Header.Masked, f.Header.Mask = true, ws.NewMask()
	}
	_ = ws.WriteFrame(b, f) // a buffer takes everything
	p := b.Bytes()
	if c.client {
		ws.Cipher(p[len(p)-len(f.Payload):], f.Header.Mask, 0)
	}
	return p
}

func (c *Conn) outgoing() *outgoing {
	if c.out == nil {
		c.out = new(outgoing)
	}
	return c.out
}

// owes reports whether something waits for its turn, and nobody sends.
func (c *Conn) owes() bool {
	return c.out != nil && !c.out.busy && c.out.broken == nil && (len(c.out.owed) > 0 || len(c.out.pong) > 0)
}

// reply sends a pong as soon as that is possible. It does not wait.
func (c *Conn) reply(f ws.Frame) {
	o := c.outgoing()
	o.pong = c.compile(f)
	if !o.busy {
		c.tryPay()
	}
}

// tryPay sends what is owed as far as there is room.
func (c *Conn) tryPay() {
	for c.owes() {
		o := c.out
		if len(o.owed) == 0 {
			o.owed, o.pong = o.pong, nil
		}
		n, err := c.sock.TryWrite(o.owed)
		o.owed = o.owed[n:]
		if err == socket.ErrWouldBlock {
			return
		}
		o.broken = err
	}
	c.tidy()
}

// tidy lets go of what nobody needs.
func (c *Conn) tidy() {
	if o := c.out; o != nil && !o.busy && o.broken == nil && o.free == nil && !c.owes() {
		c.out = nil
	}
}

// pays sends what is owed, and waits for that: a side that sends pings and does not read is
// not read from.
//
//greenlet:resumable
func (c *Conn) pays() error {
	if c.tryPay(); c.owes() {
		return c.send(nil)
	}
	return nil
}

// send sends what is owed, and then p, in the turn of the task.
//
//greenlet:resumable
func (c *Conn) send(p []byte) error {
	for c.out != nil && c.out.busy {
		if c.out.free == nil {
			c.out.free = c.sock.Hub().NewEvent()
		}
		c.out.free.Wait()
	}
	o := c.outgoing()
	if o.broken != nil {
		return o.broken
	}
	if len(o.owed) == 0 && len(o.pong) == 0 {
		n, err := c.sock.TryWrite(p)
		if p = p[n:]; err != nil && err != socket.ErrWouldBlock {
			o.broken = err
			return err
		}
		if len(p) == 0 {
			c.tidy()
			return nil
		}
	}
	return c.sends(o, p)
}

// sends is send that has to wait.
//
//greenlet:resumable
func (c *Conn) sends(o *outgoing, p []byte) (err error) {
	o.busy, o.broken = true, errInterrupted
	defer c.sent(o, &err)
	if len(o.owed) > 0 {
		if err := c.write(o.owed); err != nil {
			return err
		}
		o.owed = nil
	}
	if err := c.write(p); err != nil {
		return err
	}
	for len(o.pong) > 0 {
		pong := o.pong
		o.pong = nil
		if err := c.write(pong); err != nil {
			return err
		}
	}
	o.broken = nil
	return nil
}

// sent gives the turn to the next, also behind an interruption.
func (c *Conn) sent(o *outgoing, err *error) {
	o.busy = false
	if *err != nil {
		o.broken = *err
	}
	if o.free != nil {
		o.free.Set()
		o.free = nil
	}
	c.tidy()
}

//greenlet:resumable
func (c *Conn) write(p []byte) error {
	if d := c.options.WriteTimeout; d > 0 {
		c.sock.SetWriteDeadline(c.sock.Hub().Now().Add(d))
	}
	_, err := c.sock.Write(p)
	if c.options.WriteTimeout > 0 {
		c.sock.SetWriteDeadline(time.Time{})
	}
	return err
}
