package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
	for _, args := range [][]string{{"-rounds", "0"}, {"-units", "0"}, {"-many", "0"}, {"-nonsense"}, {"fork"}} {
		_, err := run(t, args...)
		assert.ErrorContains(t, err, "-h", args)
	}
	_, err = run(t, "-group", "nonsense")
	assert.ErrorContains(t, err, "nonsense")
}

func TestEachGroup(t *testing.T) {
	text, err := run(t, "-rounds", "1", "-units", "200", "-many", "100")
	require.NoError(t, err)
	for _, w := range works {
		assert.Contains(t, text, w.name)
	}
	assert.NotContains(t, text, "missing")
	// What is counted does not depend on the machine.
	bytes := func(f func(*command) (float64, error)) float64 {
		n, err := f(&command{many: 1000})
		require.NoError(t, err)
		return n
	}
	assert.LessOrEqual(t, bytes(size(stores, 1)), 64.0)
	assert.LessOrEqual(t, (bytes(bareSize(1001))-bytes(bareSize(1)))/1000, 5.0)
	_, each, err := inOneSet(&command{many: 1000})
	require.NoError(t, err)
	assert.LessOrEqual(t, each, 64.0)
}
