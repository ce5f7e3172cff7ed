package emit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMadeUpSyntax: trees without ParenExpr get the parentheses they need.
func TestMadeUpSyntax(t *testing.T) {
	x, y, z := ast.NewIdent("x"), ast.NewIdent("y"), ast.NewIdent("z")
	bin := func(a ast.Expr, op token.Token, b ast.Expr) ast.Expr { return &ast.BinaryExpr{X: a, Op: op, Y: b} }
	neg := func(a ast.Expr) ast.Expr { return &ast.UnaryExpr{Op: token.SUB, X: a} }
	star := func(a ast.Expr) ast.Expr { return &ast.StarExpr{X: a} }
	call := func(f ast.Expr, args ...ast.Expr) ast.Expr { return &ast.CallExpr{Fun: f, Args: args} }
	field := func(a ast.Expr) ast.Expr { return &ast.SelectorExpr{X: a, Sel: ast.NewIdent("f")} }
	recv := &ast.ChanType{Dir: ast.RECV, Value: ast.NewIdent("int")}
	fun := &ast.FuncType{Params: &ast.FieldList{}}
	results := &ast.FieldList{List: []*ast.Field{{Type: ast.NewIdent("int")}}}
	for _, test := range []struct {
		in   ast.Expr
		want string
	}{
		{bin(bin(x, token.ADD, y), token.MUL, z), "(x + y) * z"},
		{bin(x, token.MUL, bin(y, token.ADD, z)), "x * (y + z)"},
		{bin(x, token.SUB, bin(y, token.SUB, z)), "x - (y - z)"},
		{bin(bin(x, token.SUB, y), token.SUB, z), "x - y - z"},
		{bin(bin(x, token.MUL, y), token.LAND, bin(y, token.EQL, z)), "x*y && y == z"},
		{bin(x, token.SUB, neg(neg(y))), "x - - -y"},
		{neg(bin(x, token.ADD, y)), "-(x + y)"},
		{star(bin(x, token.ADD, y)), "*(x + y)"},
		{field(star(x)), "(*x).f"},
		{star(field(x)), "*x.f"},
		{field(neg(x)), "(-x).f"},
		{call(bin(x, token.ADD, y), z), "(x + y)(z)"},
		{call(star(x), z), "(*x)(z)"},
		{&ast.IndexExpr{X: star(x), Index: bin(y, token.ADD, z)}, "(*x)[y+z]"},
		{&ast.SliceExpr{X: star(x), Low: y}, "(*x)[y:]"},
		{&ast.TypeAssertExpr{X: neg(x), Type: star(y)}, "(-x).(*y)"},
		{call(recv, x), "(<-chan int)(x)"},
		{call(fun, x), "(func())(x)"},
		{call(&ast.ArrayType{Elt: fun}, x), "([]func())(x)"},
		{call(&ast.MapType{Key: y, Value: recv}, x), "(map[y]<-chan int)(x)"},
		{call(&ast.FuncType{Params: &ast.FieldList{}, Results: results}, x), "(func() int)(x)"},
		{&ast.ChanType{Dir: ast.SEND | ast.RECV, Value: recv}, "chan (<-chan int)"},
		{call(&ast.CompositeLit{Type: x}, y), "x{}(y)"},
	} {
		c := &Converter{}
		want, err := parser.ParseExpr(test.want)
		require.NoError(t, err)
		assert.Equal(t, (&Converter{}).Expr(want).GoString(), c.Expr(test.in).GoString(), test.want)
	}
}

// TestMadeUpHeader: a composite literal in a header is parenthesized, whoever
// put it there.
func TestMadeUpHeader(t *testing.T) {
	_, file := parseBody(t, `
	if x == y && f(x) {}
	for x := x; x != y; x = x {}
	for range x {}
	switch x := x; x {
	case x:
		if z { _ = x }
	}
	switch x.(type) {}
	if func() bool { return x }() {}
	if a := m[x]; a {}
	if (x) == y {}
	if x.b[0](1).c {}
	select { case c <- x: }
	`)
	c := &Converter{}
	c.ExprHook = func(e ast.Expr) (*jen.Statement, bool) {
		if id, ok := e.(*ast.Ident); ok && id.Name == "x" && id != file.Decls[0].(*ast.GenDecl).Specs[0].(*ast.ImportSpec).Name {
			return c.DefaultExpr(&ast.CompositeLit{Type: ast.NewIdent("T"), Elts: []ast.Expr{&ast.CompositeLit{Type: ast.NewIdent("U")}}}), true
		}
		return nil, false
	}
	out := jen.NewFile("p")
	out.Add(c.funcDecl(bodies(file)[0]))
	assert.Equal(t, `if (T{U{}}) == y && f(T{U{}}) {
}
for (T{U{}}) := (T{U{}}); (T{U{}}) != y; (T{U{}}) = (T{U{}}) {
}
for range (T{U{}}) {
}
switch (T{U{}}) := (T{U{}}); (T{U{}}) {
case T{U{}}:
	if z {
		_ = T{U{}}
	}
}
switch (T{U{}}).(type) {
}
if func() bool {
	return T{U{}}
}() {
}
if a := m[T{U{}}]; a {
}
if (T{U{}}) == y {
}
if (T{U{}}).b[0](1).c {
}
select {
case c <- T{U{}}:
}`, body(out.GoString()))
}

