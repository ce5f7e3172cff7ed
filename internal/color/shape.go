package color

import "go/types"

// sameShape reports whether types can be identical for some instance of the
// generic declarations that they are from: a type parameter can be any type.
// That one parameter is one type wherever it stands is not asked for.
func sameShape(x, y types.Type) bool {
	x, y = types.Unalias(x), types.Unalias(y)
	if isTypeParam(x) || isTypeParam(y) || types.Identical(x, y) {
		return true
	}
	switch x := x.(type) {
	case *types.Named:
		y, ok := y.(*types.Named)
		return ok && x.Origin() == y.Origin() && sameList(x.TypeArgs(), y.TypeArgs())
	case *types.Pointer:
		y, ok := y.(*types.Pointer)
		return ok && sameShape(x.Elem(), y.Elem())
	case *types.Slice:
		y, ok := y.(*types.Slice)
		return ok && sameShape(x.Elem(), y.Elem())
	case *types.Array:
		y, ok := y.(*types.Array)
		return ok && x.Len() == y.Len() && sameShape(x.Elem(), y.Elem())
	case *types.Map:
		y, ok := y.(*types.Map)
		return ok && sameShape(x.Key(), y.Key()) && sameShape(x.Elem(), y.Elem())
	case *types.Chan:
		y, ok := y.(*types.Chan)
		return ok && x.Dir() == y.Dir() && sameShape(x.Elem(), y.Elem())
	case *types.Signature:
		y, ok := y.(*types.Signature)
		return ok && x.Variadic() == y.Variadic() && sameTuple(x.Params(), y.Params()) && sameTuple(x.Results(), y.Results())
	case *types.Struct:
		y, ok := y.(*types.Struct)
		return ok && sameStruct(x, y)
	case *types.Interface:
		y, ok := y.(*types.Interface)
		return ok && sameInterface(x, y)
	}
	return false
}

func isTypeParam(t types.Type) bool {
	_, ok := t.(*types.TypeParam)
	return ok
}

func sameList(x, y *types.TypeList) bool { return sameAll(x.Len(), y.Len(), x.At, y.At) }

func sameTuple(x, y *types.Tuple) bool {
	return sameAll(x.Len(), y.Len(),
		func(i int) types.Type { return x.At(i).Type() }, func(i int) types.Type { return y.At(i).Type() })
}

// sameAll is sameShape for n types and m others, in order.
func sameAll(n, m int, x, y func(int) types.Type) bool {
	for i := range min(n, m) {
		if !sameShape(x(i), y(i)) {
			return false
		}
	}
	return n == m
}

func sameStruct(x, y *types.Struct) bool {
	if x.NumFields() != y.NumFields() {
		return false
	}
	for i := range x.NumFields() {
		f, g := x.Field(i), y.Field(i)
		if f.Id() != g.Id() || f.Embedded() != g.Embedded() || x.Tag(i) != y.Tag(i) || !sameShape(f.Type(), g.Type()) {
			return false
		}
	}
	return true
}

// sameInterface compares the names of methods only: a method may mention the
// interface that it is of.
func sameInterface(x, y *types.Interface) bool {
	if x.NumMethods() != y.NumMethods() {
		return false
	}
	for i := range x.NumMethods() {
		if x.Method(i).Id() != y.Method(i).Id() {
			return false
		}
	}
	return true
}
