package httpd

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/textproto"
)

// Chunks: RFC 9112, section 7.1. What stands around the data is taken from what has been
// read ahead, when all of it is there. It is read as strictly as net/http does it, which
// has its own reader, but one that blocks.

const (
	maxChunkLine = 4096
	maxTrailer   = 4096
	// maxExcess is how much there may be that is no data: see excess.
	maxExcess = 16 << 10
)

var (
	errChunk    = errors.New("httpd: malformed chunk")
	errExcess   = errors.New("httpd: too much in chunks that is no data")
	errTrailers = errors.New("httpd: malformed trailer")
)

// frame takes what stands between data: it does not wait.
func (b *Body) frame() error {
	for {
		taken, err := b.take(b.conn.sock.Ahead())
		if taken > 0 {
			b.conn.sock.Discard(taken)
		}
		if taken > 0 || err != nil {
			return err
		}
		if err = b.conn.sock.TryReadAhead(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
}

// take takes the next part from the beginning of p, or nothing if it is not all there.
func (b *Body) take(p []byte) (taken int, err error) {
	switch b.part {
	case chunkEnd:
		if len(p) > 0 && p[0] != '\r' || len(p) > 1 && p[1] != '\n' {
			return 0, errChunk
		}
		if len(p) < 2 {
			return 0, nil
		}
		b.part = chunkSize
		return 2, nil
	case chunkSize:
		return b.takeSize(p)
	}
	return b.takeTrailer(p)
}

func (b *Body) takeSize(p []byte) (taken int, err error) {
	i := bytes.IndexByte(p, '\n')
	switch {
	case i < 0 && len(p) < maxChunkLine:
		return 0, nil
	case i < 0, i >= maxChunkLine:
		return 0, errChunk
	case i == 0, bytes.IndexByte(p[:i], '\r') != i-1: // one in the middle, or none: RFC 9112, erratum 7633
		return 0, errChunk
	}
	line, _, _ := bytes.Cut(bytes.TrimRight(p[:i-1], " \t"), []byte{';'}) // what is behind it means nothing to us
	size, ok := hexadecimal(line)
	if !ok {
		return 0, errChunk
	}
	// 16 bytes for each chunk and twice its data are fine: so the client may send byte by
	// byte, but not much else.
	b.excess = max(0, b.excess+int64(i+3)-16-2*min(size, maxExcess))
	if b.excess > maxExcess {
		return 0, errExcess
	}
	b.left, b.part = size, data
	if size == 0 {
		b.part = trailer
	}
	return i + 1, nil
}

// hexadecimal is the number of up to 15 digits.
func hexadecimal(p []byte) (n int64, ok bool) {
	for _, d := range p {
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d && d <= 'f':
			d -= 'a' - 10
		case 'A' <= d && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		n = n<<4 | int64(d)
	}
	return n, len(p) > 0 && len(p) < 16
}

// takeTrailer is the end of the body.
func (b *Body) takeTrailer(p []byte) (taken int, err error) {
	if len(p) >= 2 && p[0] == '\r' && p[1] == '\n' {
		return 2, io.EOF
	}
	n := bytes.Index(p, []byte("\r\n\r\n"))
	switch {
	case n < 0 && len(p) < maxTrailer:
		return 0, nil
	case n < 0, n >= maxTrailer:
		return 0, errTrailers
	}
	n += 4
	source := b.conn.server.parser.from(p[:n])
	fields, err := textproto.NewReader(source).ReadMIMEHeader()
	if err != nil {
		return 0, errTrailers
	}
	if b.request.Trailer == nil {
		b.request.Trailer = http.Header{}
	}
	for name, values := range fields {
		b.request.Trailer[name] = values
	}
	// Lines without a carriage return may have ended it before: what follows is a request.
	return n - source.Buffered() - b.conn.server.parser.source.Len(), io.EOF
}
