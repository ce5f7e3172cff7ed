package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSynthetic measures a few functions, one of each kind at least.
func TestSynthetic(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the generator and what it generates")
	}
	file := filepath.Join(t.TempDir(), "out.json")
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-functions", "10", "-largest", "2", "-std=false", "-json", file}, &out))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r Report
	require.NoError(t, json.Unmarshal(text, &r))
	require.Len(t, r.Results, 2)
	small, large := r.Results[0], r.Results[1]
	assert.Equal(t, 10, small.Functions)
	assert.Equal(t, 20, large.Functions)
	assert.Zero(t, small.Refused)
	assert.Greater(t, small.GeneratedLines, small.Lines)
	assert.Greater(t, large.GeneratedBytes, small.GeneratedBytes)
	for _, ns := range []int64{small.GenerateNs, small.CPUNs, small.AgainNs, small.CheckNs, small.SourceNs, small.BuildNs} {
		assert.Positive(t, ns)
	}
	assert.Contains(t, out.String(), "synthetic, 2×")
	for _, name := range []string{"list", "load", "color", "normalize", "emit", "format", "verify"} {
		assert.True(t, slices.ContainsFunc(small.Passes, func(p Pass) bool { return p.Name == name }), name)
	}
}

// TestRefusedFunctions requires that the marks of functions that are refused are
// dropped, and only theirs.
func TestRefusedFunctions(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the generator")
	}
	tool, err := newTool(t.Context(), t.TempDir(), 1)
	require.NoError(t, err)
	m, err := tool.newModule("refused", "refused")
	require.NoError(t, err)
	source := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(source, "a.go"), []byte(`package a

// Good is fine.
func Good(n int) int { return other(n) }

func other(n int) int { return n + 1 }

func init() { Bad(1) }

// Bad has a type that its literal names.
func Bad(n int) int {
	type local int
	f := func(l local) int { return other(int(l)) }
	return f(local(n))
}
`), 0o666))
	c := &corpus{module: m, unmarked: map[place]bool{}}
	require.NoError(t, c.copy(listing{Dir: source, ImportPath: "a", GoFiles: []string{"a.go"}}))
	require.NoError(t, c.settle(t.Context(), tool))
	t.Log(c.functions, c.refused)
	assert.Equal(t, 2, c.functions)
	assert.Equal(t, 1, c.refused)
}
