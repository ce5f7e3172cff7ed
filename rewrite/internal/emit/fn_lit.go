package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Function literals that are resumable. Each is a type with the variables that
// it captures, by reference:
//
//	type runFunc1 struct {
//		gen.Closure
//		sum *int
//	}
//
// Its method value makes the function value, which is what plain code calls: the
// literal as it is written. Its method CallResumable is the companion. Where the
// literal stood, there is
//
//	(&runFunc1{sum: &sum}).value()

// What literals, and all function values, have as a companion and as the form
// that recovers.
const (
	closureCall     = "CallResumable"
	closureDeferred = "CallDeferred"
)

// litType is the type of a literal with its type arguments.
func (e *funcEmitter) litType(lit *ir.Lit) *jen.Statement {
	return jen.Id(lit.Type).Add(e.litArgs(lit))
}

// closure is a new value of a literal's type: &runFunc1{…}.
func (e *funcEmitter) closure(lit *ir.Lit) *jen.Statement {
	values := jen.Dict{}
	for _, c := range lit.Captures {
		switch {
		case c.Use == nil:
			continue
		case c.ByValue:
			values[jen.Id(c.Field)] = e.Expr(c.Use)
			continue
		}
		values[jen.Id(c.Field)] = e.Expr(&ast.UnaryExpr{OpPos: c.Use.Pos(), Op: token.AND, X: c.Use})
	}
	if lit.Range != nil && lit.Range.Defers {
		values[jen.Id(ir.AroundField)] = e.header()
	}
	if lit.Range != nil && lit.Range.Recovers {
		values[jen.Id(ir.DeferrerField)] = e.deferrer()
	}
	return e.made(lit, values)
}

// usedValue is the function value that the function or switch called name is where
// it is used as one; x is the selector, if it is one.
func (e *funcEmitter) usedValue(name *ast.Ident, x *ast.SelectorExpr) (*jen.Statement, bool) {
	if name == nil {
		return nil, false
	}
	lit := e.fn.Values[name]
	if lit == nil || lit == e.fn.Lit { // it is the call in it
		return nil, false
	}
	return e.value(lit, x), true
}

// value is the function value that a resumable function or a switch is; x is the
// selector, if it is one.
func (e *funcEmitter) value(lit *ir.Lit, x *ast.SelectorExpr) *jen.Statement {
	values := jen.Dict{}
	if len(lit.Captures) > 0 {
		values[jen.Id("recv")] = e.boundReceiver(x)
	}
	return e.bound(lit, e.made(lit, values))
}

// boundReceiver is a variable with the receiver of a method value: a copy, if
// the method does not have a pointer.
func (e *funcEmitter) boundReceiver(x *ast.SelectorExpr) *jen.Statement {
	code, t := e.operandPath(x)
	recv := e.Info.Selections[x].Obj().(*types.Func).Signature().Recv().Type()
	_, wants := types.Unalias(recv).(*types.Pointer)
	switch _, has := t.Underlying().(*types.Pointer); {
	case types.IsInterface(recv) && atom(x.X):
		return e.rt("RefMethod").Call(code, e.DefaultExpr(x))
	case wants && !has:
		code = jen.Op("&").Add(code)
	case !wants && has && !types.IsInterface(recv):
		code = jen.Op("*").Add(code)
	}
	return e.rt("Ref").Call(code)
}

// literal is the function value of a resumable literal.
func (e *funcEmitter) literal(lit *ir.Lit) *jen.Statement {
	value := e.bound(lit, e.closure(lit))
	if lit.Range == nil || len(lit.Range.Cells) == 0 {
		return value
	}
	args := []jen.Code{e.Expr(lit.Range.Seq)}
	for _, c := range lit.Captures {
		if slices.Contains(lit.Range.Cells, c.Obj) {
			args = append(args, e.Expr(&ast.UnaryExpr{OpPos: c.Use.Pos(), Op: token.AND, X: c.Use}))
		}
	}
	name := [...]string{1: "Body", 2: "Body2"}[len(lit.Range.Cells)]
	return e.rt(name).Call(append(args, value)...)
}

// handOn is the signature of the function's form called name, and the arguments of a
// call that hands on the parameters.
func (e *funcEmitter) handOn(name string) (params, args, results []jen.Code) {
	f := e.forwarded(e.fn.Obj.Signature(), nil, name)
	return f.params, append(f.context, f.args...), append(f.results, e.rt("Status"))
}

