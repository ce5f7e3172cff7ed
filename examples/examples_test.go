// Package examples holds small programs that use greenlets. Each has its
// expected output beside it.
package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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

// TestReadme requires that the generated code which the README shows is what
// is generated. "..." stands for what it leaves out.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	generated, err := os.ReadFile("fib/main_greenlet.go")
	require.NoError(t, err)
	_, shown, found := strings.Cut(string(readme), "```go\n// fibFrame ")
	require.True(t, found)
	shown, _, _ = strings.Cut("// fibFrame "+shown, "```")
	for part := range strings.SplitSeq(shown, "...\n") {
		assert.Contains(t, string(generated), strings.TrimSpace(part))
	}
}
