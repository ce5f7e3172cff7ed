package rewrite

// Calls whose callee is known only when they are made: of interface methods and
// of function values. What is called is named twice, for the call of its
// resumable form and for that of the function itself.

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
)

// prepared is the call of a suspension with its operands lifted.
func (n *normalizer) prepared(op color.Op, call *ast.CallExpr) *ast.CallExpr {
	c := n.callOperands(call)
	switch op {
	case color.OpDispatch:
		return n.holdReceiver(c)
	case color.OpIndirect:
		return n.holdFunc(c)
	}
	return c
}

// holdReceiver makes the operand of an interface method call a variable, for it
// will be named twice.
func (n *normalizer) holdReceiver(call *ast.CallExpr) *ast.CallExpr {
	sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if s := n.info.Selections[sel]; s != nil && s.Kind() == types.MethodExpr {
		return n.asMethodCall(call, sel, s)
	}
	if _, ok := ast.Unparen(sel.X).(*ast.Ident); ok {
		return call
	}
	c := *call
	c.Fun = n.as(&ast.SelectorExpr{X: n.pinned(sel.X), Sel: sel.Sel}, sel)
	n.as(&c, call)
	return &c
}

// asMethodCall is I.m(x, y), where I is an interface, as x.m(y).
func (n *normalizer) asMethodCall(call *ast.CallExpr, sel *ast.SelectorExpr, s *types.Selection) *ast.CallExpr {
	recv := n.temp(s.Recv(), call.Pos())
	n.define(recv, call.Args[0])
	method := &ast.SelectorExpr{X: n.ref(recv, call.Pos()), Sel: sel.Sel}
	set := types.NewMethodSet(s.Recv())
	n.info.Selections[method] = set.Lookup(s.Obj().Pkg(), s.Obj().Name())
	n.info.Types[method] = types.TypeAndValue{Type: n.info.Selections[method].Type()}
	c := *call
	c.Fun, c.Args = method, call.Args[1:]
	return n.as(&c, call).(*ast.CallExpr)
}

// holdFunc makes the function of an indirect call a variable. gc reads a
// variable that holds the function after the calls among the arguments, which
// may assign to it; so these go to temporaries first.
func (n *normalizer) holdFunc(call *ast.CallExpr) *ast.CallExpr {
	c := *call
	_, named := ast.Unparen(call.Fun).(*ast.Ident)
	if anyOf(call.Args, hasCall) {
		if !named {
			c.Fun = n.pin(call.Fun)
		}
		c.Args = make([]ast.Expr, len(call.Args))
		for i, arg := range call.Args {
			c.Args[i] = n.pin(arg)
		}
	}
	if _, named := ast.Unparen(c.Fun).(*ast.Ident); !named {
		c.Fun = n.heldFunc(c.Fun)
	}
	return n.as(&c, call).(*ast.CallExpr)
}

// heldFunc evaluates a function into a temporary. An instantiated type
// parameter keeps its type.
func (n *normalizer) heldFunc(fun ast.Expr) ast.Expr {
	if id, ok := fun.(*ast.Ident); ok && n.fn.Refs[id] != nil {
		return fun
	}
	return n.pinned(fun)
}
