package socket

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
)

// tlsStream is a stream in TLS over another one. Nothing in it waits, but in the handshake:
// where there is nothing to read, the tls.Conn gets the error notYet, which it passes on and
// survives. It is handed one record at a time, so that what is left in it is known: if a read
// gets less than it asked for, nothing is.
//
// The alternatives were a stack for each connection, which is what goroutines take, and all
// of crypto/tls annotated, a hundred thousand lines.
type tlsStream struct {
	inner Stream
	tls   *tls.Conn
	stack greenlet.Section // of the handshake
	err   error            // of the handshake, or that Readable has met

	in     []byte // has been received, and not been handed on: a part of input, or of what was read ahead
	input  *input // nil while there is nothing in it
	head   [5]byte
	got    uint8 // bytes of head
	given  uint8 // of these handed on
	left   int32 // of the record behind head
	waits  bool  // in the handshake
	direct bool  // what is written now is one record, which need not be collected
	peeked bool  // by Readable: one is to be read
	one    [1]byte

	out *output // to be sent; nil while nothing is
}

// input is what is received at a time.
type input [64 << 10]byte

// output is what is to be sent. sent of it has been.
type output struct {
	data []byte
	sent int
	// plain is what has been encrypted, of which who writes has not been told that it is
	// written: it comes again with it when there is room.
	plain []byte
}

var (
	inputs  = sync.Pool{New: func() any { return new(input) }}
	outputs = sync.Pool{New: func() any { return new(output) }}
)

const (
	// written is how much is encrypted at a time.
	written = 64 << 10
	// answers is how much may wait to be sent of what the other side has asked for in place of data: new
	// keys, for example.
	answers = 64 << 10
)

var errAnswers = errors.New("socket: TLS: the other side asks and does not read")

func newTLSStream(c *Conn, config *tls.Config, role func(net.Conn, *tls.Config) *tls.Conn) *tlsStream {
	s := &tlsStream{inner: c.stream}
	if of, ok := c.stream.(*shared); ok {
		s.inner = of.Stream
	}
	s.in = bytes.Clone(c.Ahead())
	s.tls = role(below{s}, config)
	return s
}

// record hands on a part of the next record, and never more than that.
func (s *tlsStream) record(p []byte) (int, error) {
	for {
		switch {
		case s.got == 5 && s.given < 5:
			n := copy(p, s.head[s.given:])
			s.given += uint8(n)
			s.next()
			return n, nil
		case len(s.in) == 0:
			if err := s.receive(); err == io.EOF && s.given < s.got { // in the middle of a head
				n := copy(p, s.head[s.given:s.got])
				s.given += uint8(n)
				return n, nil
			} else if err != nil {
				return 0, err
			}
		case s.got < 5:
			n := copy(s.head[s.got:], s.in)
			s.got += uint8(n)
			s.took(n)
			if s.got == 5 {
				s.left = int32(s.head[3])<<8 | int32(s.head[4])
			}
		default:
			n := copy(p, s.in[:min(len(s.in), int(s.left))])
			s.left -= int32(n)
			s.took(n)
			s.next()
			return n, nil
		}
	}
}

// next begins a record if one has ended.
func (s *tlsStream) next() {
	if s.given == 5 && s.left == 0 {
		s.got, s.given = 0, 0
	}
}

// took drops n bytes of in.
func (s *tlsStream) took(n int) {
	if s.in = s.in[n:]; len(s.in) == 0 {
		s.in = nil
		if !s.waits {
			s.free()
		}
	}
}

// free gives input back, if there is nothing in it.
func (s *tlsStream) free() {
	if s.input != nil && len(s.in) == 0 {
		inputs.Put(s.input)
		s.input = nil
	}
}

// receive receives what there is. The error is notYet if there is nothing, which is none in the handshake.
func (s *tlsStream) receive() error {
	if s.input == nil {
		s.input = inputs.Get().(*input)
	}
	for {
		if err := s.checks(hub.In); err != nil {
			s.free()
			return err
		}
		n, err := s.inner.Read(s.input[:])
		if err == nil {
			s.in = s.input[:n]
			return nil
		}
		if err == ErrWouldBlock && s.waits {
			if err = s.flushAll(); err == nil {
				err = s.wait(hub.In)
			}
			if err == nil {
				continue
			}
		}
		s.free()
		if err == ErrWouldBlock {
			err = notYet{}
		}
		return err
	}
}

// checks is the error of who would use the stream below in the handshake, in which s is not yet
// that of a connection, which asks itself.
func (s *tlsStream) checks(dir hub.Direction) error {
	if !s.waits {
		return nil
	}
	return s.Readiness().Check(dir)
}

