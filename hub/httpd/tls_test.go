//go:build linux

package httpd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/going-green/greenlet/hub"
	"github.com/going-green/greenlet/hub/socket"
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTLS: net/http's client and curl, over TLS, with bodies that do not fit into the buffers.
func TestTLS(t *testing.T) {
	theirs := httptest.NewUnstartedServer(nil) // for its certificate
	theirs.StartTLS()
	cert, root := theirs.TLS.Certificates[0], theirs.Certificate()
	theirs.Close()
	pool := x509.NewCertPool()
	pool.AddCert(root)

	h := hub.New()
	l, err := socket.Listen(h, "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	large := strings.Repeat("0123456789", 200_000)
	s := &Server{Listener: l, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, uint16(tls.VersionTLS13), r.TLS.Version)
		n, err := io.Copy(io.Discard, r.Body)
		assert.NoError(t, err)
		w.Header().Set("Had", fmt.Sprint(n))
		_, err = io.WriteString(w, large)
		assert.NoError(t, err)
	})}
	h.OnError(func(_ *hub.Task, err *hub.PanicError) { assert.NoError(t, err) })
	h.Go(greenlet.OnStack, func(greenlet.Section) { assert.NoError(t, s.Serve()) })
	url := "https://" + l.Addr().String() + "/"
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	ended := make(chan error, 1)
	go func() { ended <- h.Run(context.Background()) }()
	for range 3 { // on one connection
		resp, err := client.Post(url, "text/plain", strings.NewReader(large))
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, []any{large, fmt.Sprint(len(large)), "HTTP/1.1"}, []any{string(body), resp.Header.Get("Had"), resp.Proto})
	}
	resp, err := http.Get(strings.Replace(url, "https", "http", 1)) // which is no handshake
	if err == nil {
		resp.Body.Close()
	}
	assert.Error(t, err)
	t.Run("curl", func(t *testing.T) {
		curl, err := exec.LookPath("curl")
		if err != nil {
			t.Skip("curl is not installed")
		}
		file := t.TempDir() + "/root.pem"
		require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw}), 0o666))
		out, err := exec.Command(curl, "--silent", "--show-error", "--cacert", file, "--tlsv1.3", url, url).CombinedOutput()
		require.NoError(t, err, string(out[:min(len(out), 200)]))
		assert.Equal(t, large+large, string(out))
	})
	client.CloseIdleConnections()
	h.Post(func() {
		h.Go(greenlet.OnStack, func(greenlet.Section) { assert.Zero(t, s.Stop(time.Minute)) })
	})
	assert.NoError(t, <-ended)
}
