package sim

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// TB is the part of [testing.TB] that is needed.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Test runs the simulation with n seeds, from 1, and fails t by the lowest that fails, with the
// fewest faults that make it fail and how to run that alone. Who runs the test may ask for
// something else, by flags of go test or variables of the environment:
//
//	-sim.seeds=n      GREENLET_SIM_SEEDS    run so many seeds
//	-sim.for=10m      GREENLET_SIM_FOR      run seeds for that time; with -sim.seeds so many at most
//	-sim.seed=n       GREENLET_SIM_SEED     run that seed only
//	-sim.faults=list  GREENLET_SIM_FAULTS   and have only these faults happen, which a failure has listed
//	-sim.trace=file   GREENLET_SIM_TRACE    write a trace, of the seed that fails or of -sim.seed
//	-sim.page=file    GREENLET_SIM_PAGE     write a page of that run, for a browser
//	-sim.noise        GREENLET_SIM_NOISE=1  have traces tell all that happens
//
// Files are relative to the directory of the test, as all are that a test writes.
func (s Simulation) Test(t TB, n int) {
	t.Helper()
	set := settled()
	if set.err != nil {
		t.Fatalf("%v", set.err)
		return
	}
	s.Noise = s.Noise || set.noise
	if set.one {
		s.testOne(t, set)
		return
	}
	var until time.Time
	if set.length > 0 {
		n, until = math.MaxInt, time.Now().Add(set.length)
	}
	if set.seeds > 0 {
		n = set.seeds
	}
	f, tried := s.search(1, n, until)
	if f == nil {
		t.Logf("%d seeds pass", tried)
		if s.Checks != nil {
			t.Logf("%v", s.Checks)
			if never := s.Checks.Missing(); len(never) > 0 {
				t.Fatalf("sim: in %d seeds never: %s", tried, strings.Join(never, "; "))
			}
		}
		return
	}
	if err := set.write(s, f); err != nil {
		t.Fatalf("%v", err)
		return
	}
	t.Fatalf("%vto replay it: %s", f, f.command(t.Name()))
}

// command runs the run of f again.
func (f *Failure) command(test string) string {
	return fmt.Sprintf("go test%s -run '^%s$' %s -sim.trace=trace.txt -sim.page=page.html", tested(), strings.ReplaceAll(test, "/", "$/^"), f.flags())
}

// tested is a space and the import path of the package whose test this program is, if it is one:
// who ran the tests of many packages stands elsewhere.
func tested() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	pkg, ok := strings.CutSuffix(info.Path, ".test")
	if !ok {
		return ""
	}
	return " " + pkg
}

func (f *Failure) flags() string {
	text := fmt.Sprintf("-sim.seed=%d", f.ReplaySeed)
	if f.Other == "" && f.chosen {
		text += fmt.Sprintf(" -sim.faults='%s'", FormatFaults(f.Faults))
	}
	return text
}

func (s Simulation) testOne(t TB, set *settings) {
	t.Helper()
	if set.faults != nil {
		s.Choice = Choice{Only: set.faults}
	}
	f := s.once(set.seed)
	if err := set.write(s, f); err != nil {
		t.Fatalf("%v", err)
		return
	}
	if f.Err != nil {
		t.Fatalf("%v", f)
		return
	}
	missed := slices.DeleteFunc(slices.Clone(set.faults), func(listed Fault) bool { return slices.Contains(f.Faults, listed) })
	switch {
	case len(missed) == 0:
		t.Logf("seed %d passes", set.seed)
	case len(missed) == len(set.faults):
		t.Fatalf("sim: seed %d passes, and has none of the faults that -sim.faults lists: the seed, a place or a number is another, or the program has changed", set.seed)
	default:
		t.Logf("seed %d passes; what could not happen: %s", set.seed, FormatFaults(missed))
	}
}

// write writes the files that are asked for.
func (set *settings) write(s Simulation, f *Failure) error {
	if set.trace != "" {
		if err := os.WriteFile(set.trace, []byte(f.Trace), 0o666); err != nil {
			return err
		}
	}
	if set.page == "" {
		return nil
	}
	return os.WriteFile(set.page, f.Page(), 0o666)
}
