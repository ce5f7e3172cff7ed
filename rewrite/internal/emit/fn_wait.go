package emit

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// wait emits a suspension: a call of a resumable function, which suspends if
// the callee does, or a switch, which always does.
func (e *funcEmitter) wait(w *ir.Wait, next *ir.Block) []jen.Code {
	if e.callsItself(w) {
		return e.callItself(w, next)
	}
	if w.IsCall() {
		return append(e.callWait(w), e.goOn(w.Next, next)...)
	}
	code := e.save(w, true)
	if e.asking() {
		code = append(code, e.lineOf(callPos(w.Source)))
		return append(code, e.handOut(w)...)
	}
	if w.Receives() {
		code = append(code, jen.Id(e.r).Dot("Await").Call(jen.Op("&").Id(e.f).Dot(w.Results[0].Field)))
	}
	code = append(code, e.lineOf(callPos(w.Source)))
	if w.Op == color.OpYield || w.Op == color.OpExchange {
		return append(code, e.yield(w)...)
	}
	return append(code, jen.Return(append(e.retIDs(), e.sending(w))...))
}

// yield emits a switch to the parent, with the usual case in place: the parent is the plain
// caller and receives this type. Yielded alone does that, too, but is a call.
func (e *funcEmitter) yield(w *ir.Wait) []jen.Code {
	fun := e.rt("Yielded")
	v, t := w.Call.Args[0], e.valueType(w)
	if e.CanName(t) && !e.hasType(v, t) {
		fun.Types(e.Type(t))
	}
	yielded := jen.Return(append(e.retIDs(), fun.Call(jen.Id(e.r), e.Expr(v)))...)
	if !e.CanName(t) || !atom(v) || e.asker != nil {
		return []jen.Code{yielded}
	}
	p, ok := e.local("p"), e.local("ok")
	return []jen.Code{
		jen.If(jen.List(jen.Id(p), jen.Id(ok)).Op(":=").Id(e.r).Dot("Out").Call().Assert(jen.Op("*").Add(e.Type(t))), jen.Id(ok)).Block(
			jen.Op("*").Id(p).Op("=").Add(e.Expr(v)),
			jen.Return(append(e.retIDs(), e.rt("Left"))...),
		),
		yielded,
	}
}

// hasType reports whether v has the type t whatever it is used for.
func (e *funcEmitter) hasType(v ast.Expr, t types.Type) bool {
	tv, known := e.Info.Types[v]
	return known && tv.Type != nil && tv.Value == nil && types.Identical(tv.Type, t) && plain(v)
}

// valueType is the type of what a yield or exchange hands to the parent.
func (e *funcEmitter) valueType(w *ir.Wait) types.Type {
	n := 0 // which type argument is that of the value
	if w.Op == color.OpExchange {
		n = 1
	}
	if inst, ok := e.Info.Instances[color.CalleeIdent(w.Source.Fun)]; ok {
		return inst.TypeArgs.At(n)
	}
	return e.Info.TypeOf(w.Call.Args[0])
}

// atom reports whether v may be evaluated in two places.
func atom(v ast.Expr) bool {
	switch v := ast.Unparen(v).(type) {
	case *ast.Ident, *ast.BasicLit:
		return true
	case *ast.SelectorExpr:
		return atom(v.X)
	}
	return false
}

func (e *funcEmitter) retIDs() []jen.Code {
	if e.variant.resumes() {
		return nil // a resumption has only its status
	}
	var ids []jen.Code
	for _, name := range e.rets {
		ids = append(ids, jen.Id(name))
	}
	return ids
}

// callWait emits a hot call and what to do if it suspends.
func (e *funcEmitter) callWait(w *ir.Wait) []jen.Code {
	switch w.Op {
	case color.OpDispatch:
		return e.dispatchWait(w)
	case color.OpIndirect:
		return e.indirectWait(w)
	case color.OpRange:
		return e.rangeWait(w)
	}
	saved, lhs := e.unwound(w), e.resultTargets(w)
	defer e.heading()()
	return []jen.Code{jen.If(jen.List(append(lhs, jen.Id(e.st))...).Op("=").Add(e.companionCall(w)), jen.Id(e.st).Op("!=").Add(e.rt("Done"))).Block(saved...)}
}

