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

// deferred emits a defer statement: its operands are evaluated, and the call
// is registered in the frame.
//
// Of defer f().m(g()), where g has several results, gc calls f, then g, and reads what f
// left of f().m then. There is no expression for that: f's result is held first.
func (e *funcEmitter) deferred(s *ast.DeferStmt) []jen.Code {
	calls := e.callsBefore(s.Call)
	if len(calls) == 0 {
		return e.deferredCall(s.Call)
	}
	var names, values []jen.Code
	for _, x := range calls {
		values = append(values, e.inItsType(x))
	}
	for _, x := range calls {
		e.held[x] = e.fn.Names.Fresh("held")
		names = append(names, jen.Id(e.held[x]))
	}
	code := []jen.Code{jen.List(names...).Op(":=").List(values...)}
	code = append(code, e.deferredCall(s.Call)...)
	for _, x := range calls {
		delete(e.held, x) // the next variant has its own
	}
	return []jen.Code{jen.Block(code...)}
}

func (e *funcEmitter) deferredCall(call *ast.CallExpr) []jen.Code {
	e.kept = nil
	if e.recovers(call) {
		return []jen.Code{e.registrar().Dot("DeferRecover").Call(e.deferrer())}
	}
	var to color.Suspension
	if e.Colors != nil {
		source := call
		if c, ok := e.fn.Deferred[call]; ok {
			source = c
		}
		to, _ = e.Colors.Deferred(source)
	}
	switch to.Op {
	case 0:
		return e.deferPlain(call)
	case color.OpCall:
		return e.deferResumable(call, to.Callee)
	case color.OpDispatch:
		sel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if e.Info.Selections[sel].Kind() == types.MethodVal {
			return e.deferDispatch(call, sel, to.Callee)
		}
		return e.deferDispatchExpr(call, sel, to.Callee)
	case color.OpLiteral:
		return e.deferLiteral(call)
	case color.OpIndirect:
		return e.deferIndirect(call)
	}
	return e.deferSwitch(call, to.Op)
}

// recovers reports whether call is one of the builtin recover.
func (e *funcEmitter) recovers(call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := e.Info.Uses[id].(*types.Builtin)
	return ok && b.Name() == "recover"
}

// deferrer is the frame that defers the call, where the function recovers.
func (e *funcEmitter) deferrer() *jen.Statement {
	if e.isBody() {
		return jen.Id(e.fn.Lit.Self).Dot(ir.DeferrerField)
	}
	return jen.Id(e.f).Dot(e.fn.Frame.Deferrer)
}

// header is what the frame is to those that it defers.
func (e *funcEmitter) header() jen.Code {
	if e.isBody() {
		return e.registrar()
	}
	return jen.Op("&").Id(e.f).Dot("DeferHeader")
}

// deferPlain registers a plain call. It stays deferred by Go when its time
// comes, so that its recover works.
func (e *funcEmitter) deferPlain(call *ast.CallExpr) []jen.Code {
	fun := ast.Unparen(call.Fun)
	callee := e.calleeOf(call)
	if len(call.Args) == 0 && !e.Info.Types[fun].IsBuiltin() && e.Info.TypeOf(fun).Underlying().(*types.Signature).Results().Len() == 0 {
		return []jen.Code{e.registrar().Dot("DeferFunc").Call(e.Expr(fun))}
	}
	target := e.Expr(fun)
	if callee == nil && !e.Info.Types[fun].IsBuiltin() || callee != nil && callee.Signature().Recv() != nil {
		if on, method, ok := e.ofTypeParam(fun); ok {
			code, on, args := e.hold("on", on, call)
			return []jen.Code{jen.Block(append(code, e.registerPlain(on.Dot(method), args))...)}
		}
		code, fn, args := e.hold("fn", target, call)
		if callee == nil {
			e.kept = nil
		}
		return []jen.Code{jen.Block(append(code, e.registerPlain(fn, args, e.kept...))...)}
	}
	code, args := e.holdArgs(call)
	return []jen.Code{jen.Block(append(code, e.registerPlain(target, args))...)}
}

// registerPlain registers the call of target. What is kept lives until that is over:
// gc sees to it only where target names the function (ir.ToUintptr).
func (e *funcEmitter) registerPlain(target *jen.Statement, args []jen.Code, kept ...jen.Code) jen.Code {
	body := e.fn.Names.Fresh("body")
	return e.registrar().Dot("Defer").Call(
		jen.Func().Params(jen.Id(body).Func().Params()).BlockFunc(func(g *jen.Group) {
			for _, p := range kept {
				g.Defer().Add(e.qual("runtime", "runtime", "KeepAlive")).Call(p)
			}
			g.Defer().Add(target).Call(args...)
			g.Id(body).Call()
		}))
}

