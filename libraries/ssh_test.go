//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package libraries

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"
	"testing"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// shell serves a connection: what is sent to a session comes back from it.
func shell(t *testing.T, c net.Conn, config *ssh.ServerConfig) {
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if !assert.NoError(t, err) {
		return
	}
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		channel, requests, err := asked.Accept()
		if !assert.NoError(t, err) {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "exec", nil)
				if r.Type == "exec" {
					go func() {
						_, _ = io.Copy(channel, channel)
						_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
						channel.Close()
					}()
				}
			}
		}()
	}
}

// Both ends of ssh, over connections of one hub. All of it waits in channels and locks for
// goroutines of its own: so it is called by hub.Block, and the hub goes on.
func TestSSH(t *testing.T) {
	h := running(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	server := &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		assert.Equal(t, "secret", string(password))
		return nil, nil
	}}
	server.AddHostKey(signer)
	client := &ssh.ClientConfig{User: "me", Auth: []ssh.AuthMethod{ssh.Password("secret")}, HostKeyCallback: ssh.FixedHostKey(signer.PublicKey())}

	var address string
	inTask(t, h, func() {
		l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		address = l.Addr().String()
		t.Cleanup(func() { h.Post(func() { l.Close() }) })
		h.Go(greenlet.OnStack, func(greenlet.Section) {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				h.Go(greenlet.OnStack, func(greenlet.Section) {
					conn := socket.NewNetConn(c)
					hub.Block(h, func() error { shell(t, conn, server); return conn.Close() })
				})
			}
		})
	})
	others, done := 0, false // of what the hub does meanwhile
	h.Post(func() {
		h.Go(greenlet.OnStack, func(greenlet.Section) {
			for ; !done; others++ {
				h.Yield()
			}
		})
	})
	dialer := &socket.Dialer{Hub: h}
	each(t, h, 4, func(int) {
		c, err := dialer.Dial("tcp", address)
		require.NoError(t, err)
		text := bytes.Repeat([]byte("0123456789"), 200000)
		got := hub.Block(h, func() []byte {
			conn, channels, requests, err := ssh.NewClientConn(c, address, client)
			if !assert.NoError(t, err) {
				return nil
			}
			over := ssh.NewClient(conn, channels, requests)
			defer over.Close()
			s, err := over.NewSession()
			if !assert.NoError(t, err) {
				return nil
			}
			s.Stdin = bytes.NewReader(text)
			got, err := s.Output("cat")
			assert.NoError(t, err)
			return got
		})
		assert.True(t, bytes.Equal(text, got))
	})
	inTask(t, h, func() {
		done = true
		assert.Greater(t, others, 100)
	})
}
