package emit

import (
	"bytes"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const typesSource = `package p

import (
	"example.com/dep"
	odd "example.com/odd-name/v2"
	"unsafe"
)

type (
	T struct{ x int }
	G[K comparable, V any] struct { k K; v V }
	A = map[string]T
	GA[X any] = G[int, X]
	I interface { M(); dep.Iface }
	C interface { ~int | ~[]byte | *T }
)

func f[P any, Q C, R interface{ *P; comparable }](p P, q Q, r R) {
	type local struct{ p P }
	var (
		_ int; _ string; _ byte; _ uint8; _ rune; _ uintptr; _ float32; _ complex128; _ bool; _ error; _ any
		_ unsafe.Pointer
		_ T; _ *T; _ **T; _ []T; _ [3]T; _ [1 << 40]struct{}; _ map[T]*T
		_ G[int, string]; _ *G[T, G[int, []T]]; _ G[odd.T, dep.G[int, odd.T]]; _ GA[T]; _ GA[P]
		_ A; _ dep.Alias; _ dep.Pub; _ dep.T
		_ chan int; _ <-chan int; _ chan<- int; _ chan (<-chan int); _ chan<- chan int; _ <-chan (<-chan int)
		_ chan (chan<- int); _ chan<- (<-chan int); _ chan func() <-chan int; _ []chan (<-chan (chan (<-chan T)))
		_ func(); _ func(int, T) (string, error); _ func(...int); _ func(a, b int, c ...*T) (d error)
		_ func() func() func(func()) func(); _ func() (<-chan int); _ func(func(...any)) (func(), func())
		_ struct{}; _ struct{ a, b int }; _ struct { T; *dep.G[int, T]; c odd.T }
		_ struct { a int ` + "`json:\"a\"`" + `; T "back` + "`" + `quote\n"; _ int }
		_ interface{}; _ interface{ M() }; _ interface { L(a int, b ...T) (c T); error; I; N() }
		_ I; _ interface { interface { M() } }
		_ P; _ Q; _ R; _ []P; _ map[int]Q; _ G[int, P]; _ local; _ *local; _ []func(local) R
	)
	_, _, _ = p, q, r
}
`

// TestType spells types and reads them back where they came from.
func TestType(t *testing.T) {
	l := load(t, typesSource)
	c := l.converter()
	n := 0
	ast.Inspect(l.file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		want := l.info.TypeOf(spec.Type)
		got, text := l.reread(t, c, want, spec.Pos())
		assert.True(t, types.Identical(want, got), "%v became %v", want, text)
		_, alias := want.(*types.Alias)
		_, kept := got.(*types.Alias)
		assert.Equal(t, alias, kept, text)
		assert.True(t, c.CanName(want), text)
		n++
		return true
	})
	assert.Greater(t, n, 60)
}

// reread evaluates the spelling of a type at a position of the file.
func (l *loaded) reread(t *testing.T, c *Converter, typ types.Type, pos token.Pos) (types.Type, string) {
	t.Helper()
	file := jen.NewFilePathName(l.pkg.Path(), "p")
	file.Type().Id("_").Op("=").Add(c.Type(typ))
	c.Imports.Hint(file)
	var buf bytes.Buffer
	require.NoError(t, file.Render(&buf), typ.String())
	out, err := parser.ParseFile(token.NewFileSet(), "type.go", buf.Bytes(), parser.SkipObjectResolution)
	require.NoError(t, err)
	expr := out.Decls[len(out.Decls)-1].(*ast.GenDecl).Specs[0].(*ast.TypeSpec).Type
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	require.NoError(t, types.CheckExpr(l.fset, l.pkg, pos, expr, info), buf.String())
	return info.Types[expr].Type, buf.String()
}

// TestTypeOfStd spells the type of every expression in a package.
func TestTypeOfStd(t *testing.T) {
	dir := filepath.Join(build.Default.GOROOT, "src", "container/list")
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, filepath.Join(dir, "list.go"), nil, parser.ParseComments)
	require.NoError(t, err)
	l := &loaded{fset: fset, file: file, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}}
	l.pkg = l.check(t, file, l.info)
	c := l.converter()
	for e, tv := range l.info.Types {
		if tv.IsBuiltin() || tv.IsVoid() || tv.IsNil() {
			continue
		}
		if _, ok := tv.Type.(*types.Tuple); ok {
			assert.False(t, c.CanName(tv.Type))
			continue
		}
		got, text := l.reread(t, c, tv.Type, e.Pos())
		assert.True(t, types.Identical(types.Default(tv.Type), got), text)
	}
}

