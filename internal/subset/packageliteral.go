package subset

import (
	"go/ast"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// packageLiterals refuses function literals of package variables that suspend, unless their
// declaration says so: no generated code takes the place of what plain code has made, and
// only what is said to be resumable is run on a stack of its own where resumable code calls
// it. What switches to a greenlet by name is plain code's way to drive it, and in order.
// So are literals that are arguments: who gets them may run them on a stack.
func (k *checker) packageLiterals() {
	_, onStacks := k.colors.OnStacks()
	for _, lit := range k.colors.PackageLiterals() {
		if !lit.Marked && !onStacks[lit.Syntax] {
			k.packageLiteral(lit.Syntax, "a function literal of a package variable")
		}
	}
}

// packageLiteral checks a literal, and those that it makes and holds or returns.
func (k *checker) packageLiteral(lit *ast.FuncLit, what string) {
	if color.IsSection(k.Info.TypeOf(lit)) {
		return
	}
	reported := false
	k.colors.Executed(lit.Body, func(call *ast.CallExpr) {
		s, ok := k.colors.Deferred(call) // or of any other statement
		switch {
		case reported || !ok || s.Callee == nil:
			return
		case s.Op != color.OpYield && s.Op != color.OpExchange && (s.Op != color.OpCall || color.OfRuntime(s.Callee)):
			return
		}
		reported = true
		name := k.colors.Name(s.Callee)
		k.report(lit.Pos(), diag.LiteralPlain, what+" calls "+name+", but is plain code, which can't be suspended",
			"put //greenlet:resumable above the declaration: resumable code runs the literal on a stack of its own then",
			k.related(k.colors.CallPos(call), name+" is called here"))
	})
	if reported {
		return // what mends it mends those in it
	}
	given := map[*ast.FuncLit]bool{} // to who may do anything with it, or called, which has been looked at
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			tv := k.Info.Types[n.Fun]
			for _, e := range append([]ast.Expr{n.Fun}, n.Args...) {
				if inner, ok := ast.Unparen(e).(*ast.FuncLit); ok && !tv.IsType() && !tv.IsBuiltin() {
					given[inner] = true
				}
			}
		case *ast.FuncLit:
			if !given[n] {
				k.packageLiteral(n, "a function literal made by one of a package variable")
			}
			return false
		}
		return true
	})
}
