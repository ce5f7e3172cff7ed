package subset_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"hash/fnv"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/proof/colortest"
	"github.com/going-green/greenlet/internal/subset"
)

// everything asks all that can be asked.
func everything(p *colortest.Program) {
	subset.Check(p.Package, p.Colors)
	subset.Clashes(p.Fset, p.Files, p.Set, nil)
	for _, file := range p.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			p.Colors.Suspends(n)
			switch n := n.(type) {
			case *ast.CallExpr:
				p.Colors.Suspension(n)
				p.Colors.CallPos(n)
			case *ast.FuncLit:
				p.Colors.SuspendsLit(n)
			case *ast.Ident:
				if fn, ok := p.Info.Uses[n].(*types.Func); ok {
					p.Colors.Why(fn)
					p.Colors.Name(fn)
					p.Colors.Companion(fn)
				}
			}
			return true
		})
	}
}

const head = "package p\nimport greenlet \"github.com/going-green/greenlet/runtime\"\n//greenlet:resumable\n"

// Type information that is missing or wrong makes diagnostics incomplete, but
// never makes the front end panic: the loader reports what is wrong.
func TestBroken(t *testing.T) {
	for _, src := range []string{
		head + "func f() { undefined(); undefined.x(); greenlet.Undefined(); greenlet.Yield() }",
		head + "func f() { greenlet.Yield[undefined](1); greenlet.Switch[int]; greenlet.Switch }",
		head + "func f() { f(; }",
		head + "func f() { go f; defer f; go func() {}; defer (func() { f() }) }",
		head + "func f() { for range f {}; for i, j, k := range f {}; for undefined = range undefined() {} }",
		head + "func (f undefined) m() { f.m(); f.n() }",
		head + "func (*undefined[T]) m() { m() }",
		head + "func (f func()) m() { f.m() }",
		head + "func () m() { recover }",
		head + "func (a T, b T) m() {}\ntype T T",
		head + "func (t *T) m() { t.m() }\ntype T = T",
		head + "func (t *T) m() { t.m() }\ntype T struct { T; mResumable int; *U }\ntype U = *T",
		head + "func f() { f() }\nfunc f() { f() }\nvar f = f\ntype fFrame fFrame",
		head + "func f[T T, U interface{ U | ~func() }](u U) { for range u { greenlet.Yield(1) } }",
		head + "func f() { type T T; type T struct { T }; var T T; greenlet.Yield(T); T: T() }",
		head + "func f() { type _ int; type int int; greenlet.Yield(int(1)) }",
		head + "func f() { switch T := f.(type) { case T: type T int; greenlet.Yield(T(1)) } }",
		head + "func f() { _ = unsafe.Sizeof(f()); _ = unsafe.Sizeof; recover(1, 2); (recover)() }",
		head + "func f() { x.y.z(); f.g(); f[int](); f[int, int](f()); (f[0].x)[1](f()) }",
		head + "func f() { ; } } func {",
		head + "type f",
		"package p\nimport greenlet \"example.com/missing\"\n//greenlet:resumable\nfunc f() { greenlet.Yield(1); greenlet.New(f).Switch() }",
		"package p\nimport . \"example.com/missing\"\nimport fFrame \"\"\nimport _ \"x\n//greenlet:resumable\nfunc f() { Yield(1) }",
	} {
		t.Run("", func(t *testing.T) {
			p := colortest.Load(t, &txtar.Archive{Files: []txtar.File{{Name: "in.go", Data: []byte(src)}}})
			assert.NotEmpty(t, p.Errors, "it is not broken:\n%s", src)
			assert.NotPanics(t, func() { everything(p) }, src)

			// The same without any type information.
			for _, info := range []*types.Info{{}, {Defs: p.Info.Defs}, {Uses: p.Info.Uses}} {
				assert.NotPanics(t, func() {
					q := &colortest.Program{Set: p.Set}
					q.Package = &color.Package{Fset: p.Fset, Files: p.Files, Info: info}
					q.Colors = color.New(q.Package, q.Set)
					everything(q)
				}, src)
			}
		})
	}
}

// TestCorpus runs the front end over the test programs of the Go distribution
// with every function annotated, so that every call of one suspends. Many of the
// programs don't compile, and are not meant to.
func TestCorpus(t *testing.T) {
	var names []string
	for _, dir := range []string{"", "typeparam"} {
		list, err := filepath.Glob(filepath.Join(build.Default.GOROOT, "test", dir, "*.go"))
		require.NoError(t, err)
		names = append(names, list...)
	}
	if len(names) == 0 {
		t.Skip("the distribution has no test programs")
	}
	fset := token.NewFileSet()
	loader := colortest.NewLoader(fset)
	loader.Mark = true
	annotated, found := 0, map[string]int{}
	for i, name := range names {
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if file == nil {
			require.ErrorIs(t, err, os.ErrNotExist) // not even a package clause
			continue
		}
		require.NotPanics(t, func() {
			p := loader.Check([]*ast.File{file})
			before := ""
			if i%10 == 0 { // it takes longer than all the rest
				before = dump(t, file)
			}
			everything(p)
			if before != "" {
				require.Equal(t, before, dump(t, file), "the source was changed")
			}
			annotated += len(p.Colors.Annotated())
			for _, d := range diagnose(p) {
				found[string(d.Code)]++
				require.True(t, d.Pos.IsValid(), d.Message)
				require.NotEmpty(t, d.Remedy)
			}
		}, name)
	}
	assert.Greater(t, annotated, 2000)
	for _, code := range []string{"name-clash-generated"} {
		assert.NotZero(t, found[code], code)
	}
	t.Log(annotated, "functions;", found)
}

// dump is a hash of the whole tree.
func dump(t *testing.T, file *ast.File) string {
	h := fnv.New128a()
	require.NoError(t, ast.Fprint(h, nil, file, nil))
	return fmt.Sprintf("%x", h.Sum(nil))
}