// Read is that of [Stream].
func (s *tlsStream) Read(p []byte) (n int, err error) {
	if s.peeked {
		s.peeked = false
		p[0] = s.one[0]
		s.Readiness().Signal(hub.In) // there may be more
		if len(p) > 1 {
			n, _ = s.Read(p[1:]) // its error is told again
		}
		return 1 + n, nil
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err = s.tls.Read(p)
	if s.out != nil {
		err = s.answer(err)
	}
	switch {
	case err == error(notYet{}) && n == 0:
		return 0, ErrWouldBlock
	case err != nil:
		s.err = err
		if n > 0 {
			err = nil // it is told behind that
		}
		s.Readiness().Signal(hub.In)
	case n == len(p), len(s.in) > 0:
		s.Readiness().Signal(hub.In) // there may be more, whatever the stream below says
	}
	return n, err
}

// answer sends what the tls.Conn has to say while it is read.
func (s *tlsStream) answer(err error) error {
	switch failed := s.flush(); {
	case failed != ErrWouldBlock && failed != nil && (err == nil || err == error(notYet{})):
		return failed
	case s.out != nil && len(s.out.data)-s.out.sent > answers+len(s.out.plain):
		return errAnswers
	}
	return err
}

// Readable is that of [Stream].
func (s *tlsStream) Readable() bool {
	if s.peeked || s.err != nil {
		return true
	}
	n, err := s.Read(s.one[:])
	s.peeked = n > 0
	return n > 0 || err != ErrWouldBlock
}

// Write is that of [Stream]. What is encrypted has to be sent: if there is no room for all, nothing
// has been written for the caller, who comes with the same again.
func (s *tlsStream) Write(p []byte) (n int, err error) {
	if err := s.flush(); err != nil {
		return 0, err
	}
	if s.out != nil { // and has been sent now
		n = s.again(p)
		s.done()
		if n > 0 {
			return n, nil
		}
	}
	p = p[:min(len(p), written)]
	s.direct = len(p) <= 16<<10
	n, err = s.tls.Write(p)
	s.direct = false
	if err != nil {
		return n, err
	}
	switch err := s.flush(); {
	case err == ErrWouldBlock:
		s.out.plain = append(s.out.plain[:0], p...)
		return 0, err
	case err != nil:
		return 0, err
	}
	s.done()
	return n, nil
}

// again is how much of p has been sent already.
func (s *tlsStream) again(p []byte) int {
	n := min(len(p), len(s.out.plain))
	if !bytes.Equal(p[:n], s.out.plain[:n]) {
		return 0 // who wrote that was interrupted, and has gone on with something else
	}
	return n
}

// flush sends what is to be sent. It keeps out if there is plain text of which nobody has been told.
func (s *tlsStream) flush() error {
	o := s.out
	if o == nil {
		return nil
	}
	if err := s.checks(hub.Out); err != nil {
		return err
	}
	for o.sent < len(o.data) {
		n, err := s.inner.Write(o.data[o.sent:])
		o.sent += n
		if err != nil {
			return err
		}
	}
	o.data, o.sent = o.data[:0], 0
	if len(o.plain) == 0 {
		s.done()
	}
	return nil
}

// done gives out back.
func (s *tlsStream) done() {
	if o := s.out; o != nil {
		o.data, o.sent, o.plain = o.data[:0], 0, o.plain[:0]
		if cap(o.data) > 2*written {
			o.data = nil
		}
		outputs.Put(o)
		s.out = nil
	}
}

// CloseRead is that of [Stream].
func (s *tlsStream) CloseRead() error { return s.inner.CloseRead() }

// CloseWrite is that of [Stream].
func (s *tlsStream) CloseWrite() error {
	err := s.tls.CloseWrite()
	if failed := s.flush(); failed != nil && failed != ErrWouldBlock { // else it goes with what is read or written next
		err = failed
	}
	return err
}

// Close is that of [Stream].
func (s *tlsStream) Close() error {
	if s.tls.Close() == nil {
		_ = s.flush() // as far as there is room
	}
	s.in = nil
	s.free()
	s.done()
	return s.inner.Close()
}

func (s *tlsStream) LocalAddr() net.Addr       { return s.inner.LocalAddr() }
func (s *tlsStream) RemoteAddr() net.Addr      { return s.inner.RemoteAddr() }
func (s *tlsStream) Readiness() *hub.Readiness { return s.inner.Readiness() }
