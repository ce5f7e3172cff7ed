package rewrite_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/rewrite"
)

// instrumented reads what gc reads late, but before a later call in a build for the
// race detector.
const instrumented = `package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

type T struct{ n int }

var (
	m     map[string]int
	i     any
	n     int
	slice []int
)

func reset() { m, i, n, slice = map[string]int{"a": 1}, &T{1}, 1, []int{1} }

//greenlet:resumable
func set() int {
	greenlet.Yield("set")
	m["a"], i, n, slice[0] = 10, &T{10}, 10, 10
	return 100
}

//greenlet:resumable
func run() {
	reset()
	fmt.Println("variable", n+set())
	reset()
	fmt.Println("element", slice[0]+set())
	reset()
	fmt.Println("map", m["a"]+set())
	reset()
	fmt.Println("assertion", i.(*T).n+set())
	reset()
	m["a"] += set()
	fmt.Println("op=", m["a"])
}

func main() {
	for v := range greenlet.SeqOf[string](newRunFrame()) {
		_ = v
	}
}
`

// TestOrderUnderRace holds docs/evaluation-order.md to what it says of builds for the
// race detector: gc reads two things earlier in them, and generated code does not.
func TestOrderUnderRace(t *testing.T) {
	t.Setenv("CGO_ENABLED", "1")
	cc, err := exec.Command("go", "env", "CC").Output()
	require.NoError(t, err)
	if _, err := exec.LookPath(strings.TrimSpace(string(cc))); err != nil {
		t.Skip("the race detector needs a C compiler: ", err)
	}
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)

	plain := oracle.Program{Name: "p", Files: oracle.Files{"in.go": instrumented}}
	generate := filepath.Join(dir, "generate")
	require.NoError(t, oracle.Files{"go.mod": oracle.GoMod(root), "in.go": instrumented}.Write(generate))
	result, err := rewrite.Generate(t.Context(), rewrite.Options{Dir: generate, Env: oracle.Environment(), Cache: "off"}, "./...")
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics)
	code, err := os.ReadFile(filepath.Join(generate, "in_greenlet.go"))
	require.NoError(t, err)
	rewritten := oracle.Program{Name: "p", Files: oracle.Files{"in.go": instrumented, "in_greenlet.go": string(code)}}

	prints := func(name string, module oracle.Files, err error, flags ...string) string {
		require.NoError(t, err)
		binary, err := oracle.Build(t.Context(), module, filepath.Join(dir, name), flags...)
		require.NoError(t, err)
		out, err := binary.Run(t.Context(), "p")
		require.NoError(t, err)
		return out
	}
	const late = "variable 110\nelement 110\nmap 110\nassertion 110\nop= 110\n"
	const early = "variable 110\nelement 110\nmap 101\nassertion 101\nop= 110\n"
	module, err := oracle.Oracle([]oracle.Program{plain})
	assert.Equal(t, late, prints("plain", module, err))
	module, err = oracle.Oracle([]oracle.Program{plain})
	assert.Equal(t, early, prints("plain_race", module, err, "-race"))
	module, err = oracle.Rewritten([]oracle.Program{rewritten}, root)
	assert.Equal(t, late, prints("rewritten", module, err))
	module, err = oracle.Rewritten([]oracle.Program{rewritten}, root)
	assert.Equal(t, late, prints("rewritten_race", module, err, "-race"))
}
