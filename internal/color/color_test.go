package color_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/proof/colortest"
)

var ops = map[color.Op]string{
	color.OpCall:         "call",
	color.OpSwitchMethod: "switch-method",
	color.OpThrow:        "throw",
	color.OpKill:         "kill",
	color.OpSwitch:       "switch",
	color.OpYield:        "yield",
	color.OpExchange:     "exchange",
	color.OpCallFrame:    "call-frame",
	color.OpDispatch:     "dispatch",
	color.OpLiteral:      "literal",
	color.OpIndirect:     "indirect",
	color.OpRange:        "range",
}

func load(t *testing.T, name string) (*colortest.Program, *txtar.Archive) {
	archive, err := txtar.ParseFile("testdata/" + name)
	require.NoError(t, err)
	p := colortest.Load(t, archive)
	require.Empty(t, p.Errors)
	require.Empty(t, p.Directives)
	return p, archive
}

// TestSuspensions holds Suspension to the comments of the source: "//= call f"
// at the end of a line says that there is this suspension and no other.
func TestSuspensions(t *testing.T) {
	entries, err := os.ReadDir("testdata")
	require.NoError(t, err)
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			p, archive := load(t, entry.Name())
			got := map[string][]string{}
			for _, file := range p.Files {
				ast.Inspect(file, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					if s, ok := p.Colors.Suspension(call); ok {
						if s.Callee != nil {
							assert.Equal(t, s.Callee.Origin(), s.Callee)
						}
						pos := p.Fset.Position(p.Colors.CallPos(call))
						at := fmt.Sprintf("%s:%d", pos.Filename, pos.Line)
						got[at] = append(got[at], ops[s.Op]+" "+p.Colors.Name(s.Callee))
					}
					return true
				})
			}
			assert.Equal(t, marks(archive), got)
		})
	}
}

var mark = regexp.MustCompile(`//= (.*)$`)

func marks(archive *txtar.Archive) map[string][]string {
	want := map[string][]string{}
	for _, file := range archive.Files {
		line := 0
		for text := range strings.Lines(string(file.Data)) {
			line++
			if m := mark.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
				want[fmt.Sprintf("%s:%d", file.Name, line)] = strings.Split(m[1], ", ")
			}
		}
	}
	return want
}

// TestSuspends compares what is known beforehand of each node with the
// definition, and with the answer for a node that is not of the source.
func TestSuspends(t *testing.T) {
	entries, err := os.ReadDir("testdata")
	require.NoError(t, err)
	yes := 0
	for _, entry := range entries {
		p, _ := load(t, entry.Name())
		for _, file := range p.Files {
			ast.Inspect(file, func(n ast.Node) bool {
				if n == nil {
					return true
				}
				want := suspends(p.Colors, n)
				if want {
					yes++
				}
				assert.Equal(t, want, p.Colors.Suspends(n), "%s: %T", p.Fset.Position(n.Pos()), n)
				switch n := n.(type) {
				case ast.Stmt:
					assert.Equal(t, want, p.Colors.Suspends(&ast.BlockStmt{List: []ast.Stmt{&ast.EmptyStmt{}, n}}))
				case *ast.FuncLit:
					assert.Equal(t, suspends(p.Colors, n.Body), p.Colors.SuspendsLit(n))
				}
				return true
			})
		}
	}
	assert.Greater(t, yes, 100)
}

func suspends(c *color.Colors, root ast.Node) bool {
	if _, ok := root.(*ast.FuncLit); ok {
		return false
	}
	found := false
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			_, is := c.Suspension(n)
			found = found || is
		case *ast.RangeStmt:
			found = found || c.OverFunc(n)
		}
		_, lit := n.(*ast.FuncLit)
		return !lit
	})
	return found
}

func TestNil(t *testing.T) {
	p := colortest.LoadSource(t, "package p")
	assert.False(t, p.Colors.Suspends(nil))
	assert.False(t, p.Colors.Suspends((*ast.BlockStmt)(nil)))
	assert.False(t, p.Colors.SuspendsLit(nil))
	assert.False(t, p.Colors.Resumable(nil))
	assert.Nil(t, p.Colors.Why(nil))
	assert.Zero(t, color.Operation(nil))
	_, ok := p.Colors.Suspension(nil)
	assert.False(t, ok)
}

func object(t *testing.T, pkg *types.Package, name string) *types.Func {
	typ, method, ok := strings.Cut(name, ".")
	if !ok {
		fn, _ := pkg.Scope().Lookup(name).(*types.Func)
		require.NotNil(t, fn, name)
		return fn
	}
	obj, _, _ := types.LookupFieldOrMethod(pkg.Scope().Lookup(typ).Type(), true, pkg, method)
	fn, _ := obj.(*types.Func)
	require.NotNil(t, fn, name)
	return fn
}

