package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// An asker may call itself: one frame has all its activations then. The one that runs is in the
// frame as ever; what those that wait for it need is on a stack in the frame, gen.Calls. A call
// and a return stay within Ask, so that no frame is taken, linked or resumed by anybody.

// callsItself reports whether w is a call that Ask can make: of the function itself, with
// nothing to be converted but the arguments.
func (e *funcEmitter) callsItself(w *ir.Wait) bool {
	sig := e.fn.Obj.Signature()
	if w.Op != color.OpCall || w.Callee != e.fn.Obj || e.fn.Durable || e.fn.Recovers || e.tparams.Len() > 0 ||
		sig.Results().Len() > 0 || sig.Variadic() || len(w.Call.Args) != sig.Params().Len() {
		return false
	}
	switch fun := w.Source.Fun.(type) {
	case *ast.Ident:
		return sig.Recv() == nil
	case *ast.SelectorExpr:
		s := e.Info.Selections[fun]
		if s == nil || s.Kind() != types.MethodVal || len(s.Index()) != 1 || !types.Identical(e.Info.TypeOf(fun.X), sig.Recv().Type()) {
			return false
		}
		_, ok := w.Call.Fun.(*ast.SelectorExpr)
		return ok
	}
	return false
}

// keeps reports whether what lives across w can be kept in fields of a type of ours.
func (e *funcEmitter) keeps(w *ir.Wait) bool {
	for _, v := range w.Live {
		if v.Witness != nil || e.anyField(v) || !e.CanName(v.Type) {
			return false
		}
	}
	return true
}

// isTail reports whether there is nothing left to do behind w.
func (e *funcEmitter) isTail(w *ir.Wait) bool {
	x, ok := w.Next.Term.(*ir.Exit)
	return ok && len(w.Live) == 0 && onlyMarks(w.Next) && (x.Return == nil || len(x.Results) == 0)
}

// nested reports whether the code being emitted is that of an asker that calls itself.
func (e *funcEmitter) nested() bool { return e.asking() && len(e.asker.calls) > 0 }

// waiting is the type of what an activation keeps that waits for another one.
func (e *funcEmitter) waiting() string {
	return e.free(strings.TrimSuffix(e.frame, "Frame") + "Waiting")
}

// keptFields are the fields of the frame that live across a call of the function itself.
func (e *funcEmitter) keptFields() (list []ir.Field) {
	kept := map[string]bool{}
	for _, w := range e.asker.calls {
		for _, v := range w.Live {
			kept[v.Field] = true
		}
	}
	for _, f := range e.fn.Frame.Fields {
		if kept[f.Name] {
			list = append(list, f)
		}
	}
	return list
}

// waitingType declares it.
func (e *funcEmitter) waitingType(out *jen.File) {
	if e.asker == nil || len(e.asker.calls) == 0 {
		return
	}
	out.Commentf("%s is what an activation of %s keeps while it calls itself.", e.waiting(), e.sourceName())
	out.Type().Id(e.waiting()).StructFunc(func(g *jen.Group) {
		for _, f := range e.keptFields() {
			g.Id(f.Name).Add(e.fieldType(f))
		}
	})
}

// callItself begins another activation in the frame. What lives is read before the parameters are
// set, if it is in the frame; else behind them, so that what an argument panics with has no
// activation above it that has not begun.
func (e *funcEmitter) callItself(w *ir.Wait, next *ir.Block) []jen.Code {
	var push jen.Code
	resident := false
	if w == e.asker.tail {
		push = jen.Id(e.f).Dot("Tail").Call(jen.Lit(w.State))
	} else {
		kept := map[string]jen.Code{}
		for _, v := range w.Live {
			resident = resident || e.inFrame(v)
			kept[v.Field] = e.place(v)
		}
		var values []jen.Code
		for _, f := range e.keptFields() {
			if kept[f.Name] != nil {
				values = append(values, jen.Id(f.Name).Op(":").Add(kept[f.Name]))
			}
		}
		push = jen.Id(e.f).Dot("Push").Call(jen.Lit(w.State), jen.Id(e.waiting()).Add(oneLineList(values...)))
	}
	args := callArgs(w.Call)
	var lhs, rhs []jen.Code
	param := map[string]bool{}
	for i, field := range e.fn.Frame.Params {
		if field == "" {
			lhs = append(lhs, jen.Id("_"))
		} else {
			lhs = append(lhs, jen.Id(e.f).Dot(field))
		}
		param[field] = true
		rhs = append(rhs, e.Expr(args[i]))
	}
	for _, f := range e.fn.Frame.Fields {
		if !param[f.Name] {
			lhs, rhs = append(lhs, jen.Id(e.f).Dot(f.Name)), append(rhs, e.zeroField(f))
		}
	}
	lhs, rhs = append(lhs, jen.Id(e.f).Dot("PC")), append(rhs, jen.Lit(0))
	begin := jen.List(lhs...).Op("=").List(rhs...)
	call := []jen.Code{begin, push, e.again()}
	if resident {
		call[0], call[1] = push, begin
	}
	if goes := e.goesOn(w); goes != nil {
		return append([]jen.Code{jen.If(goes).Block(call...)}, e.goOn(w.Next, next)...)
	}
	return call
}

