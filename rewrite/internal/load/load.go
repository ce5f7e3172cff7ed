package load

// Load asks the go command which packages there are.
//
// Input: patterns, as for go list.
// Output: a graph of listed packages with the files that the build
// constraints select, and, when asked, export data.
// Guarantee: nothing is type-checked here; a package that does not parse is
// listed with its errors.
//
// go/packages could type-check as well, but not with an overlay: given one it
// checks all dependencies from source, the standard library included. So the
// stubs go to the go command only, which compiles the few packages that have
// any, and typecheck.go reads export data for the rest.

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// A graph is the answer to one list request.
type graph struct {
	roots []*listed          // what the patterns name
	all   map[string]*listed // by id
}

// sorted are all packages in a fixed order.
func (g *graph) sorted() []*listed {
	ids := slices.Sorted(maps.Keys(g.all))
	pkgs := make([]*listed, len(ids))
	for i, id := range ids {
		pkgs[i] = g.all[id]
	}
	return pkgs
}

// listed is a package as the go command lists it.
type listed struct {
	id        string // path, or "path [tested.test]" for a test variant
	path      string
	name      string
	dir       string // "" if it was not found
	forTest   string // the package under test, for a test variant
	files     []string
	ignored   []string // by build constraints
	imports   map[string]*listed
	module    module
	moduleDir string
	errors    []listError
	root      bool
	adHoc     bool // named by its files
	export    string
	compiled  []string // files, with what cgo makes of them
}

// module is what matters of a package's module.
type module struct {
	path, version, goVersion string
	main                     bool // under development: the main module or one of the workspace
	local                    bool // main, or replaced by a directory
}

// A listError is the go command's.
type listError struct {
	pos     string // file:line:col, or ""
	message string
}

// place matches the place that starts a message of the go command or of a
// tool that it runs.
var place = regexp.MustCompile(`^(?:# .*\n)?([^\s:]+\.go):(\d+)(?::(\d+))?: `)

// text is the message on one line, without its place.
func (e listError) text() string {
	return strings.Join(strings.Fields(place.ReplaceAllString(strings.TrimSpace(e.message), "")), " ")
}

// isCycle reports whether packages import each other.
func (e listError) isCycle() bool { return strings.Contains(e.message, "import cycle not allowed") }

// position is the place that the message names, of a package in dir.
func (e listError) position(dir string) token.Position {
	m := place.FindStringSubmatch(strings.TrimSpace(e.message))
	if m == nil {
		m = place.FindStringSubmatch(e.pos + ": ")
	}
	if m == nil {
		return token.Position{}
	}
	pos := token.Position{Filename: m[1]}
	if !filepath.IsAbs(pos.Filename) {
		pos.Filename = filepath.Join(dir, pos.Filename)
	}
	pos.Line, _ = strconv.Atoi(m[2]) // they are digits
	pos.Column, _ = strconv.Atoi(m[3])
	return pos
}

// isTestMain reports whether l is the main package that the go command makes
// for a test. A user's may have such a path, but can't import what is internal to
// the standard library.
func (l *listed) isTestMain() bool {
	return l.name == "main" && l.forTest == "" && strings.HasSuffix(l.id, ".test") && l.imports["testing/internal/testdeps"] != nil
}

// isExternalTest reports whether l is package x_test.
func isExternalTest(l *listed) bool { return l.forTest != "" && l.path == l.forTest+"_test" }

// editable reports whether the generated files of l are the user's to
// regenerate, and hence not to be relied on.
func (l *listed) editable() bool { return l.dir != "" && (l.module.local || l.root) }

// request is what can be varied in a list request.
type request struct {
	tests    bool              // with test variants
	export   bool              // with export data, which compiles the packages
	overlay  map[string][]byte // by absolute path
	compiled bool              // with what cgo makes of files, for which it is run
}

// lister asks the go command.
type lister struct {
	dir   string
	env   []string
	flags []string // build flags
}

func newLister(opt Options) *lister {
	env := opt.Env
	if env == nil {
		env = os.Environ()
	}
	// Another driver would not know the overlay flag.
	env = append(slices.Clip(env), "GOPACKAGESDRIVER=off")
	return &lister{opt.Dir, env, opt.BuildFlags}
}

