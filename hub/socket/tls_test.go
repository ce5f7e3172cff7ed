//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package socket

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// certificate is one for localhost that signs itself, and a pool with it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// tlsConfigs are those of a server and a client that ask each other for certificates.
func tlsConfigs(t *testing.T, version uint16) (server, client *tls.Config) {
	cert, pool := certificate(t)
	server = &tls.Config{
		Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
		NextProtos: []string{"greenlet", "other"}, MaxVersion: version,
	}
	client = &tls.Config{
		Certificates: []tls.Certificate{cert}, RootCAs: pool, ServerName: "localhost",
		NextProtos: []string{"greenlet"}, ClientSessionCache: tls.NewLRUClientSessionCache(1),
	}
	return server, client
}

var tlsVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// echoTLS sends back what comes, and ends when the other side has.
func echoTLS(c io.ReadWriteCloser) error {
	_, err := io.Copy(c, c)
	if w, ok := c.(interface{ CloseWrite() error }); ok && err == nil {
		err = w.CloseWrite()
	}
	return err
}

// talkTLS says text, and returns what comes back.
func talkTLS(c interface {
	io.ReadWriter
	CloseWrite() error
}, text []byte, beside func(func())) ([]byte, error) {
	beside(func() {
		_, _ = c.Write(text)
		_ = c.CloseWrite()
	})
	return io.ReadAll(c)
}

func goes(f func()) { go f() }

// TestTLSServer: with package crypto/tls as the client.
func TestTLSServer(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 100_000)
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			server, client := tlsConfigs(t, version)
			h := hub.New()
			inTasks(t, h, func() {
				l, err := Listen(h, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				defer l.Close()
				address := l.Addr().String()
				h.Go(greenlet.OnStack, func(greenlet.Section) {
					for i := range 2 {
						c, err := l.Accept()
						require.NoError(t, err)
						require.NoError(t, TLSServer(c, server))
						state, ok := c.ConnectionState()
						assert.Equal(t, []any{true, version, "greenlet", 1, i == 1},
							[]any{ok, state.Version, state.NegotiatedProtocol, len(state.PeerCertificates), state.DidResume})
						assert.NoError(t, echoTLS(c))
						assert.NoError(t, c.Close())
					}
				})
				for range 2 {
					got := onGoroutine(h, func() any {
						c, err := tls.Dial("tcp", address, client)
						if !assert.NoError(t, err) {
							return nil
						}
						defer c.Close()
						got, err := talkTLS(c, text, goes)
						assert.NoError(t, err)
						return got
					})
					assert.True(t, bytes.Equal(text, got.([]byte)))
				}
			})
		})
	}
}

// TestTLSClient: with package crypto/tls as the server.
func TestTLSClient(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 100_000)
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			server, client := tlsConfigs(t, version)
			l, err := tls.Listen("tcp", "127.0.0.1:0", server)
			require.NoError(t, err)
			defer l.Close()
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						assert.NoError(t, echoTLS(c))
						c.Close()
					}()
				}
			}()
			h := hub.New()
			inTasks(t, h, func() {
				for i := range 2 {
					c, err := Dial(h, "tcp", l.Addr().String())
					require.NoError(t, err)
					require.NoError(t, TLSClient(c, client))
					state, ok := c.ConnectionState()
					assert.Equal(t, []any{true, version, "greenlet", i == 1}, []any{ok, state.Version, state.NegotiatedProtocol, state.DidResume})
					got, err := talkTLS(c, text, func(f func()) { h.Go(greenlet.OnStack, func(greenlet.Section) { f() }) })
					require.NoError(t, err)
					assert.True(t, bytes.Equal(text, got))
					require.NoError(t, c.Close())
				}
			})
		})
	}
}

// trickle is a stream that reads and writes little at a time.
type trickle struct {
	Stream
	in, out int
}

func (s *trickle) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p[:min(len(p), s.in)])
	if n > 0 {
		s.Readiness().Signal(hub.In) // it takes a short read for the last
	}
	return n, err
}

func (s *trickle) Write(p []byte) (int, error) { return s.Stream.Write(p[:min(len(p), s.out)]) }

// TestTLSTrickle: records come and go in pieces, and the connection is one of package net's, too.
func TestTLSTrickle(t *testing.T) {
	for name, version := range tlsVersions {
		t.Run(name, func(t *testing.T) {
			server, client := tlsConfigs(t, version)
			h := hub.New()
			inTasks(t, h, func() {
				l, err := Listen(h, "tcp", "127.0.0.1:0")
				require.NoError(t, err)
				defer l.Close()
				h.Go(greenlet.OnStack, func(greenlet.Section) {
					c, err := l.Accept()
					require.NoError(t, err)
					c.stream = &trickle{c.stream, 1, 7}
					require.NoError(t, TLSServer(c, server))
					for {
						err := c.WaitReadable()
						assert.NoError(t, err)
						line, err := c.ReadLine()
						if err == io.EOF {
							break
						}
						require.NoError(t, err)
						_, err = c.Write(append(line, '\n'))
						require.NoError(t, err)
					}
					assert.NoError(t, c.Close())
				})
				c, err := Dial(h, "tcp", l.Addr().String())
				require.NoError(t, err)
				c.stream = &trickle{c.stream, 3, 5}
				require.NoError(t, TLSClient(c, client))
				n := NewNetConn(c)
				for _, text := range []string{"a", strings.Repeat("b", 20000), "c"} {
					_, err := n.Write([]byte(text + "\n"))
					require.NoError(t, err)
					got := onGoroutine(h, func() any { // by a task of the hub
						got := make([]byte, len(text)+1)
						_, err := io.ReadFull(n, got)
						assert.NoError(t, err)
						return string(got)
					})
					assert.Equal(t, text+"\n", got)
				}
				require.NoError(t, n.Close())
			})
		})
	}
}