// unwound is what a call does whose callee has suspended. In a long function one place does
// it for all calls: gc takes each call of Link in line, and its time over what that
// declares goes with the square.
func (e *funcEmitter) unwound(w *ir.Wait) []jen.Code {
	save := e.save(w, false)
	if e.fn.Long && e.variant == step {
		if e.suspended == "" {
			e.suspended = e.freeLabel("suspended")
		}
		return append(save, jen.Id(e.f).Dot("PC").Op("=").Lit(w.State), jen.Goto().Id(e.suspended))
	}
	return append(save, e.link(w))
}

// link returns from a call whose callee has suspended.
func (e *funcEmitter) link(w *ir.Wait) jen.Code {
	return jen.Return(append(e.retIDs(), e.linked(jen.Lit(w.State), e.st))...)
}

// linked makes the frame, suspended in state pc, the caller of one that has come back with the
// status st.
func (e *funcEmitter) linked(pc jen.Code, st string) jen.Code {
	return jen.Id(e.f).Dot("Link").Call(jen.Id(e.r), jen.Id(e.f), pc, jen.Id(st))
}

// resultTargets are the variables that get the results of a call.
func (e *funcEmitter) resultTargets(w *ir.Wait) []jen.Code {
	lhs := make([]jen.Code, e.resultCount(w))
	for i := range lhs {
		lhs[i] = jen.Id("_")
		if i < len(w.Results) && w.Results[i] != nil {
			lhs[i] = e.variableAlone(w.Results[i])
		}
	}
	return lhs
}

// callArgs are the arguments of a call, the last of which may be spread.
func (e *funcEmitter) callArgs(list []ast.Expr, call *ast.CallExpr) []jen.Code {
	var args []jen.Code
	for i, a := range list {
		code := e.Expr(a)
		if call.Ellipsis.IsValid() && i == len(list)-1 {
			code.Op("...")
		}
		args = append(args, code)
	}
	return args
}

func (e *funcEmitter) resultCount(w *ir.Wait) int { return e.signature(w).Results().Len() }

// save spills what is live. What may be a hot call takes a frame for it, and is the leaf
// then if it switches; a step may be hot as well.
func (e *funcEmitter) save(w *ir.Wait, leaf bool) []jen.Code {
	var code []jen.Code
	if e.variant.mayBeHot() {
		if e.hasBody() {
			code = append(code, jen.Id(e.f).Op("=").Add(e.rt("Take")).Call(jen.Id(e.r), jen.Id(e.f), e.freeList()))
		} else {
			e.scoped = e.scoped || leaf
			code = append(code, e.newFrame())
		}
	}
	if leaf && e.variant != resumedCall {
		code = append(code, jen.Id(e.f).Dot("Leaf").Call(jen.Id(e.r), jen.Id(e.f), jen.Lit(w.State)))
	}
	var lhs, rhs []jen.Code
	for _, f := range w.Clear {
		if e.isNeeded(f) {
			continue
		}
		if e.variant != hot || e.canStart && e.hasBody() && f.Var != nil && f.Var.Kind == ir.Param {
			lhs, rhs = append(lhs, jen.Id(e.f).Dot(f.Name)), append(rhs, e.zeroField(f))
		}
	}
	for _, v := range w.Live {
		if !e.inFrame(v) && (e.variant.mayBeHot() || !w.Clean.Has(v)) {
			lhs, rhs = append(lhs, jen.Id(e.f).Dot(v.Field)), append(rhs, jen.Id(v.Name))
		}
	}
	if e.variant.mayBeHot() && e.fn.Lit != nil {
		lhs, rhs = append(lhs, jen.Id(e.f).Dot(e.fn.Frame.Self)), append(rhs, jen.Id(e.fn.Lit.Self))
	}
	if leaf && e.variant == resumedCall {
		lhs, rhs = append(lhs, jen.Id(e.f).Dot("PC")), append(rhs, jen.Lit(w.State))
	}
	return append(code, assignment(lhs, rhs)...)
}

