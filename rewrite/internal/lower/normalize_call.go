package lower

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
	recv := sel.X
	_, named := ast.Unparen(recv).(*ast.Ident)
	c := *call
	if anyOf(call.Args, hasCall) {
		if !named {
			if recv = n.pin(recv); n.devirtualized(sel.X) {
				recv = n.pinned(recv)
			}
		}
		c.Args = n.pinArgs(call)
	}
	if !named {
		recv = n.pinned(recv)
	}
	c.Fun = n.as(&ast.SelectorExpr{X: recv, Sel: sel.Sel}, sel)
	return n.as(&c, call).(*ast.CallExpr)
}

// asMethodCall is I.m(x, y), where I is an interface, as x.m(y).
func (n *normalizer) asMethodCall(call *ast.CallExpr, sel *ast.SelectorExpr, s *types.Selection) *ast.CallExpr {
	args := call.Args
	if anyOf(args[1:], hasCall) {
		args = n.pinArgs(call)
	}
	recv := n.temp(s.Recv(), call.Pos())
	n.define(recv, args[0])
	method := &ast.SelectorExpr{X: n.ref(recv, call.Pos()), Sel: sel.Sel}
	set := types.NewMethodSet(s.Recv())
	n.info.Selections[method] = set.Lookup(s.Obj().Pkg(), s.Obj().Name())
	n.info.Types[method] = types.TypeAndValue{Type: n.info.Selections[method].Type()}
	c := *call
	c.Fun, c.Args = method, args[1:]
	return n.as(&c, call).(*ast.CallExpr)
}

// pinArgs makes the calls among the arguments of a call whose callee is looked at
// before it is called. They come first: gc reads a variable that holds the callee
// after them, and they may assign to it.
func (n *normalizer) pinArgs(call *ast.CallExpr) []ast.Expr {
	args := make([]ast.Expr, len(call.Args))
	to := n.argumentTypes(call)
	for i, arg := range call.Args {
		args[i] = n.pinTo(arg, to(i))
	}
	return args
}

// holdFunc makes the function of an indirect call a variable.
func (n *normalizer) holdFunc(call *ast.CallExpr) *ast.CallExpr {
	c := *call
	_, named := ast.Unparen(call.Fun).(*ast.Ident)
	if anyOf(call.Args, hasCall) {
		if !named {
			c.Fun = n.pin(call.Fun)
		}
		c.Args = n.pinArgs(call)
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
