package lower

// Pinning: an operand that stands before a suspension is evaluated as far as gc would
// evaluate it before a call there, and what is left of it is read behind. What gc
// evaluates early besides calls, normalize_order.go says.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// pin evaluates e, which has no suspensions, as far as gc would evaluate it
// before a later call, and returns the rest.
func (n *normalizer) pin(e ast.Expr) ast.Expr { return n.pinPart(e, false) }

// pinPart is pin; place says that e will be assigned to, or is part of what is.
func (n *normalizer) pinPart(e ast.Expr, place bool) ast.Expr {
	tv := n.info.Types[e]
	if tv.Value != nil || tv.IsType() || tv.IsBuiltin() || tv.IsNil() {
		return e
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return n.as(&ast.ParenExpr{Lparen: x.Lparen, X: n.pinPart(x.X, place), Rparen: x.Rparen}, e)
	case *ast.CallExpr:
		switch {
		case ir.FromUintptr(n.info, x):
			return n.pinned(e)
		case n.isType(x.Fun) && !copiesString(tv.Type, n.info.TypeOf(x.Args[0])):
			c := *x
			c.Args = []ast.Expr{n.pinTo(x.Args[0], tv.Type)}
			return n.as(&c, e)
		case n.isUnsafe(x.Fun):
			c := *x
			c.Args = n.pinAll(x.Args)
			return n.as(&c, e)
		}
		return n.pinned(e)
	case *ast.BinaryExpr:
		if x.Op == token.LAND || x.Op == token.LOR {
			return n.pinned(e)
		}
		if isComparison(x) {
			return n.pinComparison(x)
		}
		return n.as(&ast.BinaryExpr{X: n.pin(x.X), OpPos: x.OpPos, Op: x.Op, Y: n.pin(x.Y)}, e)
	case *ast.UnaryExpr:
		if x.Op == token.ARROW {
			return n.pinned(e)
		}
		if lit, ok := ast.Unparen(x.X).(*ast.CompositeLit); ok && n.mapOf(lit) != nil {
			return n.pinned(e)
		}
		return n.as(&ast.UnaryExpr{OpPos: x.OpPos, Op: x.Op, X: n.pin(x.X)}, e)
	case *ast.StarExpr:
		return n.as(&ast.StarExpr{Star: x.Star, X: n.pin(x.X)}, e)
	case *ast.SelectorExpr:
		if n.info.Selections[x] == nil {
			return e // qualified identifier
		}
		return n.as(&ast.SelectorExpr{X: n.pin(x.X), Sel: x.Sel}, e)
	case *ast.IndexExpr:
		if tv := n.info.Types[x.Index]; tv.IsType() {
			return e
		}
		m, isMap := underlying(n.info.TypeOf(x.X)).(*types.Map)
		if isMap && !place && n.convertsBytes(x.Index) {
			return n.pinned(e) // gc does not copy the bytes, but the value
		}
		operand := n.pinPart(x.X, place)
		index := n.pin(x.Index)
		if isMap {
			index = n.mapKey(x.Index, index, m)
		}
		return n.as(&ast.IndexExpr{X: operand, Lbrack: x.Lbrack, Index: index, Rbrack: x.Rbrack}, e)
	case *ast.SliceExpr:
		return n.pinned(e)
	case *ast.TypeAssertExpr:
		if hasTypeParam(tv.Type) || n.pointerShaped(tv.Type) {
			return n.as(&ast.TypeAssertExpr{X: n.pin(x.X), Lparen: x.Lparen, Type: x.Type, Rparen: x.Rparen}, e)
		}
		return n.pinned(e)
	case *ast.CompositeLit:
		if n.mapOf(x) != nil {
			return n.pinned(n.elided(e, tv.Type))
		}
		to := n.elementTypes(x)
		c := *x
		c.Elts = make([]ast.Expr, len(x.Elts))
		for i, elt := range x.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				c.Elts[i] = n.as(&ast.KeyValueExpr{Key: kv.Key, Colon: kv.Colon, Value: n.pinTo(kv.Value, to(i))}, kv)
			} else {
				c.Elts[i] = n.pinTo(elt, to(i))
			}
		}
		return n.as(&c, e)
	}
	return e // identifiers, literals
}

// pinned evaluates e into a temporary.
func (n *normalizer) pinned(e ast.Expr) ast.Expr {
	tv := n.info.Types[e]
	if tv.Value != nil || tv.IsNil() {
		return e
	}
	t := n.temp(tv.Type, e.Pos())
	n.define(t, e)
	return n.ref(t, e.Pos())
}

// pinTo is pin for an operand that is converted to the type to.
func (n *normalizer) pinTo(e ast.Expr, to types.Type) ast.Expr {
	if p := n.pin(e); !n.boxedEarly(e, to) {
		return p
	} else {
		return n.pinned(p)
	}
}

func (n *normalizer) pinAll(list []ast.Expr) []ast.Expr {
	out := make([]ast.Expr, len(list))
	for i, e := range list {
		out[i] = n.pin(e)
	}
	return out
}

// pinComparison is pin for == and !=. One side may be converted to the
// interface that the other is. Structs and arrays are compared where they are,
// or in temporaries, which are made when both sides have been evaluated.
func (n *normalizer) pinComparison(x *ast.BinaryExpr) ast.Expr {
	s, t := n.info.TypeOf(x.X), n.info.TypeOf(x.Y)
	a, b := n.pinTo(x.X, t), n.pinTo(x.Y, s)
	switch s.Underlying().(type) {
	case *types.Struct, *types.Array:
		if types.IsInterface(t) {
			break
		}
		if !n.addressable(x.X) {
			a = n.pinned(a)
		}
		if !n.addressable(x.Y) {
			b = n.pinned(b)
		}
	}
	return n.as(&ast.BinaryExpr{X: a, OpPos: x.OpPos, Op: x.Op, Y: b}, x)
}
