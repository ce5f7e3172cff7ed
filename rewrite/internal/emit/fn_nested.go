package emit

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// A function that hands out values may call itself: one frame has all its activations then. The
// one that runs is in the frame as ever; what those that wait for it need is on a stack in the
// frame, gen.Calls. A call and a return stay within the resumption, Ask or Resume, so that no frame
// is taken, linked or resumed by anybody.
//
// Of a function that is no asker the hot call calls the companion, as any does: each of these
// activations that suspends has its frame, below which Resume makes further ones.

// recursion is the calls of a function of itself.
type recursion struct {
	calls []*ir.Wait
	tail  *ir.Wait // one of them that has nothing to return to, or nil
	fixed []bool   // parameters that are the same in all activations
	// again and returned are the labels where the resumption goes on with another activation, and
	// where one goes that is over.
	again, returned string
	returns         bool // the latter is used
}

func (o *recursion) has(w *ir.Wait) bool { return o != nil && slices.Contains(o.calls, w) }

// recursionOf are those of e.fn, or nil if there are none, or one that can't be made in the frame.
func (e *funcEmitter) recursionOf() *recursion {
	sig := e.fn.Obj.Signature()
	if e.fn.Lit != nil || e.fn.Eager() || e.fn.Durable || e.fn.KeepsResults() || e.tparams.Len() > 0 || sig.Variadic() {
		return nil
	}
	o := &recursion{}
	for _, b := range e.fn.Blocks {
		w, ok := b.Term.(*ir.Wait)
		if !ok || w.Op != color.OpCall || w.Callee != e.fn.Obj {
			continue
		}
		if !e.isOwnCall(w) || !e.keeps(w) {
			return nil
		}
		if o.calls = append(o.calls, w); o.tail == nil && e.isTail(w) {
			o.tail = w
		}
	}
	if o.calls == nil {
		return nil
	}
	for i := range e.fn.Params {
		o.fixed = append(o.fixed, e.isFixed(i, o.calls))
	}
	return o
}

// handsOut reports whether the function's suspensions, but for its own calls, hand out values, and
// it is short enough to have its beginning in the resumption, too.
func (e *funcEmitter) handsOut() bool {
	size, found := 0, false
	for _, b := range e.fn.Blocks {
		size += weight(b)
		w, ok := b.Term.(*ir.Wait)
		if !ok || e.recursion.has(w) {
			continue
		}
		if w.Op != color.OpYield && w.Op != color.OpExchange && !e.answers(w) {
			return false
		}
		found = true
	}
	return found && size <= 2*maxTwice
}

// isFixed reports whether the calls pass parameter i on as it is, and nothing else becomes of it.
func (e *funcEmitter) isFixed(i int, calls []*ir.Wait) bool {
	v := e.fn.Params[i]
	if v == nil || v.Aliased || v.Assigned || v.Box || v.Witness != nil {
		return false
	}
	for _, w := range calls {
		id, ok := ast.Unparen(callArgs(w.Call)[i]).(*ast.Ident)
		if !ok || e.fn.VarOf(id) != v {
			return false
		}
	}
	return true
}

// isFixedField reports whether a field is that of such a parameter.
func (e *funcEmitter) isFixedField(name string) bool {
	for i, field := range e.fn.Frame.Params {
		if field == name && e.recursion.fixed[i] {
			return true
		}
	}
	return false
}

// isNeeded reports whether a field holds what other activations in the frame need, too.
func (e *funcEmitter) isNeeded(f ir.Field) bool { return e.nested() && e.isFixedField(f.Name) }