// goesOn says whether the activation that w calls does not return at once, as one for a nil
// pointer may do: such a call takes neither a push nor a pop. It is nil if that is not to be known
// from the arguments.
func (e *funcEmitter) goesOn(w *ir.Wait) *jen.Statement {
	for _, n := range e.fn.Blocks[0].List {
		if _, ok := n.(*ir.Mark); ok {
			continue
		}
		leaf, ok := n.(*ir.Leaf)
		if !ok {
			return nil
		}
		first, ok := leaf.Stmt.(*ast.IfStmt)
		if !ok || first.Init != nil || first.Else != nil || len(first.Body.List) != 1 {
			return nil
		}
		if ret, ok := first.Body.List[0].(*ast.ReturnStmt); !ok || len(ret.Results) > 0 {
			return nil
		}
		return e.unless(first.Cond, callArgs(w.Call))
	}
	return nil
}

// onlyMarks reports whether b has no statements that do anything.
func onlyMarks(b *ir.Block) bool {
	return !slices.ContainsFunc(b.List, func(n ir.Node) bool { _, ok := n.(*ir.Mark); return !ok })
}

// unless is the opposite of the comparison x, with arguments in place of the parameters. Those are
// of the same types, and have no effects. It is nil for any other x.
func (e *funcEmitter) unless(x ast.Expr, args []ast.Expr) *jen.Statement {
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

// callArgs are the receiver, if it is a method, and the arguments.
func callArgs(call *ast.CallExpr) []ast.Expr {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		return append([]ast.Expr{sel.X}, call.Args...)
	}
	return call.Args
}

// again goes on with what the frame has.
func (e *funcEmitter) again() jen.Code { return jen.Goto().Id(e.asker.again) }

// goesBack is what an activation does that has returned: it lets the one go on that has called
// it, if there is one.
func (e *funcEmitter) goesBack() []jen.Code {
	f, pc, c, ok := e.f, e.local("pc"), e.local("c"), e.local("ok")
	var lhs, rhs []jen.Code
	kept := map[string]bool{}
	for _, field := range e.keptFields() {
		kept[field.Name] = true
		lhs, rhs = append(lhs, jen.Id(f).Dot(field.Name)), append(rhs, jen.Id(c).Dot(field.Name))
	}
	for _, field := range e.fn.Frame.Fields {
		if field.Pointers && !kept[field.Name] {
			lhs, rhs = append(lhs, jen.Id(f).Dot(field.Name)), append(rhs, e.zeroField(field))
		}
	}
	if len(e.keptFields()) == 0 {
		c = "_"
	}
	lhs, rhs = append(lhs, jen.Id(f).Dot("PC")), append(rhs, jen.Id(pc))
	return []jen.Code{
		jen.Id(e.asker.returned).Op(":"),
		jen.If(jen.List(jen.Id(pc), jen.Id(c), jen.Id(ok)).Op(":=").Id(f).Dot("Pop").Call(), jen.Id(ok)).Block(
			jen.List(lhs...).Op("=").List(rhs...),
			e.again(),
		),
		jen.Return(e.askedOut()),
	}
}

// begun emits the companion of an asker that calls itself: it takes its frame at once, as there
// is hardly a call of it that suspends nowhere.
func (e *funcEmitter) begun(out *jen.File) {
	v, mark := e.local("v"), e.local("mark")
	r, f := jen.Id(e.r), jen.Id(e.f)
	code := []jen.Code{e.newFrame()}
	var lhs, rhs []jen.Code
	for i, p := range e.fn.Params {
		if p != nil {
			lhs, rhs = append(lhs, f.Clone().Dot(e.fn.Frame.Params[i])), append(rhs, jen.Id(p.In))
		}
	}
	code = append(code, assignment(lhs, rhs)...)
	code = append(code,
		jen.Id(mark).Op(":=").Add(r.Clone()).Dot("Mark").Call(),
		f.Clone().Dot("Leaf").Call(r, f, jen.Lit(0)),
		jen.Var().Id(v).Add(e.Type(e.asker.value)),
		jen.If(f.Clone().Dot("Ask").Call(jen.Op("&").Id(v)).Op("==").Add(e.rt("Done"))).Block(
			r.Clone().Dot("Recovered").Call(jen.Id(mark)),
			f.Clone().Dot("Release").Call(r),
			jen.Return(e.rt("Done")),
		),
		jen.Return(e.rt("Yielded").Call(r, jen.Id(v))),
	)
	e.companionDecl(out, []jen.Code{e.rt("Status")}).Block(code...)
}
