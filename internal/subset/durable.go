package subset

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// durable checks what a durable function must not do: call what can't be saved, and defer what
// has no type.
func (k *checker) durable(fn *color.Func) {
	if !k.colors.Directives().Durable(fn.Decl) {
		return
	}
	used := map[ast.Expr]bool{} // selectors that are called, or handed to a call
	ast.Inspect(fn.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if !used[n] {
				k.durableMethod(n)
			}
		case *ast.DeferStmt:
			k.durableDefer(n)
		case *ast.CallExpr:
			used[ast.Unparen(n.Fun)] = true
			for _, arg := range n.Args {
				used[ast.Unparen(arg)] = true
			}
			if s, ok := k.colors.Suspension(n); ok && s.Op == color.OpCall {
				k.durableCallee(fn, n, s.Callee)
			}
		}
		return true
	})
}

func (k *checker) durableDefer(s *ast.DeferStmt) {
	remedy := "write defer func() { " + types.ExprString(s.Call) + " }(), with copies of what changes later"
	if lit, ok := ast.Unparen(s.Call.Fun).(*ast.FuncLit); ok {
		if lit.Type.Params.NumFields() == 0 && lit.Type.Results.NumFields() == 0 {
			return
		}
		remedy = "let it use variables that do not change instead of parameters, and return nothing"
	}
	k.report(s.Pos(), diag.DurableDefer, "a durable function can defer only a function literal without parameters and results", remedy)
}

// durableMethod checks a method value that is kept: gc makes a closure of it, which has no type.
// Those of resumable methods have.
func (k *checker) durableMethod(x *ast.SelectorExpr) {
	s := k.Info.Selections[x]
	if s == nil || s.Kind() != types.MethodVal {
		return
	}
	if m := s.Obj().(*types.Func); !k.colors.Resumable(m) {
		k.report(x.Pos(), diag.DurableVariable, "a durable function keeps the method value "+types.ExprString(x)+", which can't be saved",
			"keep a function literal that calls the method")
	}
}

func (k *checker) durableCallee(fn *color.Func, call *ast.CallExpr, callee *types.Func) {
	caller, name := k.colors.Name(fn.Obj), k.colors.Name(callee)
	if names.IsRuntime(callee.Pkg().Path()) {
		k.report(call.Pos(), diag.DurableCallee, caller+" is durable, and calls "+name+", which can't be saved while it is suspended",
			"call it in a function that is not durable, before or after")
		return
	}
	if f := k.colors.Annotation(callee); f != nil && !k.colors.Directives().Durable(f.Decl) {
		k.report(call.Pos(), diag.DurableCallee, caller+" is durable, and calls "+name+", which is resumable but not durable",
			"annotate "+name+" "+directive.Durable, k.related(f.Pos, name+" is annotated here"))
	}
}
