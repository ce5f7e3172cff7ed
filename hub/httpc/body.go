package httpc

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/internal/wire"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
)

// Body is the body of an answer. It is for one task of the hub at a time.
type Body struct {
	exchange *exchange
	framing  wire.Framing
	inChunks bool
	toEnd    bool  // of the connection
	err      error // of who reads on
}

var (
	errClosed = errors.New("httpc: read of a body that is closed")
	errPlain  = errors.New("httpc: plain code that annotated code calls can't wait for a body: annotate it, or run it by greenlet.OnStack")
)

func (b *Body) chunked() { b.inChunks, b.framing.Part = true, wire.ChunkSize }

// Read reads what there is, and waits for something. When the context of the request is done, its
// error is the cause. Plain code that annotated code calls can't wait.
//
//greenlet:resumable
func (b *Body) Read(p []byte) (n int, err error) {
	if b.err != nil {
		return 0, b.err
	}
	b.exchange.conn.sock.Stream().Readiness().GiveWay(hub.In)
	for {
		if n, err = b.tryRead(p); err != socket.ErrWouldBlock {
			break
		}
		if greenlet.Current() == greenlet.Main() {
			return 0, errPlain
		}
		if err = b.wait(); err != nil {
			break
		}
	}
	if err != nil {
		b.end(err)
	}
	return n, err
}

// wait waits for more.
//
//greenlet:resumable
func (b *Body) wait() (err error) {
	e := b.exchange
	ctx := e.request.Context()
	if ctx.Done() == nil {
		return waitFor(e.conn.sock)
	}
	if cause := e.conn.transport.Hub.WithContext(ctx, func() { err = waitFor(e.conn.sock) }); cause != nil {
		return cause
	}
	return err
}

// tryRead is Read that does not wait.
func (b *Body) tryRead(p []byte) (n int, err error) {
	sock := b.exchange.conn.sock
	if b.toEnd {
		return sock.TryRead(p)
	}
	for b.framing.Part != wire.Data {
		if err := b.framing.Next(sock, &b.exchange.resp.Trailer); err != nil {
			return 0, err
		}
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err = sock.TryRead(p[:min(int64(len(p)), b.framing.Left)])
	b.framing.Left -= int64(n)
	switch {
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	case err != nil || b.framing.Left > 0:
	case b.inChunks:
		b.framing.Part = wire.ChunkEnd
	default:
		return n, io.EOF
	}
	return n, err
}

// end ends the exchange, with the error of who reads on.
func (b *Body) end(err error) {
	b.err = err
	b.exchange.end(err == io.EOF && !b.toEnd && b.exchange.keeps())
}

// Close ends reading. If there is more of the body to come, the connection is closed as well.
func (b *Body) Close() error {
	if b.err == nil {
		b.end(errClosed)
	} else if b.err == io.EOF {
		b.err = errClosed
	}
	return nil
}

// upgraded is the body of an answer to a request for another protocol: the connection.
type upgraded struct{ exchange *exchange }

//greenlet:resumable
func (u *upgraded) Read(p []byte) (int, error) { return u.exchange.conn.sock.Read(p) }

//greenlet:resumable
func (u *upgraded) Write(p []byte) (int, error) { return u.exchange.conn.sock.Write(p) }

func (u *upgraded) Close() error {
	u.exchange.end(false)
	return nil
}

// Socket is the connection of an answer with 101, with what has been read ahead, for who goes on with
// another protocol. It is the caller's from now on, to close as well. ok is false of any other answer.
func Socket(resp *http.Response) (c *socket.Conn, ok bool) {
	u, ok := resp.Body.(*upgraded)
	if !ok {
		return nil, false
	}
	return u.exchange.leave(), true
}

// leave takes the connection out of those of the transport.
func (e *exchange) leave() *socket.Conn {
	c := e.conn
	if !c.over {
		c.over = true
		if c.host.room != nil {
			c.host.room.Release()
		}
		c.sock.SetDeadline(time.Time{})
	}
	return c.sock
}