// deferResumable registers the call of a resumable function: by the form that
// recovers if it has one, else by its companion.
func (e *funcEmitter) deferResumable(call *ast.CallExpr, callee *types.Func) []jen.Code {
	target := e.siblingOf(call.Fun, callee, e.Colors.DeferredName(callee))
	var code, before, args []jen.Code
	sel, _ := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	switch s := e.Info.Selections[sel]; {
	case s == nil:
		code, args = e.holdArgs(call)
	case s.Kind() == types.MethodExpr: // the receiver is the first argument
		code, args = e.holdArgs(call)
		before, args = args[:1:1], args[1:]
	default:
		code, target, args = e.hold("fn", target, call)
	}
	code = append(code, e.register(callee.Signature(), e.Colors.Recovers(callee), func(context []jen.Code) *jen.Statement {
		return target.Call(append(append(before, context...), args...)...)
	}))
	return []jen.Code{jen.Block(code...)}
}

// register registers the call of a form of a function with the signature sig,
// which gets its context.
func (e *funcEmitter) register(sig *types.Signature, recovers bool, form func(context []jen.Code) *jen.Statement) jen.Code {
	run := e.fn.Names.Fresh("run")
	context := []jen.Code{jen.Id(run)}
	if recovers {
		context = append(context, e.header())
	}
	results := make([]jen.Code, sig.Results().Len())
	for i := range results {
		results[i] = jen.Id("_")
	}
	made := form(context)
	body := []jen.Code{jen.Return(made)}
	if len(results) > 0 {
		status := e.fn.Names.Fresh("status")
		body = []jen.Code{jen.List(append(results, jen.Id(status))...).Op(":=").Add(made), jen.Return(jen.Id(status))}
	}
	return e.registrar().Dot("DeferResumable").Call(jen.Func().Params(e.runParam(run)).Add(e.rt("Status")).Block(body...))
}

// deferDispatch registers the call of an interface method.
func (e *funcEmitter) deferDispatch(call *ast.CallExpr, sel *ast.SelectorExpr, callee *types.Func) []jen.Code {
	x, t := e.operandPath(sel)
	code, on, args := e.hold("on", x, call)
	fn := e.fn.Names.Fresh("fn")
	code = append(code, jen.Id(fn).Op(":=").Add(on.Clone()).Dot(sel.Sel.Name)) // panics if it is nil
	sig := e.Info.Selections[sel].Type().(*types.Signature)                    // instantiated
	code = append(code, e.bestMethod(on, t, callee, sig, args, e.registerPlain(jen.Id(fn), args)))
	return []jen.Code{jen.Block(code...)}
}

// deferDispatchExpr is deferDispatch for a method expression, whose first argument
// is the receiver. A nil one panics when the call is made.
func (e *funcEmitter) deferDispatchExpr(call *ast.CallExpr, sel *ast.SelectorExpr, callee *types.Func) []jen.Code {
	code, args := e.holdArgs(call)
	on, t := e.fn.Names.Fresh("on"), e.Info.Selections[sel].Recv()
	code = append(code, jen.Id(on).Op(":=").Parens(e.Expr(sel.X)).Call(args[0]))
	whole := e.Info.TypeOf(sel).(*types.Signature) // instantiated, the receiver first
	params := slices.Collect(whole.Params().Variables())[1:]
	sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), whole.Results(), whole.Variadic())
	code = append(code, e.bestMethod(jen.Id(on), t, callee, sig, args[1:], e.registerPlain(e.Expr(sel), args)))
	return []jen.Code{jen.Block(code...)}
}

// bestMethod is bestForm for a method of on, which is of an interface or type
// parameter t.
func (e *funcEmitter) bestMethod(on *jen.Statement, t types.Type, callee *types.Func, sig *types.Signature, args []jen.Code, plain jen.Code) jen.Code {
	deferred, companion := names.Deferred(callee.Name()), names.Companion(callee.Name())
	return e.bestForm(deferred, companion, sig, args, plain, func(name string, recovers bool) jen.Code {
		return e.formInType(on.Clone(), t, callee, sig, name, recovers)
	})
}

// bestForm registers a call with the signature sig: by the form called deferred, else
// by that called companion, whichever find finds, else plain.
func (e *funcEmitter) bestForm(deferred, companion string, sig *types.Signature, args []jen.Code, plain jen.Code, find func(name string, recovers bool) jen.Code) jen.Code {
	c, ok := e.local("c"), e.local("ok")
	branch := func(name string, recovers bool) *jen.Statement {
		return jen.If(jen.List(jen.Id(c), jen.Id(ok)).Op(":=").Add(find(name, recovers)), jen.Id(ok)).Block(
			e.register(sig, recovers, func(context []jen.Code) *jen.Statement {
				return jen.Id(c).Dot(name).Call(append(context, args...)...)
			}))
	}
	return branch(deferred, true).
		Else().Add(branch(companion, false)).
		Else().Block(plain)
}

