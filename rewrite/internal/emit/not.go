package emit

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/dave/jennifer/jen"
)

// Negations.
//
// Input: a condition of the source. Output: what is true where that is not, as a person
// would write it: x >= 3 for x < 3. Linters ask for that, and give the user's line.
// Guarantee: operands are evaluated in the order, and under the conditions, of the source.
//
// The trap is NaN, of which x < 3 and x >= 3 are false: floats, and what may be
// instantiated by one, are compared as they were.

var negated = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.LSS: token.GEQ, token.GEQ: token.LSS,
	token.GTR: token.LEQ, token.LEQ: token.GTR,
	token.LAND: token.LOR, token.LOR: token.LAND,
}

// not is the negation of a condition.
func (e *funcEmitter) not(x ast.Expr) jen.Code {
	defer e.heading()()
	return e.negate(x)
}

func (e *funcEmitter) negate(x ast.Expr) *jen.Statement {
	x = ast.Unparen(x)
	if code, ok := e.ExprHook(x); ok {
		if precedence(x) < token.UnaryPrec {
			code = jen.Parens(code)
		}
		return jen.Op("!").Add(code)
	}
	switch c := x.(type) {
	case *ast.UnaryExpr:
		if c.Op == token.NOT {
			return e.Expr(c.X)
		}
	case *ast.BinaryExpr:
		op, ok := negated[c.Op]
		switch {
		case !ok:
		case c.Op == token.LAND || c.Op == token.LOR:
			return e.joined(e.negatedOperand(c.X, op), c, op, e.negatedOperand(c.Y, op))
		case c.Op == token.EQL || c.Op == token.NEQ || e.ordered(c.X) && e.ordered(c.Y):
			return e.joined(e.operand(c.X, op.Precedence()), c, op, e.operand(c.Y, op.Precedence()+1))
		}
	}
	return jen.Op("!").Add(e.operand(x, token.UnaryPrec))
}

// joined is x op y, on the lines that c has.
func (e *funcEmitter) joined(x *jen.Statement, c *ast.BinaryExpr, op token.Token, y *jen.Statement) *jen.Statement {
	return x.Add(e.gapInLine(c.X.End(), c.OpPos)).Op(op.String()).Add(e.gap(c.OpPos, c.Y.Pos()), y)
}

// negatedOperand is the negation of an operand of && or ||, which became op. One of && is
// one of || now, and binds less.
func (e *funcEmitter) negatedOperand(x ast.Expr, op token.Token) *jen.Statement {
	code := e.negate(x)
	if c, ok := ast.Unparen(x).(*ast.BinaryExpr); ok && c.Op == token.LAND && op == token.LAND {
		return jen.Parens(code)
	}
	return code
}

// ordered reports whether one of x < y and x >= y is true for x of any value.
func (e *funcEmitter) ordered(x ast.Expr) bool {
	t := e.Info.TypeOf(x)
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsInteger|types.IsString) != 0
}