// list resolves patterns. Test mains are left out.
func (l *lister) list(ctx context.Context, r request, patterns ...string) (*graph, error) {
	mode := packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
		packages.NeedModule | packages.NeedForTest
	if r.export {
		mode |= packages.NeedExportFile
	}
	if r.compiled {
		mode |= packages.NeedCompiledGoFiles
	}
	queries := make([]string, len(patterns))
	for i, p := range patterns {
		queries[i] = "pattern=" + p // not one of the queries that go/packages adds
	}
	roots, err := packages.Load(&packages.Config{
		Mode:       mode,
		Context:    ctx,
		Dir:        l.dir,
		Env:        l.env,
		BuildFlags: l.flags,
		Tests:      r.tests,
		Overlay:    r.overlay,
	}, queries...)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(err.Error()), "err: "))
	}
	g := &graph{all: map[string]*listed{}}
	hidden := func(path string) bool { _, ok := r.overlay[path]; return ok }
	for _, p := range roots {
		n := g.add(p)
		if n.isTestMain() {
			continue
		}
		n.root = true
		if n.path == adHocPath {
			n.adHoc = true
			if err := l.place(ctx, n); err != nil {
				return nil, err
			}
		}
		g.roots = append(g.roots, n)
	}
	for _, n := range g.all {
		n.files = slices.DeleteFunc(n.files, hidden) // ours: the user's are left
	}
	slices.SortFunc(g.roots, func(a, b *listed) int { return cmp.Compare(a.id, b.id) })
	return g, nil
}

// adHocPath is the path that the go command gives a package named by its
// files.
const adHocPath = "command-line-arguments"

// place gives an ad-hoc package the path and module that it would have if its
// directory had been named, so that the same is generated from it.
func (l *lister) place(ctx context.Context, n *listed) error {
	g, err := l.list(ctx, request{}, n.dir)
	if err == nil && len(g.roots) == 1 && g.roots[0].dir == n.dir {
		n.path, n.module = g.roots[0].path, g.roots[0].module
	}
	return err
}

// add converts p and what it imports.
func (g *graph) add(p *packages.Package) *listed {
	if n, ok := g.all[p.ID]; ok {
		return n
	}
	n := &listed{
		id:       p.ID,
		path:     p.PkgPath,
		name:     p.Name,
		dir:      p.Dir,
		forTest:  p.ForTest,
		files:    slices.Clone(p.GoFiles),
		ignored:  p.IgnoredFiles,
		imports:  map[string]*listed{},
		export:   p.ExportFile,
		compiled: p.CompiledGoFiles,
	}
	slices.Sort(n.files) // the go command puts cgo files last
	g.all[p.ID] = n
	if m := p.Module; m != nil {
		n.moduleDir = m.Dir
		n.module = module{path: m.Path, version: m.Version, goVersion: m.GoVersion, main: m.Main, local: m.Main}
		if r := m.Replace; r != nil {
			n.module.local = n.module.local || r.Version == ""
			n.module.version += "=>" + r.Path + "@" + r.Version
		}
	}
	for _, e := range p.Errors {
		n.errors = append(n.errors, listError{strings.TrimPrefix(e.Pos, "-"), e.Msg})
	}
	for path, imp := range p.Imports {
		n.imports[path] = g.add(imp)
	}
	return n
}

// environment is what the go command says of the build.
type environment struct {
	GOOS, GOARCH, GOROOT, GOVERSION, GOFLAGS, CGO_ENABLED, GOEXPERIMENT string

	GOMOD, GOWORK string // files, if there are
}

// environ asks the go command for its environment.
func (l *lister) environ(ctx context.Context) (environment, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "-json")
	cmd.Dir, cmd.Env = l.dir, l.env
	var e environment
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &e)
	}
	if err != nil {
		return e, fmt.Errorf("go env: %w", cmp.Or(ctx.Err(), err))
	}
	return e, nil
}

// sizes are those of the platform built for.
func (e environment) sizes() types.Sizes {
	return cmp.Or[types.Sizes](types.SizesFor("gc", e.GOARCH), types.SizesFor("gc", "amd64"))
}

// String is what makes a difference to what is generated.
func (e environment) String() string {
	return strings.Join([]string{e.GOOS, e.GOARCH, e.GOVERSION, e.GOFLAGS, e.CGO_ENABLED, e.GOEXPERIMENT}, " ")
}