// deferredValue emits, of a function that is used as a value and recovers, the
// form of the value that recovers.
func (e *funcEmitter) deferredValue(out *jen.File) {
	target := e.deferredTarget()
	if target == nil {
		return
	}
	self := e.selfParam()
	if e.inPlace() {
		params, args, results := e.handOn(closureDeferred)
		id := jen.Id(e.fn.Lit.Self)
		out.Func().Params(self).Id(closureDeferred).Params(params...).Add(parens(results)).Block(
			jen.Return(jen.Add(id).Dot("deferred").Call(append([]jen.Code{id}, args...)...)))
		return
	}
	e.forward(out, self, e.fn.Obj.Signature(), nil, closureDeferred, target)
}

// deferredTarget is the form that recovers of a function that is used as a value, or
// nil if it has none.
func (e *funcEmitter) deferredTarget() *jen.Statement {
	callee := e.valueOf()
	if callee == nil || !e.Colors.Recovers(callee) {
		return nil
	}
	return e.siblingOf(e.fn.Lit.Call.Fun, callee, names.Deferred(callee.Name()))
}

// valueOf is the function or method that the literal is the value of, or nil if it is none
// or a method expression.
func (e *funcEmitter) valueOf() *types.Func {
	lit := e.fn.Lit
	if lit == nil || lit.Call == nil {
		return nil
	}
	if sel, ok := ast.Unparen(lit.Call.Fun).(*ast.SelectorExpr); ok {
		if s := e.Info.Selections[sel]; s != nil && s.Kind() == types.MethodExpr {
			return nil
		}
	}
	return e.calleeOf(lit.Call)
}

// frameOfValue emits what a start of the value asks for, as registered functions have it: a
// frame of the function, without arguments. What an interface method is, only the call finds.
func (e *funcEmitter) frameOfValue(out *jen.File) {
	callee := e.valueOf()
	if callee == nil || !e.Colors.Resumable(callee) || color.IsInterfaceMethod(callee) || e.byHand(callee) {
		return
	}
	var zeros []jen.Code
	sig := e.fn.Obj.Signature()
	for i := range sig.Params().Len() {
		if !sig.Variadic() || i < sig.Params().Len()-1 {
			zeros = append(zeros, e.zero(sig.Params().At(i).Type()))
		}
	}
	made := e.siblingOf(e.fn.Lit.Call.Fun, callee, names.Constructor(callee.Name())).Call(zeros...)
	out.Func().Add(e.litReceiver()).Id("Frame").Params().Add(e.rt("Frame")).Add(oneLine(jen.Return(made)))
}

// byHand reports whether fn is one of the runtime's that is lowered by hand and has no
// constructor.
func (e *funcEmitter) byHand(fn *types.Func) bool {
	return fn.Pkg().Path() == names.RuntimePath && fn.Pkg().Scope().Lookup(names.Constructor(fn.Name())) == nil
}

// selfParam is the literal as a parameter.
func (e *funcEmitter) selfParam() *jen.Statement {
	return jen.Id(e.fn.Lit.Self).Op("*").Add(e.litType(e.fn.Lit))
}

// literalType declares the type of the literal that is being emitted, and its
// method value.
func (e *funcEmitter) literalType(out *jen.File) {
	lit := e.fn.Lit
	what := "the function literal"
	switch {
	case lit.Value != nil:
		what = lit.Value.Name + " as a value"
	case lit.Range != nil:
		what = "the body of the loop"
	}
	out.Commentf("%s is %s of %s:%d.", lit.Type, what, e.fileName(), e.line(lit.Syntax.Pos()))
	out.Type().Id(lit.Type).Add(e.typeParams()).StructFunc(func(g *jen.Group) {
		g.Add(e.rt("Closure"))
		for _, c := range lit.Captures {
			if c.Witness != nil {
				g.Id(c.Field).Add(e.anyType()) // a pointer to what has no name here
			} else if c.ByValue {
				g.Id(c.Field).Add(e.typ(c.Obj.Type()))
			} else {
				g.Id(c.Field).Op("*").Add(e.Type(c.Obj.Type()))
			}
		}
		if lit.Range != nil && lit.Range.Defers {
			g.Id(ir.AroundField).Op("*").Add(e.rt("DeferHeader"))
		}
		if lit.Range != nil && lit.Range.Recovers {
			g.Id(ir.DeferrerField).Op("*").Add(e.rt("DeferHeader"))
		}
		if lit.InPlace() {
			g.Id("step").Func().Params(e.stepTypes()...).Add(e.rt("Status"))
			if e.deferredTarget() != nil {
				params, _, results := e.handOn(closureDeferred)
				g.Id("deferred").Func().Params(append([]jen.Code{e.selfParam()}, params...)...).Add(parens(results))
			}
		}
	})
	if lit.InPlace() {
		return
	}
	self := jen.Id(lit.Self)
	out.Func().Add(e.litReceiver()).Id("value").Params().Add(e.unnamed(e.fn.Obj.Signature())).Block(
		jen.Return(e.rt("Bind").Call(jen.Op("&").Add(self).Dot("Closure"), self, e.asWritten(lit.Syntax))),
	)
	e.frameOfValue(out)
	out.Comment(ownMark)
}

