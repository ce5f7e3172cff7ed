//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package httpc

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// secure is a server of net/http with TLS, and what its clients trust.
func secure(t *testing.T, handler http.Handler) (address string, trust *x509.CertPool) {
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	trust = x509.NewCertPool()
	trust.AddCert(s.Certificate())
	return s.Listener.Addr().String(), trust
}

// https is as http, in TLS: what net/http's transport gets, ours does.
func TestTLS(t *testing.T) {
	address, trust := secure(t, http.HandlerFunc(shows))
	config := &tls.Config{RootCAs: trust, ServerName: "example.com"}
	theirs := &http.Transport{ExpectContinueTimeout: time.Second, TLSClientConfig: config, ForceAttemptHTTP2: false}
	defer theirs.CloseIdleConnections()
	onHub(t, func(tr *Transport) {
		tr.TLS = config
		for _, a := range requests {
			if a.name == "bad scheme" {
				continue
			}
			r, r2 := a.request(t, address), a.request(t, address)
			r.URL.Scheme, r2.URL.Scheme = "https", "https"
			assert.Equal(t, got(theirs.RoundTrip(r)), got(tr.RoundTrip(r2)), a.name)
		}
		resp, err := tr.RoundTrip(must(http.NewRequest("GET", "https://"+address, nil)))
		require.NoError(t, err)
		resp.Body.Close()
		require.NotNil(t, resp.TLS)
		assert.Equal(t, "http/1.1", resp.TLS.NegotiatedProtocol)
		tr.CloseIdleConnections()
		resp, err = tr.RoundTrip(must(http.NewRequest("GET", "https://"+address, nil)))
		require.NoError(t, err)
		resp.Body.Close()
		assert.True(t, resp.TLS.DidResume)
		assert.Nil(t, config.NextProtos, "the config is the caller's")
	})
}

// A server that nobody trusts, or that speaks no TLS, is an error, and one that says nothing is late.
func TestTLSErrors(t *testing.T) {
	address, trust := secure(t, http.HandlerFunc(shows))
	plain := serveTheirs(t, http.HandlerFunc(shows))
	silent := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) { io.Copy(io.Discard, r) })
	onHub(t, func(tr *Transport) {
		get := func(address string) error {
			_, err := tr.RoundTrip(must(http.NewRequest("GET", "https://"+address, nil)))
			return err
		}
		assert.ErrorAs(t, get(address), new(*tls.CertificateVerificationError))
		tr.TLS = &tls.Config{RootCAs: trust, ServerName: "elsewhere"}
		assert.ErrorAs(t, get(address), new(x509.HostnameError))
		assert.ErrorAs(t, get(plain), new(tls.RecordHeaderError))
		tr.DialTimeout = 20 * time.Millisecond
		assert.ErrorIs(t, get(silent), os.ErrDeadlineExceeded)
	})
}

// https goes through a proxy by CONNECT.
func TestTunnel(t *testing.T) {
	address, trust := secure(t, http.HandlerFunc(shows))
	asked := make(chan string, 10)
	proxy := scripted(t, func(_ int, c net.Conn, r *bufio.Reader) {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		asked <- req.Method + " " + req.RequestURI + " " + req.Header.Get("Proxy-Authorization")
		if req.Header.Get("Proxy-Authorization") == "" {
			io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
			return
		}
		to, err := net.Dial("tcp", req.RequestURI)
		if err != nil {
			return
		}
		defer to.Close()
		io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
		go io.Copy(c, to)
		io.Copy(to, r)
	})
	onHub(t, func(tr *Transport) {
		tr.TLS = &tls.Config{RootCAs: trust, ServerName: "example.com"}
		tr.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy, User: url.UserPassword("me", "secret")})
		for range 2 {
			resp, err := tr.RoundTrip(must(http.NewRequest("GET", "https://"+address+"/x", nil)))
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			resp.Body.Close()
			assert.Contains(t, string(body), "GET /x ")
			assert.NotContains(t, string(body), "Proxy")
		}
		assert.Equal(t, "CONNECT "+address+" Basic bWU6c2VjcmV0", <-asked)
		assert.Empty(t, asked)
		tr.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy})
		_, err := tr.RoundTrip(must(http.NewRequest("GET", "https://"+address+"/x", nil)))
		assert.ErrorContains(t, err, "407 Proxy Authentication Required")
	})
}
