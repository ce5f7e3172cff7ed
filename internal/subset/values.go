package subset

import (
	"go/ast"
	"go/types"

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
	if k.colors.Resumable(used) {
		k.report(id.Pos(), diag.ResumableAsValue,
			k.colors.Name(used)+" is resumable, and used as a value in resumable code, where whoever calls it cannot suspend",
			"pass a frame made by "+k.colors.Qualifier(used)+names.Constructor(used.Name())+", and run that with greenlet.Call")
	}
}

// hidden refuses a call of a promoted method whose companion cannot be selected
// in the same way: a declaration at a lesser depth hides it, or one at the same
// depth makes it ambiguous.
func (k *checker) hidden(call *ast.CallExpr) {
	s, ok := k.colors.Suspension(call)
	if !ok || s.Op != color.OpCall {
		return
	}
	sel := k.selection(call)
	if sel == nil {
		return
	}
	name := k.colors.Companion(s.Callee)
	companion := color.LookupCompanion(s.Callee)
	if companion == nil {
		return // nothing is generated yet
	}
	obj, index, _ := types.LookupFieldOrMethod(sel.Recv(), true, k.Pkg, name)
	if m, ok := obj.(*types.Func); ok && m.Origin() == companion {
		return
	}
	var related []diag.Related
	what := "ambiguous"
	if obj != nil {
		what = "hidden"
		related = append(related, k.related(obj.Pos(), "by "+obj.Name()+" here"))
	} else if index == nil {
		return // a broken type
	}
	k.report(k.colors.CallPos(call), diag.CompanionHidden,
		name+", the resumable form of "+k.colors.Name(s.Callee)+", is "+what+" where this call selects it",
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
