package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/bench/report"
)

// TestMain lets the test program be its own child, as the command is.
func TestMain(m *testing.M) {
	if what := os.Getenv(childVariable); what != "" {
		if err := child(what); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// run runs the command and returns what it prints.
func run(t *testing.T, args ...string) (string, error) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer out.Close()
	c := &command{stdout: out, stderr: out}
	ran := c.run(t.Context(), args)
	text, err := os.ReadFile(out.Name())
	require.NoError(t, err)
	return string(text), ran
}

func TestUsage(t *testing.T) {
	help, err := run(t, "-h")
	assert.Error(t, err)
	assert.Contains(t, help, "-group names")
	for _, args := range [][]string{{"-rounds", "0"}, {"-time", "-1s"}, {"-gc", "-1"}, {"-nonsense"}, {"event"}} {
		_, err := run(t, args...)
		assert.ErrorContains(t, err, "-h", args)
	}
	_, err = run(t, "-group", "nonsense")
	assert.ErrorContains(t, err, "nonsense")
}

// All ways compute the same, also where the work is no whole number of batches.
func TestSame(t *testing.T) {
	for _, w := range works {
		for _, n := range []int{0, 2345} {
			want := w.ways[0].run(n)
			assert.Equal(t, n > 0, want > 0, w.name) // something is computed
			for _, way := range w.ways[1:] {
				assert.Equal(t, want, way.run(n), "%s of %d: %s, %s", w.name, n, way.peer, way.way)
			}
		}
	}
}

// Everything is measured, as roughly as can be; of gevent, if it is there, it is checked
// that it computes the same.
func TestMeasure(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	table, err := run(t, "-rounds", "1", "-time", "100us", "-sleepers", "1000", "-gc", "200", "-json", file)
	require.NoError(t, err)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal(text, &r))
	assert.Equal(t, 200, r.Settings.GC)
	assert.Len(t, r.Groups, len(works)+2)
	for _, g := range r.Groups {
		assert.True(t, g.Rows[0].Ours, g.Name)
		assert.Equal(t, g.Rows[0].Label(), g.Base)
		labels := map[string]bool{}
		for _, row := range g.Rows {
			assert.Falsef(t, labels[row.Label()], "%s has two rows %q", g.Name, row.Label())
			labels[row.Label()] = true
			assert.Contains(t, table, row.Label())
			if row.Absent {
				continue
			}
			assert.Empty(t, row.Missing, "%s, %s", g.Name, row.Label())
			assert.NotEmpty(t, row.Rounds, "%s, %s", g.Name, row.Label())
		}
	}
}
