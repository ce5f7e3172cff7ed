package emit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tricky are statements whose parts are easily put together wrongly.
var tricky = []struct{ name, body string }{
	{"unary chains", "x = - -x; x = + +x; x = -(-x); b = !!b; x = ^-x; y = &*p; z = **pp; p = &(x)"},
	{"unary behind binary", "x = a - -b; x = a + +b; x = a & ^b; x = a &^ b; x = a / *p; x = a * *p; b = x < -y; b = b && <-c"},
	{"channel operators", "c <- -1; c <- <-d; x = <-<-cc; <-c; x, ok = <-c; c <- func() int { return 1 }()"},
	{"precedence", "x = (a + b) * c; x = a + b*c; x = a * (b + c); x = -(a + b); b = !(a == b); x = a - (b - c); x = a << (b + 1)"},
	{"operands", "(*p).f(); (&x).f(); (<-c).f(); (-x).f(); (func() {})(); func() {}(); (*p)[0] = 1; (*p)(1)"},
	{"channel types", "var (a chan int; b <-chan int; c chan<- int; d chan (<-chan int); e chan<- chan int; f <-chan (<-chan int); g chan<- (<-chan int); h chan (chan<- int); i chan func() <-chan int)"},
	{"conversions", "a = (<-chan int)(x); b = (*T)(p); c = (func())(f); d = []byte(s); e = (func() int)(f); f = chan int(x); g = (chan<- int)(x); h = interface{}(x); i = map[string]int(x); j = [3]int(x)"},
	{"method expressions", "f := T.M; g := (*T).M; h := pkg.T.M; i := (*pkg.T).M; j := (interface{ M() }).M; k := G[int].M; l := struct{ T }.M"},
	{"literals", "x = 0x_FF; x = 0b1010; x = 0o17; x = 017; x = 1_000; f = 1e-9; f = .5; f = 0x1p-2; i = 3i; i = 1.5e3i; r = 'a'; r = '\\x00'; r = '\\''; r = '\\u00e9'; s = \"\\t\\\"\\u00e9\"; s = `raw \\n \"` + `two\n  lines`"},
	{"slices", "a = s[:]; a = s[1:]; a = s[:2]; a = s[1:2]; a = s[:2:3]; a = s[1:2:3]; a = s[f(1, 2):g[3]]; a = s[a+1 : b-1]; a = f()[1:][0][:2]"},
	{"calls", "f(); f(x...); f(a, b...); f(g()); f(func() {}, x); f()()(); append([]byte(nil), s...); x.f(1).g(2).h(3); new(T); make([]int, 1, 2); f(T{}, []T{}...)"},
	{"generics", "f[int](1); f[int, string](1); var x G[int]; var y G[int, pkg.T]; z := G[int]{1}; g := f[[]int]; h := x.y[int]; var m map[G[int]]G[map[string]int]; p := &G[int, string]{a: 1}; _ = (*G[int]).M"},
	{"composites", "a := []T{{1, 2}, {a: 1}}; b := []*T{{1}}; c := map[T]T{{1}: {2}}; d := [...]int{2: 1, 5, k: 3}; e := [2][]int{{1}, {}}; f := struct{ a, b int }{1, 2}; g := &T{}; h := pkg.T{A: 1}; i := map[string][]int{\"a\": {1}, \"b\": nil}; j := []interface{}{T{}, &T{}, []int{}}"},
	{"literal in a header", "if x == (T{}) {}; if (T{}) == x {}; for x := (T{1}); x != (T{}); x = (T{2}) {}; switch x := (T{}); x {}; for range (T{}) {}; if f(T{}) {}; if x[T{}] {}; if []int{}[0] == 1 {}; if a := f(func() T { return T{} }); a {}; for _, x := range []T{{1}} {}; for range map[T]int{} {}; switch (T{}).f() {}; switch (T{}).x.(type) {}"},
	{"labels", "L: for { break L }; M: ; N: { goto M }; goto N; O: switch { case true: break O }; P: select { default: break P }; Q: R: x = 1; goto Q; goto R; for { continue }; { S: } ; goto S"},
	{"if chains", "if a {}; if a {} else {}; if x := f(); x {} else if y := g(); y {} else if z {} else { h() }; if f(); b {}; if a { if b {} else {} }; if _, ok := m[k]; !ok {}"},
	{"for", "for {}; for b {}; for ; b; {}; for i := 0; ; {}; for ; ; i++ {}; for i := 0; b; {}; for i := 0; b; i++ {}; for i, j := 0, 1; i < j; i, j = i+1, j-1 {}; for ; b; i++ {}; for i = 0; ; i++ {}; for f(); ; g() {}"},
	{"range", "for range x {}; for i := range x {}; for i, v := range x {}; for i = range x {}; for i, v = range x {}; for _, v := range x {}; for i := range 10 {}; for x := range f {}; for a[0], *p = range x {}; for m[k] = range c {}; for range c {}; for (*p).x = range 3 {}"},
	{"switch", "switch {}; switch x {}; switch f(); {}; switch f(); x {}; switch x := f(); x {}; switch x := f(); {}; switch x { case 1: case 2, 3: f(); fallthrough; case g(4): default: h() }; switch { default: case a > b: }"},
	{"type switch", "switch x.(type) {}; switch y := x.(type) { case int: case *T, pkg.T, []int: case nil: case func(), chan int, error: default: }; switch f(); x.(type) {}; switch a := f(); y := a.(type) {}; switch f().(type) { case interface{ M() }: }; switch y := (*p).(type) { case struct{}: }"},
	{"select", "select {}; select { case <-c: case x := <-c: case x, ok := <-c: case x = <-c: case a[0], *p = <-c: case c <- 1: case f() <- g(): default: f() }; select { case (<-c): }; select { case c <- T{}: case <-f(T{}): }"},
	{"assignments", "x = 1; x := 1; x, y := 1, 2; x, y = y, x; x += 1; x -= 1; x *= 1; x /= 1; x %= 1; x &= 1; x |= 1; x ^= 1; x <<= 1; x >>= 1; x &^= 1; x++; x--; *p++; a[i], b.c = f(); _ = x; (x) = 1; x, ok := y.(T); x, ok = m[k]"},
	{"go, defer, return", "go f(); defer f(x...); go func() {}(); defer func() { recover() }(); defer x.Unlock(); defer (*p).f(); return"},
	{"returns", "return 1, f(), func() {}; return T{}, &T{a: 1}; return (x)"},
	{"empty statements", ";;; { ; }; if a { ; }; ; for { ; }; L: ; x = 1; { M: }"},
	{"constants", "const a = 1; const ( b = iota; c; d; _; e = 1 << iota; f ); const g, h = iota, iota + 1; const ( i, j = iota, -iota; k, l ); const m int = 3; const ( n T = T(iota); o ); const ()"},
	{"variables", "var a int; var b = 1; var c, d int = 1, 2; var e, f = g(); var ( h int; i = 1; j, k T = 1, 2 ); var (); var ( l []int ); var m struct{}; var n, o func(int) string"},
	{"types", "type A int; type B = A; type C struct { a, b int `x:\"y\"`; C2 \"t\\n\"; *D; pkg.E; F[int]; *pkg.G[int, T] `z`; _ int; c struct { d int } }; type G[T any] struct{ x T }; type H[K comparable, V ~int | ~string] map[K]V; type ( I interface {}; J = pkg.J ); type K[P *T,] struct{}; type L[P *T, Q any] []P; type M[P interface{ *T }] struct{}; type N = G[int]; type O[T any] = []T; type P [N]int; type Q [len(x)]int; type R[T (C)] int"},
	{"interfaces", "var x interface { M(); N(a, b int, c ...string) (x int, err error); error; pkg.I; ~int | string | *T; comparable; O() func() }; var y interface{ ~[]byte | interface{ M() } }; var z any; var w interface { interface { M() } }"},
	{"functions", "var f func(); var g func(int, ...string) (int, error); var h func(a, b int, c func(d int) (e int)) (f, g int); var i func() (a int); var j func() func() func(int); var k func(func(), func()) (func(), error); var l func(_ int, _ string); var m func(...interface{}); var n func() chan<- func()"},
	{"literals of functions", "f := func(a, b int, c ...string) (x, y int) { return }; g := func() {}; h := func() int { return 1 }; i := func() func() int { return func() int { return 1 } }; func() { func() {}() }(); j := []func(){func() {}, func() { f() }}; k := map[string]func(int) int{\"a\": func(i int) int { return i }}"},
	{"arrays", "var a [3]int; var b [N][M]int; var c []*[2]map[string][]T; var d [1 << 3]byte; e := [...]string{}; f := [...][2]int{{1, 2}}; g := (*[4]int)(s); h := [pkg.N]int{}"},
	{"assertions", "x := y.(T); x, ok := y.(*T); z := y.(interface{ M() }).M(); w := y.(func(int) int)(1); v := (*p).(chan int); u := y.(map[string]int)[\"a\"]; t := y.(<-chan int)"},
	{"predeclared names as variables", "len := 1; nil := len; string := nil; default_ := string; type_ := true; iota := 0; any := iota; err, error := any, any"},
	{"statements in headers", "if x++; x > 0 {}; if c <- 1; true {}; for x--; ; x += 2 {}; switch <-c; {}; if x = <-c; x {}; if func() bool { return T{} == x }() {}"},
	{"nested", "for { switch x := y.(type) { case int: select { case <-c: L: for { if x { continue L } else { go func() { defer func() { for range x { return } }() }() } }; default: } } }"},
}