// A chain is shortest, and among equals the first of the source.
func TestWhy(t *testing.T) {
	p := colortest.LoadSource(t, `package p

import greenlet "github.com/going-green/greenlet/runtime"

//greenlet:resumable
func fetch(n int) { long(); poll(); poll2() }

//greenlet:resumable
func long() { long(); fetch(1); poll() }

//greenlet:resumable
func poll() { greenlet.Yield(1); greenlet.Yield(2) }

//greenlet:resumable
func poll2() { greenlet.Yield(1) }

//greenlet:resumable
func never() { never2() }

//greenlet:resumable
func never2() { never(); quiet(); go poll(); _ = func() { poll() } }

func quiet() { greenlet.Yield(1) }

type T struct{ *greenlet.Greenlet }

//greenlet:resumable
func (t T) method() { t.Switch() }

func plain(t T) { never(); fetch(1); t.method(); poll() }

func innocent() {}
`)
	for name, want := range map[string]string{
		"poll":     "greenlet.Yield (in.go:12:15)",
		"long":     "poll (in.go:9:33) → greenlet.Yield (in.go:12:15)",
		"fetch":    "poll (in.go:6:29) → greenlet.Yield (in.go:12:15)",
		"never":    "",
		"never2":   "",
		"quiet":    "greenlet.Yield (in.go:23:16)",
		"plain":    "T.method (in.go:30:40) → Greenlet.Switch (in.go:28:25)",
		"innocent": "",
		"T.method": "Greenlet.Switch (in.go:28:25)",
	} {
		var got []string
		var plain []string
		for _, step := range p.Colors.Why(object(t, p.Pkg, name)) {
			assert.NotZero(t, step.Op)
			got = append(got, fmt.Sprintf("%s (%s)", p.Colors.Name(step.Callee), p.Fset.Position(step.Pos)))
			plain = append(plain, p.Colors.Name(step.Callee))
		}
		assert.Equal(t, want, strings.Join(got, " → "), name)
		assert.Equal(t, strings.Join(plain, " → "), p.Colors.Chain(p.Colors.Why(object(t, p.Pkg, name))))
	}
}

// A chain of a thousand functions, in the order in which it is found last.
func TestWhyDeep(t *testing.T) {
	var src strings.Builder
	src.WriteString("package p\nimport greenlet \"github.com/going-green/greenlet/runtime\"\n")
	const n = 1000
	for i := range n {
		fmt.Fprintf(&src, "//greenlet:resumable\nfunc f%d() { f%d() }\n", i, i+1)
	}
	fmt.Fprintf(&src, "//greenlet:resumable\nfunc f%d() { greenlet.Yield(1) }\n", n)
	p := colortest.LoadSource(t, src.String())
	assert.Len(t, p.Colors.Why(object(t, p.Pkg, "f0")), n+1)
}

func TestAnnotated(t *testing.T) {
	p, _ := load(t, "calls.txtar")
	for _, fn := range p.Colors.Annotated() {
		assert.Equal(t, fn.Obj, p.Info.Defs[fn.Decl.Name])
		assert.True(t, p.Colors.Resumable(fn.Obj))
		assert.True(t, strings.HasSuffix(p.Colors.Companion(fn.Obj), "Resumable"))
		assert.Less(t, fn.Pos, fn.Decl.Pos())
	}
	assert.True(t, slices.IsSortedFunc(p.Colors.Annotated(), func(a, b *color.Func) int { return int(a.Pos - b.Pos) }))
}

// A function that is declared twice does not compile, but may be annotated.
func TestRedeclared(t *testing.T) {
	p := colortest.Load(t, txtar.Parse([]byte(`
-- in.go --
package p

//greenlet:resumable
func f() { f() }

//greenlet:resumable
func f() { f() }
`)))
	require.NotEmpty(t, p.Errors)
	for _, fn := range p.Colors.Annotated() {
		assert.NotNil(t, fn.Obj)
	}
	assert.NotEqual(t, token.NoPos, p.Colors.Annotated()[0].Pos)
}

// Literals are numbered as gc numbers them, those that are not resumable too;
// values are what is named without being called.
func TestLiteralsAndValues(t *testing.T) {
	p := colortest.LoadSource(t, `package p

import greenlet "github.com/going-green/greenlet/runtime"

type s struct{}

//greenlet:resumable
func (s) m() { greenlet.Yield(1) }

func plain() {}

//greenlet:resumable
func f(x s) {
	_ = func() { plain() }
	_ = func() {
		plain()
		_ = func() { x.m() }
	}
	g := func() {
		x.m()
		func() { greenlet.Yield(2) }()
	}
	g()
	_, _, _, _ = f, x.m, s.m, greenlet.Yield[int]
	go func() { _ = func() { x.m() } }()
	for range func(yield func(int) bool) { yield(1) } {
		x.m()
	}
}
`)
	fn := p.Colors.Annotated()[1]
	var names []string
	for _, l := range p.Colors.Literals(fn) {
		names = append(names, l.Name)
		assert.Equal(t, l, p.Colors.Literal(l.Syntax))
	}
	assert.Equal(t, []string{"func2.1", "func3", "func3.1", "func5"}, names)
	var values []string
	for _, v := range p.Colors.Values(fn) {
		values = append(values, fmt.Sprint(p.Colors.Name(v.Func), " ", v.Static))
	}
	assert.Equal(t, []string{"f true", "s.m false", "s.m false", "greenlet.Yield false"}, values)
	assert.True(t, p.Colors.UsedAsValue(fn.Obj))
	ast.Inspect(fn.Decl, func(n ast.Node) bool {
		if loop, ok := n.(*ast.RangeStmt); ok {
			assert.True(t, p.Colors.OverFunc(loop))
			assert.True(t, p.Colors.BodySuspends(loop))
		}
		return true
	})
}
