package load

// Typecheck makes units of packages with directives.
//
// Input: the listed packages to rewrite, the overlay of stubs.
// Output: typed syntax; the user's type errors, each at its place.
// Guarantee: a unit has no type errors, nor has any package that it imports.
//
// The packages to rewrite, those of the user's that may call what is resumable, and those
// between them (that import one and are imported by another), are checked from source; for all
// others the go command supplies export data.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"regexp"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/unit"
	"github.com/going-green/greenlet/rewrite/internal/work"
)

// Loaded is a package that is checked from source.
type Loaded struct {
	*listed
	a     *annotated           // nil if it has no directives
	wants []*source            // empty if it is checked only for the sake of others
	stubs map[string]*ast.File // of a's generated files, by path
	said  map[string]string    // their text, once it says what frames yield
	marks map[*ast.FuncDecl]mark
	files []*ast.File // the user's
	cgo   []*ast.File // made by cgo from others of the user's

	pkg  *types.Package
	info *types.Info
	errs diag.List

	whole bool             // nothing is generated, but its functions are looked at
	lame  bool             // it imports what has errors, so that it has others itself
	plain *color.PlainCode // see findPlain

	done chan struct{} // closed when all of the above is valid

	imported    bool               // by another node
	reach       map[string]*listed // see reached
	reachedOnce sync.Once
}

// ID is the package's path, or "path [tested.test]" as compiled for a test.
func (n *Loaded) ID() string { return n.id }

// Path is the package's import path.
func (n *Loaded) Path() string { return n.path }

// Wants are the paths of the files to generate from.
func (n *Loaded) Wants() []string {
	paths := make([]string, len(n.wants))
	for i, src := range n.wants {
		paths[i] = src.path
	}
	return paths
}

// Ready reports whether there is something to generate from n, and it has no errors.
func (n *Loaded) Ready() bool { return len(n.wants) > 0 && !n.failed() }

// Forget drops the largest part of what is known of n, which only its unit needs.
func (n *Loaded) Forget() { n.info = nil }

// failed reports whether the node can't be imported.
func (n *Loaded) failed() bool { return n.pkg == nil || len(n.errs) > 0 }

// A Checker type-checks nodes.
type Checker struct {
	*scanner
	sizes   types.Sizes
	overlay map[string][]byte
	nodes   map[*listed]*Loaded
	exports *exports
	methods *regexp.Regexp // calls of methods of the names of resumable ones; nil if there are none

	tolerant bool // what imports packages with errors is checked all the same
}

