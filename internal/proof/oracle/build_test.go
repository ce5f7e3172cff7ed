package oracle

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const counting = `package main

import (
	"errors"
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

type failure struct{ error }

//greenlet:resumable
func count(n int) {
	for i := range n {
		greenlet.Yield(i)
	}
	panic(failure{errors.New("end")})
}

func main() {
	fmt.Printf("%T\n", failure{})
	for v := range greenlet.SeqOf[int](newCountFrame(2)) {
		fmt.Println(v)
	}
}
`

func TestRun(t *testing.T) {
	module, err := Oracle([]Program{
		{Name: "counting", Files: Files{"in.go": counting}},
		{Name: "quiet", Files: Files{"in.go": "package main\n\nfunc main() {}\n"}},
		{Name: "exits", Files: Files{"in.go": "package main\n\nimport \"os\"\n\nfunc main() { print(`no newline`); os.Exit(3) }\n"}},
	})
	require.NoError(t, err)
	binary, err := Build(t.Context(), module, t.TempDir())
	require.NoError(t, err)
	for program, want := range map[string]string{
		"counting": "main.failure\n0\n1\npanic: end\nexit status 2\n",
		"quiet":    "",
		"exits":    "no newline\nexit status 3\n",
	} {
		got, err := binary.Run(t.Context(), program)
		require.NoError(t, err)
		assert.Equal(t, want, got, program)
	}
}

// TestBuildError checks that each program gets what is its own fault.
func TestBuildError(t *testing.T) {
	programs := []Program{
		{Name: "good", Files: Files{"in.go": "package main\n\nfunc main() {}\n"}},
		{Name: "syntax", Files: Files{"in.go": "package main\n\nfunc main() { x := }\n"}},
		{Name: "types", Files: Files{
			"in.go":      "package main\n\nimport _ \"example/types/dep\"\n\nfunc main() {}\n",
			"dep/dep.go": "package dep\n\nvar x int = \"text\"\n",
		}},
	}
	_, err := Oracle(programs)
	var failed *BuildError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Programs, 1)
	assert.Contains(t, failed.Programs["syntax"], "in.go:3:20")

	module, err := Oracle([]Program{programs[0], programs[2]})
	require.NoError(t, err)
	_, err = Build(t.Context(), module, filepath.Join(t.TempDir(), "m"))
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Programs, 1)
	assert.Contains(t, failed.Programs["types"], `types/dep/dep.go:3:13: cannot use "text"`)
}

func TestFailure(t *testing.T) {
	const crash = "panic: runtime error: invalid memory address or nil pointer dereference [recovered, repanicked]\n" +
		"[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n\ngoroutine 1 [running]:\nmain.main()\n"
	assert.Equal(t, "panic: runtime error: invalid memory address or nil pointer dereference\n", failure(crash))
	const twice = "panic: one [recovered]\n\tpanic: two\n\ngoroutine 7 [running]:\n"
	assert.Equal(t, "panic: one\npanic: two\n", failure(twice))
}
