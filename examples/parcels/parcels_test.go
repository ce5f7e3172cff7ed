//go:build unix

package parcels

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// certificate writes one for 127.0.0.1, and returns who trusts it.
func certificate(t *testing.T, dir string) *x509.CertPool {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "parcels"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	check(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	check(t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	cert, err := x509.ParseCertificate(der)
	check(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return pool
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// process is a service that runs.
type process struct {
	t       *testing.T
	cmd     *exec.Cmd
	url     string
	clients http.Client
}

func start(t *testing.T, program, dir string, pool *x509.CertPool) *process {
	cmd := exec.Command(program, "-dir", dir, "-cert", filepath.Join(dir, "cert.pem"), "-key", filepath.Join(dir, "key.pem"), "-listen", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	check(t, err)
	p := &process{t: t, cmd: cmd, url: strings.TrimSpace(line)}
	p.clients.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	p.clients.Timeout = 20 * time.Second
	return p
}

// ask sends a request, and returns the code and the answer.
func (p *process) ask(method, path, body string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	check(p.t, err)
	answer, err := p.clients.Do(r)
	check(p.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(p.t, err)
	return answer.StatusCode, string(bytes.TrimSpace(text))
}

// wait asks until the answer has something in it.
func (p *process) wait(path, want string) {
	p.t.Helper()
	text := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, text = p.ask("GET", path, ""); strings.Contains(text, want) {
			return
		}
	}
	p.t.Fatalf("%s: %s, want %s", path, text, want)
}

// TestOrders kills the service while orders wait, and another process goes on with them.
func TestOrders(t *testing.T) {
	dir := t.TempDir()
	pool := certificate(t, dir)
	program := filepath.Join(dir, "parcels")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/parcels").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := start(t, program, dir, pool)
	for i := range 5 {
		order := fmt.Sprintf(`{"id": "o%d", "item": "book", "cents": 1000}`, i)
		for range 2 { // twice: it is one order
			if code, text := p.ask("POST", "/orders", order); code != http.StatusOK {
				t.Fatal(code, text)
			}
		}
	}
	for i := range 5 {
		p.wait(fmt.Sprintf("/orders/o%d", i), `"charged"`)
	}
	if code, text := p.ask("POST", "/orders", `{"id": ""}`); code != http.StatusBadRequest {
		t.Error(code, text)
	}
	if code, text := p.ask("GET", "/orders/none", ""); code != http.StatusNotFound {
		t.Error(code, text)
	}
	if _, text := p.ask("GET", "/account", ""); text != "5000" {
		t.Errorf("the account has %s cents, want 5000: an order was charged twice, or not", text)
	}
	check(t, p.cmd.Process.Kill())
	p.cmd.Wait()

	p = start(t, program, dir, pool)
	if code, text := p.ask("POST", "/orders/o1/confirm", ""); code != http.StatusOK {
		t.Fatal(code, text)
	}
	if code, text := p.ask("POST", "/orders/o2/cancel", ""); code != http.StatusOK {
		t.Fatal(code, text)
	}
	p.wait("/orders/o1", `"shipped"`)
	p.wait("/orders/o2", `"refunded"`)
	p.wait("/orders/o3", `"charged"`)
	if _, text := p.ask("GET", "/account", ""); text != "4000" {
		t.Errorf("the account has %s cents, want 4000", text)
	}
	check(t, p.cmd.Process.Signal(syscall.SIGTERM))
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("it is asked to end: %v", err)
	}
}

// TestOtherTrust has a client that doesn't trust the certificate.
func TestOtherTrust(t *testing.T) {
	dir := t.TempDir()
	certificate(t, dir)
	program := filepath.Join(dir, "parcels")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/parcels").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p := start(t, program, dir, x509.NewCertPool())
	if _, err := p.clients.Get(p.url + "/account"); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("err is %v, want one of the certificate", err)
	}
}
