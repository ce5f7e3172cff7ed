package color

import (
	"go/types"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// Exposed are the forms of resumable methods in the method set of *t that are not
// those of the method which t has by that name: a plain method overrides it, or one
// that is embedded less deep hides it. A call through an interface would find the
// form, and call another method than it should.
func Exposed(t types.Type) (list []string) {
	set := types.NewMethodSet(types.NewPointer(t))
	for form := range set.Methods() {
		fn, ok := form.Obj().(*types.Func)
		if !ok || !isCompanion(fn) || types.IsInterface(fn.Signature().Recv().Type()) {
			continue
		}
		for _, suffix := range []string{names.Companion(""), names.Deferred("")} {
			name, ok := strings.CutSuffix(fn.Name(), suffix)
			if !ok || name == "" {
				continue
			}
			method := set.Lookup(fn.Pkg(), name)
			if method == nil {
				continue // ambiguous: no interface has it
			}
			a, b := form.Index(), method.Index()
			if !slices.Equal(a[:len(a)-1], b[:len(b)-1]) {
				list = append(list, fn.Name())
			}
		}
	}
	return list
}
