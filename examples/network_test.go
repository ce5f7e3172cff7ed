//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package examples

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serverProcess builds an example and runs it as a server on a port of its own, up to the
// end of the test, and requires that it ends well when it is interrupted.
func serverProcess(t *testing.T, name string, args ...string) (address string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	program := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("go", "build", "-o", program, "./"+name).CombinedOutput()
	require.NoErrorf(t, err, "%s", out)
	cmd := exec.Command(program, append([]string{"-listen", "localhost:0"}, args...)...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Signal(os.Interrupt))
		rest, err := io.ReadAll(stdout)
		assert.NoError(t, err)
		assert.Empty(t, string(rest))
		assert.NoError(t, cmd.Wait())
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
}

// dial connects, and leaves in the end.
func dial(t *testing.T, network, address string) net.Conn {
	t.Helper()
	c, err := net.Dial(network, address)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(time.Minute)))
	return c
}

func TestEcho(t *testing.T) {
	address := serverProcess(t, "echo")
	for i := range 10 {
		c := dial(t, "tcp", address)
		_, err := fmt.Fprintln(c, "hello", i)
		require.NoError(t, err)
		require.NoError(t, c.(*net.TCPConn).CloseWrite())
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintln("hello", i), string(got))
	}
	dial(t, "tcp", address) // one that is there when the server stops
}

// What goes through is what came, in both directions, of a connection whose ends close one
// by one.
func TestPortforwarder(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				n, err := io.Copy(io.Discard, c)
				fmt.Fprintln(c, n, err)
				c.Write(make([]byte, 1<<20))
			}()
		}
	}()
	address := serverProcess(t, "portforwarder", "-to", l.Addr().String())
	for range 3 {
		c := dial(t, "tcp", address)
		_, err = c.Write(make([]byte, 1<<22))
		require.NoError(t, err)
		require.NoError(t, c.(*net.TCPConn).CloseWrite())
		got, err := io.ReadAll(c)
		require.NoError(t, err)
		first, rest, _ := strings.Cut(string(got), "\n")
		assert.Equal(t, "4194304 <nil>", first)
		assert.Len(t, rest, 1<<20)
	}
}

func TestUDP(t *testing.T) {
	c := dial(t, "udp", serverProcess(t, "udp"))
	buf := make([]byte, 100)
	for i, word := range []string{"hello", ""} {
		_, err := io.WriteString(c, word)
		require.NoError(t, err)
		n, err := c.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("%s, number %d", word, i+1), string(buf[:n]))
	}
}
