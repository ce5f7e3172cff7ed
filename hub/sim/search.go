package sim

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// Simulation is what is run with many seeds.
type Simulation struct {
	Options Options
	Plan    *Plan // of faults; nil is none but those of Options
	// Choice says which faults happen in all runs; the zero value has those that are drawn.
	Choice Choice
	// Start makes hosts and starts tasks. When all have ended, check, unless it is nil,
	// says what is wrong with what they have done. What is to be the same with the same
	// seed must begin anew in Start.
	Start func(n *Network) (check func() error)
}

// epoch is when a simulation begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Run runs the simulation with a seed. It fails by the first panic of a task, upon which
// the others are killed, by a deadlock, or else by what its check says. A trace is written to
// w, see [hub.Hub.SetTrace], unless it is nil.
func (s Simulation) Run(seed uint64, w io.Writer) error {
	_, err := s.RunFaults(seed, s.Choice, w)
	return err
}

// Failure is a seed with which a simulation fails.
type Failure struct {
	Seed  uint64
	Tried int // how many seeds, with this one
	Err   error
	Trace string
	// Other is empty if the seed was run again and did the same: else it says where that
	// was different. Then something has taken part that is not drawn from the seed: see
	// [hub.NewSeeded].
	Other string
}

// tail is how many lines of the trace Error has.
const tail = 20

// Error has the end of the trace.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sim: seed %d, of %d that were tried: %v\n", f.Seed, f.Tried, f.Err)
	lines := strings.Split(strings.TrimSuffix(f.Trace, "\n"), "\n")
	fmt.Fprintf(&b, "the trace of %d lines ends:\n", len(lines))
	for _, line := range lines[max(0, len(lines)-tail):] {
		b.WriteString("\t" + line + "\n")
	}
	if f.Other != "" {
		b.WriteString("it can't be replayed: " + f.Other + "\n")
	}
	return b.String()
}

// Unwrap is Err.
func (f *Failure) Unwrap() error { return f.Err }

// Search runs the simulation with n seeds, the first and those that follow, and returns the
// first that fails, replayed with a trace; nil if none does.
func (s Simulation) Search(first uint64, n int) *Failure {
	for i := range n {
		if err := s.Run(first+uint64(i), nil); err != nil {
			return s.replay(first+uint64(i), i+1, err)
		}
	}
	return nil
}

// replay runs a seed that has failed by err twice more.
func (s Simulation) replay(seed uint64, tried int, err error) *Failure {
	var one, other bytes.Buffer
	again, more := s.Run(seed, &one), s.Run(seed, &other)
	f := &Failure{Seed: seed, Tried: tried, Err: err, Trace: one.String()}
	for _, e := range []error{again, more} {
		if fmt.Sprint(e) != fmt.Sprint(err) {
			f.Other = fmt.Sprintf("another run ended by %v", e)
		}
	}
	if i, a, b := differ(one.String(), other.String()); i > 0 {
		f.Other = fmt.Sprintf("line %d of two traces is\n\t%s\n\t%s", i, a, b)
	}
	return f
}

// differ is the number of the first line in which traces differ, and the lines; 0 if none does.
func differ(a, b string) (line int, x, y string) {
	for a != "" || b != "" {
		line++
		x, a, _ = strings.Cut(a, "\n")
		if y, b, _ = strings.Cut(b, "\n"); x != y {
			return line, x, y
		}
	}
	return 0, "", ""
}

// TB is the part of [testing.TB] that is needed.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// The variables of the environment that Test goes by.
const (
	seedVariable  = "GREENLET_SEED"
	traceVariable = "GREENLET_TRACE"
)

// Test runs the simulation with n seeds, from 1, and fails t by the first that fails. It
// says how to run that alone: with the seed in the variable GREENLET_SEED of the environment.
// Its trace then goes to the file that GREENLET_TRACE names, if any.
func (s Simulation) Test(t TB, n int) {
	t.Helper()
	if seed := os.Getenv(seedVariable); seed != "" {
		s.testOne(t, seed)
		return
	}
	if f := s.Search(1, n); f != nil {
		t.Fatalf("%vto replay it: %s=%d %s=trace.txt go test -run '^%s$'", f, seedVariable, f.Seed, traceVariable,
			strings.ReplaceAll(t.Name(), "/", "$/^"))
	}
}

func (s Simulation) testOne(t TB, text string) {
	t.Helper()
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", seedVariable, err)
		return
	}
	f := s.replay(seed, 1, s.Run(seed, nil))
	if file := os.Getenv(traceVariable); file != "" {
		if err := os.WriteFile(file, []byte(f.Trace), 0o666); err != nil {
			t.Fatalf("%s: %v", traceVariable, err)
		}
	}
	if f.Err != nil {
		t.Fatalf("%v", f)
	}
	t.Logf("seed %d passes", seed)
}
