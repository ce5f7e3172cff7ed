package rewrite

// Constants that go to the top of a function, and what they are there.

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"
	"unicode/utf8"
)

// declConsts declares constants at the top: as they are written, unless that
// means something else there.
func (n *normalizer) declConsts(s *ast.DeclStmt, gen *ast.GenDecl) {
	n.renameConsts(gen)
	if n.namesVariable(gen) || repeatsOwnName(gen) {
		n.constsByValue(gen)
		return
	}
	n.fn.Consts = append(n.fn.Consts, s)
}

// namesVariable reports whether a declaration depends on variables, as len of
// an array does: they are declared behind the constants.
func (n *normalizer) namesVariable(gen *ast.GenDecl) (found bool) {
	ast.Inspect(gen, func(node ast.Node) bool {
		if id, ok := node.(*ast.Ident); ok {
			_, isVar := n.info.Uses[id].(*types.Var)
			found = found || isVar
		}
		return !found
	})
	return found
}

// repeatsOwnName reports whether constants without expressions of their own
// may repeat one with a name that the group itself declares. That name means
// something else from its declaration on, so one identifier stands for two
// constants, and its type information is of the last.
func repeatsOwnName(gen *ast.GenDecl) bool {
	declared, repeats := map[string]bool{}, false
	for _, spec := range gen.Specs {
		spec := spec.(*ast.ValueSpec)
		repeats = repeats || len(spec.Values) == 0
		for _, id := range spec.Names {
			declared[id.Name] = true
		}
	}
	found := false
	for _, spec := range gen.Specs {
		for _, x := range append([]ast.Expr{spec.(*ast.ValueSpec).Type}, spec.(*ast.ValueSpec).Values...) {
			if x == nil || !repeats {
				continue
			}
			ast.Inspect(x, func(node ast.Node) bool {
				id, ok := node.(*ast.Ident)
				found = found || ok && declared[id.Name]
				return !found
			})
		}
	}
	return found
}

// renameConsts gives constants of different scopes different names, as they
// will share one. (Types keep theirs, for it shows in %T: see aliasTypes.)
func (n *normalizer) renameConsts(gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			if obj := n.info.Defs[id]; obj != nil && id.Name != "_" {
				if name := n.fn.Names.Keep(id.Name); name != id.Name {
					n.fn.Renamed[obj] = name
				}
			}
		}
	}
}

// constsByValue declares constants by their values.
func (n *normalizer) constsByValue(gen *ast.GenDecl) {
	for _, spec := range gen.Specs {
		for _, id := range spec.(*ast.ValueSpec).Names {
			obj, ok := n.info.Defs[id].(*types.Const)
			if !ok || id.Name == "_" {
				continue
			}
			basic := obj.Type().Underlying().(*types.Basic)
			c := &ast.ValueSpec{Names: []*ast.Ident{id}, Values: []ast.Expr{constantExpr(obj.Val(), basic, id.Pos())}}
			if basic.Info()&types.IsUntyped == 0 {
				c.Type = n.typeName(obj.Type(), id.Pos())
			}
			n.fn.Consts = append(n.fn.Consts, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: id.Pos(), Tok: token.CONST, Specs: []ast.Spec{c}}})
		}
	}
}

// constantExpr is an expression of this value. If the constant has no type, it
// has the same kind: 1.0 is not 1, and a quotient of integers not one of
// floating-point numbers.
func constantExpr(v constant.Value, t *types.Basic, pos token.Pos) ast.Expr {
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
