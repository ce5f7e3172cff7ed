package ir

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"unicode/utf8"
)

// Constant is an expression of this value. If the constant has no type, it
// has the same kind: 1.0 is not 1, and a quotient of integers not one of
// floating-point numbers.
func Constant(v constant.Value, t *types.Basic, pos token.Pos) ast.Expr {
	literal := func(kind token.Token, text string) ast.Expr {
		return &ast.BasicLit{ValuePos: pos, Kind: kind, Value: text}
	}
	binary := func(x ast.Expr, op token.Token, y ast.Expr) ast.Expr {
		return &ast.BinaryExpr{X: x, OpPos: pos, Op: op, Y: y}
	}
	// signed is a number's absolute value as text, with its sign before it.
	signed := func(v constant.Value, text func(constant.Value) ast.Expr) ast.Expr {
		if constant.Sign(v) < 0 {
			return &ast.UnaryExpr{OpPos: pos, Op: token.SUB, X: text(constant.UnaryOp(token.SUB, v, 0))}
		}
		return text(v)
	}
	integer := func(v constant.Value) ast.Expr { return literal(token.INT, v.ExactString()) }
	whole := func(v constant.Value) ast.Expr { return literal(token.FLOAT, v.ExactString()+".0") }
	float := func(v constant.Value) ast.Expr {
		v = constant.ToFloat(v)
		num, denom := constant.Num(v), constant.Denom(v)
		switch {
		case num.Kind() != constant.Int || denom.Kind() != constant.Int: // it is no fraction but a mantissa and an exponent
			return signed(v, func(v constant.Value) ast.Expr { return literal(token.FLOAT, v.ExactString()) })
		case denom.ExactString() == "1":
			return signed(num, whole)
		}
		return binary(signed(num, whole), token.QUO, whole(denom))
	}
	switch info := t.Info(); {
	case info&types.IsBoolean != 0:
		// The names true and false may be taken.
		op := token.NEQ
		if constant.BoolVal(v) {
			op = token.EQL
		}
		return binary(literal(token.INT, "0"), op, literal(token.INT, "0"))
	case info&types.IsString != 0:
		return literal(token.STRING, strconv.Quote(constant.StringVal(v)))
	case info&types.IsFloat != 0:
		return float(v)
	case info&types.IsComplex != 0:
		return binary(float(constant.Real(v)), token.ADD, binary(float(constant.Imag(v)), token.MUL, literal(token.IMAG, "1i")))
	case t.Kind() == types.UntypedRune:
		if r, ok := constant.Int64Val(constant.ToInt(v)); ok && int64(rune(r)) == r && utf8.ValidRune(rune(r)) {
			return literal(token.CHAR, strconv.QuoteRune(rune(r)))
		}
		return binary(literal(token.CHAR, `'\x00'`), token.ADD, signed(constant.ToInt(v), integer))
	}
	return signed(constant.ToInt(v), integer)
}
