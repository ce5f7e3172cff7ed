package ir

import "go/types"

// InFunction reports whether t is spelled with a type declared in a function.
func InFunction(t types.Type) bool {
	return Mentions(t, func(*types.TypeName) bool { return true })
}

// Mentions reports whether t is spelled with a type declared in a function that is one
// of those asked for.
func Mentions(t types.Type, asked func(*types.TypeName) bool) bool {
	found := false
	WalkType(t, map[types.Type]bool{}, func(t types.Type) bool {
		var obj *types.TypeName
		switch t := t.(type) {
		case *types.Named:
			obj = t.Obj()
		case *types.Alias:
			obj = t.Obj()
		}
		if obj != nil && obj.Pkg() != nil && obj.Parent() != obj.Pkg().Scope() && obj.Parent() != nil && asked(obj) {
			found = true
		}
		return !found
	})
	return found
}

// WalkType calls f for t and the types it is spelled with, until f says no.
func WalkType(t types.Type, seen map[types.Type]bool, f func(types.Type) bool) {
	if t == nil || seen[t] || !f(t) {
		return
	}
	seen[t] = true
	list := func(tuple *types.Tuple) {
		for v := range tuple.Variables() {
			WalkType(v.Type(), seen, f)
		}
	}
	switch t := t.(type) {
	case *types.Named:
		for a := range t.TypeArgs().Types() {
			WalkType(a, seen, f)
		}
	case *types.Alias:
		for a := range t.TypeArgs().Types() {
			WalkType(a, seen, f)
		}
	case *types.Pointer:
		WalkType(t.Elem(), seen, f)
	case *types.Slice:
		WalkType(t.Elem(), seen, f)
	case *types.Array:
		WalkType(t.Elem(), seen, f)
	case *types.Chan:
		WalkType(t.Elem(), seen, f)
	case *types.Map:
		WalkType(t.Key(), seen, f)
		WalkType(t.Elem(), seen, f)
	case *MapIter:
		WalkType(t.Key, seen, f)
		WalkType(t.Elem, seen, f)
	case *types.Signature:
		list(t.Params())
		list(t.Results())
	case *types.Struct:
		for v := range t.Fields() {
			WalkType(v.Type(), seen, f)
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			WalkType(m.Type(), seen, f)
		}
		for e := range t.EmbeddedTypes() {
			WalkType(e, seen, f)
		}
	}
}
