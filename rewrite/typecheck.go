package rewrite

// Typecheck makes units of packages with directives.
//
// Input: the listed packages to rewrite, the overlay of stubs.
// Output: typed syntax; the user's type errors, each at its place.
// Guarantee: a unit has no type errors, nor has any package that it imports.
//
// The packages to rewrite, and those between them (that import one and are
// imported by another), are checked from source; for all others the go
// command supplies export data.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// node is a package that is checked from source.
type node struct {
	*listed
	a     *annotated           // nil if it has no directives
	wants []*source            // empty if it is checked only for the sake of others
	stubs map[string]*ast.File // of a's generated files, by path
	files []*ast.File          // the user's

	pkg  *types.Package
	info *types.Info
	errs diag.List

	done chan struct{} // closed when all of the above is valid
}

// failed reports whether the node can't be imported.
func (n *node) failed() bool { return n.pkg == nil || len(n.errs) > 0 }

// checker type-checks nodes.
type checker struct {
	*scanner
	sizes   types.Sizes
	overlay map[string][]byte
	nodes   map[*listed]*node
	exports *exports
}

// sourceNodes are the nodes for wanted packages and for what lies between
// them, dependencies first.
func (c *checker) sourceNodes(wanted map[*listed][]*source, alsoSource map[string]bool) []*node {
	state := map[*listed]int{} // 1: being visited or from export data, 2: from source
	var order []*node
	var visit func(l *listed) bool
	visit = func(l *listed) bool {
		if s := state[l]; s != 0 {
			return s == 2
		}
		state[l] = 1
		_, fromSource := wanted[l]
		// The go command has no export data of packages compiled for a test
		// unless it runs the test.
		fromSource = fromSource || alsoSource[l.path] || l.forTest != ""
		for _, path := range sortedKeys(l.imports) {
			if visit(l.imports[path]) {
				fromSource = true
			}
		}
		if fromSource {
			state[l] = 2
			n := &node{listed: l, a: c.scan(l), wants: wanted[l], done: make(chan struct{})}
			c.nodes[l] = n
			order = append(order, n)
		}
		return fromSource
	}
	roots := make([]*listed, 0, len(wanted))
	for l := range wanted {
		roots = append(roots, l)
	}
	slices.SortFunc(roots, func(a, b *listed) int { return cmp.Compare(a.id, b.id) })
	for _, l := range roots {
		visit(l)
	}
	return order
}

// dependencies are the packages that nodes import as export data.
func (c *checker) dependencies(nodes []*node) []string {
	paths := map[string]bool{names.RuntimePath: true}
	for _, n := range nodes {
		for _, imp := range n.imports {
			if imp.dir != "" && c.nodes[imp] == nil {
				paths[imp.path] = true
			}
		}
	}
	delete(paths, "unsafe")
	return sortedKeys(paths)
}

// unit is what the passes see of n.
func (c *checker) unit(n *node) *Unit {
	u := &Unit{
		PkgPath:    n.path,
		Name:       n.name,
		Dir:        n.dir,
		Fset:       c.fset,
		Files:      n.files,
		Pkg:        n.pkg,
		Info:       n.info,
		Sizes:      c.sizes,
		Directives: n.a.set,
		Source:     map[string][]byte{},
		wants:      map[string]bool{},
	}
	for _, file := range n.files {
		src := c.of(file)
		u.Source[src.path] = src.data
	}
	for _, src := range n.wants {
		u.wants[src.path] = true
	}
	return u
}

// check type-checks nodes, which are in dependency order.
func (c *checker) check(ctx context.Context, nodes []*node, limit int) error {
	for _, n := range nodes {
		c.parseNode(n)
	}
	// Reading export data changes packages that are shared; from here on they
	// are only read.
	for _, n := range nodes {
		for _, path := range sortedKeys(n.importsOfFiles()) {
			if imp := n.imports[path]; imp == nil || c.nodes[imp] == nil {
				c.exports.load(n.resolve(path))
			}
		}
	}
	var g errgroup.Group
	g.SetLimit(limit)
	for _, n := range nodes {
		g.Go(func() error { // starts in dependency order, so it can't deadlock
			defer close(n.done)
			if err := ctx.Err(); err != nil {
				return err
			}
			c.checkNode(n)
			return nil
		})
	}
	return g.Wait()
}

