package emit

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A loaded package is type-checked source of one file.
type loaded struct {
	fset *token.FileSet
	file *ast.File
	info *types.Info
	pkg  *types.Package
}

// deps are the packages that sources in tests may import.
var deps = map[string]string{
	"example.com/dep": `package dep
		type T struct{ X int }
		type hidden struct{ X int }
		type Alias = hidden
		type Pub = T
		type G[K comparable, V any] struct { K K; V V }
		type Iface interface { M(); hidden() }
		func (T) M() {}
		var V T
		const C = 3
		func Do(t T) T { return t }
		func Hide() hidden { return hidden{} }
		func Map[A, B any](a A, f func(A) B) B { return f(a) }`,
	"example.com/other/dep":    `package dep; type T int; var V T`,
	"example.com/odd-name/v2":  `package odd; type T int; func F() {}`,
	"example.com/errors":       `package err; var V int`,
	"example.com/len":          `package len; var V int`,
	"example.com/internal/own": `package own; type T int`,
	"github.com/going-green/greenlet/runtime": `package greenlet
		type Run struct{}`,
}

type depImporter struct {
	fset   *token.FileSet
	loaded map[string]*types.Package
}

func (im *depImporter) Import(path string) (*types.Package, error) {
	src, ok := deps[path]
	if !ok {
		return importer.Default().Import(path)
	}
	if im.loaded[path] == nil {
		file, err := parser.ParseFile(im.fset, path+".go", src, 0)
		if err != nil {
			return nil, err
		}
		cfg := types.Config{Importer: im}
		im.loaded[path], err = cfg.Check(path, im.fset, []*ast.File{file}, nil)
		if err != nil {
			return nil, err
		}
	}
	return im.loaded[path], nil
}

func load(t *testing.T, src string) *loaded {
	t.Helper()
	l := &loaded{fset: token.NewFileSet(), info: &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes:     map[ast.Node]*types.Scope{},
		Instances:  map[*ast.Ident]types.Instance{},
	}}
	var err error
	l.file, err = parser.ParseFile(l.fset, "in.go", src, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	l.pkg = l.check(t, l.file, l.info)
	return l
}

func (l *loaded) check(t *testing.T, file *ast.File, info *types.Info) *types.Package {
	t.Helper()
	cfg := types.Config{Importer: &depImporter{l.fset, map[string]*types.Package{}}}
	pkg, err := cfg.Check("example.com/p", l.fset, []*ast.File{file}, info)
	require.NoError(t, err)
	return pkg
}

// converter makes a converter with types, comments, and the names of the file.
func (l *loaded) converter() *Converter {
	im := NewImports(l.pkg)
	im.AddFile(l.file, l.info)
	return &Converter{Info: l.info, Pkg: l.pkg, Comments: NewComments(l.fset, l.file), Imports: im}
}

// render makes a file of the function f only.
func (l *loaded) render(t *testing.T, c *Converter) string {
	t.Helper()
	file := jen.NewFilePathName("example.com/p", "p")
	for _, fn := range bodies(l.file) {
		if fn.Name.Name == "f" {
			c.Imports.TakeDeclared(fn)
			file.Add(c.funcDecl(fn))
		}
	}
	c.Imports.Hint(file)
	var buf bytes.Buffer
	require.NoError(t, file.Render(&buf))
	return buf.String()
}

// body is the part of rendered text within the outermost braces.
func body(text string) string {
	_, text, _ = strings.Cut(text, "{\n")
	lines := strings.Split(strings.TrimSuffix(strings.TrimSpace(text), "\n}"), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "\t")
	}
	return strings.Join(lines, "\n")
}

// atoms replaces the local variables of a function: x by (*x), others by
// fields of fr.
func atoms(info *types.Info) func(e ast.Expr) (*jen.Statement, bool) {
	return func(e ast.Expr) (*jen.Statement, bool) {
		id, ok := e.(*ast.Ident)
		if !ok || id.Name == "_" {
			return nil, false
		}
		v, ok := info.ObjectOf(id).(*types.Var)
		if !ok || v.IsField() || v.Parent() == v.Pkg().Scope() {
			return nil, false
		}
		if id.Name == "x" {
			return jen.Parens(jen.Op("*").Id("x")), true
		}
		return jen.Id("fr").Dot(id.Name), true
	}
}

