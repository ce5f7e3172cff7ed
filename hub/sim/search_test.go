package sim

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func appends(n *Network, order *string, name string) {
	n.Hub().Sleep(time.Second)
	*order += name
}

// ordered fails if tasks do not end in the order of their start.
var ordered = Simulation{Start: func(n *Network) func() error {
	var order string
	for _, name := range []string{"a", "b", "c"} {
		n.Host(name).Go(newAppendsFrame(n, &order, name))
	}
	return func() error {
		if order != "abc" {
			return errors.New(order)
		}
		return nil
	}
}}

func TestSearch(t *testing.T) {
	f := ordered.Search(1, 100)
	require.NotNil(t, f)
	assert.Empty(t, f.Other)
	assert.Less(t, f.Tried, 10)
	assert.EqualValues(t, f.Tried, f.Seed)
	assert.Len(t, f.Err.Error(), 3)
	lines := strings.Count(f.Trace, "\n")
	assert.Greater(t, lines, 12)
	assert.Contains(t, f.Error(), fmt.Sprintf("sim: seed %d, of %d that were tried: %v\nthe trace of %d lines ends:\n", f.Seed, f.Tried, f.Err, lines))
	assert.ErrorIs(t, f, f.Err)
	for seed := range f.Seed - 1 {
		assert.NoError(t, ordered.Run(seed+1, nil))
	}
	assert.Nil(t, Simulation{Start: func(*Network) func() error { return nil }}.Search(1, 10))
}

//greenlet:resumable
func panics(n *Network) { panic("at once") }

//greenlet:resumable
func stays(n *Network) { n.Hub().NewEvent().Wait() }

// A panic ends a run, a deadlock is an error.
func TestRunFails(t *testing.T) {
	fails := func(tasks ...func(n *Network)) error {
		return Simulation{Start: func(n *Network) func() error {
			for _, start := range tasks {
				start(n)
			}
			return func() error { panic("not here") }
		}}.Run(1, nil)
	}
	bad := func(n *Network) { n.Hub().Go(newPanicsFrame(n)) }
	stays := func(n *Network) { n.Hub().Go(newStaysFrame(n)) }
	assert.ErrorContains(t, fails(bad, stays), "task 1 (github.com/going-green/greenlet/hub/sim.panics) panicked: at once")
	assert.ErrorContains(t, fails(stays), "deadlock: 1 tasks wait for ever")
}

// What depends on something else than the seed is found out.
func TestSearchOther(t *testing.T) {
	count := 0
	s := Simulation{Start: func(n *Network) func() error {
		count++
		n.Hub().Tracef("run %d", count)
		return func() error { return errors.New("bad") }
	}}
	f := s.Search(5, 1)
	require.NotNil(t, f)
	assert.Equal(t, "line 1 of two traces is\n\t0s run 2\n\t0s run 3", f.Other)
	assert.Contains(t, f.Error(), "it can't be replayed: line 1")
	count = 0
	s.Start = func(n *Network) func() error {
		count++
		return func() error { return fmt.Errorf("error %d", count) }
	}
	assert.Equal(t, "another run ended by error 3", s.Search(5, 1).Other)
}

// recorder is a test that fails.
type recorder struct {
	TB
	failed, logged string
}

func (r *recorder) Helper()                           {}
func (r *recorder) Name() string                      { return "TestX/sub" }
func (r *recorder) Logf(format string, args ...any)   { r.logged += fmt.Sprintf(format, args...) }
func (r *recorder) Fatalf(format string, args ...any) { r.failed += fmt.Sprintf(format, args...) }

// A test says how to replay a seed, and does.
func TestTest(t *testing.T) {
	t.Setenv(seedVariable, "")
	var r recorder
	ordered.Test(&r, 100)
	f := ordered.Search(1, 100)
	assert.Contains(t, r.failed, f.Error()+fmt.Sprintf("to replay it: GREENLET_SEED=%d GREENLET_TRACE=trace.txt go test -run '^TestX$/^sub$'", f.Seed))

	file := filepath.Join(t.TempDir(), "trace")
	t.Setenv(seedVariable, fmt.Sprint(f.Seed))
	t.Setenv(traceVariable, file)
	r = recorder{}
	ordered.Test(&r, 100)
	assert.Contains(t, r.failed, fmt.Sprintf("seed %d, of 1 that were tried", f.Seed))
	trace, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, f.Trace, string(trace))

	passes := Simulation{Start: func(*Network) func() error { return nil }}
	r = recorder{}
	passes.Test(&r, 100)
	assert.Empty(t, r.failed)
	assert.Contains(t, r.logged, "passes")
	t.Setenv(seedVariable, "x")
	passes.Test(&r, 100)
	assert.Contains(t, r.failed, "GREENLET_SEED: ")
}

func TestOptions(t *testing.T) {
	n := newNotes(1, Options{})
	assert.PanicsWithValue(t, "sim: a probability of 2", func() { n.net.SetOptions(Options{Loss: 2}) })
	assert.PanicsWithValue(t, "sim: options of a network may not be negative", func() { NewNetwork(n.Hub, Options{Latency: -1}) })
}
