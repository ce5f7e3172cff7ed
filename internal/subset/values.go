package subset

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// values refuses resumable functions and runtime operations that fn uses
// without calling them, in its literals as well: whoever calls the value runs
// the plain function. A go statement may call what it likes, and so may a
// literal that it starts, for that leaves the greenlet.
func (k *checker) values(fn *color.Func) {
	called := map[*ast.Ident]bool{}
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if _, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
				for _, arg := range n.Call.Args {
					ast.Inspect(arg, visit)
				}
				return false
			}
		case *ast.CallExpr:
			if id := color.CalleeIdent(n.Fun); id != nil {
				called[id] = true // before it is visited
			}
		case *ast.Ident:
			if !called[n] {
				k.value(fn, n)
			}
		}
		return true
	}
	ast.Inspect(fn.Decl.Body, visit)
}

func (k *checker) value(fn *color.Func, id *ast.Ident) {
	used, ok := k.Info.Uses[id].(*types.Func)
	if !ok {
		return
	}
	if color.Operation(used) != 0 {
		k.report(id.Pos(), diag.SwitchAsValue, k.colors.Name(used)+" is used as a value in resumable code",
			"call it where it is to happen, in a resumable function")
		return
	}
	if asksWhoRuns(used) {
		k.report(id.Pos(), diag.SwitchAsValue, k.colors.Name(used)+" is used as a value in resumable code, where whoever calls it gets the main greenlet",
			"call it in the resumable function and pass the result on")
		return
	}
	if k.colors.Resumable(used) {
		k.report(id.Pos(), diag.ResumableAsValue,
			k.colors.Name(used)+" is resumable, and used as a value in resumable code, where whoever calls it cannot suspend",
			"pass a frame made by "+k.colors.Qualifier(used)+names.Constructor(used.Name())+", and run that with greenlet.Call")
	}
}

// asksWhoRuns reports whether fn is a function of the runtime whose meaning
// depends on the greenlet that calls it.
func asksWhoRuns(fn *types.Func) bool {
	return fn.Pkg() != nil && fn.Pkg().Path() == names.RuntimePath && fn.Signature().Recv() == nil &&
		(fn.Name() == "Current" || fn.Name() == "New")
}

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
