package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program is a program in the guide, and the output that stands below it.
var program = regexp.MustCompile("(?s)\n```go\n(package main\n.*?)```\n\n```text\n(.*?)```\n")

// TestGuide runs the programs of docs/guide.md, rewritten.
func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	text, err := os.ReadFile("../docs/guide.md")
	require.NoError(t, err)
	programs := program.FindAllStringSubmatch(string(text), -1)
	require.Equal(t, strings.Count(string(text), "```go\n"), len(programs), "each piece of code is a program, and has its output below it")
	require.NotEmpty(t, programs)
	// Below this directory, so that it is a part of this module.
	dir, err := os.MkdirTemp(".", "guide")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	for i, p := range programs {
		sub := filepath.Join(dir, strconv.Itoa(i))
		require.NoError(t, os.Mkdir(sub, 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(sub, "main.go"), []byte(p[1]), 0o666))
	}
	goCommand(t, "run", "../cmd/greenlet", "./"+filepath.Base(dir)+"/...")
	formatted := goCommand(t, "run", "cmd/gofmt", "-l", dir)
	assert.Empty(t, strings.ReplaceAll(formatted, "_greenlet", ""), "not formatted")
	for i, p := range programs {
		assert.Equal(t, p[2], goCommand(t, "run", "./"+filepath.Join(dir, strconv.Itoa(i))), "program %d", i)
	}
}