// litReceiver is the receiver of a method of the literal's type.
func (e *funcEmitter) litReceiver() *jen.Statement {
	return jen.Params(e.selfParam())
}

// asWritten is a literal as plain code has it: what it captures is elsewhere, and
// the resumable literals and values that it makes stay resumable, for they may be
// kept and called by resumable code.
func (e *funcEmitter) asWritten(lit *ast.FuncLit) *jen.Statement {
	plain := *e
	conv := *e.Converter
	plain.Converter = &conv
	plain.alias = nil                 // those are of the step, which may have been emitted before
	called := map[*ast.FuncLit]bool{} // at once, here
	conv.ExprHook = func(x ast.Expr) (*jen.Statement, bool) {
		switch x := x.(type) {
		case *ast.CallExpr:
			if fun, ok := ast.Unparen(x.Fun).(*ast.FuncLit); ok {
				called[fun] = true
			}
			return nil, false
		case *ast.FuncLit:
			if made := e.fn.Lits[x]; made != nil && !called[x] {
				return plain.literal(made), true
			}
			return nil, false
		case *ast.IndexExpr, *ast.IndexListExpr:
			return plain.usedValue(color.CalleeIdent(x), nil)
		case *ast.Ident:
			if code, ok := plain.usedValue(x, nil); ok {
				return code, true
			}
			if code, ok := e.constant(x); ok {
				return code, true
			}
			if t := e.fn.Types[x]; t != nil {
				return e.typ(t), true
			}
			return plain.captured(x)
		case *ast.SelectorExpr:
			if code, ok := plain.usedValue(x.Sel, x); ok {
				return code, true
			}
			return plain.captured(x)
		case *ast.UnaryExpr:
			return plain.captured(x)
		}
		return nil, false
	}
	conv.StmtHook = nil
	if e.fn.Lit.Range != nil {
		return e.bodyAsWritten(&plain, e.fn.Lit)
	}
	if len(e.fn.Lit.Captures) > 0 {
		return plain.DefaultExpr(lit)
	}
	// What Bind makes must capture the receiver, even if for nothing.
	body := []jen.Code{jen.Id("_").Op("=").Id(e.fn.Lit.Self)}
	return jen.Func().Add(plain.Signature(lit.Type)).Block(append(body, plain.LitBody(lit)...)...)
}

// captured is expr for what the literal captures, and for type parameters that
// have other names here.
func (e *funcEmitter) captured(x ast.Expr) (*jen.Statement, bool) {
	var found *ir.Var
	switch x := x.(type) {
	case *ast.Ident:
		found = e.fn.VarOf(x)
		if obj, ok := e.Info.Uses[x].(*types.TypeName); ok {
			return e.typeParamName(obj)
		}
	case *ast.SelectorExpr:
		if id, ok := ast.Unparen(x.X).(*ast.Ident); ok {
			found = e.fn.VarOf(id)
		}
	case *ast.UnaryExpr:
		if id, ok := ast.Unparen(x.X).(*ast.Ident); ok && x.Op == token.AND {
			found = e.fn.VarOf(id)
		}
	}
	if found == nil || found.Kind != ir.Captured {
		return nil, false
	}
	return e.expr(x)
}

// constant is a constant that a function around the literal declares: by its
// value, as its declaration is not at hand.
func (e *funcEmitter) constant(id *ast.Ident) (*jen.Statement, bool) {
	obj, ok := e.Info.Uses[id].(*types.Const)
	if e.fn.Lit == nil || !ok || obj.Pkg() != e.Pkg || obj.Parent() == e.Pkg.Scope() || obj.Parent() == nil ||
		e.fn.Lit.Syntax.Pos() <= obj.Pos() && obj.Pos() < e.fn.Lit.Syntax.End() {
		return nil, false
	}
	basic := obj.Type().Underlying().(*types.Basic)
	value := e.operand(ir.Constant(obj.Val(), basic, id.Pos()), token.HighestPrec)
	if basic.Info()&types.IsUntyped != 0 && types.Identical(obj.Type(), basic) {
		return value, true
	}
	return e.Convert(obj.Type(), value), true
}
