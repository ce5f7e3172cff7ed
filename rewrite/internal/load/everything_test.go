package load

// The corpus test: whatever is written in Go can be rewritten, or is refused
// by a diagnostic. It annotates every function of packages of the standard
// library, so that nearly all of their calls are suspensions, runs the passes
// over each function that is not refused, and type-checks the outcome.
//
//	go test ./rewrite/internal/load -run Everything -packages=std [-suspend=calls,values,blocks] -v -timeout=1h
//
// What is generated there never runs: for one thing the runtime imports some of
// these packages.

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"maps"
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
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit/unittest"
)

var (
	corpusPackages = flag.String("packages", "bytes,container/list,encoding/json,fmt,maps,slices,sort,strconv,text/tabwriter",
		"what TestEverything rewrites, comma-separated; std for all of the standard library")
	corpusSuspend = flag.String("suspend", "calls,blocks", "where TestEverything suspends: calls, values (and calls), blocks (and all)")
	corpusKeep    = flag.String("keep-everything", "", "directory for what TestEverything generates")
)

// The passes are held to what they promise.
func init() { lower.AlwaysCheck = true }

func TestEverything(t *testing.T) {
	modes := map[string]suspending{
		"calls":  {},
		"values": {values: true},
		"blocks": {values: true, blocks: true},
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

func (c *corpus) fault(l *listed, function, group, message string) {
	c.faults[group] = append(c.faults[group], fault{l.path, function, message})
}

// advisory are codes about what calls would do, not about how to rewrite them.
var advisory = []diag.Code{diag.SwitchInPlain}

// rewrite does all for one package.
func (c *corpus) rewrite(l *listed) {
	p := c.annotate(l)
	changed := unittest.Watch(p.unit)
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
		assert.Empty(c, unittest.Differences(p.unit.Pkg, generated, p.set), "the stubs are not what is generated: %s", l.path)
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
		for _, problem := range unittest.Problems(out) {
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
