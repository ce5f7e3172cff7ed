package httpc

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
)

// unpack has who reads the answer get what was packed, if it was.
func unpack(resp *http.Response) {
	if resp.Body == http.NoBody || !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return
	}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength, resp.Uncompressed = -1, true
	resp.Body = &unpacked{body: resp.Body}
}

// unpacked is a body that comes packed.
type unpacked struct {
	body   io.ReadCloser
	reader *gzip.Reader
	err    error // of making it
}

// Read is that of [io.Reader]. It is plain code.
func (u *unpacked) Read(p []byte) (int, error) {
	if u.reader == nil && u.err == nil {
		u.reader, u.err = gzip.NewReader(u.body)
	}
	if u.err != nil {
		return 0, u.err
	}
	return u.reader.Read(p)
}

func (u *unpacked) Close() error { return u.body.Close() }
