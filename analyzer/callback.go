package analyzer

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/subset"
)

// Check switch-in-callback: a function that suspends becomes an argument of plain
// code, which calls it: of a function of the standard library with a parameter
// that is declared as a function, or of one of another package that calls the
// parameter, by its facts. Functions that are merely stored are not reported, as
// who calls them then is not known.

func (k *checker) callbacks() {
	for _, file := range k.files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			if k.set.Has(decl) {
				k.inspect(decl.Body, func(n ast.Node) { k.calledBack(n, false) })
			} else if !recovers(decl.Body) {
				ast.Inspect(decl.Body, func(n ast.Node) bool {
					k.calledBack(n, true)
					return true
				})
			}
		}
	}
}

// calledBack looks at the arguments of n, if it is a call of plain code. In
// resumable code anything that suspends is reported. Plain code may well drive a
// greenlet in a callback; there only a yield is a mistake, and only that of a
// named function: a literal is plain code, too, which withoutFrame looks at.
func (k *checker) calledBack(n ast.Node, plain bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	fn := k.colors.Callee(call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == k.pass.Pkg || color.KeepsHandlers(fn) || k.colors.Resumable(fn) || color.Operation(fn) != 0 {
		return
	}
	std := color.CallsBack(fn)
	params := fn.Signature().Params()
	var fact *funcFact
	for i, arg := range call.Args {
		if params.Len() == 0 || !subset.IsFunc(params.At(min(i, params.Len()-1)).Type()) {
			continue
		}
		if !std {
			if fact == nil {
				if fact = k.fact(fn); fact == nil {
					return
				}
			}
			if !slices.Contains(fact.Calls, i) {
				continue
			}
		}
		k.callback(arg, fn, plain)
	}
}

func (k *checker) callback(arg ast.Expr, fn *types.Func, plain bool) {
	var c *chain
	what := "this function"
	if lit, ok := ast.Unparen(arg).(*ast.FuncLit); ok {
		if plain {
			return
		}
		c = k.first(lit.Body, k.suspension)
	} else if id := color.CalleeIdent(arg); id != nil {
		used, _ := k.pass.TypesInfo.Uses[id].(*types.Func)
		if used == nil {
			return
		}
		c = k.chainOf(k.chains, used.Origin(), arg.Pos(), plain)
		what = k.colors.Name(used)
	}
	if c == nil {
		return
	}
	f := finding{pos: arg.Pos(), end: arg.End(), code: diag.SwitchInCallback}
	f.message, f.remedy = subset.CalledBack(k.colors.Name(fn), what, c.String())
	if c.pos != arg.Pos() {
		f.related = because(c)
	}
	k.report(f)
}
