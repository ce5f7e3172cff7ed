package rewrite

// What holds of all generated code, and of generating: the programs of
// testdata/rewrite are generated several times in different circumstances.

import (
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/proof/oracle"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit"
	"github.com/going-green/greenlet/rewrite/internal/unit/unittest"
)

// observed is what the passes made in one run.
type observed struct {
	testing.TB
	dir string

	mu      sync.Mutex
	outputs map[string]string // by path
	dump    strings.Builder   // of all functions after all passes
}

// observe generates in dir and looks at every unit. To dump, it does one after
// the other.
func observe(t testing.TB, dir string, dump bool) *observed {
	o := &observed{TB: t, dir: dir, outputs: map[string]string{}}
	opt := Options{Dir: dir, Env: oracle.Environment(), Cache: "off", Check: true, compile: o.compile}
	if dump {
		opt.Debug, opt.DebugOut = PassNames(), &o.dump
	}
	// That some programs may be refused is for TestGolden to judge.
	_, err := Generate(context.Background(), opt, "./...")
	if err != nil {
		t.Log(err)
	}
	return o
}

func (o *observed) compile(u *unit.Unit, opt *lower.Options) ([]unit.Output, diag.List, error) {
	changed := unittest.Watch(u)
	outputs, diags, err := lower.Compile(u, opt)
	o.mu.Lock()
	defer o.mu.Unlock()
	assert.Empty(o, changed(), "the source or its types have changed: %s", u.PkgPath)
	for _, out := range outputs {
		o.outputs[out.Path] = string(out.Source)
	}
	if err == nil && len(outputs) > 0 {
		o.compareStubs(u, outputs)
	}
	return outputs, diags, err
}

// compareStubs holds the stubs that u was checked with to what is generated.
func (o *observed) compareStubs(u *unit.Unit, outputs []unit.Output) {
	imports := map[string]*types.Package{}
	var add func(*types.Package)
	add = func(pkg *types.Package) {
		if imports[pkg.Path()] == nil {
			imports[pkg.Path()] = pkg
			for _, imp := range pkg.Imports() {
				add(imp)
			}
		}
	}
	for _, imp := range u.Pkg.Imports() {
		add(imp)
	}
	files := append([]*ast.File{}, u.Files...)
	for _, out := range outputs {
		file, err := parser.ParseFile(u.Fset, out.Path, out.Source, parser.SkipObjectResolution)
		if err != nil {
			return // a golden fails
		}
		files = append(files, file)
	}
	conf := types.Config{Sizes: u.Sizes, Importer: importerFunc(func(path string) (*types.Package, error) {
		if pkg := imports[path]; pkg != nil {
			return pkg, nil
		}
		return nil, fmt.Errorf("%s is not imported", path)
	})}
	if pkg, err := conf.Check(u.PkgPath, u.Fset, files, nil); err == nil {
		assert.Empty(o, unittest.Differences(u.Pkg, pkg, u.Directives), "the stubs are not what is generated: %s", u.PkgPath)
	}
}

var propertiesPart = flag.Int("properties-part", 8, "generate one in so many goldens several times; 1 is all")

// goldens is a module with one in so many of the programs of testdata/rewrite.
func goldens(t *testing.T, part int) string {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	module := oracle.Files{"go.mod": oracle.GoMod(repo(t))}
	paths, err := filepath.Glob("../testdata/rewrite/*.txtar")
	require.NoError(t, err)
	for i, path := range paths {
		if i%part != 0 {
			continue
		}
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		program := strings.TrimSuffix(filepath.Base(path), ".txtar")
		for _, f := range archive.Files {
			if name := f.Name; strings.HasSuffix(name, ".go") && name != "out.go" && !strings.HasSuffix(name, "_out.go") {
				module[program+"/"+name] = string(f.Data)
			}
		}
	}
	require.NoError(t, module.Write(dir))
	return dir
}

// TestProperties: generating leaves its input alone and depends on nothing
// else: not on the number of processors, on what is done at the same time, or
// on what has been generated before. The text is formatted and has no marks
// left. All that the passes make can be printed. All goldens are generated once; what takes
// several times is held of a part, and of all with -properties-part=1.
func TestProperties(t *testing.T) {
	outputs := observe(t, goldens(t, 1), false).outputs
	assert.Greater(t, len(outputs), 100)
	for _, path := range slices.Sorted(maps.Keys(outputs)) {
		assert.Empty(t, unittest.Problems([]byte(outputs[path])), path)
	}
	dir := goldens(t, *propertiesPart)
	first := observe(t, dir, true)
	assert.NotEmpty(t, first.outputs)
	assert.NotRegexp(t, `(?m)^\t*(\d+: )?\?.*$`, first.dump.String())
	for path, text := range first.outputs {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for procs, dump := range map[int]bool{1: true, 7: false} {
		runtime.GOMAXPROCS(procs)
		again := observe(t, dir, dump)
		assert.Equal(t, slices.Sorted(maps.Keys(first.outputs)), slices.Sorted(maps.Keys(again.outputs)))
		for _, path := range slices.Sorted(maps.Keys(first.outputs)) {
			assert.Equal(t, first.outputs[path], again.outputs[path], "%s with %d processors", path, procs)
		}
		if dump {
			assert.True(t, first.dump.String() == again.dump.String(), "passes differ")
		}
	}
}

// TestGoldensFormatted: what the goldens show is what gofmt would leave alone.
func TestGoldensFormatted(t *testing.T) {
	paths, err := filepath.Glob("../testdata/rewrite/*.txtar")
	require.NoError(t, err)
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		require.NoError(t, err)
		for _, f := range archive.Files {
			if f.Name == "out.go" || strings.HasSuffix(f.Name, "_out.go") {
				assert.Empty(t, unittest.Problems(f.Data), "%s: %s", path, f.Name)
			}
		}
	}
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
