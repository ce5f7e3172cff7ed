package rewrite

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// goroot is where the standard library is.
var goroot = sync.OnceValue(func() string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(out))
})

// repo is the directory of this module.
func repo(t *testing.T) string {
	dir, err := filepath.Abs("..")
	require.NoError(t, err)
	return dir
}

// workspace is a module outside the repository, with the files of an archive.
func workspace(t *testing.T, archive string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	write := func(name, data string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(data), 0o666))
	}
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	requires := ""
	for _, block := range strings.Split(string(mod), "\nrequire (")[1:] {
		list, _, _ := strings.Cut(block, "\n)")
		requires += list
	}
	write("go.mod", "module example.com/m\n\ngo 1.26.0\n\nrequire (\n\tgithub.com/going-green/greenlet v0.0.0"+requires+"\n)\n\n"+
		"replace github.com/going-green/greenlet => "+repo(t)+"\n")
	sum, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	write("go.sum", string(sum))
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(f.Name, string(f.Data))
	}
	return dir
}

func generate(t *testing.T, opt Options, patterns ...string) (*Result, error) {
	t.Helper()
	if opt.Cache == "" {
		opt.Cache = "off"
	}
	if opt.Env == nil {
		opt.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	}
	return Generate(context.Background(), opt, patterns...)
}

func text(t *testing.T, r *Result, dir string) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, r.Diagnostics.Relative(dir).Format(&b, false))
	return strings.NewReplacer(dir, "$DIR", goroot(), "$GOROOT").Replace(b.String())
}

const stubbed = `
-- a/a.go --
package a

import (
	"time"
	. "strings"
	str "strconv"
	"example.com/m/b"
)

var _ = str.Itoa

//greenlet:resumable
func walk(n int, _ time.Duration, rest ...b.T) (x, y int, err error) {
	b.Run(n)
	return
}

//greenlet:resumable
func Build(s *Builder, f func(n int) struct{ time.Time; K [N]int }) {}

const N = 3

//greenlet:resumable
func MapAll[S ~[]E, E any, P *E](s S, f func(E) (P, error)) map[int]S { return nil }

func use() any {
	x, y, err := newWalkFrame(1, 2, b.T{}).Results()
	_, _, _ = x, y, err
	b.RunResumable(nil, 1)
	var s Set[int, string]
	s.NewAllFrame().Results()
	NewMapAllFrame[[]int, int](nil, nil)
	return BuildFrame{}
}

type base struct{}

//greenlet:resumable
func (base) step(panic int) {}
-- a/set.go --
package a

import tm "cmp"

type Set[K tm.Ordered, V comparable] struct{}
-- a/set_more.go --
package a

//greenlet:resumable
func (s *Set[Q, _]) All() map[Q]bool { return nil }

//greenlet:resumable
func (s Set[_, tm]) Each(yield func(tm) bool) {}
-- b/b.go --
package b

type T struct{}

//greenlet:resumable
func Run(n int) {}

var _ = NewRunFrame(1)
`

func TestStubs(t *testing.T) {
	dir := workspace(t, stubbed)
	res, err := generate(t, Options{Dir: dir}, "./...")
	require.NoError(t, err)
	require.Empty(t, text(t, res, dir))
	require.Equal(t, []string{"example.com/m/a", "example.com/m/b"}, res.Packages)
	require.Len(t, res.Changes, 3)
	for _, c := range res.Changes {
		t.Logf("%s\n%s", c.Path, c.New)
	}
	res, err = generate(t, Options{Dir: dir}, "./...")
	require.NoError(t, err)
	require.Empty(t, res.Changes)
}

func TestStubsOfDependency(t *testing.T) {
	dir := workspace(t, stubbed)
	res, err := generate(t, Options{Dir: dir}, "./a")
	require.NoError(t, err)
	require.Empty(t, text(t, res, dir))
	require.Len(t, res.Changes, 2)
}
