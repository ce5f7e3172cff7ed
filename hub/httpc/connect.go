package httpc

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"

	"github.com/going-green/greenlet/hub/internal/wire"
	"github.com/going-green/greenlet/hub/socket"
	"golang.org/x/net/http/httpguts"
)

// place is where the request has to go, and by which proxy.
func (t *Transport) place(r *http.Request) (at place, proxy *url.URL, err error) {
	at.scheme = r.URL.Scheme
	if at.address, err = address(r.URL); err != nil || t.Proxy == nil {
		return at, nil, err
	}
	if proxy, err = t.Proxy(r); err != nil || proxy == nil {
		return at, nil, err
	}
	if proxy.Scheme != "http" {
		return at, nil, fmt.Errorf("httpc: unsupported proxy scheme %q", proxy.Scheme)
	}
	at.proxy = proxy.String()
	if at.scheme == "http" {
		at.address = "" // one connection is for all
	}
	return at, proxy, nil
}

// address is the host and port of a URL.
func address(u *url.URL) (string, error) {
	host, err := httpguts.PunycodeHostPort(u.Hostname())
	if err != nil {
		return "", err
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(host, port), nil
}

// connect makes a connection.
//
//greenlet:resumable
func (t *Transport) connect(at place, proxy *url.URL) (c *socket.Conn, err error) {
	if t.DialTimeout <= 0 {
		return t.connects(at, proxy)
	}
	if late := t.Hub.WithTimeout(t.DialTimeout, func() { c, err = t.connects(at, proxy) }); late != nil && c == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	}
	return c, err
}

//greenlet:resumable
func (t *Transport) connects(at place, proxy *url.URL) (*socket.Conn, error) {
	to := at.address
	if proxy != nil {
		var err error
		if to, err = address(proxy); err != nil {
			return nil, err
		}
	}
	sock, err := t.net().Dial("tcp", to)
	if err != nil || at.scheme == "http" {
		return sock, err
	}
	if proxy != nil {
		if err := t.tunnel(sock, at.address, proxy); err != nil {
			return nil, err
		}
	}
	return t.secure(sock, at.address)
}

// tunnel has a proxy lead the connection to an address: RFC 9110, section 9.3.6.
//
//greenlet:resumable
func (t *Transport) tunnel(sock *socket.Conn, address string, proxy *url.URL) error {
	whole := false
	defer func() {
		if !whole {
			_ = sock.Close()
		}
	}()
	r := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	text := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: " + userAgent + "\r\n"
	if a := authorization(proxy); a != "" {
		text += "Proxy-Authorization: " + a + "\r\n"
	}
	if _, err := sock.WriteString(text + "\r\n"); err != nil {
		return err
	}
	budget := t.maxHeader()
	header, err := t.receive(sock, &budget)
	if err != nil {
		return err
	}
	resp, err := t.parse(header, r)
	sock.Discard(len(header))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New("httpc: the proxy answers CONNECT with " + resp.Status)
	}
	whole = true
	return nil
}

// authorization is what a proxy wants for the user in its URL.
func authorization(proxy *url.URL) string {
	if proxy.User == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password))
}

var errHeader = errors.New("httpc: the header of the answer is too long")

func (t *Transport) maxHeader() int {
	if t.MaxHeader > 0 {
		return t.MaxHeader
	}
	return defaultHeader
}

// receive waits for a header, which is left to be read. It may be as long as the budget, which it
// takes from that.
//
//greenlet:resumable
func (t *Transport) receive(sock *socket.Conn, budget *int) ([]byte, error) {
	for searched := 0; ; {
		data := sock.Ahead()
		if n := wire.HeaderEnd(data[:min(len(data), *budget)], searched); n > 0 {
			*budget -= n
			return data[:n], nil
		}
		if len(data) >= *budget {
			return nil, errHeader
		}
		searched = len(data) - min(len(data), 3)
		err := sock.TryReadAhead()
		if err == socket.ErrWouldBlock {
			err = waitFor(sock)
		}
		if err != nil {
			return nil, err
		}
	}
}
