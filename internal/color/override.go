package color

import (
	"go/types"
	"iter"

	"github.com/going-green/greenlet/internal/names"
)

// An Override is a plain method of a type that overrides a promoted resumable one. A
// form of the other, the companion or the Deferred one, is promoted all the same.
type Override struct {
	Method  *types.Func
	Exposed bool        // Method is promoted itself, from a lesser depth; see [Colors.Exposed]
	Form    *types.Func // of the other
}

// Overrides are those of a declared type of the package.
func (c *Colors) Overrides(named *types.Named) (list []Override) {
	find := func(m *types.Func, exposed bool) {
		for _, form := range []string{names.Companion(m.Name()), names.Deferred(m.Name())} {
			obj, index, _ := types.LookupFieldOrMethod(types.NewPointer(named), false, c.pkg.Pkg, form)
			if fn, ok := obj.(*types.Func); ok && len(index) > 1 && IsCompanion(fn) {
				list = append(list, Override{m, exposed, fn})
			}
		}
	}
	for m := range named.Methods() {
		if !c.Resumable(m) { // it would have forms of its own
			find(m, false)
		}
	}
	for _, m := range c.Exposed(named) {
		find(m, true)
	}
	return list
}

// declaredTypes are the types of a package that may have methods, by name.
func declaredTypes(pkg *types.Package) iter.Seq2[*types.TypeName, *types.Named] {
	return func(yield func(*types.TypeName, *types.Named) bool) {
		for _, name := range pkg.Scope().Names() {
			tn, ok := pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) {
				continue
			}
			if named, ok := tn.Type().(*types.Named); ok && !yield(tn, named) {
				return
			}
		}
	}
}

// DeclaredTypes are the types of the package that may have methods, by name.
func (c *Colors) DeclaredTypes() iter.Seq2[*types.TypeName, *types.Named] {
	return declaredTypes(c.pkg.Pkg)
}
