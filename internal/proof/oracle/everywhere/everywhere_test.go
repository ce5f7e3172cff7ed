package everywhere

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	all    = flag.Bool("all", false, "judge all tests of the Go distribution, not only some; allow it 30 minutes")
	update = flag.Bool("update", false, "write what is judged to verdicts.txt")
	only   = flag.String("only", "", "judge the tests with one of these in their paths, comma-separated")
	keep   = flag.String("keep", "", "directory for the programs, to be kept")
)

func TestEverywhere(t *testing.T) {
	dir := testsOfGo(t)
	tests, err := Tests(dir)
	require.NoError(t, err)
	listed := readTable(t, "verdicts.txt", " ")
	if !*all {
		var some []Test
		for _, test := range tests {
			if *only == "" && chosen[test.Path] || *only != "" && containsAny(test.Path, strings.Split(*only, ",")) {
				some = append(some, test)
			}
		}
		tests = some
	}
	r := &Runner{Dir: t.TempDir(), Tests: dir}
	if *keep != "" {
		r.Dir = *keep
	}
	r.Root, err = filepath.Abs("../../../..")
	require.NoError(t, err)
	start := time.Now()
	r.Progress = func(format string, args ...any) {
		t.Logf("%3.0f s: "+format, append([]any{time.Since(start).Seconds()}, args...)...)
	}
	verdicts, err := r.Run(t.Context(), tests, readTable(t, "unsuitable.txt", ": "))
	require.NoError(t, err)
	r.Progress("%s", Summary(verdicts))
	for _, v := range verdicts {
		if v.Kind == Differs {
			t.Errorf("%s\n%s", v, v.Report)
		}
	}
	switch {
	case *update && *all:
		require.NoError(t, os.WriteFile("verdicts.txt", []byte(List(verdicts)), 0o666))
	case *all:
		want, err := os.ReadFile("verdicts.txt")
		require.NoError(t, err)
		assert.Equal(t, string(want), List(verdicts))
	default:
		var want []string
		for _, v := range verdicts {
			want = append(want, v.Path+" "+listed[v.Path]+"\n")
		}
		slices.Sort(want)
		assert.Equal(t, strings.Join(want, ""), List(verdicts))
	}
}

// testsOfGo is the directory of the tests. Some distributions leave it out,
// and others have other tests than those that the list is of.
func testsOfGo(t *testing.T) string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	require.NoError(t, err)
	dir := filepath.Join(strings.TrimSpace(string(out)), "test")
	if _, err := os.Stat(filepath.Join(dir, "ken")); err != nil {
		t.Skip("this Go distribution comes without its directory test:", err)
	}
	return dir
}

// readTable reads lines of a path and what is said of it.
func readTable(t *testing.T, name, separator string) map[string]string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	table := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if path, what, ok := strings.Cut(strings.TrimSpace(line), separator); ok && !strings.HasPrefix(line, "#") {
			table[path] = what
		}
	}
	return table
}

func containsAny(s string, list []string) bool {
	for _, part := range list {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// chosen are the tests of an ordinary run: of each kind of statement some.
var chosen = map[string]bool{
	"append.go":               true,
	"closure1.go":             true,
	"defer.go":                true,
	"func5.go":                true,
	"ken/embed.go":            true,
	"range4.go":               true,
	"recover2.go":             true,
	"reorder.go":              true,
	"simassign.go":            true,
	"typeparam/orderedmap.go": true,
	"typeswitch.go":           true,
	"fixedbugs/issue69434.go": true,
}