// sourceNodes are the nodes for wanted packages and for what lies between
// them, dependencies first.
func (c *Checker) sourceNodes(wanted map[*listed][]*source, alsoSource map[string]bool) []*Loaded {
	state := map[*listed]int{} // 1: being visited or from export data, 2: from source
	var order []*Loaded
	var visit func(l *listed) bool
	visit = func(l *listed) bool {
		if s := state[l]; s != 0 {
			return s == 2
		}
		state[l] = 1
		_, fromSource := wanted[l]
		// The go command has no export data of packages compiled for a test
		// unless it runs the test.
		fromSource = fromSource || alsoSource[l.path] || l.forTest != "" || c.concerned(l) || c.calls(l)
		for _, path := range sortedKeys(l.imports) {
			if visit(l.imports[path]) {
				fromSource = true
			}
		}
		if fromSource {
			state[l] = 2
			n := &Loaded{listed: l, a: c.scan(l), wants: wanted[l], done: make(chan struct{})}
			for _, imp := range l.imports {
				if m := c.nodes[imp]; m != nil {
					m.imported = true
				}
			}
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

// dependencies are the packages that nodes, which are parsed, import as export
// data.
func (c *Checker) dependencies(nodes []*Loaded) []string {
	paths := map[string]bool{names.RuntimePath: true, names.GenPath: true}
	for _, n := range nodes {
		for _, imp := range n.imports {
			if imp.dir != "" && c.nodes[imp] == nil {
				paths[imp.path] = true
			}
		}
		if n.usesCgo() {
			paths["runtime/cgo"], paths["syscall"] = true, true
		}
	}
	delete(paths, "unsafe")
	return sortedKeys(paths)
}

// Front is what the front end sees of n, or nil if it is only there for others. Whole is false if
// that is not all, since there are errors.
func (c *Checker) Front(n *Loaded) (p *color.Package, set *directive.Set, whole bool) {
	if n.pkg == nil || n.info == nil || len(n.wants) == 0 && !n.whole {
		return nil, nil, false
	}
	if n.a != nil {
		set = n.a.set
	}
	return &color.Package{Fset: c.fset, Files: n.files, Pkg: n.pkg, Info: n.info, Deps: c.deps(n), Plain: n.plain}, set, !n.failed() && !n.lame
}

// Unit is what the passes see of n.
func (c *Checker) Unit(n *Loaded) *unit.Unit {
	u := &unit.Unit{
		PkgPath:    n.path,
		Name:       n.name,
		Dir:        n.dir,
		Fset:       c.fset,
		Files:      n.files,
		Pkg:        n.pkg,
		Info:       n.info,
		Sizes:      c.sizes,
		Directives: n.a.set,
		Deps:       c.deps(n),
		Named:      c.namedElsewhere(n.a),
		Plain:      n.plain,
		Source:     map[string][]byte{},
		Wanted:     map[string]bool{},
	}
	for _, file := range n.files {
		src := c.of(file)
		u.Source[src.path] = src.data
	}
	for _, src := range n.wants {
		u.Wanted[src.path] = true
	}
	return u
}

// check type-checks nodes, which are parsed and in dependency order.
func (c *Checker) check(ctx context.Context, nodes []*Loaded, limit int) error {
	// Reading export data changes packages that are shared; from here on they
	// are only read.
	for _, n := range nodes {
		for _, path := range sortedKeys(n.importsOfFiles()) {
			c.Import(n, path)
		}
		if len(n.wants) == 0 && !n.whole {
			continue
		}
		for _, l := range c.resumable(n) {
			if c.nodes[l] == nil {
				c.exports.load(l.path)
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
			return work.Guard(n.id, func() error {
				c.checkNode(n)
				return nil
			})
		})
	}
	return g.Wait()
}

// parseNode parses the user's files and the stubs.
func (c *Checker) parseNode(n *Loaded) {
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
			n.stubs[path] = c.parseStub(path, text)
		}
	}
}

func (c *Checker) parseStub(path string, text []byte) *ast.File {
	file, err := parser.ParseFile(c.fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		panic(fmt.Sprintf("stub %s does not parse: %v\n%s", path, err, text))
	}
	return file
}

func (n *Loaded) usesCgo() bool { return slices.ContainsFunc(n.files, importsC) }

func importsC(file *ast.File) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return ImportPath(spec) == "C" })
}

// replaceCgo replaces the files that import "C" by those that are made from
// them. There are none if cgo fails, which is an error of the user's C or of
// the C compiler.
func (c *Checker) replaceCgo(n *Loaded, l *listed) {
	for _, path := range l.compiled {
		if slices.Contains(n.listed.files, path) {
			continue
		}
		if file, errs := c.parse(c.read(path)); len(errs) == 0 {
			n.cgo = append(n.cgo, file)
		}
	}
	if len(n.cgo) > 0 {
		n.files = slices.DeleteFunc(n.files, importsC)
		return
	}
	for _, e := range l.errors {
		n.errs = append(n.errs, diag.Diagnostic{Pos: e.position(n.dir), Code: diag.LoadError, Message: "cgo: " + e.text()})
	}
}

// importsOfFiles are the paths that the files of n import.
func (n *Loaded) importsOfFiles() map[string]bool {
	m := map[string]bool{}
	for _, file := range n.allFiles(nil) {
		for _, spec := range file.Imports {
			m[ImportPath(spec)] = true
		}
	}
	return m
}

