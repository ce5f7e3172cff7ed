package rewrite

// Overrides: a plain method that overrides a promoted one which is resumable. The
// companion of that is promoted all the same, and a call of the method through an
// interface would find it. So it is hidden by a method of its name which is no
// companion. (Where the generator does not run on the package of the overriding
// type, nothing hides it.)

import (
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
)

// overrides are the forms to hide in the package of u, those of test files if it is
// these that are generated from.
func overrides(u *Unit, colors *color.Colors) (list []emit.Hidden) {
	tests := false
	for _, file := range u.Files {
		tests = tests || u.Wants(file) && isTestFile(u.Path(file))
	}
	scope := u.Pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) ||
			strings.HasSuffix(u.Fset.Position(tn.Pos()).Filename, "_test.go") != tests {
			continue
		}
		named, ok := tn.Type().(*types.Named)
		if !ok {
			continue
		}
		for m := range named.Methods() {
			if colors.Resumable(m) {
				continue // has forms of its own
			}
			for _, form := range []string{names.Companion(m.Name()), names.Deferred(m.Name())} {
				obj, index, _ := types.LookupFieldOrMethod(types.NewPointer(named), false, u.Pkg, form)
				if fn, ok := obj.(*types.Func); ok && len(index) > 1 && color.IsCompanion(fn) {
					list = append(list, emit.Hidden{Method: m, Form: form})
				}
			}
		}
	}
	return list
}
