package subset

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// hidden refuses a call of a promoted method callee whose resumable form, name,
// cannot be selected in the same way: a declaration at a lesser depth hides it,
// or one at the same depth makes it ambiguous. The form need not be there yet.
func (k *checker) hidden(call *ast.CallExpr, callee *types.Func, name string) {
	sel := k.selection(call)
	if sel == nil {
		return
	}
	obj, index, _ := types.LookupFieldOrMethod(sel.Recv(), true, k.Pkg, name)
	depth := len(sel.Index())
	if len(index) == 0 || len(index) > depth {
		return // nothing in the way
	}
	if obj != nil && slices.Equal(index[:len(index)-1], sel.Index()[:depth-1]) {
		return // of the same type: it is the companion, or a clash
	}
	what := "ambiguous"
	var related []diag.Related
	if obj != nil {
		if len(index) < depth {
			what = "hidden"
		}
		related = append(related, k.related(obj.Pos(), name+" is declared here, too"))
	}
	k.report(k.colors.CallPos(call), diag.CompanionHidden,
		name+", the resumable form of "+k.colors.Name(callee)+", is "+what+" where this call selects it",
		"call it on the embedded field, or rename what hides it", related...)
}

// selection is that of a called method or method expression, or nil.
func (k *checker) selection(call *ast.CallExpr) *types.Selection {
	id := color.CalleeIdent(call.Fun)
	var sel *types.Selection
	ast.Inspect(call.Fun, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok && x.Sel == id {
			sel = k.Info.Selections[x]
		}
		return sel == nil
	})
	return sel
}