// zeroFields clears fields.
func (e *funcEmitter) zeroFields(fields []ir.Field) jen.Code {
	var lhs, rhs []jen.Code
	for _, f := range fields {
		lhs, rhs = append(lhs, jen.Id(e.f).Dot(f.Name)), append(rhs, e.zeroField(f))
	}
	return jen.List(lhs...).Op("=").List(rhs...)
}

func (e *funcEmitter) zeroField(f ir.Field) jen.Code {
	if f.Box || f.Any {
		return jen.Nil()
	}
	return e.zero(f.Type)
}

// sending is the runtime call of a switch; its result is the status.
func (e *funcEmitter) sending(w *ir.Wait) jen.Code {
	r := jen.Id(e.r)
	args := w.Call.Args
	frame := []jen.Code{jen.Id(e.f), jen.Op("&").Id(e.f).Dot("Header")}
	switch w.Op {
	case color.OpSwitch:
		return e.typed("Send", w, 1, args[1], jen.Id(e.r), e.Expr(args[0]))
	case color.OpCallFrame:
		return r.Dot("Enter").Call(append(frame, e.Expr(args[0]))...)
	}
	to, args := e.receiverOf(w.Call)
	switch w.Op {
	case color.OpThrow:
		return r.Dot("Throw").Call(append(frame, to, e.Expr(args[0]))...)
	case color.OpKill:
		return r.Dot("Throw").Call(append(frame, to, e.rt("Exit"))...)
	}
	switch {
	case len(args) == 0:
		return r.Dot("SendNone").Call(to)
	case len(args) == 1 && !w.Call.Ellipsis.IsValid():
		return e.rt("Send").Types(e.anyType()).Call(r, to, e.Expr(args[0]))
	}
	return r.Dot("SendArgs").Call(append([]jen.Code{to}, e.callArgs(args, w.Call)...)...)
}

// typed is a call of a generic function of the runtime for type argument i of
// the user's call, which is spelled out where the value alone does not say it.
func (e *funcEmitter) typed(name string, w *ir.Wait, i int, v ast.Expr, before ...jen.Code) jen.Code {
	fun := e.rt(name)
	id := color.CalleeIdent(w.Source.Fun)
	if inst, ok := e.Info.Instances[id]; ok {
		t := inst.TypeArgs.At(i)
		if e.CanName(t) && !e.hasType(v, t) {
			fun.Types(e.Type(t))
		}
	}
	return fun.Call(append(before, e.Expr(v))...)
}

// plain reports whether v has its type whatever it is used for.
func plain(v ast.Expr) bool {
	switch ast.Unparen(v).(type) {
	case *ast.Ident, *ast.CallExpr, *ast.SelectorExpr, *ast.IndexExpr, *ast.CompositeLit, *ast.StarExpr, *ast.TypeAssertExpr:
		return true
	}
	return false
}

// receiverOf is the greenlet that a method of it is called on, with embedded
// fields spelled out, and the arguments.
func (e *funcEmitter) receiverOf(call *ast.CallExpr) (*jen.Statement, []ast.Expr) {
	sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	s := e.Info.Selections[sel]
	if s.Kind() == types.MethodExpr {
		return e.Expr(call.Args[0]), call.Args[1:]
	}
	code, t := e.operandPath(sel)
	if _, ptr := t.Underlying().(*types.Pointer); !ptr {
		code = jen.Op("&").Add(code)
	}
	return code, call.Args
}

