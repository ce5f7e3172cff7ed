package sim

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
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
	assert.Positive(t, lines)
	assert.Contains(t, f.Error(), fmt.Sprintf("sim: seed %d, of %d that were tried: %v\nit takes", f.Seed, f.Tried, f.Err))
	assert.Contains(t, f.Error(), fmt.Sprintf("the trace of %d lines ends:\n\t", lines))
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

// What depends on something else than the seed is found out: where, and behind what.
func TestSearchOther(t *testing.T) {
	var count atomic.Int64
	s := Simulation{Start: func(n *Network) func() error {
		n.Hub().Tracef("begins")
		n.Hub().Tracef("run %d", count.Add(1))
		return func() error { return errors.New("bad") }
	}}
	f := s.Search(5, 1)
	require.NotNil(t, f)
	const line = `\(sim/search_test\.go:\d+\)`
	assert.Regexp(t, `^event 2 of two runs is\n\t0s run 2 `+line+`\n\t0s run 3 `+line+`\nafter\n\t0s begins `+line+`\n`, f.Other)
	assert.Contains(t, f.Error(), "it can't be replayed: event 2")
	assert.Zero(t, f.Runs)

	count.Store(0)
	s.Start = func(n *Network) func() error {
		return func() error { return fmt.Errorf("error %d", count.Add(1)) }
	}
	assert.Contains(t, s.Search(5, 1).Other, "two runs with the same trace ended by\n\terror 2\n\terror 3")
	count.Store(0)
	s.Start = func(n *Network) func() error {
		return func() error {
			if count.Add(1) == 1 {
				return errors.New("once")
			}
			return nil
		}
	}
	assert.Contains(t, s.Search(5, 1).Other, "it failed by once, and ended by <nil> when it was run again")
}

// Of seeds that pass a few are run again, so that this is found where nothing fails.
func TestSearchOtherPasses(t *testing.T) {
	var count atomic.Int64
	s := Simulation{Start: func(n *Network) func() error {
		n.Hub().Tracef("run %d", count.Add(1))
		return nil
	}}
	f := s.Search(7, 10)
	require.NotNil(t, f)
	assert.EqualValues(t, 7, f.Seed)
	assert.ErrorIs(t, f, errDiffers)
	assert.Regexp(t, `^event 1 of two runs is\n\t0s run \d+ \(sim/search_test.go:\d+\)\n`, f.Other)

	// One that passes by itself and differs in the events of the loop only.
	s.Start = func(n *Network) func() error {
		n.Host("a").Go(newAppendsFrame(n, new(string), ""))
		if count.Add(1)%2 == 0 {
			n.Host("a").Go(newAppendsFrame(n, new(string), ""))
		}
		return nil
	}
	require.NotNil(t, s.Search(1, 1))
	passes := Simulation{Start: func(*Network) func() error { return nil }}
	assert.Nil(t, passes.Search(1, 1000))
}

// The lowest seed that fails is found however many run at a time, and all is the same about it.
func TestSearchWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want string
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		for _, workers := range []int{0, 1, 5} {
			var late atomic.Int64
			s := Simulation{Workers: workers, Start: func(n *Network) func() error {
				check := ordered.Start(n)
				return func() error {
					if err := check(); err != nil && late.Add(1) > 3 {
						return err
					}
					return nil
				}
			}}
			assert.NotNil(t, s.Search(1, 100))

			got := fmt.Sprint(ordered.Search(1, 100))
			if want == "" {
				want = got
			}
			assert.Equal(t, want, got)
		}
	}
	assert.Contains(t, want, "it takes no faults and 1 forced order of the ")
}

// What fails the test in Start or in the check, or panics there, ends its seed and not the search.
func TestSearchGuards(t *testing.T) {
	fails := func() { panic(io.ErrUnexpectedEOF) }
	for _, s := range []Simulation{
		{Start: func(*Network) func() error { fails(); return nil }},
		{Start: func(*Network) func() error { return func() error { fails(); return nil } }},
	} {
		f := s.Search(1, 10)
		require.NotNil(t, f)
		assert.EqualValues(t, 1, f.Seed)
		assert.ErrorIs(t, f, io.ErrUnexpectedEOF)
		assert.Contains(t, f.Error(), "search_test.go")
	}
	for _, s := range []Simulation{
		{Start: func(*Network) func() error { runtime.Goexit(); return nil }},
		{Start: func(*Network) func() error { return func() error { runtime.Goexit(); return nil } }},
	} {
		assert.ErrorIs(t, s.Search(1, 10), errGoexit)
	}
}

// A search for a time ends, and has run one seed at least.
func TestSearchFor(t *testing.T) {
	passes := Simulation{Start: func(*Network) func() error { return nil }}
	f, tried := passes.search(1, math.MaxInt, time.Now())
	assert.Nil(t, f)
	assert.Equal(t, 1, tried)
	_, tried = passes.search(1, 17, time.Now().Add(time.Hour))
	assert.Equal(t, 17, tried)
}

// tester is a test that fails.
type tester struct {
	TB
	failed, logged string
}

func (r *tester) Helper()                           {}
func (r *tester) Name() string                      { return "TestX/sub" }
func (r *tester) Logf(format string, args ...any)   { r.logged += fmt.Sprintf(format, args...) }
func (r *tester) Fatalf(format string, args ...any) { r.failed += fmt.Sprintf(format, args...) }

// A test says how to replay a seed, and does.
func TestTest(t *testing.T) {
	for _, o := range options {
		t.Setenv(variable(o.name), "")
	}
	var r tester
	ordered.Test(&r, 100)
	f := ordered.Search(1, 100)
	assert.Contains(t, r.failed, f.Error()+fmt.Sprintf("to replay it: go test github.com/going-green/greenlet/hub/sim -run '^TestX$/^sub$' -sim.seed=%d -sim.faults='%s'", f.Seed, FormatFaults(f.Faults)))

	file := filepath.Join(t.TempDir(), "trace")
	t.Setenv("GREENLET_SIM_SEED", fmt.Sprint(f.Seed))
	t.Setenv("GREENLET_SIM_FAULTS", FormatFaults(f.Faults))
	t.Setenv("GREENLET_SIM_TRACE", file)
	r = tester{}
	ordered.Test(&r, 100)
	assert.Contains(t, r.failed, fmt.Sprintf("seed %d, of 1 that were tried", f.Seed))
	trace, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, f.Trace, string(trace))

	passes := Simulation{Start: func(*Network) func() error { return nil }}
	r = tester{}
	passes.Test(&r, 100)
	assert.Contains(t, r.failed, "passes, and has none of the faults that -sim.faults lists")

	t.Setenv("GREENLET_SIM_FAULTS", "")
	r = tester{}
	passes.Test(&r, 100)
	assert.Empty(t, r.failed)
	assert.Contains(t, r.logged, "passes")
}

func TestOptions(t *testing.T) {
	n := newNotes(1, Options{})
	assert.PanicsWithValue(t, "sim: a probability of 2", func() { n.net.SetOptions(Options{Loss: 2}) })
	assert.PanicsWithValue(t, "sim: options of a network may not be negative", func() { NewNetwork(n.Hub, Options{Latency: -1}) })
}
