package subset

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// callbacks reports what yields, or calls what is resumable, and that a resumable function gives
// the standard library to call. The generator lets it be, for the function may be called on a
// stack of its own as well, where all can suspend. The analyzer knows more of it by facts.
func (k *checker) callbacks() {
	for _, fn := range k.colors.Annotated() {
		k.calledBack(fn.Decl.Body)
		for _, lit := range k.colors.Literals(fn) {
			k.calledBack(lit.Syntax.Body)
		}
	}
}

func (k *checker) calledBack(body ast.Node) {
	k.colors.Executed(body, func(call *ast.CallExpr) {
		fn := k.colors.Callee(call)
		if fn == nil || !color.CallsBack(fn) || color.KeepsHandlers(fn) {
			return
		}
		params := fn.Signature().Params()
		for i, arg := range call.Args {
			if params.Len() == 0 || !IsFunc(params.At(min(i, params.Len()-1)).Type()) {
				continue
			}
			what, chain := k.given(arg)
			if chain == nil {
				continue
			}
			message, remedy := CalledBack(k.colors.Name(fn), what, k.colors.Chain(chain))
			k.report(arg.Pos(), diag.SwitchInCallback, message, remedy, k.related(chain[0].Pos, "it suspends here"))
		}
	})
}

// given is what arg is that suspends, and how; no chain if it isn't certain.
func (k *checker) given(arg ast.Expr) (what string, chain []color.Step) {
	arg = ast.Unparen(arg)
	if lit, ok := arg.(*ast.FuncLit); ok {
		k.colors.Executed(lit.Body, func(call *ast.CallExpr) {
			s, ok := k.colors.Deferred(call)
			if ok && chain == nil && s.Callee != nil {
				chain = k.yields(color.Step{Pos: k.colors.CallPos(call), Op: s.Op, Callee: s.Callee})
			}
		})
		return "this function", chain
	}
	if id := color.CalleeIdent(arg); id != nil {
		fn, ok := k.Info.Uses[id].(*types.Func)
		switch {
		case !ok:
		case fn.Pkg() == k.Pkg && k.colors.Resumable(fn):
			return k.colors.Name(fn), k.yields(color.Step{Pos: arg.Pos(), Op: color.OpCall, Callee: fn.Origin()})
		default:
			if rest := k.Plain.Chain(fn); rest != nil && !k.colors.Resumable(fn) {
				return k.colors.Name(fn), append([]color.Step{{Pos: arg.Pos(), Callee: fn.Origin()}}, rest...)
			}
		}
	}
	return "", nil
}

// yields is the chain that begins with step and ends in a Yield, an Exchange or a resumable
// function of another package, or nil.
func (k *checker) yields(step color.Step) []color.Step {
	chain := []color.Step{step}
	if step.Op == color.OpCall && step.Callee.Pkg() == k.Pkg {
		chain = append(chain, k.colors.Why(step.Callee)...)
	}
	switch last := chain[len(chain)-1]; {
	case last.Op == color.OpYield, last.Op == color.OpExchange:
		return chain
	case last.Op == color.OpCall && last.Callee.Pkg() != k.Pkg && !color.OfRuntime(last.Callee):
		return chain
	}
	return nil
}

// CalledBack is what there is to say of what, which suspends by a chain of calls, and is given to
// the plain function by to call.
func CalledBack(by, what, chain string) (message, remedy string) {
	return what + " suspends (" + chain + "), but " + by + " will call it, which is plain code and can't be suspended",
		"switch before or after the call of " + by + ", or call back from a resumable function of your own" + OrOnStack(by)
}

// IsFunc reports whether a type is declared as that of functions. A type parameter is not: what it
// stands for is stored as well as called.
func IsFunc(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return false
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}