// operandPath is the operand that a method is selected from, with the embedded
// fields on the way spelled out, and its type.
func (e *funcEmitter) operandPath(sel *ast.SelectorExpr) (*jen.Statement, types.Type) {
	code, t := e.Expr(sel.X), e.Info.TypeOf(sel.X)
	s := e.Info.Selections[sel]
	if s == nil {
		return code, t
	}
	t = s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		field := t.Underlying().(*types.Struct).Field(i)
		code = code.Dot(field.Name())
		t = field.Type()
	}
	return code, t
}

// companionCall is the call of a resumable function, by its companion.
func (e *funcEmitter) companionCall(w *ir.Wait) *jen.Statement {
	call := w.Call
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return jen.Parens(e.closure(e.fn.Lits[lit])).Dot(closureCall).Call(append([]jen.Code{jen.Id(e.r)}, e.callArgs(call.Args, call)...)...)
	}
	fun := e.siblingOf(call.Fun, w.Callee, names.Companion(w.Callee.Name()))
	args := []jen.Code{jen.Id(e.r)}
	list := call.Args
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		if s := e.Info.Selections[sel]; s != nil && s.Kind() == types.MethodExpr {
			args = []jen.Code{e.Expr(list[0]), jen.Id(e.r)}
			list = list[1:]
		}
	}
	return fun.Call(append(args, e.callArgs(list, call)...)...)
}

// siblingOf is fun, which names callee, with the name of what is generated beside
// that.
func (e *funcEmitter) siblingOf(fun ast.Expr, callee *types.Func, name string) *jen.Statement {
	switch x := fun.(type) {
	case *ast.ParenExpr:
		return e.siblingOf(x.X, callee, name)
	case *ast.IndexExpr:
		return e.siblingOf(x.X, callee, name).Types(e.Expr(x.Index))
	case *ast.IndexListExpr:
		var list []jen.Code
		for _, i := range x.Indices {
			list = append(list, e.Expr(i))
		}
		return e.siblingOf(x.X, callee, name).Types(list...)
	case *ast.SelectorExpr:
		if e.Info.Selections[x] != nil {
			return e.methodOperand(x.X).Dot(name)
		}
	}
	return e.ofPackage(callee.Pkg(), name)
}

// methodOperand is the operand of a method call. A boxed variable stands for
// itself: Go takes the pointer as it takes the value's address.
func (e *funcEmitter) methodOperand(x ast.Expr) *jen.Statement {
	if id, ok := ast.Unparen(x).(*ast.Ident); ok {
		if v := e.fn.VarOf(id); v != nil && v.Box {
			switch v.Type.Underlying().(type) {
			case *types.Pointer, *types.Interface:
			default:
				return e.box(v)
			}
		}
	}
	return e.Expr(x)
}

// resumed is what happens when state w is resumed: reload, take the results,
// go on.
func (e *funcEmitter) resumed(w *ir.Wait) []jen.Code {
	var code []jen.Code
	var lhs, rhs []jen.Code
	for _, v := range w.Live {
		if v.Kind == ir.Param && !v.Box || e.inFrame(v) {
			continue // came as an argument, or is there
		}
		if e.anyField(v) && v.Witness == nil && types.IsInterface(v.Type) && !v.Box {
			code = append(code, jen.List(jen.Id(v.Name), jen.Id("_")).Op("=").Add(e.load(v))) // it may be nil
			continue
		}
		lhs, rhs = append(lhs, jen.Id(v.Name)), append(rhs, e.load(v))
	}
	if len(lhs) > 0 {
		code = append(code, jen.List(lhs...).Op("=").List(rhs...))
	}
	if w.IsCall() {
		if !e.asking() {
			code = append(code, e.takeResults(w)...)
		}
	} else if w.Receives() {
		v := w.Results[0]
		switch {
		case e.inFrame(v), v.Kind == ir.Temp && !v.Box && !e.reads[v]:
		case e.anyField(v) && v.Witness == nil && types.IsInterface(v.Type):
			code = append(code, jen.List(jen.Id(v.Name), jen.Id("_")).Op("=").Add(e.load(v)))
		default:
			code = append(code, jen.Id(v.Name).Op("=").Add(e.load(v)))
		}
		if !e.asking() {
			code = append(code, jen.Id(e.r).Dot("Received").Call())
		}
	}
	if e.inlined[w.Next] {
		return append(code, e.inline(w.Next, nil)...)
	}
	return append(code, e.jump(w.Next))
}