func TestTypeParams(t *testing.T) {
	l := load(t, `package p

import "example.com/dep"

func f[A, B any, C interface{ ~int | ~string }, D comparable, E ~[]A, F interface { *B; M() }, G dep.G[int, A] | *C]() {}

type T[A any, B ~map[int]A] struct{}
func (T[X, Y]) m() {}
`)
	c := l.converter()
	sig := l.pkg.Scope().Lookup("f").(*types.Func).Signature()
	file := jen.NewFilePathName("example.com/p", "p")
	file.Type().Id("frame").Add(c.TypeParamsOf(sig.TypeParams())).Struct()
	file.Var().Id("_").Id("frame").Add(c.TypeArgsOf(sig.TypeParams()))
	method := l.pkg.Scope().Lookup("T").Type().(*types.Named).Method(0).Signature()
	file.Type().Id("methodFrame").Add(c.TypeParamsOf(method.RecvTypeParams())).Struct()
	plain := types.NewSignatureType(nil, nil, nil, nil, nil, false)
	file.Type().Id("plainFrame").Add(c.TypeParamsOf(plain.TypeParams())).Struct()
	assert.Equal(t, `package p

import dep "example.com/dep"

type frame[A any, B any, C interface{ ~int | ~string }, D comparable, E ~[]A, F interface {
	M()
	*B
}, G dep.G[int, A] | *C] struct{}

var _ frame[A, B, C, D, E, F, G]

type methodFrame[X any, Y ~map[int]X] struct{}
type plainFrame struct{}
`, file.GoString())
}

func TestTypeHook(t *testing.T) {
	l := load(t, `package p
type named struct{}
func f[P any]() { type local struct{ p P }; var _ map[int]func(*local, named) []P }`)
	c := l.converter()
	c.TypeHook = func(obj *types.TypeName) (*jen.Statement, bool) {
		if obj.Parent() != l.pkg.Scope() && obj.Pkg() != nil {
			return jen.Id(obj.Name() + "2"), true
		}
		return nil, false
	}
	for e, tv := range l.info.Types {
		if _, ok := e.(*ast.MapType); ok {
			assert.Equal(t, "map[int]func(*local2, named) []P2", strings.TrimSpace(c.Type(tv.Type).GoString()))
			return
		}
	}
	assert.Fail(t, "type not found")
}

