package color

import (
	"go/ast"
	"go/types"
)

// Starts by value: greenlet.New(squares, 5), h.Go(serve, conn). They go by a convention, so
// that functions which hand on what they get count as well: the last two parameters are
// called run and args, an any and any number of them.

// Start is what a call starts by value: run, a function or a frame, with args. ok is false if
// call starts nothing, or its arguments can't be told apart.
func (c *Colors) Start(call *ast.CallExpr) (run ast.Expr, args []ast.Expr, ok bool) {
	fn := c.Callee(call)
	if fn == nil || call.Ellipsis.IsValid() {
		return nil, nil, false
	}
	params := fn.Signature().Params()
	at := params.Len() - 2
	if !fn.Signature().Variadic() || at < 0 || len(call.Args) <= at {
		return nil, nil, false
	}
	r, a := params.At(at), params.At(at+1)
	if r.Name() != "run" || a.Name() != "args" || !isAny(r.Type()) || !isAny(a.Type().(*types.Slice).Elem()) {
		return nil, nil, false
	}
	return call.Args[at], call.Args[at+1:], true
}

// Started is the declared function or method that run names, what a call starts by value, or
// nil.
func (c *Colors) Started(run ast.Expr) *types.Func {
	id := CalleeIdent(run)
	if id == nil {
		return nil
	}
	fn, _ := c.pkg.Info.Uses[id].(*types.Func)
	return fn
}

func isAny(t types.Type) bool {
	i, ok := types.Unalias(t).(*types.Interface)
	return ok && i.Empty()
}

// started are the literals of a declaration that calls start by value. They are resumable
// whether they suspend or not: what they are is not known where they are started.
func (c *Colors) started(decl *ast.FuncDecl) map[*ast.FuncLit]bool {
	list := map[*ast.FuncLit]bool{}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if run, _, ok := c.Start(call); ok {
				if lit, ok := ast.Unparen(run).(*ast.FuncLit); ok {
					list[lit] = true
				}
			}
		}
		return true
	})
	return list
}