// TestTLSFails: handshakes that come to nothing, each with its reason.
func TestTLSFails(t *testing.T) {
	server, client := tlsConfigs(t, tls.VersionTLS13)
	h := hub.New()
	inTasks(t, h, func() {
		l, err := Listen(h, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		pair := func() (a, b *Conn) {
			a, err := Dial(h, "tcp", l.Addr().String())
			require.NoError(t, err)
			b, err = l.Accept()
			require.NoError(t, err)
			return a, b
		}
		a, b := pair() // the client says nothing
		b.SetReadDeadline(h.Now().Add(time.Millisecond))
		assert.ErrorIs(t, TLSServer(b, server), os.ErrDeadlineExceeded)
		b.SetReadDeadline(time.Time{})
		assert.ErrorIs(t, (&TLS{Config: server, Timeout: time.Millisecond}).Server(b), os.ErrDeadlineExceeded)
		_, err = a.Write([]byte("GET / HTTP/1.0\r\n\r\n"))
		require.NoError(t, err)
		assert.ErrorContains(t, TLSServer(b, server), "first record does not look like a TLS handshake")
		require.NoError(t, b.Close())
		assert.ErrorIs(t, TLSServer(b, server), net.ErrClosed)
		require.NoError(t, a.Close())

		a, b = pair() // the certificate is not for that name
		wrong := client.Clone()
		wrong.ServerName = "elsewhere"
		task := h.Go(greenlet.OnStack, func(greenlet.Section) {
			assert.ErrorContains(t, TLSServer(b, server), "bad certificate")
			require.NoError(t, b.Close())
		})
		var invalid x509.HostnameError
		assert.ErrorAs(t, TLSClient(a, wrong), &invalid)
		require.NoError(t, a.Close())
		_ = task.Join()

		wrong = client.Clone()
		wrong.Renegotiation = tls.RenegotiateFreelyAsClient
		a, b = pair()
		assert.ErrorIs(t, TLSClient(a, wrong), errRenegotiates)

		limited := &TLS{Config: server, Limit: 1} // who is slow keeps the others out
		begun := h.NewEvent()
		slow := h.Go(greenlet.OnStack, func(greenlet.Section) {
			begun.Set()
			_ = limited.Server(b)
			t.Error("it was not killed")
		})
		begun.Wait()
		h.Yield()
		c, d := pair()
		served := h.Go(greenlet.OnStack, func(greenlet.Section) { require.NoError(t, limited.Server(d)) })
		done := h.Go(greenlet.OnStack, func(greenlet.Section) { require.NoError(t, TLSClient(c, client)) })
		_, early := served.JoinFor(10 * time.Millisecond)
		assert.False(t, early)
		slow.Kill()
		require.NoError(t, served.Join())
		require.NoError(t, done.Join())
		for _, c := range []*Conn{a, b, c, d} {
			require.NoError(t, c.Close())
		}
	})
}

// TestTLSOpenSSL: s_client asks for new keys, and gets them, and what it says.
func TestTLSOpenSSL(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	cert, _ := certificate(t)
	h := hub.New()
	inTasks(t, h, func() {
		l, err := Listen(h, "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		said := make(chan string, 1)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, openssl, "s_client", "-connect", l.Addr().String(), "-tls1_3", "-servername", "localhost")
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		require.NoError(t, cmd.Start())
		go func() {
			_ = cmd.Wait()
			said <- out.String()
		}()
		c, err := l.Accept()
		require.NoError(t, err)
		require.NoError(t, TLSServer(c, &tls.Config{Certificates: []tls.Certificate{cert}}))
		for _, keys := range []string{"K", "k", "K"} { // of both sides, of one
			_, err = io.WriteString(in, keys+"\n")
			require.NoError(t, err)
			h.Sleep(20 * time.Millisecond) // a command is one only at the beginning of what it reads
			_, err = io.WriteString(in, "hello\n")
			require.NoError(t, err)
			line, err := c.ReadLine()
			require.NoError(t, err)
			assert.Equal(t, "hello", string(line))
			_, err = c.WriteString("keys " + keys + " are good\n")
			require.NoError(t, err)
		}
		require.NoError(t, in.Close())
		_, err = c.ReadLine()
		assert.Equal(t, io.EOF, err, "close_notify")
		require.NoError(t, c.Close())
		text, _ := hub.Receive(h, said)
		assert.Contains(t, text, "KEYUPDATE")
		assert.Contains(t, text, "keys K are good")
		assert.Contains(t, text, "keys k are good")
	})
}