func TestCanName(t *testing.T) {
	l := load(t, `package p

import "example.com/dep"
import "example.com/internal/own"

type string int
type comparable int
type mine = struct{ x int }

var (
	yes1 struct { a int; dep.T }
	yes2 func(map[int]dep.Pub) (mine, own.T)
	yes3 interface { m(); error }
	yes4 = dep.V
	yes5 dep.Alias
	no1 = dep.Hide()
	no2 = []any{dep.Hide()}[:0:0]
	no3 = map[int]func(){}
)

func hidden() {
	x := dep.Hide()
	_ = map[bool]struct{ X int }{true: {x.X}}
}
`)
	c := l.converter()
	can := func(name string) bool { return c.CanName(l.pkg.Scope().Lookup(name).Type()) }
	for _, name := range []string{"yes1", "yes2", "yes3", "yes4", "yes5", "no2", "no3"} {
		assert.True(t, can(name), name)
	}
	hidden := l.pkg.Scope().Lookup("no1").Type()
	assert.False(t, c.CanName(hidden), "unexported in another package")
	for _, typ := range []types.Type{
		types.NewPointer(hidden), types.NewSlice(hidden), types.NewArray(hidden, 1), types.NewChan(types.SendRecv, hidden),
		types.NewMap(types.Typ[types.Int], hidden), types.NewMap(hidden, types.Typ[types.Int]),
		types.NewStruct([]*types.Var{types.NewField(0, l.pkg, "x", hidden, false)}, nil),
		types.NewSignatureType(nil, nil, nil, types.NewTuple(types.NewParam(0, nil, "", hidden)), nil, false),
		types.NewSignatureType(nil, nil, nil, nil, types.NewTuple(types.NewParam(0, nil, "", hidden)), false),
		types.NewInterfaceType(nil, []types.Type{types.NewUnion([]*types.Term{types.NewTerm(true, hidden)})}),
	} {
		assert.False(t, c.CanName(typ), typ.String())
	}
	declared := func(path, name string) types.Type {
		pkg := types.NewPackage(path, "x")
		obj := types.NewTypeName(0, pkg, name, nil)
		pkg.Scope().Insert(obj)
		return types.NewNamed(obj, types.Typ[types.Int], nil)
	}
	assert.True(t, c.CanName(declared("other.com/x", "T")))
	assert.True(t, c.CanName(declared("example.com/p", "t")), "this package, as another loader knows it")
	assert.True(t, c.CanName(types.Typ[types.String]), "predeclared name hidden: an alias of the runtime")
	other := types.NewPackage("example.com/other", "other")
	tparam := types.NewTypeParam(types.NewTypeName(0, other, "P", nil), types.Universe.Lookup("any").Type())
	for what, typ := range map[string]types.Type{
		"field of another package":  types.NewStruct([]*types.Var{types.NewField(0, other, "x", types.Typ[types.Int], false)}, nil),
		"method of another package": types.NewInterfaceType([]*types.Func{types.NewFunc(0, other, "m", types.NewSignatureType(nil, nil, nil, nil, nil, false))}, nil),
		"untyped nil":               types.Typ[types.UntypedNil],
		"no type":                   types.Typ[types.Invalid],
		"several values":            types.NewTuple(types.NewVar(0, nil, "", types.Typ[types.Int])),
		"internal elsewhere":        declared("other.com/internal/x", "T"),
		"local elsewhere":           types.NewNamed(types.NewTypeName(0, other, "T", nil), types.Typ[types.Int], nil),
		"predeclared type hidden":   types.Universe.Lookup("comparable").Type(),
		"generic function":          types.NewSignatureType(nil, nil, []*types.TypeParam{tparam}, nil, nil, false),
	} {
		assert.False(t, c.CanName(typ), what)
	}
}

func TestCanImport(t *testing.T) {
	for _, test := range []struct {
		self, path string
		want       bool
	}{
		{"a.com/x", "b.com/y", true},
		{"a.com/x", "a.com/x/internal", true},
		{"a.com/x", "a.com/x/internal/y", true},
		{"a.com/x/z", "a.com/x/internal/y", true},
		{"a.com/x_test", "a.com/x/internal/y", true},
		{"a.com/xx", "a.com/x/internal/y", false},
		{"b.com/x", "a.com/x/internal/y", false},
		{"a.com/x", "a.com/x/internal/y/internal/z", false},
		{"a.com/x", "internal/abi", false},
		{"net/http", "internal/abi", true},
		{"a.com/x", "a.com/internals", true},
		{"a.com/x", "vendor/golang.org/x/net", false},
		{"net/http", "vendor/golang.org/x/net", true},
	} {
		c := &Converter{Pkg: types.NewPackage(test.self, "p")}
		assert.Equal(t, test.want, c.canImport(types.NewPackage(test.path, "q")), "%v", test)
	}
}

func TestConvert(t *testing.T) {
	l := load(t, `package p
type T struct{}
var a *T; var b func(); var c <-chan int; var d []T; var e int; var g struct{}; var h any`)
	c := l.converter()
	file := jen.NewFilePathName("example.com/p", "p")
	for _, name := range []string{"a", "b", "c", "d", "e", "g", "h"} {
		file.Var().Id("_").Op("=").Add(c.Convert(l.pkg.Scope().Lookup(name).Type(), jen.Id(name)))
	}
	text := file.GoString() + "type T struct{}\nvar a *T; var b func(); var c <-chan int; var d []T; var e int; var g struct{}; var h any"
	out, err := parser.ParseFile(l.fset, "out.go", text, 0)
	require.NoError(t, err)
	l.check(t, out, nil)
}
