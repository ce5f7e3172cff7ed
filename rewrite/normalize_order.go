package rewrite

// What gc evaluates early besides calls: operands that it passes to its runtime
// by address, because they are converted to an interface or are keys of a map,
// and that have no address yet (order.go: OCONVIFACE, mapKeyTemp).

import (
	"go/ast"
	"go/types"
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
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return false
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			return false
		}
	}
	if !hasPointers(t) {
		switch sizeof(n.sizes, t) {
		case 2, 4, 8:
			return false
		}
	}
	return true
}

// addressable reports whether e has an address: it is read when it is needed.
func (n *normalizer) addressable(e ast.Expr) bool { return n.info.Types[e].Addressable() }

// mapKey is the key of a map as it stands before a later call: gc copies it if
// the map is not one of those with fast keys, and it has no address.
func (n *normalizer) mapKey(key ast.Expr, m *types.Map) ast.Expr {
	if fastKey(n.sizes, m) || n.addressable(key) {
		return key
	}
	if id, ok := ast.Unparen(key).(*ast.Ident); ok && n.fn.VarOf(id) != nil {
		return key
	}
	return n.pinned(n.elided(key, m.Key()))
}

// fastKey reports whether gc has special code for the keys of m.
func fastKey(sizes types.Sizes, m *types.Map) bool {
	const maxElem = 128
	if sizeof(sizes, m.Elem()) > maxElem {
		return false
	}
	switch u := m.Key().Underlying().(type) {
	case *types.Basic:
		if u.Info()&types.IsString != 0 || u.Kind() == types.UnsafePointer {
			return true
		}
		size := sizeof(sizes, u)
		return u.Info()&types.IsInteger != 0 && (size == 4 || size == 8)
	case *types.Pointer, *types.Chan:
		return true
	}
	return false
}

// convertsBytes reports whether e is a conversion of bytes to a string.
func (n *normalizer) convertsBytes(e ast.Expr) bool {
	conv, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && n.isType(conv.Fun) && len(conv.Args) == 1 && bytesToString(n.info.TypeOf(conv), n.info.TypeOf(conv.Args[0]))
}

// bytesToString reports whether a conversion makes a string of bytes.
func bytesToString(to, from types.Type) bool {
	if to == nil || from == nil {
		return false
	}
	b, ok := to.Underlying().(*types.Basic)
	_, slice := from.Underlying().(*types.Slice)
	return ok && b.Info()&types.IsString != 0 && slice
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

// elementTypes yields the types of a composite literal's elements.
func (n *normalizer) elementTypes(x *ast.CompositeLit) func(i int) types.Type {
	switch t := underlying(n.info.TypeOf(x)).(type) {
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
	return nil
}
