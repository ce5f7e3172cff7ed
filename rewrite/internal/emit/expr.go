package emit

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/dave/jennifer/jen"
)

// Expressions.
//
// Input: an ast.Expr. Output: one jen.Statement, which the caller may append
// to. Every operand goes through Converter.Expr, so that the hook sees it.
// Parentheses of the source are kept. Those that a tree without ParenExpr
// nodes needs are added: (a + b) * c, (*p).f, if x == (T{}) {.

// DefaultExpr converts e without asking the hook for e itself; it is asked for
// the parts of e.
func (c *Converter) DefaultExpr(e ast.Expr) *jen.Statement {
	switch e := e.(type) {
	case *ast.Ident:
		return c.ident(e)
	case *ast.BasicLit:
		return literal(e.Value)
	case *ast.ParenExpr:
		return c.paren(e)
	case *ast.SelectorExpr:
		return c.selector(e)
	case *ast.IndexExpr:
		return c.index(e.X, e.Lbrack, e.Rbrack, e.Index)
	case *ast.IndexListExpr:
		return c.index(e.X, e.Lbrack, e.Rbrack, e.Indices...)
	case *ast.SliceExpr:
		return c.slice(e)
	case *ast.TypeAssertExpr:
		return c.typeAssert(e)
	case *ast.CallExpr:
		return c.call(e)
	case *ast.StarExpr:
		return jen.Op("*").Add(c.operand(e.X, token.UnaryPrec))
	case *ast.UnaryExpr:
		return jen.Op(e.Op.String()).Add(c.operand(e.X, token.UnaryPrec))
	case *ast.BinaryExpr:
		return c.binary(e)
	case *ast.KeyValueExpr:
		return c.keyValue(e)
	case *ast.CompositeLit:
		return c.composite(e)
	case *ast.FuncLit:
		return c.funcLit(e)
	default:
		return c.typeExpr(e)
	}
}

// literal is a token that is copied as it is: a number, rune, or string.
func literal(text string) *jen.Statement { return jen.Op(text) }

// ident converts an identifier that is not part of a selector. If it comes
// from a dot import, it is qualified.
func (c *Converter) ident(id *ast.Ident) *jen.Statement {
	if c.Info != nil {
		obj := c.Info.Uses[id]
		if obj != nil && obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
			return c.Qual(obj)
		}
	}
	return jen.Id(id.Name)
}

func (c *Converter) paren(e *ast.ParenExpr) *jen.Statement {
	defer c.enclosed()()
	return jen.Parens(jen.Add(c.gap(e.Lparen+1, e.X.Pos()), c.Expr(e.X), c.gapInLine(e.X.End(), e.Rparen)))
}

func (c *Converter) selector(e *ast.SelectorExpr) *jen.Statement {
	if path, name, ok := c.packageOf(e); ok {
		return c.qual(path, name, e.Sel.Name)
	}
	x := c.operand(e.X, token.HighestPrec)
	if gap := c.gap(e.X.End(), e.Sel.Pos()); gap != nil {
		return x.Op(".").Add(gap).Id(e.Sel.Name)
	}
	return x.Dot(e.Sel.Name)
}

// packageOf finds the package that a qualified identifier refers to.
func (c *Converter) packageOf(e *ast.SelectorExpr) (path, name string, ok bool) {
	id, ok := e.X.(*ast.Ident)
	if !ok {
		return "", "", false
	}
	if c.Info == nil {
		path, ok := c.PackageNames[id.Name]
		return path, id.Name, ok
	}
	pkg, ok := c.Info.Uses[id].(*types.PkgName)
	if !ok {
		return "", "", false
	}
	return importPath(pkg.Imported()), pkg.Imported().Name(), true
}

// index converts x[i] and the instantiation x[T, U].
func (c *Converter) index(x ast.Expr, open, close token.Pos, indices ...ast.Expr) *jen.Statement {
	head := c.operand(x, token.HighestPrec)
	if len(indices) == 1 {
		// No comma may follow an index, so no line may end here.
		defer c.enclosed()()
		return head.Index(jen.Add(c.gap(open+1, indices[0].Pos())).Add(c.Expr(indices[0])))
	}
	return head.Index(jen.List(list(c, open+1, indices, close, c.Expr)...))
}

func (c *Converter) slice(e *ast.SliceExpr) *jen.Statement {
	head := c.operand(e.X, token.HighestPrec)
	defer c.enclosed()()
	bound := func(e ast.Expr) jen.Code {
		if e == nil {
			return jen.Empty()
		}
		return c.Expr(e)
	}
	bounds := []jen.Code{bound(e.Low), bound(e.High)}
	if e.Slice3 {
		bounds = append(bounds, bound(e.Max))
	}
	return head.Index(bounds...)
}

// typeAssert converts x.(T), and x.(type) for the header of a type switch.
func (c *Converter) typeAssert(e *ast.TypeAssertExpr) *jen.Statement {
	x := c.operand(e.X, token.HighestPrec)
	if e.Type == nil {
		return x.Assert(jen.Type())
	}
	defer c.enclosed()()
	return x.Assert(c.Expr(e.Type))
}

func (c *Converter) call(e *ast.CallExpr) *jen.Statement {
	fun := c.operand(e.Fun, token.HighestPrec)
	last := len(e.Args) - 1
	return fun.Call(list(c, e.Lparen+1, e.Args, e.Rparen, func(arg ast.Expr) *jen.Statement {
		code := c.Expr(arg)
		if e.Ellipsis.IsValid() && arg == e.Args[last] {
			code.Op("...")
		}
		return code
	})...)
}

