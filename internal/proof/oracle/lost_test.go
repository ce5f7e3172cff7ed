package oracle_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/rewrite"
)

// TestLost: what plain code makes of a resumable function that it calls is
// reported if it switches, by name and place, and so is a literal of plain code. What drives a greenlet is
// not, nor is a suspension that is not reached.
func TestLost(t *testing.T) {
	const text = `package main

import (
	"fmt"

	greenlet "` + names.RuntimePath + `"
)

//greenlet:resumable
func step() { greenlet.Yield(1) }

type worker[T any] struct{ to *greenlet.Greenlet }

//greenlet:resumable
func (w *worker[T]) work(now bool) {
	if now {
		w.to.Switch()
	}
}

func plain(now bool) {
	w := &worker[int]{greenlet.New(newStepFrame())}
	w.work(now)
	g := greenlet.New(newStepFrame())
	g.Switch()
	func() {
		defer func() { recover() }()
		if now {
			step()
		}
	}()
}

//greenlet:resumable
func run(now bool) { hidden(now); literal(now); greenlet.Yield(2) }

var hidden = plain

var literal = func(now bool) {
	if now {
		greenlet.New(newStepFrame()).Switch()
	}
}

func main() {
	for _, now := range []bool{false, true} {
		for v := range greenlet.SeqOf[int](newRunFrame(now)) {
			fmt.Println(v)
		}
		plain(now)
	}
}
`
	dir := t.TempDir()
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	generated := oracle.Files{"go.mod": oracle.GoMod(root), "p/in.go": text}
	require.NoError(t, generated.Write(dir))
	result, err := rewrite.Generate(t.Context(), rewrite.Options{Dir: dir, Env: oracle.Environment(), Cache: "off"}, "./...")
	require.NoError(t, err)
	require.Empty(t, result.Diagnostics)
	files := oracle.Files{"in.go": text}
	data, err := os.ReadFile(filepath.Join(dir, "p", names.Generated("in.go")))
	require.NoError(t, err)
	files[names.Generated("in.go")] = string(data)
	module, err := oracle.Rewritten([]oracle.Program{{Name: "p", Files: files}}, root)
	require.NoError(t, err)
	binary, err := oracle.Build(t.Context(), module, filepath.Join(dir, "build"))
	require.NoError(t, err)
	_, err = binary.Run(t.Context(), "p")
	var lost *oracle.LostError
	require.ErrorAs(t, err, &lost)
	assert.Equal(t, []string{
		"Switch in example/p.(*worker[...]).work at example/p/in.go:17",
		"Switch in example/p.init.func1 at example/p/in.go:41",
		"Yield in example/p.step at example/p/in.go:10",
	}, lost.Places)
}
