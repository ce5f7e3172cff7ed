package rewrite

// The corpus test: whatever is written in Go can be rewritten, or is refused
// by a diagnostic. It annotates every function of packages of the standard
// library, so that nearly all of their calls are suspensions, runs the passes
// over each function that is not refused, and type-checks the outcome.
//
//	go test ./rewrite -run Everything -packages=std [-suspend=calls,values,blocks] -v
//
// What is generated there never runs: for one thing the runtime imports some of
// these packages.

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

var (
	corpusPackages = flag.String("packages", "bufio,container/list,maps,path,slices,sort,strconv,strings",
		"what TestEverything rewrites, comma-separated; std for all of the standard library")
	corpusSuspend = flag.String("suspend", "calls,blocks", "where TestEverything suspends: calls, values (and calls), blocks (and all)")
	corpusKeep    = flag.String("keep-everything", "", "directory for what TestEverything generates")
)

func TestEverything(t *testing.T) {
	modes := map[string]suspending{
		"calls":  {calls: true},
		"values": {calls: true, values: true},
		"blocks": {calls: true, values: true, blocks: true},
	}
	for _, name := range strings.Split(*corpusSuspend, ",") {
		t.Run(name, func(t *testing.T) {
			mode, ok := modes[name]
			require.True(t, ok)
			c := newCorpus(t, mode, strings.Split(*corpusPackages, ","))
			c.run()
			t.Log(c.report())
			assert.Empty(t, c.faults)
			assert.NotZero(t, c.rewritten)
		})
	}
}

// corpus is packages that are annotated.
type corpus struct {
	testing.TB
	*sources
	suspending
	graph   *graph
	exports *exports
	pkgs    map[*listed]*types.Package // as annotated

	functions, rewritten, waits int
	refused                     map[diag.Code]int // functions, by each code that is said of them
	faults                      map[string][]fault
}

// fault is where the outcome is wrong.
type fault struct {
	pkg, function, message string
}

// corpusPrefix is put before import paths: generated code in packages of the
// standard library may not import what is internal to that otherwise.
const corpusPrefix = "corpus/"

