package websocket

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"

	"github.com/gobwas/ws/wsflate"
)

// What packs and unpacks is large. As no message needs what was before it, a few serve for all
// connections.
var (
	packers   = sync.Pool{New: func() any { return wsflate.NewWriter(nil, newPacker) }}
	unpackers = sync.Pool{New: func() any { return wsflate.NewReader(nil, newUnpacker) }}
)

func newPacker(w io.Writer) wsflate.Compressor {
	f, _ := flate.NewWriter(w, flate.BestSpeed) // the level is one
	return f
}

func newUnpacker(r io.Reader) wsflate.Decompressor { return flate.NewReader(r) }

// parameters are what is agreed upon.
var parameters = wsflate.DefaultParameters

func pack(p []byte) []byte {
	var b bytes.Buffer
	w := packers.Get().(*wsflate.Writer)
	defer packers.Put(w)
	w.Reset(&b)
	_, _ = w.Write(p) // a buffer takes everything
	_ = w.Flush()
	return b.Bytes()
}

// unpack is what has been packed, up to a limit.
func unpack(p []byte, limit int) ([]byte, error) {
	r := unpackers.Get().(*wsflate.Reader)
	defer unpackers.Put(r)
	r.Reset(bytes.NewReader(p))
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, errPacked
	case n > int64(limit):
		return nil, errLong
	}
	return b.Bytes(), nil
}