// isOwnCall reports whether w, a call of the function itself, has nothing to be converted but the
// arguments.
func (e *funcEmitter) isOwnCall(w *ir.Wait) bool {
	sig := e.fn.Obj.Signature()
	if w.Outcomes != nil || len(w.Call.Args) != sig.Params().Len() {
		return false
	}
	for _, v := range w.Results {
		if v != nil && (v.Witness != nil || e.anyField(v)) {
			return false
		}
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

// isTail reports whether there is nothing left to do behind w but to return what it has.
func (e *funcEmitter) isTail(w *ir.Wait) bool {
	x := exitAt(w.Next)
	n := e.fn.Obj.Signature().Results().Len()
	if x == nil || len(w.Live) > 0 || n > 0 && (x.Return == nil || len(x.Results) != n || len(w.Results) != n) {
		return false
	}
	for i := range n {
		id, ok := ast.Unparen(x.Results[i]).(*ast.Ident)
		if !ok || w.Results[i] == nil || e.fn.VarOf(id) != w.Results[i] || w.Results[i].Box {
			return false
		}
	}
	return true
}

// exitAt is the return that is all that b leads to, or nil.
func exitAt(b *ir.Block) *ir.Exit {
	for range 8 { // jumps may go in a circle
		if !onlyMarks(b) {
			return nil
		}
		switch t := b.Term.(type) {
		case *ir.Exit:
			return t
		case *ir.Jump:
			b = t.To
		default:
			return nil
		}
	}
	return nil
}

// nested reports whether the code being emitted makes the calls of the function of itself.
func (e *funcEmitter) nested() bool { return e.recursion != nil && e.variant == resumedCall }

// callsItself reports whether the code being emitted makes the call w so.
func (e *funcEmitter) callsItself(w *ir.Wait) bool { return e.nested() && e.recursion.has(w) }

// waiting is the type of what an activation keeps that waits for another one.
func (e *funcEmitter) waiting() string {
	return e.free(strings.TrimSuffix(e.frame, "Frame") + "Waiting")
}

// keptFields are the fields of the frame that live across a call of the function itself.
func (e *funcEmitter) keptFields() (list []ir.Field) {
	kept := map[string]bool{}
	for _, w := range e.recursion.calls {
		for _, v := range w.Live {
			kept[v.Field] = true
		}
	}
	for _, f := range e.fn.Frame.Fields {
		if kept[f.Name] && !e.isFixedField(f.Name) {
			list = append(list, f)
		}
	}
	return list
}

// waitingType declares it.
func (e *funcEmitter) waitingType(out *jen.File) {
	if e.recursion == nil {
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
	if w == e.recursion.tail {
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
		if e.recursion.fixed[i] {
			param[field] = true
			continue
		}
		if field == "" {
			lhs = append(lhs, jen.Id("_"))
		} else {
			lhs = append(lhs, jen.Id(e.f).Dot(field))
		}
		param[field] = true
		rhs = append(rhs, e.Expr(args[i]))
	}
	for _, f := range e.fn.Frame.Fields {
		if !param[f.Name] && !e.isResult(f) {
			lhs, rhs = append(lhs, jen.Id(e.f).Dot(f.Name)), append(rhs, e.zeroField(f))
		}
	}
	lhs, rhs = append(lhs, jen.Id(e.f).Dot("PC")), append(rhs, jen.Lit(0))
	begin := jen.List(lhs...).Op("=").List(rhs...)
	call := []jen.Code{begin, push, e.again()}
	if resident {
		call[0], call[1] = push, begin
	}
	if returns := e.goesOn(w); returns != nil {
		code := []jen.Code{jen.If(returns.unless).Block(call...)}
		if returns.value != nil && w.Results[0] != nil {
			code = append(code, jen.List(e.resultTargets(w)...).Op("=").Add(returns.value))
		}
		return append(code, e.goOn(w.Next, next)...)
	}
	return call
}

// isResult reports whether a field is a result, which is set when the frame returns.
func (e *funcEmitter) isResult(f ir.Field) bool { return f.Var == nil }

// results0 declares what the activation that has returned last hands to who has called it in the
// frame.
func (e *funcEmitter) results0() (code []jen.Code) {
	if e.asking() {
		return nil
	}
	if e.recursion.returns {
		i := 0
		for v := range e.fn.Obj.Signature().Results().Variables() {
			code = append(code, jen.Var().Id(e.rets[i]).Add(e.Type(v.Type())))
			i++
		}
	}
	return code
}

// findReturns finds out whether the code being emitted returns anywhere.
func (e *funcEmitter) findReturns() {
	e.recursion.returns = slices.ContainsFunc(e.list, func(b *ir.Block) bool {
		if _, ok := b.Term.(*ir.Exit); ok {
			return true
		}
		return slices.ContainsFunc(b.List, func(n ir.Node) bool {
			leaf, ok := n.(*ir.Leaf)
			return ok && returns(leaf.Stmt)
		})
	})
}

// returns reports whether s has a return statement of the function around.
func returns(s ast.Stmt) (found bool) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		}
		return !found
	})
	return found
}

