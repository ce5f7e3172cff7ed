package httpc

import (
	"crypto/tls"
	"net"

	"github.com/going-green/greenlet/hub/socket"
)

// secure has the connection go on in TLS. If there is an error, or the task is interrupted, it is
// closed.
//
//greenlet:resumable
func (t *Transport) secure(sock *socket.Conn, address string) (*socket.Conn, error) {
	whole := false
	defer func() {
		if !whole {
			_ = sock.Close()
		}
	}()
	if err := socket.TLSClient(sock, t.config(address)); err != nil {
		return nil, err
	}
	whole = true
	return sock, nil
}

// config is the configuration for an address. The protocol is that of this package, whatever the
// server would like.
func (t *Transport) config(address string) *tls.Config {
	c := t.TLS.Clone()
	if c == nil {
		c = new(tls.Config)
	}
	if c.ServerName == "" {
		c.ServerName, _, _ = net.SplitHostPort(address)
	}
	if c.NextProtos == nil {
		c.NextProtos = []string{"http/1.1"}
	}
	if c.ClientSessionCache == nil {
		c.ClientSessionCache = t.sessions
	}
	return c
}
