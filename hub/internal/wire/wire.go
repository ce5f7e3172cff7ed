// Package wire is what messages of HTTP/1.1 are on a connection, for the server and the client of
// the hub. Nothing in it waits.
package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/textproto"

	"github.com/going-green/greenlet/hub/socket"
)

// HeaderEnd is the length of a header at the beginning of data, with the empty line at its
// end; 0 if that is not there. There is none before from. Lines may end without a carriage
// return: RFC 9112, section 2.2.
func HeaderEnd(data []byte, from int) int {
	for i := from; ; i++ {
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			return 0
		}
		i += n
		switch rest := data[i+1:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return i + 2
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return i + 3
		}
	}
}

// Framing is where a body, or its next chunk, ends. Chunks: RFC 9112, section 7.1. What stands
// around the data is taken from what has been read ahead, when all of it is there. It is read
// as strictly as net/http does it, which has its own reader, but one that blocks.
type Framing struct {
	Left   int64 // of the body, or of the chunk
	excess int64 // of what is no data: see takeSize
	Part   Part
}

// Part is what comes next.
type Part uint8

const (
	Data Part = iota
	ChunkSize
	ChunkEnd
	Trailer
)

const (
	maxChunkLine = 4096
	maxTrailer   = 4096
	// maxExcess is how much there may be that is no data: see takeSize.
	maxExcess = 16 << 10
)

var (
	errChunk    = errors.New("http: malformed chunk")
	errExcess   = errors.New("http: too much in chunks that is no data")
	errTrailers = errors.New("http: malformed trailer")
)

// Next takes what stands between data. Its error is [io.EOF] at the end of the body; then the
// trailer is in fields.
func (b *Framing) Next(sock *socket.Conn, fields *http.Header) error {
	for {
		taken, err := b.take(sock.Ahead(), fields)
		if taken > 0 {
			sock.Discard(taken)
		}
		if taken > 0 || err != nil {
			return err
		}
		if err = sock.TryReadAhead(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
}

// take takes the next part from the beginning of p, or nothing if it is not all there.
func (b *Framing) take(p []byte, fields *http.Header) (taken int, err error) {
	switch b.Part {
	case ChunkEnd:
		if len(p) > 0 && p[0] != '\r' || len(p) > 1 && p[1] != '\n' {
			return 0, errChunk
		}
		if len(p) < 2 {
			return 0, nil
		}
		b.Part = ChunkSize
		return 2, nil
	case ChunkSize:
		return b.takeSize(p)
	}
	return b.takeTrailer(p, fields)
}

func (b *Framing) takeSize(p []byte) (taken int, err error) {
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
	b.Left, b.Part = size, Data
	if size == 0 {
		b.Part = Trailer
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
func (b *Framing) takeTrailer(p []byte, fields *http.Header) (taken int, err error) {
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
	text := bytes.NewReader(p[:n])
	source := bufio.NewReader(text)
	got, err := textproto.NewReader(source).ReadMIMEHeader()
	if err != nil {
		return 0, errTrailers
	}
	if *fields == nil {
		*fields = http.Header{}
	}
	for name, values := range got {
		(*fields)[name] = values
	}
	// Lines without a carriage return may have ended it before: what follows is another message.
	return n - source.Buffered() - text.Len(), io.EOF
}
