package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/report"
	suite "github.com/going-green/greenlet/generated/bench"
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
	for _, args := range [][]string{{"-rounds", "0"}, {"-time", "-1s"}, {"-nonsense"}, {"generator"}} {
		_, err := run(t, args...)
		assert.ErrorContains(t, err, "-h", args)
	}
	_, err = run(t, "-group", "nonsense")
	assert.ErrorContains(t, err, "-list")
}

// TestEveryGroup requires that each group of the suite is measured, with greenlets
// to compare to, and that all cases have names for readers.
func TestEveryGroup(t *testing.T) {
	b := &bench{command: &command{alive: 1000}, report: new(report.Report)}
	names := map[string]bool{}
	for _, w := range b.works() {
		names[w.name] = true
		labels := map[string]bool{}
		for _, r := range w.rows {
			assert.Falsef(t, labels[r.Label()], "%s has two rows %q", w.name, r.Label())
			labels[r.Label()] = true
			assert.Equal(t, r.Ours, strings.HasPrefix(r.Peer, "greenlet"), r.Label())
		}
	}
	for _, g := range suite.Groups() {
		if g.Name == suite.Deep.Name {
			continue // is measured depth by depth
		}
		require.True(t, names[g.Name], g.Name)
		base := b.newTimed(g, about[g.Name].what, about[g.Name].base).Group.Base
		assert.True(t, strings.HasPrefix(base, "greenlet"), "%s is compared to %q", g.Name, base)
	}
}

// TestMeasure measures two groups as roughly as can be.
func TestMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the programs of other languages")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "out.json")
	table, err := run(t, "-group", "generator,suspended", "-rounds", "1", "-time", "1ms", "-alive", "10000", "-json", file, "-svg", dir)
	require.NoError(t, err)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r report.Report
	require.NoError(t, json.Unmarshal(text, &r))
	assert.Equal(t, report.Schema, r.Schema)
	var names []string
	for _, g := range r.Groups {
		names = append(names, g.Name)
		assert.FileExists(t, filepath.Join(dir, strings.ToLower(g.Name)+"-dark.svg"))
		for _, row := range g.Rows {
			assert.NotContains(t, row.Missing, "wrong")
			if row.Missing != "" {
				continue
			}
			assert.Positivef(t, row.Median, "%s, %s", g.Name, row.Label())
			assert.Contains(t, table, row.Label())
		}
	}
	assert.Equal(t, []string{"Generator", "Suspended", "SuspendedHeap", "SuspendedGC", "SuspendedPause"}, names)
}

// TestWrongPeer requires that a way which computes something else is not compared.
func TestWrongPeer(t *testing.T) {
	b := &bench{command: &command{rounds: 1, slice: 1000}, report: new(report.Report), progress: new(measure.Progress)}
	g := suite.Group{Name: "Sum", Cases: []suite.Case{
		{Name: "right", Run: func(n int) { suite.Generator.Cases[0].Run(n) }, Ours: true},
		{Name: "wrong", Run: func(n int) { suite.Generator.Cases[0].Run(n + 1) }},
	}}
	timed := b.newTimed(g, "", "right")
	require.NoError(t, timed.Measure(t.Context()))
	assert.Empty(t, timed.Group.Rows[0].Missing)
	assert.Contains(t, timed.Group.Rows[1].Missing, "wrong: it computes")
}