func newCorpus(t *testing.T, mode suspending, patterns []string) *corpus {
	l := newLister(&Options{Env: append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")})
	g, err := l.list(context.Background(), request{}, patterns...)
	require.NoError(t, err)
	c := &corpus{
		TB: t, sources: newSources(), suspending: mode, graph: g,
		pkgs: map[*listed]*types.Package{}, refused: map[diag.Code]int{}, faults: map[string][]fault{},
	}
	exported, err := l.list(context.Background(), request{export: true}, append(patterns, names.RuntimePath)...)
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

func (c *corpus) fault(l *listed, function, group, message string) {
	c.faults[group] = append(c.faults[group], fault{l.path, function, message})
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
	info := newInfo()
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
	unit  *Unit
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
	p.unit = &Unit{
		PkgPath: pkg.Path(), Name: pkg.Name(), Dir: p.listed.dir, Fset: c.fset, Files: p.annotated.files,
		Pkg: pkg, Info: info, Sizes: types.SizesFor("gc", "amd64"), Directives: p.set,
		Source: map[string][]byte{}, wants: map[string]bool{},
	}
	for _, file := range p.annotated.files {
		src := marked.of(file)
		p.unit.Source[src.path] = src.data
		p.unit.wants[src.path] = true
	}
}

// advisory are codes about what calls would do, not about how to rewrite them.
var advisory = []diag.Code{diag.SwitchInPlain, diag.ResumableAsValue, diag.SwitchAsValue}

// rewrite does all for one package.
func (c *corpus) rewrite(l *listed) {
	p := c.annotate(l)
	changed := watch(p.unit)
	pkg := &color.Package{Fset: c.fset, Files: p.annotated.files, Pkg: p.unit.Pkg, Info: p.info}
	colors := color.New(pkg, p.set)
	refused := c.refusals(p, subset.Check(pkg, colors))
	var outputs []*ast.File
	for _, file := range p.annotated.files {
		outputs = append(outputs, c.rewriteFile(l, p, colors, file, refused)...)
	}
	assert.Empty(c, changed(), "the source or its types have changed: %s", l.path)
	generated, _, errs := c.check(l, append(slices.Clone(p.annotated.files), outputs...), false)
	c.typeErrors(l, outputs, errs)
	if len(errs) == 0 {
		assert.Empty(c, differences(p.unit.Pkg, generated, p.set), "the stubs are not what is generated: %s", l.path)
	}
}

// rewriteFile generates from one file what can be, and stubs for the rest.
func (c *corpus) rewriteFile(l *listed, p *annotatedPackage, colors *color.Colors, file *ast.File, refused map[*ast.FuncDecl]bool) []*ast.File {
	var accepted []*color.Func
	stubbed := map[*ast.FuncDecl]bool{}
	for _, fn := range colors.Annotated() {
		if fn.Decl.Pos() < file.FileStart || fn.Decl.Pos() >= file.FileEnd {
			continue
		}
		c.functions++
		if refused[fn.Decl] {
			stubbed[fn.Decl] = true
		} else {
			accepted = append(accepted, fn)
		}
	}
	out, fns, err := c.emit(p, colors, file, accepted)
	if err != nil {
		// Which functions are to blame?
		var good []*color.Func
		for _, fn := range accepted {
			if _, _, err := c.emit(p, colors, file, []*color.Func{fn}); err != nil {
				line, _, _ := strings.Cut(err.Error(), "\n")
				c.fault(l, colors.Name(fn.Obj), "internal: "+internalGroup(err), line)
				stubbed[fn.Decl] = true
			} else {
				good = append(good, fn)
			}
		}
		if len(good) == len(accepted) {
			c.fault(l, p.unit.Path(file), "internal: only in the whole file: "+internalGroup(err), err.Error())
			for _, fn := range good {
				stubbed[fn.Decl] = true
			}
			good = nil
		}
		out, fns, err = c.emit(p, colors, file, good)
		require.NoError(c, err)
	}
	for _, f := range fns {
		c.count(f)
	}
	var outputs []*ast.File
	path := p.unit.Path(file)
	if len(fns) > 0 {
		for _, problem := range problems(out) {
			c.fault(l, path, problem, "")
		}
		outputs = append(outputs, c.parseText(names.Generated(path), out))
		c.keep(l, path, out, p.unit.Source[path])
	}
	if len(stubbed) > 0 {
		outputs = append(outputs, c.stub(p, file, stubbed))
	}
	return outputs
}

// emit runs the passes over functions of file and emits the outcome.
func (c *corpus) emit(p *annotatedPackage, colors *color.Colors, file *ast.File, list []*color.Func) ([]byte, []*ir.Func, error) {
	info := ownInfo(p.info)
	var fns []*ir.Func
	for _, fn := range list {
		f, err := lower(p.unit, info, colors, fn, &Options{})
		if err != nil {
			return nil, nil, err
		}
		fns = append(fns, f)
	}
	out, err := emitFile(p.unit, info, colors, file, fns)
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

// problems are what is wrong with generated text that parses.
func problems(src []byte) []string {
	var list []string
	for line := range bytes.Lines(src) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("//@")) {
			list = append(list, "text: a mark of the emitter is left")
			break
		}
	}
	if formatted, err := format.Source(src); err != nil || !bytes.Equal(formatted, src) {
		list = append(list, "text: not formatted")
	}
	return list
}

func (c *corpus) count(f *ir.Func) {
	c.rewritten++
	for _, b := range f.Blocks {
		if _, ok := b.Term.(*ir.Wait); ok {
			c.waits++
		}
	}
}

// refusals counts diagnostics, and says which functions are refused for good.
func (c *corpus) refusals(p *annotatedPackage, list diag.List) map[*ast.FuncDecl]bool {
	refused := map[*ast.FuncDecl]bool{}
	type said struct {
		fn   *ast.FuncDecl
		code diag.Code
	}
	seen := map[said]bool{}
	for _, d := range list {
		for _, fn := range p.set.Funcs() {
			start, end := c.fset.Position(fn.Decl.Pos()), c.fset.Position(fn.Decl.End())
			if start.Filename != d.Pos.Filename || d.Pos.Offset < start.Offset || d.Pos.Offset >= end.Offset {
				continue
			}
			if !seen[said{fn.Decl, d.Code}] {
				seen[said{fn.Decl, d.Code}] = true
				c.refused[d.Code]++
			}
			refused[fn.Decl] = refused[fn.Decl] || !slices.Contains(advisory, d.Code)
		}
	}
	return refused
}

// placeWithin is a place within a message.
var placeWithin = regexp.MustCompile(`\d+:\d+:? |\(and .*\) `)

// internalGroup is what internal errors of one kind have in common: for a
// panic the function of ours that it comes from.
func internalGroup(err error) string {
	text := strings.TrimPrefix(err.Error(), "internal error: ")
	pass, _, _ := strings.Cut(text, ", ")
	if _, stack, ok := strings.Cut(text, "panic("); ok {
		for line := range strings.Lines(stack) {
			if i := strings.Index(line, "/greenlet/rewrite"); i >= 0 {
				function := strings.TrimSpace(line[i+len("/greenlet/"):])
				return pass + ": panic in " + function[:strings.LastIndex(function, "(")]
			}
		}
	}
	line, _, _ := strings.Cut(text, "\n")
	if i := strings.LastIndex(line, ": "); i >= 0 {
		line = line[i+2:]
	}
	return pass + ": " + placeWithin.ReplaceAllString(line, "")
}

// typeErrors groups errors by what the type checker calls them.
func (c *corpus) typeErrors(l *listed, outputs []*ast.File, errs []types.Error) {
	for _, e := range errs {
		if strings.HasPrefix(e.Msg, "\t") {
			continue // continues the one before
		}
		code := reflect.ValueOf(e).FieldByName("go116code").Int()
		pos := c.fset.PositionFor(e.Pos, false)
		function := ""
		for _, file := range outputs {
			for _, decl := range file.Decls {
				if decl.Pos() <= e.Pos && e.Pos < decl.End() {
					if fn, ok := decl.(*ast.FuncDecl); ok {
						function = names.Receiver(fn) + "." + fn.Name.Name
					}
				}
			}
		}
		message := fmt.Sprintf("%s:%d:%d: %s", filepath.Base(pos.Filename), pos.Line, pos.Column, e.Msg)
		c.fault(l, function, fmt.Sprintf("type error %d", code), message)
	}
}

func (c *corpus) report() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d functions, %d rewritten, with %d suspensions\n", c.functions, c.rewritten, c.waits)
	for _, code := range sortedKeys(c.refused) {
		what := "refused"
		if slices.Contains(advisory, code) {
			what = "warned"
		}
		n := c.refused[code]
		fmt.Fprintf(&out, "%6d (%.1f%%) %s: %s\n", n, 100*float64(n)/float64(c.functions), what, code)
	}
	groups := slices.SortedFunc(maps.Keys(c.faults), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(c.faults[b]), len(c.faults[a])), cmp.Compare(a, b))
	})
	for _, group := range groups {
		list := c.faults[group]
		functions := map[string]bool{}
		for _, f := range list {
			functions[f.pkg+" "+f.function] = true
		}
		fmt.Fprintf(&out, "%6d in %d functions: %s\n", len(list), len(functions), group)
		for i, f := range list {
			if i == 8 {
				break
			}
			fmt.Fprintf(&out, "\t%s %s: %s\n", f.pkg, f.function, f.message)
		}
	}
	return out.String()
}
