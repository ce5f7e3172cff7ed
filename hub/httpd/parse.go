package httpd

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"

	"github.com/going-green/greenlet/hub/socket"
	"golang.org/x/net/http/httpguts"
)

// refusal is the error of a request that the server answers by itself.
type refusal struct {
	status int
	why    string // for the client, too; may be empty
}

func (r *refusal) Error() string {
	text := "httpd: " + strings.ToLower(http.StatusText(r.status))
	if r.why != "" {
		text += ": " + r.why
	}
	return text
}

func refuse(status int, why string) error { return &refusal{status, why} }

// beginning is what is known of a request while its header is not all there.
type beginning struct {
	empty int  // lines before it
	lined bool // its first line is one
}

// skip drops empty lines before the request: RFC 9112, section 2.2.
func (b *beginning) skip(sock *socket.Conn) {
	for b.empty < emptyLines && bytes.HasPrefix(sock.Ahead(), []byte("\r\n")) {
		b.empty++
		sock.Discard(2)
	}
}

// may reports whether data may be the beginning of a request. A client that speaks another
// protocol, TLS for example, waits for an answer to less than a header.
func (b *beginning) may(data []byte, p *parser) bool {
	if b.lined || len(data) == 0 {
		return true
	}
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		_, err := http.ReadRequest(p.from(append(bytes.Clone(data[:i+1]), "\r\n"...)))
		b.lined = err == nil
		return b.lined
	}
	method, _, _ := bytes.Cut(data, []byte{' '})
	for _, c := range method {
		if !httpguts.IsTokenRune(rune(c)) {
			return b.empty < emptyLines && string(data) == "\r"
		}
	}
	return true
}

// parser has net/http parse what is in memory. There is one for a server, as nothing waits
// in between.
type parser struct {
	source bytes.Reader
	reader *bufio.Reader
}

func (p *parser) from(data []byte) *bufio.Reader {
	p.source.Reset(data)
	if p.reader == nil {
		p.reader = bufio.NewReader(&p.source)
	} else {
		p.reader.Reset(&p.source)
	}
	return p.reader
}

// request is the request with this header. Its body remains to be set.
func (p *parser) request(header []byte) (*http.Request, error) {
	r, err := http.ReadRequest(p.from(header))
	switch {
	case err == nil:
	case strings.HasPrefix(err.Error(), "unsupported transfer encoding"), strings.HasPrefix(err.Error(), "too many transfer encodings"):
		return nil, refuse(http.StatusNotImplemented, "unsupported transfer encoding") // net/http keeps the type to itself
	default:
		return nil, refuse(http.StatusBadRequest, "")
	}
	return r, check(r, header)
}

// check is what net/http's server does besides parsing, and what it leaves to chance.
func check(r *http.Request, header []byte) error {
	bad := func(why string) error { return refuse(http.StatusBadRequest, why) }
	if r.ProtoMajor != 1 {
		return refuse(http.StatusHTTPVersionNotSupported, "unsupported protocol version")
	}
	modern := r.ProtoMinor > 0
	switch {
	// ReadRequest has deleted Host. It is in r.Host, unless it is empty or there is another.
	case modern && (r.Host == "" || r.URL.Host != "") && r.Method != http.MethodConnect && !mentions(header, "Host"):
		return bad("missing required Host header")
	case !httpguts.ValidHostHeader(r.Host), r.URL.Host != "" && !httpguts.ValidHostHeader(value(header, "Host")):
		return bad("malformed Host header")
	// Whoever was on the way may have gone by the one that we don't: RFC 9112, section 6.3.
	case len(r.TransferEncoding) > 0 && mentions(header, "Content-Length"):
		return bad("both Transfer-Encoding and Content-Length")
	case !modern && mentions(header, "Transfer-Encoding"):
		return bad("Transfer-Encoding in HTTP/1.0")
	}
	for name, values := range r.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return bad("invalid header name")
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return bad("invalid header value")
			}
		}
	}
	return nil
}

func expectsContinue(r *http.Request) bool {
	return httpguts.HeaderValuesContainsToken(r.Header["Expect"], "100-continue")
}

// mentions reports whether a header has a field, which net/http may have removed.
func mentions(header []byte, field string) bool { return behind(header, field) != nil }

// behind is what follows the name of a field, or nil.
func behind(header []byte, field string) []byte {
	for rest := header; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return nil
		}
		rest = rest[i+1:]
		if len(rest) > len(field) && rest[len(field)] == ':' && bytes.EqualFold(rest[:len(field)], []byte(field)) {
			return rest[len(field)+1:]
		}
	}
}

// value is the value of a field, which net/http may have removed. If it goes on in another
// line, the line end is a part of it.
func value(header []byte, field string) string {
	v := behind(header, field)
	for i, b := range v {
		if b == '\n' && (i+1 == len(v) || v[i+1] != ' ' && v[i+1] != '\t') {
			return string(bytes.Trim(v[:i], " \t\r"))
		}
	}
	return string(v)
}
