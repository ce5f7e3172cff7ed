package lower

// What gc evaluates early besides calls: operands that it passes to its runtime
// by address, because they are converted to an interface or are keys of a map,
// and that have no address yet (order.go: OCONVIFACE, mapKeyTemp).

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// boxedEarly reports whether gc copies e before a later call when it is
// converted to the interface type to.
func (n *normalizer) boxedEarly(e ast.Expr, to types.Type) bool {
	t := n.info.TypeOf(e)
	if to == nil || t == nil || !types.IsInterface(to) || types.IsInterface(t) || n.addressable(e) {
		return false
	}
	if tv := n.info.Types[e]; tv.Value != nil || tv.IsNil() {
		return false
	}
	switch u := soleComponent(t).Underlying().(type) {
	case *types.Slice:
		return false
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			return false
		}
	}
	if !hasPointers(t) {
		switch size := sizeof(n.sizes, t); size {
		case 2, 4, 8:
			return n.sizes.Alignof(t) < min(size, n.sizes.Alignof(types.Typ[types.Uint64]))
		}
	}
	return true
}

// soleComponent is what a struct or an array of one value holds, and it alone.
func soleComponent(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		if u.NumFields() == 1 {
			return soleComponent(u.Field(0).Type())
		}
	case *types.Array:
		if u.Len() == 1 {
			return soleComponent(u.Elem())
		}
	}
	return t
}

// addressable reports whether e has an address: it is read when it is needed.
func (n *normalizer) addressable(e ast.Expr) bool { return n.info.Types[e].Addressable() }

func isComparison(x *ast.BinaryExpr) bool { return x.Op == token.EQL || x.Op == token.NEQ }

// pointerShaped reports whether an interface holds values of the type
// directly, so that a type assertion is a mere check.
func (n *normalizer) pointerShaped(t types.Type) bool {
	return hasPointers(t) && sizeof(n.sizes, t) == sizeof(n.sizes, types.Typ[types.Uintptr])
}

// devirtualized reports whether gc calls a method of the interface value x directly,
// as it sees the dynamic type: x is I(v). Then it asserts that type, which copies v.
func (n *normalizer) devirtualized(x ast.Expr) bool {
	conv, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok || !n.isType(conv.Fun) || !types.IsInterface(n.info.TypeOf(x)) || hasTypeParam(n.info.TypeOf(x)) {
		return false
	}
	t := n.info.TypeOf(conv.Args[0])
	if types.IsInterface(t) {
		return n.devirtualized(conv.Args[0])
	}
	return !n.info.Types[conv.Args[0]].IsNil() && !hasTypeParam(t) && !n.pointerShaped(t)
}

// isName reports whether e is a variable without more, of this package or of
// another one: gc reads it in place where it evaluates the rest beforehand.
func (n *normalizer) isName(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return n.info.Selections[e] == nil
	}
	return false
}

// isUnsafe reports whether a called function is one of package unsafe: gc has
// these as operators.
func (n *normalizer) isUnsafe(fun ast.Expr) bool {
	var id *ast.Ident
	switch fun := ast.Unparen(fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	}
	b, ok := n.info.Uses[id].(*types.Builtin)
	return ok && b.Pkg() == types.Unsafe
}

// paramTypes yields the types of a call's operands: first, as none, that of the
// function or receiver, then those of the parameters.
func (n *normalizer) paramTypes(call *ast.CallExpr) func(i int) types.Type {
	t := n.info.TypeOf(call.Fun)
	if t == nil {
		return nil
	}
	sig, ok := underlying(t).(*types.Signature)
	if !ok {
		return nil
	}
	return func(i int) types.Type {
		last := sig.Params().Len() - 1
		switch {
		case i == 0 || last < 0:
			return nil
		case sig.Variadic() && i-1 >= last:
			slice, ok := sig.Params().At(last).Type().(*types.Slice)
			if call.Ellipsis.IsValid() || !ok {
				return nil
			}
			return slice.Elem()
		}
		return sig.Params().At(i - 1).Type()
	}
}

// argumentTypes is paramTypes without the function.
func (n *normalizer) argumentTypes(call *ast.CallExpr) func(i int) types.Type {
	to := n.paramTypes(call)
	if to == nil || n.isType(call.Fun) {
		return nil
	}
	return func(i int) types.Type { return to(i + 1) }
}

// elementTypes yields the types of a composite literal's elements.
func (n *normalizer) elementTypes(x *ast.CompositeLit) func(i int) types.Type {
	t := underlying(n.info.TypeOf(x))
	if p, ok := t.(*types.Pointer); ok { // an elided &T
		t = p.Elem().Underlying()
	}
	switch t := t.(type) {
	case *types.Slice:
		return func(int) types.Type { return t.Elem() }
	case *types.Array:
		return func(int) types.Type { return t.Elem() }
	case *types.Struct:
		return func(i int) types.Type {
			if kv, ok := x.Elts[i].(*ast.KeyValueExpr); ok {
				if f, ok := n.info.Uses[kv.Key.(*ast.Ident)].(*types.Var); ok {
					return f.Type()
				}
				return nil
			}
			return t.Field(i).Type()
		}
	}
	return func(int) types.Type { return nil }
}

// arrayLength is len(x) or cap(x) of an array that x, which suspends, finds. That
// is no constant, but would be one without the call that suspends, and x would
// not be evaluated: a nil pointer in it has to panic.
func (n *normalizer) arrayLength(call *ast.CallExpr) (ast.Expr, bool) {
	if name := n.builtin(call.Fun); name != "len" && name != "cap" {
		return nil, false
	}
	t := underlying(n.info.TypeOf(call.Args[0]))
	if p, ok := t.(*types.Pointer); ok {
		t = underlying(p.Elem())
	}
	array, ok := t.(*types.Array)
	if !ok {
		return nil, false
	}
	blank := &ast.Ident{Name: "_", NamePos: call.Pos()}
	n.add(&ir.Leaf{Stmt: &ast.AssignStmt{
		Lhs: []ast.Expr{blank}, TokPos: call.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{n.lift(call.Args[0])},
	}})
	v := n.temp(types.Typ[types.Int], call.Pos())
	n.define(v, &ast.BasicLit{ValuePos: call.Pos(), Kind: token.INT, Value: strconv.FormatInt(array.Len(), 10)})
	return n.ref(v, call.Pos()), true
}

// builtin is the name of a called function that is predeclared.
func (n *normalizer) builtin(fun ast.Expr) string {
	id, ok := ast.Unparen(fun).(*ast.Ident)
	if !ok {
		return ""
	}
	b, ok := n.info.Uses[id].(*types.Builtin)
	if !ok {
		return ""
	}
	return b.Name()
}