func (e *funcEmitter) anyField(v *ir.Var) bool {
	if e.anyFields == nil {
		e.anyFields = map[string]bool{}
		for _, f := range e.fn.Frame.Fields {
			e.anyFields[f.Name] = f.Any
		}
	}
	return e.anyFields[v.Field]
}

// load is a variable's value in the frame. A type that has no name outside the
// function is stored as any.
func (e *funcEmitter) load(v *ir.Var) *jen.Statement {
	code := jen.Id(e.f).Dot(v.Field)
	if v.Witness != nil {
		return e.rt("Load").Call(code, jen.Id(v.Name))
	}
	if e.anyField(v) {
		t := e.typ(v.Type)
		if v.Box {
			t = jen.Op("*").Add(t)
		}
		code.Assert(t)
	}
	return code
}

// takeResults reads the results of the callee's frame and gives it back.
func (e *funcEmitter) takeResults(w *ir.Wait) []jen.Code {
	callee := jen.Id(e.r).Dot("Callee").Call()
	wanted := slices.ContainsFunc(w.Results, func(v *ir.Var) bool { return v != nil })
	lhs := e.resultTargets(w)
	if e.answers(w) {
		return []jen.Code{jen.List(lhs...).Op("=").Id(e.f).Dot("Answer").Call(jen.Id(e.r))}
	}
	frame := e.calleeFrame(w)
	if frame == nil {
		switch {
		case w.Outcomes != nil:
			return []jen.Code{jen.List(lhs...).Op("=").Add(e.received(w.Outcomes))}
		case wanted:
			return []jen.Code{jen.List(lhs...).Op("=").Add(callee).Assert(e.resulter(w)).Dot("Returned").Call(jen.Id(e.r))}
		}
		return []jen.Code{jen.Id(e.r).Dot("Callee").Call().Dot("Release").Call(jen.Id(e.r))}
	}
	if !wanted {
		return []jen.Code{callee.Assert(jen.Op("*").Add(frame)).Dot("Release").Call(jen.Id(e.r))}
	}
	return []jen.Code{jen.List(lhs...).Op("=").Add(callee).Assert(jen.Op("*").Add(frame)).Dot("Returned").Call(jen.Id(e.r))}
}

// resulter is the interface of a frame whose type can't be named here.
func (e *funcEmitter) resulter(w *ir.Wait) jen.Code {
	var ts []jen.Code
	if tuple, ok := e.Info.Types[w.Source].Type.(*types.Tuple); ok {
		for v := range tuple.Variables() {
			ts = append(ts, e.Type(v.Type()))
		}
	} else {
		ts = append(ts, e.Type(e.Info.Types[w.Source].Type))
	}
	return jen.Custom(inline, jen.Id("Returned").Params(jen.Op("*").Add(e.rt("Run"))).Add(parens(ts)))
}

// calleeFrame is the frame type of the function that w calls, or nil if it
// can't be named here.
func (e *funcEmitter) calleeFrame(w *ir.Wait) *jen.Statement {
	switch {
	case w.Op == color.OpLiteral:
		lit := e.fn.Lits[ast.Unparen(w.Call.Fun).(*ast.FuncLit)]
		return jen.Id(names.Frame("", lit.Type)).Add(e.litArgs(lit))
	case w.Op != color.OpCall || !e.CanNameFrame(w.Callee):
		return nil
	}
	return e.frameName(w.Callee)
}
