package emit

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// What a defer statement evaluates when it is executed: the function or receiver and the
// arguments, in gc's order.

// callsBefore are the calls, receptions and logical operations in the function or receiver
// of a deferred call that must be made before those in its arguments, and are not so by
// themselves.
func (e *funcEmitter) callsBefore(call *ast.CallExpr) (calls []ast.Expr) {
	if !e.spreads(call) {
		return nil
	}
	ast.Inspect(call.Fun, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && (e.Info.Types[x].IsType() || e.Info.Types[x].Value != nil) {
			return false // its calls are constants
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR { // whose calls may not be made
				calls = append(calls, n)
				return false
			}
		case *ast.CallExpr:
			if e.Info.Types[n.Fun].IsType() && !ir.FromUintptr(e.Info, n) {
				return true
			}
			calls = append(calls, n)
			return false
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				calls = append(calls, n)
				return false
			}
		}
		return true
	})
	return calls
}

// ofTypeParam is the operand of a method value whose receiver is of a type parameter,
// and the method's name. gc makes such a value by a call, before it reads variables.
func (e *funcEmitter) ofTypeParam(fun ast.Expr) (on *jen.Statement, method string, ok bool) {
	sel, ok := fun.(*ast.SelectorExpr)
	if s := e.Info.Selections[sel]; !ok || s == nil || s.Kind() != types.MethodVal {
		return nil, "", false
	}
	on, t := e.operandPath(sel)
	_, ok = types.Unalias(t).(*types.TypeParam)
	return on, sel.Sel.Name, ok
}

// hold evaluates x, the function or receiver of a deferred call, and the arguments
// into variables: in one assignment, so that gc orders their operands as it does those
// of a deferred call (normalizeGoDeferCall in its package typecheck).
func (e *funcEmitter) hold(name string, x *jen.Statement, call *ast.CallExpr) (code []jen.Code, held *jen.Statement, args []jen.Code) {
	name = e.fn.Names.Fresh(name)
	code, args = e.holdArgs(call, jen.Id(name), x)
	return code, jen.Id(name), args
}

// holdArgs is hold for the arguments alone, or those behind a name and its value.
func (e *funcEmitter) holdArgs(call *ast.CallExpr, first ...jen.Code) (code, args []jen.Code) {
	if e.spreads(call) {
		for range e.Info.TypeOf(call.Args[0]).(*types.Tuple).Len() {
			args = append(args, jen.Id(e.fn.Names.Fresh("arg")))
		}
		code = []jen.Code{jen.List(args...).Op(":=").Add(e.Expr(call.Args[0]))}
		if len(first) > 0 { // its calls are not in it any more
			code = append(code, jen.Add(first[0]).Op(":=").Add(first[1]))
		}
		return code, args
	}
	var names, values []jen.Code
	if len(first) > 0 {
		names, values = first[:1:1], first[1:]
	}
	for i, x := range call.Args {
		tv := e.Info.Types[x]
		var arg *jen.Statement
		if conv, ptr := ir.ToUintptr(e.Info, x); conv != nil {
			name := e.fn.Names.Fresh("arg")
			names, values = append(names, jen.Id(name)), append(values, e.Expr(ptr))
			arg = jen.Parens(e.Expr(conv.Fun)).Call(jen.Id(name))
			e.kept = append(e.kept, jen.Id(name))
		} else if tv.Value == nil && !tv.IsNil() && !tv.IsType() {
			name := e.fn.Names.Fresh("arg")
			names, values = append(names, jen.Id(name)), append(values, e.inItsType(x))
			arg = jen.Id(name)
		} else {
			arg = e.Expr(x)
		}
		if call.Ellipsis.IsValid() && i == len(call.Args)-1 {
			arg.Op("...")
		}
		args = append(args, arg)
	}
	if len(names) > 0 {
		code = []jen.Code{jen.List(names...).Op(":=").List(values...)}
	}
	return code, args
}

// untypedInItself reports whether x gets its type from where it is used: a
// comparison, or a shift of a constant.
func untypedInItself(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.BinaryExpr:
		switch x.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.SHL, token.SHR, token.LAND, token.LOR:
			return true
		}
	case *ast.UnaryExpr:
		return x.Op != token.AND && x.Op != token.ARROW && untypedInItself(ast.Unparen(x.X))
	}
	return false
}

// spreads reports whether call is f(g()), where g has several results.
func (e *funcEmitter) spreads(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	_, ok := e.Info.TypeOf(call.Args[0]).(*types.Tuple)
	return ok
}

// inItsType is x with the type that it has where it is used.
func (e *funcEmitter) inItsType(x ast.Expr) *jen.Statement {
	code := e.Expr(x)
	if untypedInItself(ast.Unparen(x)) {
		code = e.Convert(types.Default(e.Info.TypeOf(x)), code)
	}
	return code
}
