//go:build unix

package hub

import (
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func raise(t *testing.T, sig syscall.Signal) {
	t.Helper()
	require.NoError(t, syscall.Kill(os.Getpid(), sig))
}

// A signal's function is called in the loop, and may start tasks.
func TestOnSignal(t *testing.T) {
	h := New()
	sum, task := newSumsFrame(nil, 0), (*Task)(nil)
	done := h.Promise()
	stop := h.OnSignal(syscall.SIGUSR1, func() {
		task = h.Go(sum)
		done()
	})
	raise(t, syscall.SIGUSR1)
	require.NoError(t, h.Run(t.Context()))
	assert.True(t, task.Done())
	stop()
	stop()
}

// Who has stopped in the loop is not called any more, and signals count as one while one
// is due.
func TestOnSignalStop(t *testing.T) {
	h := New()
	calls := 0
	stopped := h.OnSignal(syscall.SIGUSR1, func() { t.Error("called after stop") })
	done := h.Promise()
	stop := h.OnSignal(syscall.SIGUSR2, func() {
		calls++
		done()
	})
	h.Post(stopped)
	raise(t, syscall.SIGUSR1)
	raise(t, syscall.SIGUSR2)
	for h.posts() < 3 { // they come by goroutines
		time.Sleep(time.Millisecond)
	}
	seen := make(chan os.Signal, 1)
	signal.Notify(seen, syscall.SIGUSR2)
	defer signal.Stop(seen)
	for range 20 {
		raise(t, syscall.SIGUSR2)
		<-seen
	}
	assert.Equal(t, 3, h.posts())
	require.NoError(t, h.Run(t.Context()))
	stop()
	assert.LessOrEqual(t, calls, 2) // the goroutine may come to the last of them during Run
}

// posts is how many functions are posted.
func (h *Hub) posts() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.posted)
}

// A signal has the tree written, while all tasks wait.
func TestDumpOn(t *testing.T) {
	h := New()
	out, in := io.Pipe()
	stop := h.DumpOn(in, syscall.SIGUSR1)
	e := h.NewEvent()
	task := h.Go(newSignalsFrame(e, e, 1))
	done := h.Promise()
	ended := make(chan error)
	go func() { ended <- h.Run(t.Context()) }()
	raise(t, syscall.SIGUSR1)
	dump := make([]byte, 1000)
	n, err := out.Read(dump)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(dump[:n]), "hub\n└── "+task.String()), string(dump[:n]))
	h.Post(e.Set)
	done()
	require.NoError(t, <-ended)
	stop()
	h.DumpOn(in)()
}

// Who stops dumps in the loop does not wait for one that waits for the loop.
func TestDumpOnStop(t *testing.T) {
	h := New()
	var out strings.Builder
	stop := h.DumpOn(&out, syscall.SIGUSR1)
	h.Post(func() {
		raise(t, syscall.SIGUSR1)
		for h.posts() == 0 { // it comes by a goroutine
			time.Sleep(time.Millisecond)
		}
		stop()
	})
	require.NoError(t, h.Run(t.Context()))
	assert.Empty(t, out.String())
}