// comesBack reports whether an activation that w has called gives control back to the one that
// waits, in the frame.
func (e *funcEmitter) comesBack(w *ir.Wait) bool {
	return e.callsItself(w) && w != e.recursion.tail && e.recursion.returns
}

// comeBack are the calls behind which that may be.
func (e *funcEmitter) comeBack() (list []*ir.Wait) {
	for _, w := range e.waitsIn(e.list) {
		if e.comesBack(w) {
			list = append(list, w)
		}
	}
	return list
}

// onlyMarks reports whether b has no statements that do anything.
func onlyMarks(b *ir.Block) bool {
	return !slices.ContainsFunc(b.List, func(n ir.Node) bool { _, ok := n.(*ir.Mark); return !ok })
}

// callArgs are the receiver, if it is a method, and the arguments.
func callArgs(call *ast.CallExpr) []ast.Expr {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		return append([]ast.Expr{sel.X}, call.Args...)
	}
	return call.Args
}

// again goes on with what the frame has.
func (e *funcEmitter) again() jen.Code { return jen.Goto().Id(e.recursion.again) }

// goesBack is what an activation does that has returned: it lets the one go on that has called
// it, if there is one.
func (e *funcEmitter) goesBack() []jen.Code {
	code := []jen.Code{jen.Id(e.recursion.returned).Op(":")}
	if list := e.comeBack(); len(list) > 0 {
		code = append(code, e.pops(list))
	}
	if e.asking() {
		return append(code, jen.Return(e.askedOut()))
	}
	var fields, rets []jen.Code
	for i, field := range e.fn.Frame.Results {
		fields, rets = append(fields, jen.Id(e.f).Dot(field)), append(rets, jen.Id(e.rets[i]))
	}
	code = append(code, assignment(fields, rets)...)
	return append(code, jen.Return(jen.Id(e.f).Dot("Return").Call(jen.Id(e.r), jen.Id(e.f))))
}

// pops goes on with an activation that waits behind one of the calls, if one does.
func (e *funcEmitter) pops(list []*ir.Wait) jen.Code {
	f, pc, c, ok := e.f, e.local("pc"), e.local("c"), e.local("ok")
	var lhs, rhs []jen.Code
	kept := map[string]bool{}
	for _, field := range e.keptFields() {
		kept[field.Name] = true
		lhs, rhs = append(lhs, jen.Id(f).Dot(field.Name)), append(rhs, jen.Id(c).Dot(field.Name))
	}
	for _, field := range e.fn.Frame.Fields {
		if field.Pointers && !kept[field.Name] && !e.isFixedField(field.Name) && !e.isResult(field) {
			lhs, rhs = append(lhs, jen.Id(f).Dot(field.Name)), append(rhs, e.zeroField(field))
		}
	}
	lhs, rhs = append(lhs, jen.Id(f).Dot("PC")), append(rhs, jen.Id(pc))
	code := []jen.Code{jen.List(lhs...).Op("=").List(rhs...)}
	if len(list) == 1 {
		code = append(code, e.goesBackTo(list[0], c)...)
	} else {
		var cases []jen.Code
		for i, w := range list {
			of := jen.Case(jen.Lit(w.State))
			if i == len(list)-1 {
				of = jen.Default()
			}
			cases = append(cases, of.Block(e.goesBackTo(w, c)...))
		}
		code = append(code, jen.Switch(jen.Id(pc)).Block(cases...))
	}
	if len(e.keptFields()) == 0 {
		c = "_"
	}
	return jen.If(jen.List(jen.Id(pc), jen.Id(c), jen.Id(ok)).Op(":=").Id(f).Dot("Pop").Call(), jen.Id(ok)).Block(code...)
}

// goesBackTo goes on behind w, in the activation that has kept c.
func (e *funcEmitter) goesBackTo(w *ir.Wait, c string) []jen.Code {
	var lhs, rhs []jen.Code
	for _, v := range w.Live {
		if !e.inFrame(v) && e.named[v] && !e.isFixedField(v.Field) {
			lhs, rhs = append(lhs, jen.Id(v.Name)), append(rhs, jen.Id(c).Dot(v.Field))
		}
	}
	for i, v := range w.Results {
		if v != nil && v.Place != ir.AsResult {
			lhs, rhs = append(lhs, e.variableAlone(v)), append(rhs, jen.Id(e.rets[i]))
		}
	}
	return append(assignment(lhs, rhs), e.jump(w.Next))
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
