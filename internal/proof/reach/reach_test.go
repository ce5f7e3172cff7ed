package reach_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/internal/proof/progen"
	"github.com/going-green/greenlet/internal/proof/reach"
)

var all = flag.Bool("all", false, "reach the methods of all implementers, and optimize")

// newRunner is one that is quick in an ordinary run.
func newRunner(t *testing.T) progen.Runner {
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	runner := progen.Runner{Root: root, Dir: t.TempDir()}
	if !*all {
		runner.Flags = []string{oracle.Quick}
	}
	return runner
}

// TestReach: every way to a method suspends in it, whoever has it, and no suspension is
// lost. It takes a quarter of those who may have it, of which each pair of properties has some,
// and all by
//
//	go test ./internal/proof/reach -all -timeout=1h
func TestReach(t *testing.T) {
	list := reach.Some()
	if *all {
		list = append(reach.Implementers(false), reach.Implementers(true)...)
	}
	var programs []oracle.Program
	for _, m := range list {
		programs = append(programs, oracle.Program{Name: m.String(), Files: reach.Program(m)})
	}
	runner := newRunner(t)
	verdicts, err := runner.RunPrograms(t.Context(), programs)
	require.NoError(t, err)
	for i, v := range verdicts {
		t.Run(list[i].String(), func(t *testing.T) {
			require.NoError(t, v.Invalid)
			require.NoError(t, v.Refused)
			require.NoError(t, v.Failed)
			assert.Equal(t, v.Expected, v.Printed)
			for line := range strings.Lines(v.Expected) {
				assert.Regexp(t, `: -1 6 <nil>\n$`, line, "suspends once, and ends")
			}
		})
	}
}

// TestValues: a function value that resumable code calls suspends in the function, whoever
// declares that, and wherever the value is made. Where that can't be, its call panics, and
// says so: it never runs as plain code that loses what it suspends.
func TestValues(t *testing.T) {
	var programs []oracle.Program
	for _, p := range reach.Placings {
		for _, lost := range []bool{false, true} {
			programs = append(programs, oracle.Program{Name: reach.ValueProgram(p, lost), Files: reach.Values(p, lost)})
		}
	}
	runner := newRunner(t)
	verdicts, err := runner.RunPrograms(t.Context(), programs)
	require.NoError(t, err)
	for i, v := range verdicts {
		p := reach.Placings[i/2]
		t.Run(programs[i].Name, func(t *testing.T) {
			require.NoError(t, v.Invalid)
			require.NoError(t, v.Refused)
			var lost *oracle.LostError
			if i%2 == 1 {
				require.ErrorAs(t, v.Failed, &lost, "plain code yields")
			} else {
				require.NoError(t, v.Failed)
			}
			expected, printed := strings.Split(v.Expected, "\n"), strings.Split(v.Printed, "\n")
			require.Len(t, printed, len(expected))
			for i, line := range printed {
				if p.Told(line) && line != expected[i] { // another program of the binary may have registered the same
					assert.Regexp(t, `: greenlet: (call: .* is resumable, but this value of it was made by plain code|.*plain code has no parent)`, line)
					continue
				}
				assert.Equal(t, expected[i], line)
				if line != "" {
					assert.Regexp(t, `: -1 6 <nil>$`, line)
				}
			}
		})
	}
}
