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

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Check lists, sorted, everything in the package that cannot be rewritten.
// Wrong directives are not in the list: directive.Parse has reported them.
func Check(p *color.Package, c *color.Colors) diag.List {
	k := &checker{Package: p, colors: c}
	k.functions()
	k.leaks()
	k.openValues()
	k.packageLiterals()
	k.starts()
	k.exposed()
	k.forwarded()
	k.muted()
	k.universe()
	k.diags.Sort()
	return k.diags
}

// functions checks what belongs to one annotated function.
func (k *checker) functions() {
	for _, fn := range k.colors.Annotated() {
		k.body(fn)
		k.localTypes(fn)
		k.literalTypes(fn)
		k.durable(fn)
	}
	k.diags = append(k.diags, Clashes(k.Fset, k.Files, k.colors.Directives(), k.Info)...)
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

// body checks the statements and expressions of fn and its literals.
func (k *checker) body(fn *color.Func) {
	ast.Inspect(fn.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt:
			if s, ok := k.colors.Deferred(n.Call); ok && s.Op == color.OpCall {
				k.hidden(n.Call, s.Callee, k.colors.DeferredName(s.Callee))
			}
		case *ast.CallExpr:
			if s, ok := k.colors.Suspension(n); ok && s.Op == color.OpCall {
				k.hidden(n, s.Callee, k.colors.Companion(s.Callee))
			}
		}
		return true
	})
}
