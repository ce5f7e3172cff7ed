package subset

import (
	"github.com/going-green/greenlet/internal/diag"
)

// needed are the predeclared names that generated code has no other words for.
var needed = []string{"nil", "panic"}

// universe refuses a package that gives another meaning to a predeclared name
// that its generated code needs.
func (k *checker) universe() {
	if len(k.colors.Annotated()) == 0 || k.Pkg == nil {
		return
	}
	for _, name := range needed {
		if obj := k.Pkg.Scope().Lookup(name); obj != nil {
			k.report(obj.Pos(), diag.UniverseRedeclared, "the package declares "+name+", which generated code needs as Go has it",
				"rename it, or move the resumable functions to a package of their own")
		}
	}
}
