package rewrite_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/internal/proof/progen"
)

var (
	randomSeed = flag.Uint64("seed", 1, "seed of the first program of TestRandom")
	randomN    = flag.Int("programs", 12, "number of programs that TestRandom makes")
	randomKeep = flag.String("keep-random", "", "directory for programs that TestRandom finds to differ")
	shrink     = flag.Bool("shrink", true, "reduce programs that differ")
)

// TestRandom runs random programs rewritten and unrewritten. To look for
// faults, run
//
//	go test ./rewrite -run Random -seed=1000 -programs=2000 -v -timeout=1h
func TestRandom(t *testing.T) { random(t, newRunner(t)) }

// TestRandomOnStacks runs random programs as they are written, on stacks, and by the oracle.
// It takes the flags of TestRandom.
func TestRandomOnStacks(t *testing.T) {
	runner := newRunner(t)
	runner.OnStacks = true
	random(t, runner)
}

// TestRandomDurable runs random programs as durable ones, each greenlet going on behind each switch as what a snapshot of it is
// restored to. It takes the flags of TestRandom.
func TestRandomDurable(t *testing.T) {
	runner := newRunner(t)
	runner.Durable = true
	random(t, runner)
}

func random(t *testing.T, runner *progen.Runner) {
	if *randomN == 0 {
		t.Skip("no -programs")
	}
	const atOnce = 50
	run, refused, endless := 0, 0, 0
	for from := 0; from < *randomN; from += atOnce {
		var texts []string
		for i := from; i < min(from+atOnce, *randomN); i++ {
			texts = append(texts, progen.Generate(*randomSeed+uint64(i)))
		}
		verdicts, err := runner.RunTogether(t.Context(), texts)
		require.NoError(t, err)
		for i, v := range verdicts {
			run++
			if v.Refused != nil {
				refused++
				t.Logf("seed %d is refused: %v", *randomSeed+uint64(from+i), v.Refused)
			}
			if errors.Is(v.Invalid, oracle.ErrEndless) {
				endless++ // unrewritten: a few grow a string or a number without end
				continue
			}
			report(t, runner, *randomSeed+uint64(from+i), v)
		}
		if testing.Verbose() {
			fmt.Printf("%d programs, %d refused, %d that do not end by themselves\n", run, refused, endless)
		}
	}
	require.LessOrEqual(t, endless, run/20+1, "programs that do not end by themselves")
}

// FuzzRandom runs a program for each seed.
func FuzzRandom(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) {
		runner := newRunner(t)
		verdicts, err := runner.Run(t.Context(), []string{progen.Generate(seed)})
		require.NoError(t, err)
		report(t, runner, seed, verdicts[0])
	})
}

func newRunner(t *testing.T) *progen.Runner {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	return &progen.Runner{Root: root, Dir: dir}
}

func report(t *testing.T, runner *progen.Runner, seed uint64, v *progen.Verdict) {
	if v.Invalid != nil {
		t.Errorf("seed %d: the program is wrong: %v", seed, v.Invalid)
	}
	if !v.Differs() {
		return
	}
	if *randomKeep != "" {
		name := filepath.Join(*randomKeep, fmt.Sprintf("seed%d.go", seed))
		require.NoError(t, os.WriteFile(name, []byte(v.Text), 0o666))
	}
	if *shrink {
		small, err := runner.Shrink(t.Context(), v)
		require.NoError(t, err)
		v = small
	}
	t.Errorf("seed %d: %s\n%s\n-- expected --\n%s-- printed --\n%s-- error --\n%v", seed, v.Kind(), v.Text, v.Expected, v.Printed, v.Failed)
}