// parseNode parses the user's files and the stubs.
func (c *checker) parseNode(n *node) {
	n.stubs = map[string]*ast.File{}
	for _, src := range c.users(n.listed) {
		file, errs := c.parse(src)
		n.errs = append(n.errs, errs...)
		if file != nil {
			n.files = append(n.files, file)
		}
	}
	if n.a == nil {
		return
	}
	for _, src := range n.a.targets {
		path := names.Generated(src.path)
		if text, ok := c.overlay[path]; ok {
			file, err := parser.ParseFile(c.fset, path, text, parser.SkipObjectResolution)
			if err != nil {
				panic(fmt.Sprintf("stub of %s does not parse: %v\n%s", src.path, err, text))
			}
			n.stubs[path] = file
		}
	}
}

// importsOfFiles are the paths that the files of n import.
func (n *node) importsOfFiles() map[string]bool {
	m := map[string]bool{}
	for _, file := range n.allFiles(nil) {
		for _, spec := range file.Imports {
			m[importPath(spec)] = true
		}
	}
	return m
}

// allFiles are the user's files with those generated, where replace has
// better ones than the stubs.
func (n *node) allFiles(replace map[string]*ast.File) []*ast.File {
	files := slices.Clone(n.files)
	for _, path := range sortedKeys(n.stubs) {
		file := n.stubs[path]
		if r := replace[path]; r != nil {
			file = r
		}
		files = append(files, file)
	}
	return files
}

// resolve is the path of the package that n imports as path: they differ
// where packages are vendored.
func (n *node) resolve(path string) string {
	if imp := n.imports[path]; imp != nil {
		return imp.path
	}
	return path
}

// checkNode type-checks n once its dependencies are done.
func (c *checker) checkNode(n *node) {
	for path := range n.importsOfFiles() {
		if imp := c.nodes[n.imports[path]]; imp != nil {
			<-imp.done
			if imp.failed() {
				return // reported there
			}
		}
	}
	if len(n.errs) > 0 {
		return
	}
	n.info = newInfo()
	conf := c.config(n)
	conf.IgnoreFuncBodies = len(n.wants) == 0
	conf.Error = func(err error) { n.addError(c.fset, err) }
	n.pkg, _ = conf.Check(n.path, c.fset, n.allFiles(nil), n.info)
	n.dropStubErrors(c.fset)
}

func newInfo() *types.Info {
	return &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
}

// config is how to check n, or n with other generated files.
func (c *checker) config(n *node) *types.Config {
	conf := &types.Config{
		Importer:    importerFunc(func(path string) (*types.Package, error) { return c.imported(n, path) }),
		Sizes:       c.sizes,
		FakeImportC: true,
	}
	if v := n.module.goVersion; v != "" {
		conf.GoVersion = "go" + v
	}
	return conf
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// imported is the package that n imports as path.
func (c *checker) imported(n *node, path string) (*types.Package, error) {
	imp := n.imports[path]
	if m := c.nodes[imp]; m != nil {
		return m.pkg, nil
	}
	pkg, err := c.exports.get(n.resolve(path))
	switch {
	case err == nil:
	case imp != nil && len(imp.errors) > 0:
		err = errors.New(imp.errors[0].text())
	case imp == nil && len(n.errors) > 0: // an import cycle, for one
		err = errors.New(n.errors[0].text())
	}
	return pkg, err
}

// text is the message without the position and the lines that repeat where
// an import stands.
func (e listError) text() string {
	msg := strings.TrimSpace(e.message)
	if _, rest, ok := strings.Cut(msg, ": "); ok && strings.Contains(msg[:len(msg)-len(rest)], ".go:") {
		msg = rest
	}
	return strings.Join(strings.Fields(msg), " ")
}

// exports reads export data. Packages that it returns are shared by all that
// import them.
type exports struct {
	files map[string]string // by package path
	types types.Importer
	pkgs  map[string]*types.Package
	errs  map[string]error
}

func newExports(fset *token.FileSet, g *graph) *exports {
	x := &exports{files: map[string]string{}, pkgs: map[string]*types.Package{}, errs: map[string]error{}}
	for _, l := range g.all {
		if l.export != "" && l.forTest == "" {
			x.files[l.path] = l.export
		}
	}
	x.types = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := x.files[path]
		if !ok {
			return nil, fmt.Errorf("package %s is not found or does not compile", path)
		}
		return os.Open(file)
	})
	return x
}

// load makes the package available to get. It may not be called concurrently
// with anything that looks at types.
func (x *exports) load(path string) {
	if path == "C" || x.pkgs[path] != nil || x.errs[path] != nil {
		return
	}
	pkg, err := x.types.Import(path)
	x.pkgs[path] = pkg
	x.errs[path] = err
}

func (x *exports) get(path string) (*types.Package, error) {
	if err := x.errs[path]; err != nil {
		return nil, err
	}
	if pkg := x.pkgs[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("package %s is not among the dependencies", path)
}
