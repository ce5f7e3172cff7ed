// Package subset says what of Go is not supported in resumable functions.
//
// Input: a coloured package.
// Output: a diagnostic for everything that cannot be rewritten.
// Guarantee: what passes can be rewritten; a later surprise is a fault of the
// tool. Nothing here panics on a package with type errors, whose diagnostics
// are then incomplete.
package subset

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Check lists, sorted, everything in the package that cannot be rewritten.
// Wrong directives are not in the list: directive.Parse has reported them.
func Check(p *color.Package, c *color.Colors) diag.List {
	k := &checker{Package: p, colors: c}
	for _, fn := range c.Annotated() {
		k.body(fn)
		k.values(fn)
		k.localTypes(fn)
	}
	k.leaks()
	k.universe()
	k.diags = append(k.diags, Clashes(p.Fset, p.Files, c.Directives(), p.Info)...)
	k.diags.Sort()
	return k.diags
}

type checker struct {
	*color.Package
	colors *color.Colors
	diags  diag.List
}

func (k *checker) report(pos token.Pos, code diag.Code, message, remedy string, related ...diag.Related) {
	k.diags = append(k.diags, diag.Diagnostic{
		Pos: k.Fset.Position(pos), Code: code, Message: message, Related: related, Remedy: remedy,
	})
}

func (k *checker) related(pos token.Pos, message string) diag.Related {
	if !pos.IsValid() {
		return diag.Related{Message: message}
	}
	return diag.Related{Pos: k.Fset.Position(pos), Message: message}
}

// body checks the statements and expressions that fn itself executes. What
// stands in a literal is the literal's, which is refused if it suspends.
func (k *checker) body(fn *color.Func) {
	ast.Inspect(fn.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			if s, ok := k.colors.Deferred(n.Call); ok && s.Op == color.OpCall {
				k.hidden(n.Call, s.Callee, k.colors.DeferredName(s.Callee))
			}
		case *ast.FuncLit:
			k.literal(n)
			return false
		case *ast.RangeStmt:
			k.rangeOverFunc(n)
		case *ast.CallExpr:
			if s, ok := k.colors.Suspension(n); ok && s.Op == color.OpCall {
				k.hidden(n, s.Callee, k.colors.Companion(s.Callee))
			}
		}
		return true
	})
}

// literal refuses lit if it suspends, and the literals in it that do.
func (k *checker) literal(lit *ast.FuncLit) {
	if k.colors.SuspendsLit(lit) {
		k.report(lit.Pos(), diag.SuspendingLiteral, "a function literal that suspends is not supported yet",
			"make it a resumable function and pass what it captures", k.suspension(lit.Body)...)
	}
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if inner, ok := n.(*ast.FuncLit); ok {
			k.literal(inner)
			return false
		}
		return true
	})
}

func (k *checker) rangeOverFunc(loop *ast.RangeStmt) {
	if !isFunc(k.Info.TypeOf(loop.X)) {
		return
	}
	// The iteration variables are assigned by the body that the iterator calls.
	for _, part := range []ast.Node{loop.Key, loop.Value, loop.Body} {
		if k.colors.Suspends(part) {
			k.report(loop.Pos(), diag.RangeOverFunc, "the body of a loop over an iterator function suspends",
				"collect the values before the loop, or take them from iter.Pull", k.suspension(part)...)
			return
		}
	}
}

// suspension explains that n suspends: the first place where it does.
func (k *checker) suspension(n ast.Node) []diag.Related {
	var related []diag.Related
	ast.Inspect(n, func(n ast.Node) bool {
		if _, ok := n.(*ast.FuncLit); ok || related != nil {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := k.colors.Suspension(call); ok {
				related = append(related, k.related(k.colors.CallPos(call), "it suspends here: "+k.chain(s)))
			}
		}
		return true
	})
	return related
}

// chain is how a suspension comes to suspend: "fetch → poll → greenlet.Yield".
func (k *checker) chain(s color.Suspension) string {
	steps := []color.Step{{Op: s.Op, Callee: s.Callee}}
	if s.Op == color.OpCall || s.Op == color.OpDispatch {
		steps = append(steps, k.colors.Why(s.Callee)...)
	}
	return k.colors.Chain(steps)
}

// isFunc reports whether a loop over a value of type t calls it. That of a type
// parameter is decided by any type of its set: a loop over a mixture does not
// compile.
func isFunc(t types.Type) bool {
	if t == nil {
		return false
	}
	if tp, ok := types.Unalias(t).(*types.TypeParam); ok {
		return hasFunc(tp.Constraint(), map[types.Type]bool{})
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// hasFunc reports whether a constraint has a term that is a function type.
func hasFunc(constraint types.Type, seen map[types.Type]bool) bool {
	if constraint == nil || seen[constraint] {
		return false
	}
	seen[constraint] = true
	switch t := constraint.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Interface:
		for i := range t.NumEmbeddeds() {
			if hasFunc(t.EmbeddedType(i), seen) {
				return true
			}
		}
	case *types.Union:
		for i := range t.Len() {
			if hasFunc(t.Term(i).Type(), seen) {
				return true
			}
		}
	}
	return false
}