// allFiles are the user's files with those generated, where replace has
// better ones than the stubs.
func (n *Loaded) allFiles(replace map[string]*ast.File) []*ast.File {
	files := slices.Concat(n.files, n.cgo)
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
func (n *Loaded) resolve(path string) string {
	if imp := n.find(path); imp != nil {
		return imp.path
	}
	return path
}

// checkNode type-checks n once its dependencies are done.
func (c *Checker) checkNode(n *Loaded) {
	for path := range n.importsOfFiles() {
		if imp := c.nodes[n.imports[path]]; imp != nil {
			<-imp.done
			if imp.failed() || imp.lame {
				if !c.tolerant || imp.pkg == nil {
					return // reported there
				}
				n.lame = true
			}
		}
	}
	if len(n.errs) > 0 || c.clashes(n) {
		return
	}
	bodies := len(n.wants) > 0 || n.whole
	plain := !bodies && n.a == nil && n.editable() // what it calls is asked for
	c.checkOnce(n, bodies || plain)
	if plain && len(n.errs) > 0 { // those in bodies are left to its own compilation
		c.checkOnce(n, false)
	}
	if !n.whole {
		c.mark(n)
	}
	c.explainMissing(n)
	if n.lame {
		n.errs = slices.DeleteFunc(n.errs, func(d diag.Diagnostic) bool { return len(d.Annotate) == 0 })
	}
	c.findPlain(n)
}

// findPlain finds how the plain functions of n, and of what it imports, suspend.
func (c *Checker) findPlain(n *Loaded) {
	if n.pkg == nil || n.failed() && !c.tolerant {
		return
	}
	var imported []*color.PlainCode
	for _, path := range sortedKeys(n.importsOfFiles()) {
		if imp := c.nodes[n.imports[path]]; imp != nil {
			imported = append(imported, imp.plain)
		}
	}
	n.plain = color.NewPlainCode(imported...)
	p := &color.Package{Fset: c.fset, Files: n.files, Pkg: n.pkg, Info: n.info, Plain: n.plain}
	if n.info == nil {
		if !n.editable() {
			return
		}
		// Its errors are left to its own compilation.
		conf := c.config(n)
		conf.Error = func(error) {}
		p.Info = unit.NewInfo()
		p.Pkg, _ = conf.Check(n.path, c.fset, n.allFiles(nil), p.Info)
	}
	var set *directive.Set
	if n.a != nil {
		set = n.a.set
	}
	n.plain.Add(p, set)
}

// checkOnce type-checks n, with what stands in functions or without.
func (c *Checker) checkOnce(n *Loaded, bodies bool) {
	n.errs, n.info = nil, nil
	conf := c.config(n)
	if bodies {
		n.info = unit.NewInfo()
	} else {
		conf.IgnoreFuncBodies = true
	}
	conf.Error = func(err error) { n.addError(c.fset, err) }
	n.pkg, _ = conf.Check(n.path, c.fset, n.allFiles(nil), n.info)
	n.dropStubErrors(c.fset)
}

// clashes reports whether generated names clash in n: its stubs have errors then that
// would puzzle the user. The clash is reported unless it has been, for n or the variant
// of it that is rewritten.
func (c *Checker) clashes(n *Loaded) bool {
	if n.a == nil {
		return false
	}
	list := subset.Clashes(c.fset, n.a.files, n.a.set, nil)
	if len(list) > 0 && !n.a.refused {
		n.errs = list
	}
	return len(list) > 0
}

// config is how to check n, or n with other generated files.
func (c *Checker) config(n *Loaded) *types.Config {
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
func (c *Checker) imported(n *Loaded, path string) (*types.Package, error) {
	imp := n.find(path)
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

// Import makes the package that n imports as path available to Recheck. Like all
// reading of export data it may not happen concurrently.
func (c *Checker) Import(n *Loaded, path string) {
	if imp := n.find(path); imp == nil || c.nodes[imp] == nil {
		c.exports.load(n.resolve(path))
	}
}

// Recheck type-checks n with other generated files than the stubs, by path. It
// returns what it finds and, if that is anything, an error.
func (c *Checker) Recheck(n *Loaded, generated map[string]*ast.File) ([]types.Error, error) {
	var errs []types.Error
	conf := c.config(n)
	conf.Error = func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			errs = append(errs, e)
		}
	}
	_, err := conf.Check(n.path, c.fset, n.allFiles(generated), nil)
	return errs, err
}
