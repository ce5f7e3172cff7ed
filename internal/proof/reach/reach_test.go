package reach_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/internal/proof/progen"
	"github.com/going-green/greenlet/internal/proof/reach"
)

// TestReach: every way to a method suspends in it, whoever has it, and no suspension is
// lost.
func TestReach(t *testing.T) {
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	list := append(reach.Implementers(false), reach.Implementers(true)...)
	var programs []oracle.Program
	for _, m := range list {
		programs = append(programs, oracle.Program{Name: m.String(), Files: reach.Program(m)})
	}
	runner := progen.Runner{Root: root, Dir: t.TempDir()}
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