func (c *Converter) binary(e *ast.BinaryExpr) *jen.Statement {
	prec := e.Op.Precedence()
	x := c.operand(e.X, prec).Add(c.gapInLine(e.X.End(), e.OpPos))
	return x.Op(e.Op.String()).Add(c.gap(e.OpPos, e.Y.Pos()), c.operand(e.Y, prec+1))
}

// operand converts an operand of an operator of precedence prec; HighestPrec
// stands for selectors, calls, and the like. The parser puts a ParenExpr where
// parentheses are needed; other makers of trees may not have.
func (c *Converter) operand(e ast.Expr, prec int) *jen.Statement {
	if c.ExprHook != nil {
		if code, ok := c.ExprHook(e); ok {
			return jen.Add(code)
		}
	}
	if precedence(e) >= prec {
		return c.DefaultExpr(e)
	}
	defer c.enclosed()()
	return jen.Parens(c.DefaultExpr(e))
}

// precedence is that of the operator at the root of e.
func precedence(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return e.Op.Precedence()
	case *ast.UnaryExpr, *ast.StarExpr, *ast.FuncType:
		return token.UnaryPrec
	case *ast.ArrayType, *ast.MapType, *ast.ChanType:
		if absorbs(e) {
			return token.UnaryPrec
		}
	}
	return token.HighestPrec
}

// absorbs reports whether a conversion to the type expression e would be read
// as another type: x is a result in func()(x), and <- receives in
// <-chan int(x).
func absorbs(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ArrayType:
		return absorbs(e.Elt)
	case *ast.MapType:
		return absorbs(e.Value)
	case *ast.ChanType:
		return e.Dir == ast.RECV || absorbs(e.Value)
	case *ast.FuncType:
		if e.Results.NumFields() == 0 {
			return true
		}
		last := e.Results.List[len(e.Results.List)-1]
		return e.Results.NumFields() == 1 && len(last.Names) == 0 && absorbs(last.Type)
	}
	return false
}

// composite converts a composite literal; the type is nil for an element of
// another one.
func (c *Converter) composite(e *ast.CompositeLit) *jen.Statement {
	named := false
	code := jen.Null()
	if e.Type != nil {
		code = c.Expr(e.Type)
		switch e.Type.(type) {
		case *ast.ArrayType, *ast.MapType, *ast.StructType:
		default:
			named = true
		}
	}
	code.Values(list(c, e.Lbrace+1, e.Elts, e.Rbrace, c.element)...)
	if named && c.header {
		return jen.Parens(code)
	}
	return code
}

// element converts an element of a composite literal.
func (c *Converter) element(e ast.Expr) *jen.Statement {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		return c.keyValue(kv)
	}
	return c.Expr(e)
}

func (c *Converter) keyValue(e *ast.KeyValueExpr) *jen.Statement {
	var key *jen.Statement
	if id, ok := e.Key.(*ast.Ident); ok && c.fieldName(id) {
		key = jen.Id(id.Name)
	} else {
		key = c.Expr(e.Key)
	}
	return key.Op(":").Add(c.gap(e.Key.End(), e.Value.Pos())).Add(c.Expr(e.Value))
}

// fieldName reports whether a key of a composite literal is the name of a
// field. Without types, every identifier is taken for one.
func (c *Converter) fieldName(id *ast.Ident) bool {
	if c.Info == nil {
		return true
	}
	v, ok := c.Info.Uses[id].(*types.Var)
	return ok && v.IsField()
}

// funcLit converts a function literal. One on a single line stays on it.
func (c *Converter) funcLit(e *ast.FuncLit) *jen.Statement {
	head := jen.Func().Add(c.Signature(e.Type))
	c.lits++
	defer func() { c.lits-- }()
	if c.Comments.oneLine(e.Body) {
		// There are no lines to put something before.
		hook := c.LineHook
		c.LineHook = nil
		defer func() { c.LineHook = hook }()
	}
	replaced := c.replaced
	body := c.statements(e.Body.List, false)
	// What a hook has made may not fit on a line.
	return c.braced(head, "{", e.Body, "}", body, c.replaced == replaced)
}

// list converts the elements of a list up to its closing bracket, each with
// the comments and line breaks before it. It starts at from, behind the opening
// bracket. If close is not valid, there is no closing bracket.
func list[N ast.Node](c *Converter, from token.Pos, elems []N, close token.Pos, conv func(N) *jen.Statement) []jen.Code {
	defer c.enclosed()()
	var code []jen.Code
	broken := false // there is a line break before an element
	for _, e := range elems {
		item := conv(e)
		if gap := c.gap(from, e.Pos()); gap != nil {
			broken = broken || c.Comments.line(from) != c.Comments.line(e.Pos())
			item = gap.Add(item)
		}
		code = append(code, item)
		from = e.End()
	}
	end := c.gap
	if !broken {
		// Gofmt keeps no line break before the bracket here, and moves comments:
		// f(a, // c\n)/b becomes f(a)/// c\nb. They are left for the statement.
		end = c.gapInLine
	}
	if gap := end(from, close); gap != nil {
		// As an item of its own it comes behind a comma, as it must if there
		// is a line break.
		code = append(code, gap)
	}
	return code
}
