package hub

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

const outOfDescriptors = "GREENLET_TEST_OUT_OF_DESCRIPTORS"

// A process without a descriptor left can wait for time: Go's poller, which its timers need, has
// been made when there were some. Otherwise the process would die, in another one of this test.
func TestOutOfDescriptors(t *testing.T) {
	if os.Getenv(outOfDescriptors) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOutOfDescriptors$", "-test.v")
		cmd.Env = append(os.Environ(), outOfDescriptors+"=1")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Contains(t, string(out), "--- PASS: TestOutOfDescriptors")
		return
	}
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 20, Max: 20}))
	for {
		if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
			require.Equal(t, unix.EMFILE, err)
			break
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	h := New()
	_, err := h.Watch(0)
	assert.ErrorIs(t, err, unix.EMFILE)
	h.AfterFunc(time.Millisecond, func() {})
	require.NoError(t, h.Run(t.Context()))
}
