package emit

import (
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestImports renders a function of a file, whose text must type-check.
func TestImports(t *testing.T) {
	for _, test := range []struct {
		name, src, want string
	}{
		{"plain", `package p
import "example.com/dep"
func f() { dep.Do(dep.V) }`, `package p

import "example.com/dep"

func f() { dep.Do(dep.V) }
`},
		{"alias", `package p
import d "example.com/dep"
func f() { d.Do(d.V) }`, `package p

import d "example.com/dep"

func f() { d.Do(d.V) }
`},
		{"dot import", `package p
import . "example.com/dep"
func g() any { return nil }
func f() any { type l struct{ T }; var V T; g(); return map[T]G[int, T]{{X: C}: {V: Do(V)}} }`, `package p

import "example.com/dep"

func f() any {
	type l struct{ dep.T }
	var V dep.T
	g()
	return map[dep.T]dep.G[int, dep.T]{{X: dep.C}: {V: dep.Do(V)}}
}
`},
		{"package name unlike its path", `package p
import "example.com/odd-name/v2"
func f() { odd.F() }`, `package p

import odd "example.com/odd-name/v2"

func f() { odd.F() }
`},
		{"dot import of a package unlike its path", `package p
import . "example.com/odd-name/v2"
func f() { F() }`, `package p

import odd "example.com/odd-name/v2"

func f() { odd.F() }
`},
		{"clash of packages", `package p
import "example.com/dep"
import dep2 "example.com/other/dep"
func f() { _, _ = dep.V, dep2.V }`, `package p

import (
	"example.com/dep"
	dep2 "example.com/other/dep"
)

func f() { _, _ = dep.V, dep2.V }
`},
		{"clash of dot imports", `package p
import . "example.com/dep"
import o "example.com/other/dep"
func f() { dep := V; _, _ = dep, o.V }`, `package p

import (
	dep2 "example.com/dep"
	o "example.com/other/dep"
)

func f() { dep := dep2.V; _, _ = dep, o.V }
`},
		{"shadowed by a local variable", `package p
import "example.com/dep"
func f() { dep := dep.V; dep.M() }`, `package p

import dep2 "example.com/dep"

func f() { dep := dep2.V; dep.M() }
`},
		{"two names because of shadowing", `package p
import "example.com/dep"
import deppkg "example.com/dep"
func g() { dep.V.M() }
func f(dep int) { _ = deppkg.V }`, `package p

import deppkg "example.com/dep"

func f(dep int) { _ = deppkg.V }
`},
		{"clash with a package-level name of another file", `package p
import . "example.com/dep"
type dep int
func f() { V.M() }`, `package p

import dep2 "example.com/dep"

func f() { dep2.V.M() }
`},
		{"fields and labels clash with nothing", `package p
import "example.com/dep"
func f() { x := struct { dep int }{dep: 1}; dep: for { _, _ = x.dep, dep.V; break dep } }`, `package p

import "example.com/dep"

func f() {
	x := struct{ dep int }{dep: 1}
dep:
	for {
		_, _ = x.dep, dep.V
		break dep
	}
}
`},
		{"names that jennifer would change", `package p
import "example.com/errors"
import max "example.com/len"
func f() { _, _ = err.V, max.V }`, `package p

import (
	err2 "example.com/errors"
	max2 "example.com/len"
)

func f() { _, _ = err2.V, max2.V }
`},
		{"unsafe", `package p
import "unsafe"
func f() { var p unsafe.Pointer; _ = unsafe.Sizeof(p) }`, `package p

import "unsafe"

func f() { var p unsafe.Pointer; _ = unsafe.Sizeof(p) }
`},
		{"blank import", `package p
import _ "example.com/dep"
func f() {}`, `package p

func f() {}
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := load(t, test.src)
			got := l.render(t, l.converter())
			assert.Equal(t, test.want, got)
		})
	}
}

// TestImportNames decides about names only.
func TestImportNames(t *testing.T) {
	const runtime, generated = "github.com/going-green/greenlet/runtime", "github.com/going-green/greenlet/runtime/gen"
	for _, test := range []struct {
		name, src string
		taken     []string
		noted     map[string]string
		want      map[string]string
	}{
		{"the runtime", `package p`, nil, nil, map[string]string{runtime: "greenlet"}},
		{"the runtime under another name", `package p; import g "` + runtime + `"`, nil, nil, map[string]string{runtime: "greenlet"}},
		{"its other name is free", `package p; import g "` + runtime + `"`, nil, map[string]string{"a/g": "g"}, map[string]string{runtime: "greenlet", "a/g": "g"}},
		{"greenlet is taken", `package p`, []string{"greenlet", "greenlet2"}, nil, map[string]string{runtime: "greenlet3"}},
		{"gen is taken", `package p`, []string{"gen"}, nil, map[string]string{runtime: "greenlet", generated: "gen2"}},
		{"gen is the user's", `package p; import "a/gen"`, nil, nil, map[string]string{runtime: "greenlet", generated: "gen2", "a/gen": "gen"}},
		{"gen under another name", `package p; import g "` + generated + `"`, nil, map[string]string{"a/gen": "gen"}, map[string]string{runtime: "greenlet", generated: "gen", "a/gen": "gen2"}},
		{"greenlet is the user's", `package p; import greenlet "a/b"`, nil, nil, map[string]string{runtime: "greenlet2", "a/b": "greenlet"}},
		{"user first, then by path", `package p; import "z/rand"; import "y/rand/v2"`, nil,
			map[string]string{"x/rand": "rand", "a/rand": "rand", "z/rand": "rand", "b/v3": "v3"},
			map[string]string{runtime: "greenlet", "z/rand": "rand", "y/rand/v2": "rand2", "a/rand": "rand3", "x/rand": "rand4", "b/v3": "v3"}},
		{"predeclared and init", `package p; import len "a"; import "b/init"`, []string{"len2"}, map[string]string{"c": "any"},
			map[string]string{runtime: "greenlet", "a": "len3", "b/init": "init2", "c": "any2"}},
		{"guesses", `package p; import ("gopkg.in/yaml.v3"; "a/go-b"; "math/rand/v2"; "v2"; . "a/dot"; _ "a/blank")`, nil, nil,
			map[string]string{runtime: "greenlet", "gopkg.in/yaml.v3": "yaml", "a/go-b": "b", "math/rand/v2": "rand", "v2": "v2", "a/dot": "dot"}},
		{"cgo", `package p; import "C"`, nil, nil, map[string]string{runtime: "greenlet"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "in.go", test.src, 0)
			require.NoError(t, err)
			if test.want[generated] == "" {
				test.want[generated] = "gen"
			}
			im := NewImports(nil)
			im.AddFile(file, nil)
			im.Take(test.taken...)
			for path, name := range test.noted {
				im.Note(path, name)
			}
			for range 10 {
				require.Equal(t, test.want, im.Names())
			}
		})
	}
}

func TestTakeDeclared(t *testing.T) {
	_, file := parseBody(t, `
		a, b := x, y
		var c, d int
		const e = y
		type f struct { x int }
		for g, h := range x {}
		for y = range x {}
		switch i := x.(type) {}
		select { case j := <-x: }
		if k := x; k {}
		func(l int, m ...string) (n int) { return }()
		x.y, x = z{x: y}, p.q
	x:
		goto x`)
	im := NewImports(nil)
	im.TakeDeclared(bodies(file)[0].Body)
	assert.ElementsMatch(t, []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"}, keys(im.taken))

	file, err := parser.ParseFile(token.NewFileSet(), "in.go", "package p\nfunc (r *R[A, B]) m(c C) (d D) {}\nfunc f[E F](g G) {}", 0)
	require.NoError(t, err)
	im = NewImports(nil)
	im.TakeDeclared(file)
	assert.ElementsMatch(t, []string{"r", "A", "B", "c", "d", "f", "E", "g"}, keys(im.taken))
}

func keys(m map[string]bool) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	return list
}

// TestVendored: the path of a vendored package in go/types is not the one to
// import.
func TestVendored(t *testing.T) {
	for path, want := range map[string]string{
		"vendor/golang.org/x/net/idna":  "golang.org/x/net/idna",
		"example.com/a/vendor/dep/path": "dep/path",
		"example.com/vendors/path":      "example.com/vendors/path",
		"net/http":                      "net/http",
	} {
		assert.Equal(t, want, importPath(types.NewPackage(path, "p")))
	}
}

// TestExternalTest: the package under test is another package.
func TestExternalTest(t *testing.T) {
	c := &Converter{Pkg: types.NewPackage("example.com/p_test", "p_test")}
	obj := types.NewVar(token.NoPos, types.NewPackage("example.com/p", "p"), "V", types.Typ[types.Int])
	file := jen.NewFilePathName("example.com/p_test", "p_test")
	file.Var().Id("_").Op("=").Add(c.Qual(obj))
	assert.Equal(t, "package p_test\n\nimport p \"example.com/p\"\n\nvar _ = p.V\n", file.GoString())
}

// TestInfoWins: what Info says about a name counts, not its spelling.
func TestInfoWins(t *testing.T) {
	l := load(t, `package p
import "example.com/dep"
type s struct{ V struct{ X int } }
func f() { _ = dep.V; { dep := s{}; _ = dep.V.X } }`)
	c := l.converter()
	c.PackageNames = map[string]string{"dep": "wrong/path"}
	assert.Equal(t, `_ = dep2.V
{
	dep := s{}
	_ = dep.V.X
}`, body(l.render(t, c)))
}
