package golden

import (
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

var onStackPart = flag.Uint("onstack-part", 6, "run one in so many goldens on stacks; 1 is all")

// OnStacks runs the cases in dir as they are written on the runtime itself, each greenlet on
// a stack of its own. They must print what the oracle prints. why says of a few what stands
// in the way, by name.
//
// It runs a part of the cases, always the same, unless -run selects one or -onstack-part says
// otherwise.
func OnStacks(t *testing.T, dir string, why map[string]string) {
	b := newPart(t, dir, why, *onStackPart)
	dir = tempDir(t)
	require.NoError(t, b.generateSome(t.Context(), filepath.Join(dir, "generate")))
	var programs []oracle.Program
	for _, o := range b.good() {
		o.expected, programs = o.trace, append(programs, o.unrewritten())
	}
	module := func(programs []oracle.Program) (oracle.Files, error) { return oracle.OnStacks(programs, b.root) }
	err := b.execute(t.Context(), filepath.Join(dir, "stacks"), programs, module, func(o *outcome, out string, err error) {
		o.printed, o.printedErr = out, err
	})
	require.NoError(t, err)
	for _, name := range b.names {
		t.Run(name, func(t *testing.T) {
			o := b.outcomes[name]
			require.NoError(t, o.err)
			require.NoError(t, o.printedErr)
			require.Equal(t, o.expected, o.printed, "on stacks, against the trace")
		})
	}
}

// RowsOnStacks runs the tests of the package in dir, each greenlet on a stack of its own. why
// says of some what stands in the way, by name; edits are made to their source.
func RowsOnStacks(t *testing.T, dir string, why map[string]string, edits ...string) {
	files, generated, name := oracle.Files{}, oracle.Files{}, filepath.Base(dir)
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	edit := strings.NewReplacer(edits...)
	all := ""
	for _, p := range paths {
		data, err := os.ReadFile(p)
		require.NoError(t, err)
		all += string(data)
		text := edit.Replace(string(data))
		if !strings.Contains(text, "// Code generated ") {
			files[name+"/"+filepath.Base(p)] = text
		} else {
			generated[name+"/"+filepath.Base(p)] = text
		}
	}
	for i := 0; i < len(edits); i += 2 {
		require.Contains(t, all, edits[i])
	}
	module, err := oracle.TestsOnStacks(name, files, generated, root(t))
	require.NoError(t, err)
	temp := tempDir(t)
	require.NoError(t, module.Write(temp))
	cmd := exec.CommandContext(t.Context(), "go", "test", "-gcflags="+oracle.Module+"/...=-l",
		"-skip=^"+strings.Join(slices.Sorted(maps.Keys(why)), "$|^")+"$", "-v", "./"+name)
	cmd.Dir, cmd.Env = temp, oracle.Environment()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("%d tests passed", strings.Count(string(out), "\n--- PASS"))
	require.Contains(t, string(out), "--- PASS: TestMatrix")
	require.Contains(t, string(out), "--- PASS: TestRandom")
}
