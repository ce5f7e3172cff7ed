package load

// How the corpus is loaded, annotated and generated from.

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// corpusPrefix is put before import paths: generated code in packages of the
// standard library may not import what is internal to that otherwise.
const corpusPrefix = "corpus/"

func newCorpus(t *testing.T, mode suspending, patterns []string) *corpus {
	l := newLister(Options{Env: append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")})
	g, err := l.list(context.Background(), request{}, patterns...)
	require.NoError(t, err)
	c := &corpus{
		TB: t, sources: newSources(), suspending: mode, graph: g,
		pkgs: map[*listed]*types.Package{}, refused: map[diag.Code]int{}, faults: map[string][]fault{},
	}
	exported, err := l.list(context.Background(), request{export: true}, append(patterns, names.RuntimePath, names.GenPath)...)
	require.NoError(t, err)
	c.exports = newExports(c.fset, exported)
	return c
}

// run rewrites the packages, dependencies first. Those between them are checked
// from source as well, as they are.
func (c *corpus) run() {
	const visited, source = 1, 2
	state := map[*listed]int{}
	var visit func(l *listed) bool
	visit = func(l *listed) bool {
		if state[l] == 0 {
			state[l] = visited
			fromSource := l.root
			for _, path := range sortedKeys(l.imports) {
				fromSource = visit(l.imports[path]) || fromSource
			}
			switch {
			case !fromSource || l.path == "unsafe":
				return false
			case l.root:
				c.rewrite(l)
			default:
				var errs []types.Error
				c.pkgs[l], _, errs = c.check(l, c.parseFiles(l), true)
				require.Empty(c, errs, l.path)
			}
			state[l] = source
		}
		return state[l] == source
	}
	for _, l := range c.graph.roots {
		visit(l)
	}
}

func (c *corpus) parseFiles(l *listed) []*ast.File {
	var files []*ast.File
	for _, path := range l.files {
		file, errs := c.parse(c.read(path))
		require.Empty(c, errs, path)
		files = append(files, file)
	}
	return files
}

// imported is the package that l imports as path.
func (c *corpus) imported(l *listed, path string) (*types.Package, error) {
	path = strings.TrimPrefix(path, corpusPrefix)
	imp := l.imports[path]
	if imp == nil {
		imp = cmp.Or(c.graph.all[path], c.graph.all["vendor/"+path])
	}
	if pkg := c.pkgs[imp]; pkg != nil {
		return pkg, nil
	}
	if imp != nil {
		path = imp.path
	}
	c.exports.load(path)
	return c.exports.get(path)
}

// check type-checks files as l; signatures means without bodies.
func (c *corpus) check(l *listed, files []*ast.File, signatures bool) (*types.Package, *types.Info, []types.Error) {
	var errs []types.Error
	conf := &types.Config{
		Importer:  importerFunc(func(path string) (*types.Package, error) { return c.imported(l, path) }),
		Sizes:     types.SizesFor("gc", "amd64"),
		GoVersion: "go" + cmp.Or(l.module.goVersion, "1.26"),

		IgnoreFuncBodies: signatures,
		Error:            func(err error) { errs = append(errs, err.(types.Error)) },
	}
	info := unit.NewInfo()
	pkg, _ := conf.Check(corpusPrefix+l.path, c.fset, files, info) // errors are in errs
	return pkg, info, errs
}

func (c *corpus) parseText(path string, text []byte) *ast.File {
	file, err := parser.ParseFile(c.fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(c, err, "%s:\n%s", path, text)
	return file
}

// annotatedPackage has every function marked that can be.
type annotatedPackage struct {
	*annotated
	unit  *unit.Unit
	stubs map[*ast.File]*ast.File // by the user's file
	info  *types.Info
}

// prefixed is l with the import paths that annotated files have.
func (c *corpus) prefixed(l *listed) *listed {
	p := *l
	p.imports = maps.Clone(l.imports)
	for path, imp := range l.imports {
		if c.pkgs[imp] != nil {
			p.imports[corpusPrefix+path] = imp
		}
	}
	return &p
}

// annotate annotates l and type-checks it with stubs.
func (c *corpus) annotate(l *listed) *annotatedPackage {
	files := c.parseFiles(l)
	a := &annotator{sources: c.sources, suspending: c.suspending}
	a.prefix = func(path string) string {
		if c.pkgs[l.imports[path]] != nil {
			return corpusPrefix
		}
		return ""
	}
	if c.values {
		_, info, errs := c.check(l, files, false)
		require.Empty(c, errs, l.path)
		a.info = info
	}
	skipped := map[string]bool{}
	key := func(fn *ast.FuncDecl) string {
		return filepath.Base(c.fset.Position(fn.Pos()).Filename) + " " + names.Receiver(fn) + "." + fn.Name.Name
	}
	a.skip = func(fn *ast.FuncDecl) bool {
		return skipped[key(fn)] || fn.Name.Name == "_" || fn.Recv == nil && fn.Name.Name == "init"
	}
	for {
		texts := map[string][]byte{}
		for i, file := range files {
			a.first = i == 0
			texts[l.files[i]] = a.annotate(file)
		}
		p := &annotatedPackage{annotated: &annotated{listed: c.prefixed(l)}}
		marked := &sources{fset: c.fset, m: map[string]*source{}}
		for _, path := range l.files {
			src := newSource(path, texts[path])
			src.ours = false // examples of generated code
			marked.m[path] = src
			file, errs := marked.parse(src)
			require.Empty(c, errs, path)
			p.annotated.files = append(p.annotated.files, file)
		}
		var diags diag.List
		p.set, diags = directive.Parse(c.fset, p.annotated.files)
		require.Empty(c, diags)
		clashes := subset.Clashes(c.fset, p.annotated.files, p.set, nil)
		if len(clashes) == 0 {
			c.typed(l, p, marked)
			return p
		}
		before := len(skipped)
		for _, fn := range p.set.Funcs() {
			for _, d := range clashes {
				if d.Pos == c.fset.Position(fn.Decl.Name.Pos()) && !skipped[key(fn.Decl)] {
					skipped[key(fn.Decl)] = true
					c.functions++
					c.refused[d.Code]++
				}
			}
		}
		require.Greater(c, len(skipped), before, "clashes stay: %v", clashes)
	}
}

// typed adds stubs and types to p.
func (c *corpus) typed(l *listed, p *annotatedPackage, marked *sources) {
	p.stubs = map[*ast.File]*ast.File{}
	st := newStubber(marked, p.annotated)
	all := slices.Clone(p.annotated.files)
	for _, file := range p.annotated.files {
		src := marked.of(file)
		stub := c.parseText(names.Generated(src.path), st.stub(src))
		p.stubs[file] = stub
		all = append(all, stub)
	}
	pkg, info, errs := c.check(p.listed, all, false)
	require.Empty(c, errs, "%s with stubs", p.listed.path)
	c.pkgs[l] = pkg
	p.info = info
	p.unit = &unit.Unit{
		PkgPath: pkg.Path(), Name: pkg.Name(), Dir: p.listed.dir, Fset: c.fset, Files: p.annotated.files,
		Pkg: pkg, Info: info, Sizes: types.SizesFor("gc", "amd64"), Directives: p.set,
		Source: map[string][]byte{}, Wanted: map[string]bool{},
	}
	for _, file := range p.annotated.files {
		src := marked.of(file)
		p.unit.Source[src.path] = src.data
		p.unit.Wanted[src.path] = true
	}
}

// emit runs the passes over functions of file and emits the outcome.
func (c *corpus) emit(p *annotatedPackage, colors *color.Colors, file *ast.File, list []*color.Func) ([]byte, []*ir.Func, error) {
	info := lower.OwnInfo(p.info)
	var fns []*ir.Func
	taken := map[string]bool{}
	for _, fn := range list {
		lowered, err := lower.Function(p.unit, info, colors, fn, taken, &lower.Options{})
		if err != nil {
			return nil, nil, err
		}
		for _, f := range lowered {
			if err := f.Refused.Err(); err != nil {
				return nil, nil, err
			}
		}
		fns = append(fns, lowered...)
	}
	out, err := lower.EmitFile(p.unit, info, colors, &lower.Lowered{File: file, Funcs: fns}, &lower.Options{})
	if err == nil {
		if _, parseErr := parser.ParseFile(token.NewFileSet(), "", out, parser.SkipObjectResolution); parseErr != nil {
			err = fmt.Errorf("internal error: pass emit, what is emitted does not parse: %w", parseErr)
		}
	}
	return out, fns, err
}

// keep writes what is generated to files, if asked to.
func (c *corpus) keep(l *listed, path string, out, source []byte) {
	if *corpusKeep == "" {
		return
	}
	dir := filepath.Join(*corpusKeep, l.path)
	require.NoError(c, os.MkdirAll(dir, 0o777))
	require.NoError(c, os.WriteFile(filepath.Join(dir, filepath.Base(names.Generated(path))), out, 0o666))
	require.NoError(c, os.WriteFile(filepath.Join(dir, filepath.Base(path)), source, 0o666))
}

// stub declares what would be generated for some functions of file.
func (c *corpus) stub(p *annotatedPackage, file *ast.File, stubbed map[*ast.FuncDecl]bool) *ast.File {
	path := p.unit.Path(file)
	marked := &sources{fset: c.fset, m: map[string]*source{path: newSource(path, p.unit.Source[path])}}
	w := &stubWriter{stubber: newStubber(marked, p.annotated), imports: map[string]string{}}
	for _, fn := range p.set.Funcs() {
		if stubbed[fn.Decl] {
			w.function(fn)
		}
	}
	text := "package " + file.Name.Name + "\n\n"
	for _, path := range w.order {
		text += fmt.Sprintf("import %s %q\n", w.imports[path], path)
	}
	return c.parseText(strings.TrimSuffix(path, ".go")+"_stub.go", []byte(text+w.body.String()))
}
