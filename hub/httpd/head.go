package httpd

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/hub/internal/wire"
	"golang.org/x/net/http/httpguts"
)

// Fields that the server writes, whatever the handler says.
var (
	framing     = map[string]bool{"Connection": true, "Content-Length": true, "Transfer-Encoding": true}
	notModified = map[string]bool{"Connection": true, "Content-Length": true, "Transfer-Encoding": true, "Content-Type": true}
)

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// head holds the fields of the handler as they are now: it may change them in vain later.
func (w *Response) head() {
	if len(w.header) == 0 {
		return
	}
	h := w.header
	w.own = own{
		date:             present(h, "Date"),
		contentType:      present(h, "Content-Type"),
		contentEncoding:  h.Get("Content-Encoding") != "",
		connection:       h["Connection"],
		identity:         h.Get("Transfer-Encoding") == "identity",
		transferEncoding: h.Get("Transfer-Encoding") != "",
	}
	if te := h.Get("Transfer-Encoding"); te != "chunked" && te != "identity" {
		w.own.codings = h["Transfer-Encoding"]
	}
	if httpguts.HeaderValuesContainsToken(w.own.connection, "close") {
		w.close = true
	}
	if l := h.Get("Content-Length"); l != "" {
		if n, err := strconv.ParseInt(l, 10, 64); err == nil && n >= 0 && (!w.own.transferEncoding || w.own.identity) {
			w.length = n
		}
	}
	exclude := framing
	if w.status == http.StatusNotModified {
		exclude = notModified
	}
	for name := range h {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			if !w.own.trailers {
				w.own.trailers, exclude = true, maps.Clone(exclude)
			}
			exclude[name] = true
		}
	}
	if list, ok := h["Trailer"]; ok {
		w.own.trailers = true
		w.announce(list)
	}
	w.held = newBuffer()
	_ = h.WriteSubset(w.held, exclude) // a buffer takes everything
	w.headed = len(w.held.data)
}

func present(h http.Header, name string) bool {
	_, ok := h[name]
	return ok
}

func statusLine(b *buffer, r *http.Request, status int) {
	b.data = append(b.data, "HTTP/1."...)
	b.data = append(b.data, byte('0'+min(r.ProtoMinor, 1)), ' ')
	if text := http.StatusText(status); text != "" {
		b.data = strconv.AppendInt(b.data, int64(status), 10)
		b.WriteString(" ")
		b.WriteString(text)
		b.WriteString("\r\n")
		return
	}
	fmt.Fprintf(b, "%03d status code %d\r\n", status, status)
}

// commit puts the header to what is to be sent. If it is final, all of the body is held;
// else next is what follows. It is like chunkWriter.writeHeader of net/http.
func (w *Response) commit(final bool, next []byte) {
	w.sent = true
	if w.body.expected == toContinue {
		w.body.expected = tooLate
	}
	r, b := w.request, w.conn.buffer()
	var held []byte
	if w.held != nil {
		held = w.held.data[w.headed:]
	}
	isHead, allowed, modern := r.Method == http.MethodHead, bodyAllowed(w.status), r.ProtoMinor > 0
	if final && int(w.written) == len(held) && allowed && w.length < 0 && !w.own.trailers && !w.own.transferEncoding && (!isHead || len(held) > 0) {
		w.length = int64(len(held)) // 0, too: then a client of HTTP/1.0 may keep the connection
	}
	w.persist(isHead || w.length >= 0 || !allowed)

	statusLine(b, r, w.status)
	if w.headed > 0 {
		b.Write(w.held.data[:w.headed])
		w.held.data = w.held.data[:copy(w.held.data, held)]
		held, w.headed = w.held.data, 0
	}
	if !w.own.date {
		b.WriteString("Date: ")
		b.Write(w.conn.server.date.at(w.conn.server.hub().Now()))
		b.WriteString("\r\n")
	}
	switch {
	case !allowed:
	case w.length >= 0:
		b.WriteString("Content-Length: ")
		b.data = strconv.AppendInt(b.data, w.length, 10)
		b.WriteString("\r\n")
	case isHead:
	case modern && !w.own.identity:
		w.chunked = true
		for _, v := range w.own.codings {
			b.WriteString("Transfer-Encoding: " + inLine.Replace(v) + "\r\n")
		}
		b.WriteString("Transfer-Encoding: chunked\r\n")
	default:
		w.close = true // which is the end of the body
	}
	if allowed && !w.own.contentType && !w.own.contentEncoding && !w.own.transferEncoding && len(held)+len(next) > 0 {
		b.WriteString("Content-Type: ")
		b.WriteString(contentType(held, next))
		b.WriteString("\r\n")
	}
	w.connection(b, isHead || w.length >= 0 || !allowed)
	b.WriteString("\r\n")
}

// contentType is that of what begins with a and goes on with b.
func contentType(a, b []byte) string {
	const looked = 512 // at
	if len(a) == 0 {
		a = b
	} else if len(a) < looked {
		a = append(a[:len(a):len(a)], b[:min(len(b), looked)]...)
	}
	return http.DetectContentType(a)
}

// persist decides whether the connection is closed.
func (w *Response) persist(delimited bool) {
	r := w.request
	switch {
	case r.ProtoMinor == 0 && !delimited, w.conn.server.stopping:
		w.close = true
	case w.body.ended():
	case w.body.limited:
		w.close = true
	case w.body.expected != nothing, w.body.framing.Part == wire.Data && w.body.framing.Left > drained:
		w.close = true // see drain
	}
}

// connection writes the field of this name.
func (w *Response) connection(b *buffer, delimited bool) {
	values := w.own.connection
	switch {
	case w.status == http.StatusSwitchingProtocols:
	case w.close && !httpguts.HeaderValuesContainsToken(values, "close"):
		if values = nil; w.request.ProtoMinor > 0 {
			values = closing
		}
	case w.request.ProtoMinor == 0 && !w.close && values == nil:
		values = keeping
	}
	for _, v := range values {
		b.WriteString("Connection: ")
		b.WriteString(inLine.Replace(v))
		b.WriteString("\r\n")
	}
}

// inLine makes a value of a field one that ends with its line.
var inLine = strings.NewReplacer("\r", " ", "\n", " ")

var closing, keeping = []string{"close"}, []string{"keep-alive"}