const hookPrelude = `package p

type T struct { x, n int; next *T }

func (t T) m(...int) T { return t }

func g(...any) T { return T{} }

func f(x T, n, k int, s []int, mp map[int]T, c chan int, p *T) {
`

func TestExprHook(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"selectors", "x.n = x.next.x; p.next.n = 1; x.m().m()", "(*x).n = (*x).next.x\nfr.p.next.n = 1\n(*x).m().m()"},
		{"operators", "n = -n * k; *p = x; pp := &p; **pp = x; n++; k <<= n", "fr.n = -fr.n * fr.k\n*fr.p = (*x)\nfr.pp := &fr.p\n**fr.pp = (*x)\nfr.n++\nfr.k <<= fr.n"},
		{"channels", "c <- n; n = <-c; n, ok := <-c; _ = ok", "fr.c <- fr.n\nfr.n = <-fr.c\nfr.n, fr.ok := <-fr.c\n_ = fr.ok"},
		{"fields are no variables", "x = T{x: n, n: k}; y := struct{ n int }{n: n}; y.n = n", "(*x) = T{x: fr.n, n: fr.k}\nfr.y := struct{ n int }{n: fr.n}\nfr.y.n = fr.n"},
		{"keys of maps and arrays", "const i = 1; _ = map[int]T{n: {n: k}, k: x}; _ = [...]int{i: n}; _ = []T{{n: n}, x}; _ = []*T{{x: n}, p}; _ = map[T]T{{n: n}: {x: k}}", "const i = 1\n_ = map[int]T{fr.n: {n: fr.k}, fr.k: (*x)}\n_ = [...]int{i: fr.n}\n_ = []T{{n: fr.n}, (*x)}\n_ = []*T{{x: fr.n}, fr.p}\n_ = map[T]T{{n: fr.n}: {x: fr.k}}"},
		{"calls and indices", "g(n, s[n], mp[k], s[n:k:k])\nx.m(s...)\ng(x.m)", "g(fr.n, fr.s[fr.n], fr.mp[fr.k], fr.s[fr.n:fr.k:fr.k])\n(*x).m(fr.s...)\ng((*x).m)"},
		{"labels", "n:\nfor { break n }\ngoto n", "n:\n\tfor {\n\t\tbreak n\n\t}\n\tgoto n"},
		{"range", "for n, k = range s {}\nfor i, v := range s { g(i, v) }\nfor range n {}", "for fr.n, fr.k = range fr.s {\n}\nfor fr.i, fr.v := range fr.s {\n\tg(fr.i, fr.v)\n}\nfor range fr.n {\n}"},
		{"headers", "if x == (T{n: n}) && n > 0 {}\nfor i := n; i < k; i++ {}\nswitch n := k; n {\ncase k, n + 1:\n}", "if (*x) == (T{n: fr.n}) && fr.n > 0 {\n}\nfor fr.i := fr.n; fr.i < fr.k; fr.i++ {\n}\nswitch fr.n := fr.k; fr.n {\ncase fr.k, fr.n + 1:\n}"},
		{"type switch", "var a any = n\nswitch a := a.(type) {\ncase int: g(a)\ncase nil:\n}", "var fr.a any = fr.n\nswitch a := fr.a.(type) {\ncase int:\n\tg(fr.a)\ncase nil:\n}"},
		{"function literals", "h := func(n, j int) (r int) { r = n + k; return j }\ng(h)", "fr.h := func(fr.n, fr.j int) (fr.r int) { fr.r = fr.n + fr.k; return fr.j }\ng(fr.h)"},
		{"select", "select {\ncase n = <-c:\n\tg(n)\ncase v, ok := <-c:\n\tg(v, ok)\ncase c <- k:\n}", "select {\ncase fr.n = <-fr.c:\n\tg(fr.n)\ncase fr.v, fr.ok := <-fr.c:\n\tg(fr.v, fr.ok)\ncase fr.c <- fr.k:\n}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := load(t, hookPrelude+test.in+"\n}\n")
			c := l.converter()
			c.ExprHook = atoms(l.info)
			var buf bytes.Buffer
			for _, fn := range bodies(l.file) {
				if fn.Name.Name == "f" {
					// Replaced definitions are no Go, so no formatting.
					file := jen.NewFile("p")
					file.NoFormat = true
					file.Add(c.Block(fn.Body.List)...)
					require.NoError(t, file.Render(&buf))
				}
			}
			assert.Contains(t, squeeze(buf.String()), squeeze(test.want))
		})
	}
}

