package rewrite

// What gc evaluates early besides calls: operands that it passes to its runtime
// by address, because they are converted to an interface or are keys of a map,
// and that have no address yet (order.go: OCONVIFACE, mapKeyTemp).

import (
	"go/ast"
	"go/types"

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

// mapKey is the key of a map as it stands before a later call. gc copies it if
// the key is converted to the map's type, or has no address, unless the map has
// code for its keys that takes them by value. That it has for keys of 4 and 8
// bytes and strings; those that are composed of such, it always copies.
func (n *normalizer) mapKey(key ast.Expr, m *types.Map) ast.Expr {
	if id, ok := ast.Unparen(key).(*ast.Ident); ok && n.fn.VarOf(id) != nil && n.fn.VarOf(id).Kind == ir.Temp {
		return key
	}
	switch fastKey(n.sizes, m) {
	case keyByValue:
		return key
	case keySlow:
		if n.addressable(key) && types.Identical(n.info.TypeOf(key), m.Key()) {
			return key
		}
	}
	return n.pinned(n.elided(key, m.Key()))
}

type keyPassing uint8

const (
	keySlow keyPassing = iota // by address
	keyByValue
	keyInMemory // by value, as a number that is copied from its memory
)

// fastKey says whether gc has special code for the keys of m (mapfast).
func fastKey(sizes types.Sizes, m *types.Map) keyPassing {
	const maxElem = 128
	if hasTypeParam(m) || sizeof(sizes, m.Elem()) > maxElem {
		return keySlow
	}
	t := m.Key().Underlying()
	mem, str := keyMemory(sizes, t)
	size := sizeof(sizes, t)
	pointer := sizeof(sizes, types.Typ[types.UnsafePointer])
	switch {
	case str:
	case !mem || size != 4 && size != 8 || size != pointer && hasPointers(t):
		return keySlow
	}
	switch t.(type) {
	case *types.Basic, *types.Pointer, *types.Chan:
		return keyByValue
	}
	return keyInMemory
}

// keyMemory reports whether gc compares values of type t as mere memory, or as
// strings (types.AlgType).
func keyMemory(sizes types.Sizes, t types.Type) (mem, str bool) {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		plain := t.Info()&(types.IsInteger|types.IsBoolean) != 0 || t.Kind() == types.UnsafePointer
		return plain, t.Info()&types.IsString != 0
	case *types.Pointer, *types.Chan:
		return true, false
	case *types.Array:
		mem, str = keyMemory(sizes, t.Elem())
		return mem, str && t.Len() == 1
	case *types.Struct:
		if t.NumFields() == 1 && t.Field(0).Name() != "_" {
			return keyMemory(sizes, t.Field(0).Type())
		}
		var size int64
		for f := range t.Fields() {
			if mem, _ := keyMemory(sizes, f.Type()); !mem || f.Name() == "_" {
				return false, false
			}
			size += sizeof(sizes, f.Type())
		}
		return size == sizeof(sizes, t), false // without padding
	}
	return false, false
}

// static reports whether gc makes e, as a value of type to, when it compiles: it
// is composed of constants and nils, none of which is converted to an interface.
func (n *normalizer) static(e ast.Expr, to types.Type) bool {
	tv := n.info.Types[e]
	switch {
	case tv.IsNil():
		return true
	case types.IsInterface(to):
		return false
	case tv.Value != nil:
		return true
	}
	x, ok := ast.Unparen(e).(*ast.CompositeLit)
	if !ok {
		return false
	}
	switch underlying(n.info.TypeOf(x)).(type) {
	case *types.Struct, *types.Array:
	default:
		return false
	}
	elem := n.elementTypes(x)
	for i, elt := range x.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Value
		}
		if t := elem(i); t == nil || !n.static(elt, t) {
			return false
		}
	}
	return true
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