func TestTricky(t *testing.T) {
	for _, test := range tricky {
		for _, layout := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%t", test.name, layout), func(t *testing.T) {
				assertSameSyntax(t, test.body, layout)
			})
		}
	}
}

// TestTrickyDetects makes sure that the comparison of TestTricky and
// TestRoundTrip can tell syntax apart.
func TestTrickyDetects(t *testing.T) {
	for _, pair := range [][2]string{
		{"x = 1", "x := 1"},
		{"f(x)", "f(x...)"},
		{"type A = int", "type A int"},
		{"x = a - b", "x = b - a"},
		{"x = (a)", "x = a"},
		{"var c chan (<-chan int)", "var c chan<- (chan int)"},
		{"for range x {}", "for {}"},
		{"if a {} else {}", "if a {}"},
		{"L: for {}", "M: for {}"},
		{"var a, b int", "var a int"},
		{"const ( a = iota; b )", "const ( a = iota )"},
		{"x = `a`", "x = \"a\""},
		{"x = s[1:2:3]", "x = s[1:2]"},
		{"f(func() { return })", "f(func() {})"},
		{"pkg.F()", "other.F()"},
		{"break L", "break"},
	} {
		_, a := parseBody(t, pair[0])
		_, b := parseBody(t, pair[1])
		assert.NoError(t, comparison{}.same(reflect.ValueOf(a), reflect.ValueOf(a)))
		assert.Error(t, comparison{}.same(reflect.ValueOf(a), reflect.ValueOf(b)), "%v", pair)
	}
}

func assertSameSyntax(t *testing.T, body string, layout bool) {
	t.Helper()
	fset, file := parseBody(t, body)
	c := &Converter{PackageNames: FileImports(file)}
	if layout {
		c.Comments = NewComments(fset, file)
	}
	out := jen.NewFile("p")
	out.ImportName("pkg", "pkg")
	out.Add(c.funcDecl(bodies(file)[0]))
	var buf bytes.Buffer
	require.NoError(t, out.Render(&buf))
	again, err := parser.ParseFile(fset, "out.go", buf.Bytes(), 0)
	require.NoError(t, err, buf.String())
	cmp := comparison{FileImports(file), FileImports(again)}
	require.NoError(t, cmp.same(reflect.ValueOf(bodies(file)[0]), reflect.ValueOf(bodies(again)[0])), buf.String())
}

func parseBody(t *testing.T, body string) (*token.FileSet, *ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	src := "package p\n\nimport \"pkg\"\n\nfunc f() {\n" + body + "\n}\n"
	file, err := parser.ParseFile(fset, "in.go", src, parser.ParseComments)
	require.NoError(t, err, src)
	return fset, file
}
