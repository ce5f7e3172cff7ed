//go:build unix

package debug_test

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/debug"
)

func ExampleDumpOn() {
	out, in := io.Pipe()
	stop := debug.DumpOn(in, syscall.SIGQUIT) // os.Stderr, in a program
	g := greenlet.NewChild(greenlet.Main(), nil)
	defer runtime.KeepAlive(g) // or it may be collected

	syscall.Kill(os.Getpid(), syscall.SIGQUIT)
	dump := make([]byte, 1000)
	n, _ := out.Read(dump)
	fmt.Println(regexp.MustCompile("0x[0-9a-f]+").ReplaceAllString(string(dump[:n]), "0x…"))
	stop()
	// Output:
	// main
	// └── <greenlet 0x… pending>
}

func TestDumpOn(t *testing.T) {
	out, in := io.Pipe()
	stop := debug.DumpOn(in, syscall.SIGUSR1)
	for range 3 {
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGUSR1))
		dump := make([]byte, 1000)
		n, err := out.Read(dump)
		require.NoError(t, err)
		assert.Equal(t, "main\n", string(dump[:n]))
	}
	stop()
	stop()
	assert.False(t, greenlet.SetTracking(false))
	debug.DumpOn(in)()
	assert.False(t, greenlet.SetTracking(false))
}
