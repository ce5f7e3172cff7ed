// Package examples holds small programs that use greenlets. Each has its
// expected output beside it.
package examples

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "put what is generated for fib into docs/generated.md")

// measured are the parts of outputs that differ from run to run.
var measured = regexp.MustCompile(`\d+ bytes$`)

// goCommand runs the go command and returns its output without the measured
// parts.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoErrorf(t, err, "go %s\n%s%s", strings.Join(args, " "), out, &stderr)
	return lines(string(out))
}

func lines(s string) string {
	all := strings.Split(s, "\n")
	for i, line := range all {
		all[i] = measured.ReplaceAllString(line, "N bytes")
	}
	return strings.Join(all, "\n")
}

// TestOutput runs the examples. Their generated files must be up to date, or
// it would tell nothing about the generator.
func TestOutput(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	goCommand(t, "run", "../cmd/greenlet", "-check", "./...")
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	require.NotEmpty(t, mains)
	for _, file := range mains {
		dir := filepath.Dir(file)
		t.Run(dir, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join(dir, "output.txt"))
			require.NoError(t, err)
			assert.Equal(t, lines(string(want)), goCommand(t, "run", "./"+dir))
		})
	}
}

// TestGeneratedDocument requires that the generated code which docs/generated.md shows is what
// is generated; -update puts it there.
func TestGeneratedDocument(t *testing.T) {
	generated, err := os.ReadFile("fib/main_greenlet.go")
	require.NoError(t, err)
	want := between(t, string(generated), "type fibFrame", "var _ func")
	want = strings.TrimSpace(lineReset.ReplaceAllString(want, "")) + "\n"

	const file = "../docs/generated.md"
	readme, err := os.ReadFile(file)
	require.NoError(t, err)
	got := between(t, string(readme), "type fibFrame", "```")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(readme), got, want, 1)), 0o666))
		return
	}
	assert.Equal(t, want, got)
}

// TestReadmePrograms requires that each piece of the README is one of an example, and that
// the one for a module of one's own compiles, and passes vet, before anything is generated
// for it, and runs afterwards.
func TestReadmePrograms(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	var all strings.Builder
	files, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	pieces := regexp.MustCompile("(?s)```go\n(.*?)```\n").FindAllStringSubmatch(string(readme), -1)
	require.Greater(t, len(pieces), 2)
	for _, piece := range pieces {
		if !strings.HasPrefix(piece[1], "package main\n") {
			assert.Contains(t, all.String(), piece[1])
		}
	}

	if testing.Short() {
		t.Skip("builds and runs programs")
	}
	program := between(t, string(readme), "package main\n", "```\n")
	dir, err := os.MkdirTemp(".", "readme") // below this directory, so that it is a part of this module
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o666))
	goCommand(t, "vet", "./"+dir)
	goCommand(t, "run", "../cmd/greenlet", "./"+dir)
	assert.Equal(t, "1\n4\n9\n16\n25\n", goCommand(t, "run", "./"+dir))
}

// lineReset are comments that lead back to the lines of the generated file.
var lineReset = regexp.MustCompile(`(?m)^//line main_greenlet.go:\d+\n\n`)

// between is the part of s from one string up to another one.
func between(t *testing.T, s, from, to string) string {
	t.Helper()
	i := strings.Index(s, from)
	require.NotEqual(t, -1, i, from)
	n := strings.Index(s[i:], to)
	require.NotEqual(t, -1, n, to)
	return s[i : i+n]
}
