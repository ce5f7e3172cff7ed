package httpc

import (
	"crypto/tls"
	"errors"
	"net"

	"github.com/going-green/greenlet/hub/socket"
)

// secure has the connection go on in TLS.
//
//greenlet:resumable
func (t *Transport) secure(sock *socket.Conn, address string) (*socket.Conn, error) {
	config := t.TLS
	if config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		host, _, _ := net.SplitHostPort(address)
		config = config.Clone()
		config.ServerName = host
	}
	_ = sock.Close()
	return nil, errors.New("httpc: https is not there yet")
}
