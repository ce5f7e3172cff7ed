package subset

import (
	"go/ast"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// openValues refuses values of resumable functions that plain generic functions make with
// their type parameters: gc makes a closure of the plain function of them, by which nothing
// can be found.
func (k *checker) openValues() {
	for _, v := range k.colors.NamedValues(func(*ast.File) bool { return false }) {
		if !v.Open || v.In == nil || k.colors.Directives().Has(v.In) || k.colors.Directives().Refused(v.In) {
			continue
		}
		what := k.colors.Name(v.Func)
		if v.Op == color.OpDispatch {
			what += ", which may reach a resumable method,"
		}
		k.report(v.Name.Pos(), diag.ValueInGeneric,
			what+" is made a value with a type parameter of "+v.In.Name.Name+", which is not resumable: resumable code that calls it can't tell what it is",
			"annotate "+v.In.Name.Name+" with //greenlet:resumable, or make the value where the types are known")
	}
}
