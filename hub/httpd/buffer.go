package httpd

import "sync"

// bufferSize is how much of a body is kept before any of it is sent. What is no longer than
// that has a Content-Length.
const bufferSize = 4096

// buffer is what is about to be sent. There is one only while there is something in it.
type buffer struct{ data []byte }

var buffers = sync.Pool{New: func() any { return &buffer{make([]byte, 0, bufferSize+512)} }}

func newBuffer() *buffer { return buffers.Get().(*buffer) }

// free gives b back, but not what has grown.
func (b *buffer) free() {
	if cap(b.data) <= 4*bufferSize {
		b.data = b.data[:0]
		buffers.Put(b)
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	b.data = append(b.data, p...)
	return len(p), nil
}

func (b *buffer) WriteString(s string) (int, error) {
	b.data = append(b.data, s...)
	return len(s), nil
}
