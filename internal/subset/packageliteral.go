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
func (k *checker) packageLiterals() {
	for _, lit := range k.colors.PackageLiterals() {
		if lit.Marked || color.IsSection(k.Info.TypeOf(lit.Syntax)) {
			continue
		}
		reported := false
		k.colors.Executed(lit.Syntax.Body, func(call *ast.CallExpr) {
			s, ok := k.colors.Suspension(call)
			switch {
			case reported || !ok || s.Callee == nil:
				return
			case s.Op != color.OpYield && s.Op != color.OpExchange && (s.Op != color.OpCall || color.OfRuntime(s.Callee)):
				return
			}
			reported = true
			name := k.colors.Name(s.Callee)
			k.report(lit.Syntax.Pos(), diag.LiteralPlain, "a function literal of a package variable calls "+name+", but is plain code, which can't be suspended",
				"put //greenlet:resumable above the declaration: resumable code runs the literal on a stack of its own then",
				k.related(k.colors.CallPos(call), name+" is called here"))
		})
	}
}
