package websocket

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// incoming is a message, and the frame that is being received.
type incoming struct {
	op         ws.OpCode
	fragmented bool // there is more of it to come
	packed     bool
	data       []byte
	checked    int // of it, if it is text

	framed  bool // what follows is of a frame whose payload is not all there
	header  ws.Header
	payload int    // of it that has been taken
	control []byte // payload of a control frame
}

// What the other side has done wrong.
var (
	errUTF8   = errors.New("text is not UTF-8")
	errLong   = errors.New("the message is too long")
	errPacked = errors.New("the message can't be unpacked")
	errBits   = ws.ProtocolError("unexpected reserved bits")
	errClose  = ws.ProtocolError("a close frame of one byte")
	errLength = ws.ProtocolError("a malformed length")
)

// Receive waits for a message. Pings are answered meanwhile. Its error is a [*CloseError] if the
// connection is closed by a close frame, and one of the connection's otherwise; then the
// connection is closed, unless the error is that of a deadline: that may be tried again. When the
// server stops, a connection that waits for a message is closed with 1001.
//
// The message is the caller's.
//
//greenlet:resumable
func (c *Conn) Receive() (op ws.OpCode, message []byte, err error) {
	c.sock.Stream().Readiness().GiveWay(hub.In)
	for {
		if c.owes() {
			if err := c.pays(); err != nil {
				_ = c.sock.Close() // it is why
				return 0, nil, err
			}
		}
		op, message, err = c.tryReceive()
		if err == nil {
			return op, message, nil
		}
		if err != socket.ErrWouldBlock {
			return 0, nil, c.fails(err)
		}
		if c.owes() {
			continue
		}
		loop, err := c.sock.Stream().Readiness().Park(greenlet.Current(), hub.In)
		if err != nil {
			return 0, nil, c.fails(err)
		}
		if loop != nil {
			loop.Switch()
		}
	}
}

// tryReceive is Receive that does not wait.
func (c *Conn) tryReceive() (ws.OpCode, []byte, error) {
	if c.heard {
		return 0, nil, io.EOF
	}
	for {
		whole, err := c.takeFrame()
		switch {
		case err != nil:
			return 0, nil, err
		case whole:
			in := c.in
			c.in = nil
			return in.op, in.data, nil
		case c.owes():
			return 0, nil, socket.ErrWouldBlock
		}
	}
}

// takeFrame takes a frame, or what there is of it. It reports whether a message is whole.
func (c *Conn) takeFrame() (whole bool, err error) {
	if c.in == nil || !c.in.framed {
		if err := c.takeHeader(); err != nil {
			return false, err
		}
	}
	in := c.in
	if err := c.takePayload(); err != nil {
		return false, err
	}
	in.framed = false
	if in.header.OpCode.IsControl() {
		err := c.control()
		if in.control = nil; !in.fragmented {
			c.in = nil
		}
		return false, err
	}
	in.fragmented = !in.header.Fin
	if in.fragmented {
		return false, nil
	}
	return true, c.finish(in)
}

// takeHeader takes the header of a frame.
func (c *Conn) takeHeader() error {
	for {
		data := c.sock.Ahead()
		n := headerSize(data)
		if n > 0 && len(data) >= n {
			h, err := ws.ReadHeader(bytes.NewReader(data[:n]))
			c.sock.Discard(n)
			if err != nil {
				return errLength
			}
			return c.begin(h)
		}
		if err := c.more(); err != nil {
			return err
		}
	}
}

// headerSize is how long the header is that data begins with; 0 if that can't be told.
func headerSize(data []byte) int {
	if len(data) < 2 {
		return 0
	}
	n := 2
	switch data[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if data[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// more reads more ahead.
func (c *Conn) more() error {
	if c.in == nil && c.sock.Buffered() == 0 {
		if err := c.sock.TryReadable(); err != nil { // so a server that stops may end the wait
			return err
		}
	}
	err := c.sock.TryReadAhead()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // there has been no close frame
	}
	return err
}

// begin begins a frame.
func (c *Conn) begin(h ws.Header) error {
	if err := ws.CheckHeader(h, c.state()); err != nil {
		return err
	}
	first := h.OpCode == ws.OpText || h.OpCode == ws.OpBinary
	if rsv := h.Rsv &^ ws.Rsv(c.packs && first, false, false); rsv != 0 {
		return errBits
	}
	if c.in == nil {
		c.in = new(incoming)
	}
	in := c.in
	if first {
		in.op, in.packed = h.OpCode, h.Rsv1()
	}
	in.framed, in.header, in.payload = true, h, 0
	if !h.OpCode.IsControl() && (h.Length > int64(c.maxMessage()-len(in.data))) {
		return errLong
	}
	return nil
}

func (c *Conn) maxMessage() int {
	if n := c.options.MaxMessage; n > 0 {
		return n
	}
	return defaultMessage
}

// takePayload takes the payload, which is kept as it comes: nobody can have memory reserved by what
// a header says.
func (c *Conn) takePayload() error {
	in := c.in
	for in.payload < int(in.header.Length) {
		data := c.sock.Ahead()
		if len(data) == 0 {
			if err := c.more(); err != nil {
				return err
			}
			continue
		}
		data = data[:min(len(data), int(in.header.Length)-in.payload)]
		to := &in.data
		if in.header.OpCode.IsControl() {
			to = &in.control
		}
		*to = append(*to, data...)
		if in.header.Masked {
			ws.Cipher((*to)[len(*to)-len(data):], in.header.Mask, in.payload)
		}
		in.payload += len(data)
		c.sock.Discard(len(data))
		if !in.header.OpCode.IsControl() && !in.packed {
			if err := in.check(false); err != nil {
				return err
			}
		}
	}
	return nil
}

// check checks what has come of a text, but for a rune at its end that is not all there.
func (in *incoming) check(last bool) error {
	if in.op != ws.OpText {
		return nil
	}
	for in.checked < len(in.data) {
		rest := in.data[in.checked:]
		if rest[0] < utf8.RuneSelf {
			in.checked++
			continue
		}
		if !last && !utf8.FullRune(rest) {
			return nil
		}
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			return errUTF8
		}
		in.checked += n
	}
	return nil
}

// finish unpacks a message, and checks it.
func (c *Conn) finish(in *incoming) (err error) {
	if in.packed {
		if in.data, err = unpack(in.data, c.maxMessage()); err != nil {
			return err
		}
	}
	return in.check(true)
}

// control does what a control frame asks for.
func (c *Conn) control() error {
	p := c.in.control
	switch c.in.header.OpCode {
	case ws.OpPing:
		if !c.said {
			c.reply(ws.NewFrame(ws.OpPong, true, p))
		}
	case ws.OpClose:
		c.heard = true
		switch {
		case len(p) == 0:
			return &CloseError{Code: ws.StatusNoStatusRcvd}
		case len(p) == 1:
			return errClose
		}
		code, reason := ws.ParseCloseFrameData(p)
		if err := ws.CheckCloseFrameData(code, reason); err != nil {
			if err == ws.ErrProtocolInvalidUTF8 {
				err = errUTF8
			}
			return err
		}
		return &CloseError{Code: code, Reason: reason}
	}
	return nil
}
