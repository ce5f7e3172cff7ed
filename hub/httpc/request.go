package httpc

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

const userAgent = "Go-http-client/1.1" // net/http's

// Fields that are not written as they are.
var written = map[string]bool{"Host": true, "User-Agent": true, "Content-Length": true, "Transfer-Encoding": true, "Trailer": true}

// head is the header of the request, by a proxy that is not nil.
func (e *exchange) head() ([]byte, error) {
	r := e.request
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	host, err := httpguts.PunycodeHostPort(host)
	if err != nil {
		return nil, err
	}
	if !httpguts.ValidHostHeader(host) {
		return nil, errors.New("httpc: invalid Host header")
	}
	host = withoutZone(host)
	uri := r.URL.RequestURI()
	switch {
	case r.Method == http.MethodConnect && r.URL.Path == "":
		if uri = host; r.URL.Opaque != "" {
			uri = r.URL.Opaque
		}
	case e.conn.proxied != nil && r.URL.Opaque == "":
		uri = r.URL.Scheme + "://" + host + uri
	}
	if strings.ContainsFunc(uri, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil, fmt.Errorf("httpc: invalid request URI %q", uri)
	}
	var b bytes.Buffer
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	b.WriteString(method + " " + uri + " HTTP/1.1\r\nHost: " + host + "\r\n")
	agent := userAgent
	if _, ok := r.Header["User-Agent"]; ok {
		agent = r.Header.Get("User-Agent")
	}
	if agent != "" {
		b.WriteString("User-Agent: " + strings.TrimSpace(inLine.Replace(agent)) + "\r\n")
	}
	if err := e.framing(&b, method); err != nil {
		return nil, err
	}
	_ = r.Header.WriteSubset(&b, written) // a buffer takes everything
	if e.packed {
		b.WriteString("Accept-Encoding: gzip\r\n")
	}
	if p := e.conn.proxied; p != nil && r.Header.Get("Proxy-Authorization") == "" {
		if a := authorization(p); a != "" {
			b.WriteString("Proxy-Authorization: " + a + "\r\n")
		}
	}
	if e.closes() && !httpguts.HeaderValuesContainsToken(r.Header["Connection"], "close") {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString("\r\n")
	return b.Bytes(), nil
}

// inLine makes a value of a field one that ends with its line.
var inLine = strings.NewReplacer("\r", " ", "\n", " ")

// withoutZone is the host without the zone of an address of version 6, which is nobody else's business.
func withoutZone(host string) string {
	if !strings.HasPrefix(host, "[") {
		return host
	}
	end := strings.LastIndexByte(host, ']')
	zone := strings.LastIndexByte(host[:max(end, 0)], '%')
	if zone < 0 {
		return host
	}
	return host[:zone] + host[end:]
}

// framing writes what says how long the body is.
func (e *exchange) framing(b *bytes.Buffer, method string) error {
	r := e.request
	switch {
	case e.length > 0, e.length == 0 && (method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch):
		b.WriteString("Content-Length: " + strconv.FormatInt(e.length, 10) + "\r\n")
	case e.length < 0:
		b.WriteString("Transfer-Encoding: chunked\r\n")
		var names []string
		for name := range r.Trailer {
			name = http.CanonicalHeaderKey(name)
			if name == "Transfer-Encoding" || name == "Trailer" || name == "Content-Length" {
				return fmt.Errorf("httpc: invalid trailer field %q", name)
			}
			names = append(names, name)
		}
		if len(names) > 0 {
			slices.Sort(names)
			b.WriteString("Trailer: " + strings.Join(names, ",") + "\r\n")
		}
	}
	return nil
}

// closes reports whether the connection is for this request only.
func (e *exchange) closes() bool {
	return e.request.Close || e.conn.transport.WithoutKeepAlive || httpguts.HeaderValuesContainsToken(e.request.Header["Connection"], "close")
}
