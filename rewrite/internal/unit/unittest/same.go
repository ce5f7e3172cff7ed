package unittest

import (
	"go/types"
	"maps"
	"slices"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Differences lists what is generated for the functions of set and has another
// type in one package than in the other.
func Differences(a, b *types.Package, set *directive.Set) []string {
	var list []string
	for _, fn := range set.Funcs() {
		x, y := generatedFor(a, fn), generatedFor(b, fn)
		constructor := names.Constructor(fn.Decl.Name.Name)
		// b is generated, and where no constructor is named it has none, nor what only who starts
		// a frame needs; else it wouldn't compile. Other packages see none of it. What is found in b
		// by such names is of another function: fmt has ss.token and ss.Token.
		unseen := !fn.Decl.Name.IsExported() || b.Name() == "main"
		started := y[constructor] != nil && !promoted(y[constructor], fn)
		for _, name := range slices.Sorted(maps.Keys(x)) {
			if unseen && !started && name != names.Companion(fn.Decl.Name.Name) {
				continue
			}
			if !sameObject(x[name], y[name]) {
				list = append(list, names.Receiver(fn.Decl)+"."+name)
			}
		}
	}
	return list
}

// promoted reports whether what was looked up for a method of the type of fn belongs to another one,
// which that embeds.
func promoted(found types.Object, fn directive.Func) bool {
	method, ok := found.(*types.Func)
	if !ok || method.Signature().Recv() == nil {
		return false
	}
	t := method.Signature().Recv().Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := t.(*types.Named)
	return !ok || named.Obj().Name() != names.Receiver(fn.Decl)
}

// generatedFor has the constructor, the companion and the method Results.
func generatedFor(pkg *types.Package, fn directive.Func) map[string]types.Object {
	recv, name := names.Receiver(fn.Decl), fn.Decl.Name.Name
	m := map[string]types.Object{}
	for _, generated := range []string{names.Constructor(name), names.Companion(name)} {
		m[generated] = pkg.Scope().Lookup(generated)
		if recv != "" {
			m[generated], _, _ = types.LookupFieldOrMethod(pkg.Scope().Lookup(recv).Type(), true, pkg, generated)
		}
	}
	frame := pkg.Scope().Lookup(names.Frame(recv, name))
	if made, ok := m[names.Constructor(name)].(*types.Func); ok && !promoted(made, fn) {
		// What clashes is called otherwise.
		if p, ok := made.Signature().Results().At(0).Type().(*types.Pointer); ok {
			frame = p.Elem().(*types.Named).Obj()
		}
	}
	m[names.Frame(recv, name)] = frame
	if frame != nil && fn.Decl.Type.Results.NumFields() > 0 {
		m["Results"], _, _ = types.LookupFieldOrMethod(frame.Type(), true, pkg, "Results")
	}
	return m
}

func sameObject(a, b types.Object) bool {
	switch a := a.(type) {
	case *types.TypeName:
		_, ok := b.(*types.TypeName)
		return ok // a stub has no fields
	case *types.Func:
		b, ok := b.(*types.Func)
		return ok && (&sameness{}).signature(a.Signature(), b.Signature())
	}
	return false
}

// sameness compares types across packages that were checked apart: what is
// declared in them is the same if it has the same name.
type sameness struct {
	a, b []*types.TypeParam // those that are declared together
}

func (s *sameness) signature(a, b *types.Signature) bool {
	for _, lists := range [][2]*types.TypeParamList{{a.RecvTypeParams(), b.RecvTypeParams()}, {a.TypeParams(), b.TypeParams()}} {
		if lists[0].Len() != lists[1].Len() {
			return false
		}
		for i := range lists[0].Len() {
			s.a, s.b = append(s.a, lists[0].At(i)), append(s.b, lists[1].At(i))
		}
	}
	return a.Variadic() == b.Variadic() && s.tuple(a.Params(), b.Params()) && s.tuple(a.Results(), b.Results())
}

func (s *sameness) tuple(a, b *types.Tuple) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !s.types(a.At(i).Type(), b.At(i).Type()) {
			return false
		}
	}
	return true
}

func (s *sameness) list(a, b *types.TypeList) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		if !s.types(a.At(i), b.At(i)) {
			return false
		}
	}
	return true
}

func (s *sameness) types(a, b types.Type) bool {
	a, b = types.Unalias(a), types.Unalias(b)
	switch a := a.(type) {
	case *types.Named:
		b, ok := b.(*types.Named)
		if !ok || a.Obj().Name() != b.Obj().Name() || (a.Obj().Pkg() == nil) != (b.Obj().Pkg() == nil) {
			return false
		}
		return (a.Obj().Pkg() == nil || a.Obj().Pkg().Path() == b.Obj().Pkg().Path()) && s.list(a.TypeArgs(), b.TypeArgs())
	case *types.TypeParam:
		b, ok := b.(*types.TypeParam)
		i := slices.Index(s.a, a)
		return ok && i >= 0 && i == slices.Index(s.b, b)
	case *types.Pointer:
		b, ok := b.(*types.Pointer)
		return ok && s.types(a.Elem(), b.Elem())
	case *types.Slice:
		b, ok := b.(*types.Slice)
		return ok && s.types(a.Elem(), b.Elem())
	case *types.Array:
		b, ok := b.(*types.Array)
		return ok && a.Len() == b.Len() && s.types(a.Elem(), b.Elem())
	case *types.Chan:
		b, ok := b.(*types.Chan)
		return ok && a.Dir() == b.Dir() && s.types(a.Elem(), b.Elem())
	case *types.Map:
		b, ok := b.(*types.Map)
		return ok && s.types(a.Key(), b.Key()) && s.types(a.Elem(), b.Elem())
	case *types.Signature:
		b, ok := b.(*types.Signature)
		return ok && s.signature(a, b)
	case *types.Struct:
		b, ok := b.(*types.Struct)
		if !ok || a.NumFields() != b.NumFields() {
			return false
		}
		for i := range a.NumFields() {
			if a.Field(i).Name() != b.Field(i).Name() || a.Tag(i) != b.Tag(i) || !s.types(a.Field(i).Type(), b.Field(i).Type()) {
				return false
			}
		}
		return true
	case *types.Interface:
		b, ok := b.(*types.Interface)
		if !ok || a.NumMethods() != b.NumMethods() {
			return false
		}
		for i := range a.NumMethods() {
			if a.Method(i).Name() != b.Method(i).Name() || !s.signature(a.Method(i).Signature(), b.Method(i).Signature()) {
				return false
			}
		}
		return true
	}
	return types.Identical(a, b)
}
