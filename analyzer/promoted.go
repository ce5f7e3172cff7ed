package analyzer

import (
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// Check companion-promoted: a plain method that overrides a promoted resumable
// one, in a package without directives. In others, the generator hides the
// companion of what is overridden.

func (k *checker) promoted() {
	if len(k.set.Funcs()) > 0 {
		return
	}
	scope := k.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || types.IsInterface(tn.Type()) {
			continue
		}
		named, ok := tn.Type().(*types.Named)
		if !ok {
			continue
		}
		for m := range named.Methods() {
			if c := k.companion(named, m); c != nil {
				k.overridden(named, m, m, c)
			}
		}
		for _, m := range k.colors.Exposed(named) {
			if c := k.companion(named, m); c != nil {
				k.overridden(named, m, tn, c)
			}
		}
	}
}

// companion is the companion that a type has of its method m by promotion, or
// nil.
func (k *checker) companion(named *types.Named, m *types.Func) *types.Func {
	obj, index, _ := types.LookupFieldOrMethod(types.NewPointer(named), false, k.pass.Pkg, names.Companion(m.Name()))
	if fn, ok := obj.(*types.Func); ok && len(index) > 1 && color.IsCompanion(fn) {
		return fn
	}
	return nil
}

func (k *checker) overridden(named *types.Named, m *types.Func, at types.Object, companion *types.Func) {
	k.report(finding{
		pos: at.Pos(), code: diag.CompanionPromoted,
		message: named.Obj().Name() + "." + m.Name() + " is plain and overrides a resumable method, but " + k.colors.Name(companion) +
			" stays promoted: resumable code that calls it through an interface runs that instead",
		remedy: "annotate it with //greenlet:resumable, for which the generator runs on this package, or name the embedded field",
	})
}