// squeeze takes out what formatting changes.
func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n;", r) }), "")
}

// TestStmtHook has return statements and calls of stop replaced, as a
// generator does it, and checks that hooks see what they must.
func TestStmtHook(t *testing.T) {
	l := load(t, `package p

func stop(int) int { return 0 }

func f(n int) (r int) {
	if n == 0 {
		return 1 // one
	} else if stop(1); n == 1 {
		stop(2)
	}
	func() { stop(3) }()
	defer func() int { return 2 }()
	for stop(4); n > 0; stop(5) {
		// before
		stop(6) // behind
		// after
	}
L:
	stop(7)
	switch n {
	case 1:
		stop(8)
		goto L
	}
	return n + 1
}
`)
	c := l.converter()
	var seen []string
	c.StmtHook = func(s ast.Stmt, inLit bool) ([]jen.Code, bool) {
		switch s := s.(type) {
		case *ast.ReturnStmt:
			if inLit {
				return nil, false
			}
			return []jen.Code{jen.Id("r").Op("=").Add(c.Expr(s.Results[0])), jen.Goto().Id("done")}, true
		case *ast.ExprStmt:
			call, ok := s.X.(*ast.CallExpr)
			if ok && types.ExprString(call.Fun) == "stop" {
				arg := types.ExprString(call.Args[0])
				if inLit {
					arg += " in a literal"
				}
				seen = append(seen, arg)
				switch arg {
				case "1", "4", "5":
					return []jen.Code{jen.Id("halt").Call(c.Expr(call.Args[0]))}, true
				case "3 in a literal":
					return []jen.Code{jen.Comment("// made up"), jen.Id("halt").Call()}, true
				case "7":
					return nil, true
				}
				return []jen.Code{jen.Id("prepare").Call(), jen.Id("halt").Call(c.Expr(call.Args[0]))}, true
			}
		case *ast.IfStmt:
			if s.Init != nil {
				return []jen.Code{jen.Id("first").Call(), jen.If(c.Expr(s.Cond)).Block(c.Body(s.Body)...)}, true
			}
		}
		return nil, false
	}
	assert.Equal(t, `if n == 0 {
	r = 1 // one
	goto done
} else {
	first()
	if n == 1 {
		prepare()
		halt(2)
	}
}
func() {
	// made up
	halt()
}()
defer func() int { return 2 }()
for halt(4); n > 0; halt(5) {
	// before
	prepare() // behind
	halt(6)
	// after
}
L:
;
switch n {
case 1:
	prepare()
	halt(8)
	goto L
}
r = n + 1
goto done`, body(l.render(t, c)))
	assert.Equal(t, []string{"2", "3 in a literal", "4", "5", "6", "7", "8"}, seen)
}

// TestLineHook: a line before each statement, with comments where they were.
func TestLineHook(t *testing.T) {
	fset, file := parseBody(t, `// leads
a() // behind
x := func() { b() }
/* before */ c()
switch {
// leads the case
case d: // opens
	e() // behind
	;
}
y := func() {
	f()
}`)
	c := &Converter{Comments: NewComments(fset, file)}
	c.LineHook = func(s ast.Stmt) jen.Code {
		return jen.Commentf("//@%d", fset.Position(s.Pos()).Line)
	}
	out := jen.NewFile("p")
	out.Func().Id("f").Params().Block(c.Body(bodies(file)[0].Body)...)
	assert.Equal(t, `// leads
//@7
a() // behind
//@8
x := func() { b() }
//@9
/* before */
c()
//@10
switch {
// leads the case
case d: // opens
	//@13
	e() // behind
}
//@16
y := func() {
	//@17
	f()
}`, body(out.GoString()))
}
