package httpc

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	greenlet "github.com/going-green/greenlet/runtime"
)

var errLength = errors.New("httpc: the body is not as long as Request.ContentLength says")

// copied is how much of a body is sent at a time.
const copied = 32 << 10

// resumable is a body that is annotated.
type resumable interface {
	ReadResumable(*greenlet.Run, []byte) (int, error, greenlet.Status)
}

// send begins to send the body, of which the first part may be there already, while another task
// waits for the answer: it may come before. A body that nobody has annotated may wait as well, on a
// stack of its own.
func (e *exchange) send(first []byte) {
	e.closed = true
	h := e.conn.transport.Hub
	if _, ok := e.request.Body.(resumable); ok {
		e.sender = h.Go(e.newSendsFrame(first))
		return
	}
	e.sender = h.Go(greenlet.OnStack, func(greenlet.Section) { e.sends(first) })
}

// sends is the task that sends the body.
//
//greenlet:resumable
func (e *exchange) sends(first []byte) {
	defer closeBody(e.request)
	if err := e.sendBody(first); err != nil {
		if e.resp == nil && !e.conn.over && !e.said() {
			e.failed = err
			_ = e.conn.sock.Close() // who waits for the answer gets to know
		}
		return
	}
	e.wroteAll()
}

//greenlet:resumable
func (e *exchange) sendBody(p []byte) error {
	left := e.length
	buf := make([]byte, copied)
	for {
		if len(p) > 0 {
			if left >= 0 {
				if left -= int64(len(p)); left < 0 {
					return errLength
				}
			}
			if err := e.sendPart(p); err != nil {
				return err
			}
		}
		n, err := e.request.Body.Read(buf)
		p = buf[:n]
		switch {
		case err == io.EOF && n > 0:
		case err == io.EOF && left > 0:
			return errLength
		case err == io.EOF && left == 0:
			return nil
		case err == io.EOF:
			return e.sendTrailer()
		case err != nil:
			return err
		}
	}
}

// sendPart sends a part of the body, as a chunk if need be.
//
//greenlet:resumable
func (e *exchange) sendPart(p []byte) error {
	if e.length < 0 {
		b := make([]byte, 0, len(p)+20)
		b = append(strconv.AppendInt(b, int64(len(p)), 16), "\r\n"...)
		p = append(append(b, p...), "\r\n"...)
	}
	_, err := e.conn.sock.Write(p)
	return err
}

//greenlet:resumable
func (e *exchange) sendTrailer() error {
	var b bytes.Buffer
	b.WriteString("0\r\n")
	fields := http.Header{}
	for name, values := range e.request.Trailer {
		fields[http.CanonicalHeaderKey(name)] = values
	}
	_ = fields.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	_, err := e.conn.sock.Write(b.Bytes())
	return err
}