// deferLiteral registers the call of a resumable literal.
func (e *funcEmitter) deferLiteral(call *ast.CallExpr) []jen.Code {
	syntax := ast.Unparen(call.Fun).(*ast.FuncLit)
	if e.fn.Durable {
		return []jen.Code{e.registrar().Dot("DeferClosure").Call(e.closure(e.fn.Lits[syntax]))}
	}
	form, recovers := closureCall, names.Recovers(syntax.Body)
	if recovers {
		form = closureDeferred
	}
	code, fn, args := e.hold("fn", e.closure(e.fn.Lits[syntax]), call)
	code = append(code, e.register(e.Info.TypeOf(syntax).(*types.Signature), recovers, func(context []jen.Code) *jen.Statement {
		return fn.Dot(form).Call(append(context, args...)...)
	}))
	return []jen.Code{jen.Block(code...)}
}

// deferIndirect registers the call of a function value: of the best form of it
// that there is. A nil one panics when it is called.
func (e *funcEmitter) deferIndirect(call *ast.CallExpr) []jen.Code {
	sig := coreSignature(e.Info.TypeOf(ast.Unparen(call.Fun)))
	code, fn, args := e.hold("fn", e.Expr(call.Fun), call)
	code = append(code, e.bestForm(closureDeferred, closureCall, sig, args, e.registerPlain(fn.Clone(), args), func(_ string, recovers bool) jen.Code {
		return e.formOfFunc(fn.Clone(), anyForm, sig, recovers)
	}))
	return []jen.Code{jen.Block(code...)}
}

// formInType looks for the form called name of a method in the dynamic type of x,
// which is of an interface, a type parameter, or a type that embeds an interface, t.
func (e *funcEmitter) formInType(x *jen.Statement, t types.Type, callee *types.Func, sig *types.Signature, name string, deferred bool) *jen.Statement {
	if !e.CanName(sig) {
		return e.formOfMethod(x, callee.Name(), sig, deferred)
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok || !types.IsInterface(t) {
		x = e.anyType().Call(x)
	}
	return x.Assert(e.formMethod(name, sig, deferred))
}

// deferSwitch registers a switch.
func (e *funcEmitter) deferSwitch(call *ast.CallExpr, op color.Op) []jen.Code {
	switch op {
	case color.OpYield:
		return e.deferTyped("DeferYield", call)
	case color.OpExchange:
		return e.deferTyped("DeferExchange", call)
	case color.OpSwitch:
		return e.deferTyped("DeferSwitch", call)
	case color.OpCallFrame:
		return []jen.Code{e.registrar().Dot("DeferCall").Call(e.callArgs(call.Args, call)...)}
	}
	if !e.spreads(call) {
		to, args := e.receiverOf(call)
		return []jen.Code{e.deferTo(op, to, e.callArgs(args, call))}
	}
	code, held := e.holdArgs(call)
	if sel := ast.Unparen(call.Fun).(*ast.SelectorExpr); e.Info.Selections[sel].Kind() == types.MethodExpr {
		return []jen.Code{jen.Block(append(code, e.deferTo(op, held[0], held[1:]))...)}
	}
	to, _ := e.receiverOf(call)
	return []jen.Code{jen.Block(append(code, e.deferTo(op, to, held))...)}
}

// deferTyped registers a switch by a generic function of the runtime with the
// same type arguments. The last may be inferred, and have no name.
func (e *funcEmitter) deferTyped(name string, call *ast.CallExpr) []jen.Code {
	var args []jen.Code
	for t := range e.Info.Instances[color.CalleeIdent(call.Fun)].TypeArgs.Types() {
		if e.CanName(t) {
			args = append(args, e.Type(t))
		}
	}
	fun := e.rt(name)
	if len(args) > 0 {
		fun.Types(args...)
	}
	if !e.spreads(call) {
		return []jen.Code{fun.Call(append([]jen.Code{e.header()}, e.callArgs(call.Args, call)...)...)}
	}
	code, held := e.holdArgs(call)
	return []jen.Code{jen.Block(append(code, fun.Call(append([]jen.Code{e.header()}, held...)...))...)}
}

// deferTo registers a switch by a method of to.
func (e *funcEmitter) deferTo(op color.Op, to jen.Code, args []jen.Code) jen.Code {
	switch op {
	case color.OpKill:
		return e.registrar().Dot("DeferThrow").Call(to, e.rt("Exit"))
	case color.OpThrow:
		return e.registrar().Dot("DeferThrow").Call(append([]jen.Code{to}, args...)...)
	}
	return e.registrar().Dot("DeferSend").Call(append([]jen.Code{to}, args...)...)
}
