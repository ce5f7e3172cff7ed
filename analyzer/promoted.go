package analyzer

import (
	"go/types"

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
	for tn, named := range k.colors.DeclaredTypes() {
		for _, o := range k.colors.Overrides(named) {
			at := types.Object(o.Method)
			if o.Exposed {
				at = tn
			}
			if o.Form.Name() == names.Companion(o.Method.Name()) { // one report of each
				k.overridden(named, o.Method, at, o.Form)
			}
		}
	}
}

func (k *checker) overridden(named *types.Named, m *types.Func, at types.Object, companion *types.Func) {
	k.report(finding{
		pos: at.Pos(), code: diag.CompanionPromoted,
		message: named.Obj().Name() + "." + m.Name() + " is plain and overrides a resumable method, but " + k.colors.Name(companion) +
			" stays promoted: resumable code that calls it through an interface runs that instead",
		remedy: "annotate it with //greenlet:resumable, for which the generator runs on this package, or name the embedded field",
	})
}
