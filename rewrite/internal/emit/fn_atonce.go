package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// What is known of a call of the function itself before it is made: see fn_nested.go.

// atOnce says of a call of the function itself that it returns at once.
type atOnce struct {
	unless, value jen.Code // when it does not, and what it returns, or nil
}

// goesOn says when the activation that w calls returns at once, as one for a nil pointer may do:
// such a call takes neither a push nor a pop. It is nil if that is not to be known from the
// arguments.
func (e *funcEmitter) goesOn(w *ir.Wait) *atOnce {
	first := e.fn.Blocks[0]
	list := slices.DeleteFunc(slices.Clone(first.List), func(n ir.Node) bool { _, ok := n.(*ir.Mark); return ok })
	if len(list) == 0 {
		return nil
	}
	leaf, ok := list[0].(*ir.Leaf)
	if !ok {
		return nil
	}
	args := callArgs(w.Call)
	switch s := leaf.Stmt.(type) {
	case *ast.IfStmt:
		if s.Init != nil || s.Else != nil || len(s.Body.List) != 1 {
			return nil
		}
		ret, ok := s.Body.List[0].(*ast.ReturnStmt)
		if !ok || len(ret.Results) > 1 || len(ret.Results) != e.fn.Obj.Signature().Results().Len() {
			return nil
		}
		a := &atOnce{}
		if len(ret.Results) == 1 {
			if a.value = e.constantOf(ret.Results[0]); a.value == nil {
				return nil
			}
		}
		if unless := e.compared(s.Cond, args, true); unless != nil {
			a.unless = unless
			return a
		}
	case *ast.AssignStmt: // of what a logical operator begins with
		jump, ok := first.Term.(*ir.CondJump)
		if !ok || len(list) != 1 || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
			return nil
		}
		cond, exit, is := ast.Unparen(jump.Cond), jump.Then, true
		if not, ok := cond.(*ast.UnaryExpr); ok && not.Op == token.NOT {
			cond, exit = ast.Unparen(not.X), jump.Else
		} else if exitAt(exit) == nil {
			exit, is = jump.Else, false
		}
		id, ok := cond.(*ast.Ident)
		to, ok2 := s.Lhs[0].(*ast.Ident)
		x := exitAt(exit)
		if !ok || !ok2 || x == nil || x.Return == nil || len(x.Results) != 1 {
			return nil
		}
		ret, ok := ast.Unparen(x.Results[0]).(*ast.Ident)
		if v := e.fn.VarOf(to); !ok || v == nil || v.Kind != ir.Temp || e.fn.VarOf(id) != v || e.fn.VarOf(ret) != v {
			return nil
		}
		if unless := e.compared(s.Rhs[0], args, is); unless != nil {
			return &atOnce{unless, e.truth(is)}
		}
	}
	return nil
}

// constantOf is x if that is a constant or nil, or nil.
func (e *funcEmitter) constantOf(x ast.Expr) jen.Code {
	x = ast.Unparen(x)
	if tv := e.Info.Types[x]; tv.Value == nil && !tv.IsNil() {
		return nil
	}
	switch x.(type) {
	case *ast.Ident, *ast.BasicLit:
		return e.Expr(x)
	}
	return nil
}

// truth is is as a value of type bool.
func (e *funcEmitter) truth(is bool) jen.Code {
	switch {
	case !is:
		return e.falseValue()
	case e.hides("true"):
		return jen.Lit(0).Op("==").Lit(0)
	}
	return jen.True()
}

// compared is the comparison x, or its opposite, with arguments in place of the parameters. Those
// are of the same types, and have no effects. It is nil for any other x.
func (e *funcEmitter) compared(x ast.Expr, args []ast.Expr, opposite bool) *jen.Statement {
	cmp, ok := ast.Unparen(x).(*ast.BinaryExpr)
	if !ok || cmp.Op.Precedence() != token.EQL.Precedence() {
		return nil
	}
	operand := func(x ast.Expr) *jen.Statement {
		id, ok := ast.Unparen(x).(*ast.Ident)
		if !ok {
			if lit, ok := ast.Unparen(x).(*ast.BasicLit); ok {
				return e.Expr(lit)
			}
			return nil
		}
		if v := e.fn.VarOf(id); v != nil {
			i := slices.Index(e.fn.Params, v)
			if i < 0 || v.Box || !atom(args[i]) {
				return nil
			}
			tv := e.Info.Types[args[i]]
			if tv.Value != nil || tv.Type == nil || !types.Identical(tv.Type, v.Type) || !e.compares(v.Type, cmp) {
				return nil
			}
			return e.Expr(args[i])
		}
		switch e.Info.Uses[id].(type) {
		case *types.Const, *types.Nil:
			return e.Expr(id)
		}
		return nil
	}
	l, r := operand(cmp.X), operand(cmp.Y)
	if l == nil || r == nil {
		return nil
	}
	if !opposite {
		return l.Op(cmp.Op.String()).Add(r)
	}
	return l.Op(negated[cmp.Op].String()).Add(r)
}

// compares reports whether cmp, of values of type t, never panics, and is the opposite of what it
// is with the opposite operator.
func (e *funcEmitter) compares(t types.Type, cmp *ast.BinaryExpr) bool {
	switch t := t.Underlying().(type) {
	case *types.Basic:
		return t.Info()&(types.IsFloat|types.IsComplex) == 0
	case *types.Pointer, *types.Chan:
		return true
	}
	return e.Info.Types[cmp.X].IsNil() || e.Info.Types[cmp.Y].IsNil()
}
