package color

import "go/types"

// WalkType calls f for t and the types it is spelled with, until f says no: not for what a
// name stands for, but for its type arguments. Each is visited once, as seen has it. A type
// of another kind than those of Go may have parts.
func WalkType(t types.Type, seen map[types.Type]bool, f func(types.Type) bool) {
	if t == nil || seen[t] || !f(t) {
		return
	}
	seen[t] = true
	part := func(t types.Type) { WalkType(t, seen, f) }
	tuple := func(list *types.Tuple) {
		for v := range list.Variables() {
			part(v.Type())
		}
	}
	switch t := t.(type) {
	case *types.Named:
		for a := range t.TypeArgs().Types() {
			part(a)
		}
	case *types.Alias:
		for a := range t.TypeArgs().Types() {
			part(a)
		}
	case *types.Map:
		part(t.Key())
		part(t.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
		part(t.Elem())
	case *types.Signature:
		tuple(t.Params())
		tuple(t.Results())
	case *types.Tuple:
		tuple(t)
	case *types.Struct:
		for v := range t.Fields() {
			part(v.Type())
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			part(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			part(e)
		}
	case interface{ Parts() []types.Type }:
		for _, p := range t.Parts() {
			part(p)
		}
	}
}

// MentionsLocal reports whether a type is spelled with one that a function declares, of
// those asked for: it has no name outside of that function.
func MentionsLocal(t types.Type, asked func(*types.TypeName) bool) bool {
	return Mentions(t, func(t types.Type) bool {
		var obj *types.TypeName
		switch t := t.(type) {
		case *types.Named:
			obj = t.Obj()
		case *types.Alias:
			obj = t.Obj()
		}
		return obj != nil && obj.Pkg() != nil && obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope() && asked(obj)
	})
}

// Local reports whether a type is spelled with one that a function declares.
func Local(t types.Type) bool {
	return MentionsLocal(t, func(*types.TypeName) bool { return true })
}

// Mentions reports whether is holds for a type or one that it is spelled with.
func Mentions(t types.Type, is func(types.Type) bool) bool {
	found := false
	WalkType(t, map[types.Type]bool{}, func(t types.Type) bool {
		found = found || is(t)
		return !found
	})
	return found
}
