package analyzer

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// Check switch-in-goroutine: a go statement in resumable code whose goroutine
// switches, or holds a greenlet that the code around it has as well.

func (k *checker) goroutines() {
	k.resumable(func(_ *color.Func, n ast.Node) {
		stmt, ok := n.(*ast.GoStmt)
		if !ok {
			return
		}
		f := finding{pos: stmt.Pos(), end: stmt.Call.Fun.Pos(), code: diag.SwitchInGoroutine}
		lit, ok := ast.Unparen(stmt.Call.Fun).(*ast.FuncLit)
		var c *chain
		if ok {
			c = k.first(lit.Body, k.suspension)
		} else {
			c = k.suspension(stmt.Call)
		}
		switch {
		case c != nil:
			f.message = "a goroutine that resumable code starts switches (" + c.String() + "), but it is plain code of its own"
			f.remedy = "let it send what it has found, and switch from the loop that runs the greenlets"
			f.related = because(c)
		case ok:
			id := k.captured(lit)
			if id == nil {
				return
			}
			f.message = "a goroutine that resumable code starts holds the greenlet " + id.Name + ", which no two goroutines may use at a time"
			f.remedy = "let it send what it has found, and leave the greenlet to this goroutine"
			f.related = append(f.related, related(id.Pos(), id.Name+" is used here"))
		default:
			return
		}
		k.report(f)
	})
}

// captured is where lit uses a local variable from outside that is a greenlet,
// or nil.
func (k *checker) captured(lit *ast.FuncLit) (use *ast.Ident) {
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok || use != nil {
			return use == nil
		}
		x, ok := k.pass.TypesInfo.Uses[id].(*types.Var)
		if ok && !x.IsField() && x.Parent() != k.pass.Pkg.Scope() && x.Pkg() == k.pass.Pkg &&
			(x.Pos() < lit.Pos() || x.Pos() >= lit.End()) && isRuntime(x.Type(), "Greenlet") {
			use = id
		}
		return true
	})
	return use
}

// isRuntime reports whether t is a pointer to the named type of the runtime.
func isRuntime(t types.Type, name string) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && named.Obj().Name() == name && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == names.RuntimePath
}
