package color

import (
	"go/ast"
	"go/types"
)

// Loops over iterator functions. Such a loop calls the iterator, which calls the
// body: it suspends if either does, and whether the iterator does, is known
// when it is called.

// OverFunc reports whether loop, in an annotated function, is over an iterator
// function and may suspend.
func (c *Colors) OverFunc(loop *ast.RangeStmt) bool { return c.overFunc[loop] }

// BodySuspends reports whether executing the body of loop may suspend: what
// assigns its variables included.
func (c *Colors) BodySuspends(loop *ast.RangeStmt) bool {
	return c.Suspends(loop.Key) || c.Suspends(loop.Value) || c.Suspends(loop.Body)
}

// overFunc decides OverFunc. The iterators that functions of the standard library
// make don't suspend themselves.
func (v *values) overFunc(loop *ast.RangeStmt) bool {
	if v.gone[loop] || !isFuncType(v.pkg.Info.TypeOf(loop.X)) {
		return false
	}
	if call, ok := ast.Unparen(loop.X).(*ast.CallExpr); ok {
		if fn := callee(v.pkg.Info, call); fn != nil && fn.Pkg() != nil && standard(fn.Pkg().Path()) {
			return v.suspendsIn(loop.Key) || v.suspendsIn(loop.Value) || v.suspendsIn(loop.Body)
		}
	}
	if id, ok := ast.Unparen(loop.X).(*ast.Ident); ok {
		if x, ok := v.pkg.Info.Uses[id].(*types.Var); ok && v.never[x] {
			return v.suspendsIn(loop.Key) || v.suspendsIn(loop.Value) || v.suspendsIn(loop.Body)
		}
	}
	return true
}