// TestSharedCode: what a hook hands out again must not have grown.
func TestSharedCode(t *testing.T) {
	_, file := parseBody(t, "x.a.b[1](2).c++; x <- x; x.(T).f(x...); x = x + x; { x(1) }; T{x: x}; var x x = x; for x = range x {}")
	shared := jen.Id("f").Dot("x")
	c := &Converter{ExprHook: func(e ast.Expr) (*jen.Statement, bool) {
		id, ok := e.(*ast.Ident)
		return shared, ok && id.Name == "x"
	}}
	c.Body(bodies(file)[0].Body)
	c.Params(&ast.FieldList{List: []*ast.Field{{Names: []*ast.Ident{ast.NewIdent("x")}, Type: ast.NewIdent("x")}}})
	assert.Equal(t, "f.x", shared.GoString())
}

// TestDefault: a hook may ask for the default of what it is asked about.
func TestDefault(t *testing.T) {
	_, file := parseBody(t, "a(b(1)); if c { d() }")
	c := &Converter{}
	c.ExprHook = func(e ast.Expr) (*jen.Statement, bool) {
		if _, ok := e.(*ast.CallExpr); ok {
			return jen.Id("trace").Call(c.DefaultExpr(e)), true
		}
		return nil, false
	}
	c.StmtHook = func(s ast.Stmt, _ bool) ([]jen.Code, bool) {
		if _, ok := s.(*ast.ExprStmt); ok {
			return append([]jen.Code{jen.Id("step").Call()}, c.DefaultStmt(s)...), true
		}
		return nil, false
	}
	out := jen.NewFile("p")
	out.Func().Id("f").Params().Block(c.Body(bodies(file)[0].Body)...)
	assert.Equal(t, "step()\ntrace(a(trace(b(1))))\nif c {\n\tstep()\n\ttrace(d())\n}", body(out.GoString()))
}

// TestTwice: a statement may be converted more than once, each time with all
// of its comments, in their places or moved.
func TestTwice(t *testing.T) {
	fset, file := parseBody(t, "// leads\nfor i := 0 /* moved */; ; { a(1, // in place\n2) /* behind */ }")
	c := &Converter{Comments: NewComments(fset, file)}
	once := c.Body(bodies(file)[0].Body)
	twice := c.Body(bodies(file)[0].Body)
	assert.Equal(t, jen.Block(once...).GoString(), jen.Block(twice...).GoString())
	assert.Equal(t, 4, strings.Count(jen.Block(twice...).GoString(), "/"+"*")+strings.Count(jen.Block(twice...).GoString(), "//"))
}

// TestSelectedName: the name in x.name is not that of a package-level object,
// even if a hook converts it on its own.
func TestSelectedName(t *testing.T) {
	l := load(t, "package p\nimport \"example.com/dep\"\nfunc f() { dep.V.M() }")
	c := l.converter()
	call := bodies(l.file)[0].Body.List[0].(*ast.ExprStmt).X.(*ast.CallExpr)
	assert.Equal(t, "M", c.Expr(call.Fun.(*ast.SelectorExpr).Sel).GoString())
}

// TestLitBody: hooks know whether they are in a literal, at any depth.
func TestLitBody(t *testing.T) {
	_, file := parseBody(t, "a(); func() { b(); func() { c() }() ; d() }(); e()")
	var in []bool
	c := &Converter{}
	c.ExprHook = func(e ast.Expr) (*jen.Statement, bool) {
		if lit, ok := e.(*ast.FuncLit); ok && !c.InLit() {
			return jen.Func().Add(c.Signature(lit.Type)).Block(c.LitBody(lit)...), true
		}
		return nil, false
	}
	c.StmtHook = func(s ast.Stmt, inLit bool) ([]jen.Code, bool) {
		assert.Equal(t, c.InLit(), inLit)
		in = append(in, inLit)
		return nil, false
	}
	c.Body(bodies(file)[0].Body)
	assert.Equal(t, []bool{false, false, true, true, true, true, false}, in)
	assert.False(t, c.InLit())
}

// TestRefused: what can't be converted is a mistake of the caller.
func TestRefused(t *testing.T) {
	c := &Converter{}
	assert.PanicsWithValue(t, "emit: syntax tree holds a *ast.BadExpr", func() { c.Expr(&ast.BadExpr{}) })
	assert.PanicsWithValue(t, "emit: syntax tree holds a *ast.BadStmt", func() { c.Stmt(&ast.BadStmt{}) })
	_, file := parseBody(t, "for x = 1; ; {}")
	c.StmtHook = func(s ast.Stmt, _ bool) ([]jen.Code, bool) {
		_, ok := s.(*ast.AssignStmt)
		return []jen.Code{jen.Id("a"), jen.Id("b")}, ok
	}
	assert.PanicsWithValue(t, "emit: hook replaces *ast.AssignStmt in the header of a statement by 2 lines", func() {
		c.Body(bodies(file)[0].Body)
	})
	c.StmtHook = func(s ast.Stmt, _ bool) ([]jen.Code, bool) {
		_, ok := s.(*ast.AssignStmt)
		return nil, ok
	}
	out := jen.NewFile("p")
	out.Func().Id("f").Params().Block(c.Body(bodies(file)[0].Body)...)
	assert.Equal(t, "for {\n}", body(out.GoString()))
}
