package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Functions that take their frame at the start: run does, and calls step, which
// is their only variant. In functions that defer, step has a deferred call of
// Go that catches panics, and run repeats it until it ends.

// steps emits run and step.
func (e *funcEmitter) steps(out *jen.File) {
	sig := e.fn.Obj.Signature()
	params := []jen.Code{e.runParam(e.r)}
	args := []jen.Code{jen.Id(e.r)}
	var fill [2][]jen.Code
	if lit := e.fn.Lit; lit != nil {
		params = append(params, jen.Id(lit.Self).Op("*").Add(e.litType(lit)))
		args = append(args, jen.Id(lit.Self))
		fill[0] = append(fill[0], jen.Id(e.f).Dot(e.fn.Frame.Self))
		fill[1] = append(fill[1], jen.Id(lit.Self))
	}
	for i, v := range e.fn.Params {
		if v != nil {
			params = append(params, jen.Id(v.In).Add(e.Type(v.Type)))
			args = append(args, jen.Id(v.In))
			fill[0] = append(fill[0], jen.Id(e.f).Dot(e.fn.Frame.Params[i]))
			fill[1] = append(fill[1], jen.Id(v.In))
		}
	}
	var results, rets, fields []jen.Code
	i := 0
	for v := range sig.Results().Variables() {
		results = append(results, jen.Id(e.rets[i]).Add(e.Type(v.Type())))
		rets = append(rets, jen.Id(e.rets[i]))
		fields = append(fields, jen.Id(e.f).Dot(e.fn.Frame.Results[i]))
		i++
	}
	results = append(results, jen.Id(e.st).Add(e.rt("Status")))
	isHot := e.fn.Names.Fresh("hot")
	again := jen.Id(e.f).Dot("step").Call(args...)

	out.Commentf("run is %s as a state machine; f is nil in a call that has not been suspended.", e.sourceName())
	out.Func().Add(e.receiver(e.f)).Id("run").Params(params...).Params(results...).BlockFunc(func(g *jen.Group) {
		g.Id(isHot).Op(":=").Id(e.f).Op("==").Nil()
		g.If(jen.Id(isHot)).BlockFunc(func(g *jen.Group) {
			g.Id(e.f).Op("=").Id(e.f).Dot("take").Call(jen.Id(e.r))
			if len(fill[0]) > 0 {
				g.List(fill[0]...).Op("=").List(fill[1]...)
			}
			if e.fn.Defers {
				g.Id(e.r).Dot("Guard").Call()
			}
		})
		if !e.fn.Defers {
			g.Id(e.st).Op("=").Add(again)
		} else {
			mark := e.fn.Names.Fresh("mark")
			g.Id(mark).Op(":=").Id(e.r).Dot("Mark").Call()
			g.For(jen.Id(e.st).Op("=").Add(again), jen.Id(e.st).Op("==").Add(e.rt("Broken")), jen.Id(e.st).Op("=").Add(again)).Block(
				jen.Id(e.r).Dot("Recovered").Call(jen.Id(mark)),
			)
		}
		if len(rets) > 0 {
			g.List(rets...).Op("=").List(fields...)
		}
		g.If(jen.Id(isHot).Op("&&").Id(e.st).Op("==").Add(e.rt("Done"))).Block(
			jen.Id(e.f).Dot("Release").Call(jen.Id(e.r)),
		)
		g.Return(append(rets, jen.Id(e.st))...)
	})

	body := e.body(step)
	end := e.fn.Names.Fresh("end")
	out.Commentf("step runs %s up to its next suspension or its end.", e.sourceName())
	out.Func().Add(e.receiver(e.f)).Id("step").Params(params...).Params(jen.Id(end).Add(e.rt("Status"))).BlockFunc(func(g *jen.Group) {
		if e.fn.Defers {
			g.Id(end).Op("=").Add(e.rt("Broken"))
			g.Defer().Id(e.f).Dot("Catch").Call(jen.Op("&").Id(end))
		}
		if slices.ContainsFunc(e.list, func(b *ir.Block) bool { w, ok := b.Term.(*ir.Wait); return ok && w.IsCall() }) {
			// Not the result: that a call came back must not hide a panic.
			g.Var().Id(e.st).Add(e.rt("Status"))
		}
		for _, c := range body {
			g.Add(c)
		}
		if !e.fn.Defers {
			return
		}
		g.Id(e.unwindLabel()).Op(":")
		for _, c := range e.unwinding() {
			g.Add(c)
		}
	})
}

// unwindLabel is where the deferred calls are made.
func (e *funcEmitter) unwindLabel() string {
	name := "unwind"
	for i := 2; e.userLabels()[name]; i++ {
		name = "unwind" + strconv.Itoa(i)
	}
	return name
}

// userLabels are the labels of the source, which leaves may keep.
func (e *funcEmitter) userLabels() map[string]bool {
	if e.sourceLabels == nil {
		e.sourceLabels = map[string]bool{}
		ast.Inspect(e.fn.Decl, func(n ast.Node) bool {
			if l, ok := n.(*ast.LabeledStmt); ok {
				e.sourceLabels[l.Label.Name] = true
			}
			return true
		})
	}
	return e.sourceLabels
}

// unwinding makes the deferred calls, and returns.
func (e *funcEmitter) unwinding() []jen.Code {
	sub := e.fn.Names.Fresh("sub")
	code := []jen.Code{
		jen.For(jen.Id(e.f).Dot("Pending").Call()).Block(
			jen.If(jen.Id(sub).Op(":=").Id(e.f).Dot("Next").Call(jen.Id(e.r)), jen.Id(sub).Op("!=").Add(e.rt("Done"))).Block(
				jen.Id(e.r).Dot("Link").Call(jen.Id(e.f), jen.Op("&").Id(e.f).Dot("Header")),
				jen.Return(jen.Id(sub)),
			),
		),
	}
	for i, v := range e.fn.Results {
		if v != nil && v.Box {
			code = append(code, jen.Id(e.f).Dot(e.fn.Frame.Results[i]).Op("=").Op("*").Id(e.f).Dot(v.Field))
		}
	}
	return append(code,
		jen.Id(e.f).Dot("End").Call(),
		jen.Return(e.rt("Done")))
}

// stepResumption is the dispatch over states of a step.
func (e *funcEmitter) stepResumption(cases []jen.Code) []jen.Code {
	cases = append(cases, jen.Case(e.rt("Unwind")).Block(
		jen.Comment("resumed to make the deferred calls"),
		jen.Goto().Id(e.unwindLabel()),
	))
	return []jen.Code{jen.Switch(jen.Id(e.f).Dot("PC")).Block(cases...), jen.Line()}
}

// returnByUnwinding sets the results and goes on with the deferred calls.
func (e *funcEmitter) returnByUnwinding(results []ast.Expr) []jen.Code {
	leave := jen.Goto().Id(e.unwindLabel())
	if len(results) == 0 {
		return []jen.Code{leave}
	}
	return []jen.Code{e.setResults(results), leave}
}

// setResults assigns what a return statement returns to where results are kept.
func (e *funcEmitter) setResults(results []ast.Expr) jen.Code {
	var lhs, rhs []jen.Code
	for i, v := range e.fn.Results {
		switch {
		case v != nil && v.Place != ir.Unused:
			lhs = append(lhs, e.variableAlone(v))
		case e.variant == hot:
			lhs = append(lhs, jen.Id(e.rets[i]))
		default:
			lhs = append(lhs, jen.Id(e.f).Dot(e.fn.Frame.Results[i]))
		}
	}
	for _, x := range results {
		rhs = append(rhs, e.Expr(x))
	}
	return jen.List(lhs...).Op("=").List(rhs...)
}

// deferred emits a defer statement: its operands are evaluated, and the call
// is registered. A plain call stays deferred by Go when its time comes, so
// that its recover works.
func (e *funcEmitter) deferred(s *ast.DeferStmt) []jen.Code {
	call := s.Call
	fun := ast.Unparen(call.Fun)
	callee := e.calleeOf(call)
	if lit, ok := fun.(*ast.FuncLit); ok && e.fn.Lits[lit] != nil {
		return e.deferLiteral(call, e.fn.Lits[lit])
	}
	if e.Resumable != nil && callee != nil && e.Resumable(callee) {
		return e.deferResumable(call, callee)
	}
	if len(call.Args) == 0 && !e.Info.Types[fun].IsBuiltin() && e.Info.TypeOf(fun).Underlying().(*types.Signature).Results().Len() == 0 {
		return []jen.Code{jen.Id(e.f).Dot("DeferFunc").Call(e.Expr(fun))}
	}
	var code []jen.Code
	target := e.Expr(fun)
	if callee == nil && !e.Info.Types[fun].IsBuiltin() || callee != nil && callee.Signature().Recv() != nil {
		fn := e.fn.Names.Fresh("fn")
		code = append(code, jen.Id(fn).Op(":=").Add(target))
		target = jen.Id(fn)
	}
	held, args := e.holdArgs(call)
	code = append(code, held...)
	body := e.fn.Names.Fresh("body")
	code = append(code, jen.Id(e.f).Dot("Defer").Call(
		jen.Func().Params(jen.Id(body).Func().Params()).Block(
			jen.Defer().Add(target).Call(args...),
			jen.Id(body).Call(),
		)))
	return []jen.Code{jen.Block(code...)}
}

// holdArgs evaluates the arguments of a deferred call: in one assignment, so
// that gc orders their operands as it orders those of a call.
func (e *funcEmitter) holdArgs(call *ast.CallExpr) (code, args []jen.Code) {
	if len(call.Args) == 1 {
		if tuple, ok := e.Info.TypeOf(call.Args[0]).(*types.Tuple); ok {
			var names []jen.Code
			for range tuple.Len() {
				names = append(names, jen.Id(e.fn.Names.Fresh("arg")))
			}
			return []jen.Code{jen.List(names...).Op(":=").Add(e.Expr(call.Args[0]))}, names
		}
	}
	var names, values []jen.Code
	for i, x := range call.Args {
		tv := e.Info.Types[x]
		arg := e.Expr(x)
		if tv.Value == nil && !tv.IsNil() && !tv.IsType() {
			name := e.fn.Names.Fresh("arg")
			if untypedInItself(ast.Unparen(x)) {
				arg = e.Convert(types.Default(tv.Type), arg)
			}
			names, values = append(names, jen.Id(name)), append(values, arg)
			arg = jen.Id(name)
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

// deferResumable registers the call of a resumable function: by its companion.
func (e *funcEmitter) deferResumable(call *ast.CallExpr, callee *types.Func) []jen.Code {
	var code []jen.Code
	target := e.companionOf(call.Fun, callee)
	if callee.Signature().Recv() != nil {
		fn := e.fn.Names.Fresh("fn")
		code = append(code, jen.Id(fn).Op(":=").Add(target))
		target = jen.Id(fn)
	}
	return e.registerResumable(code, target, call, callee.Signature().Results().Len())
}

// deferLiteral registers the call of a resumable literal.
func (e *funcEmitter) deferLiteral(call *ast.CallExpr, lit *ir.Lit) []jen.Code {
	fn := e.fn.Names.Fresh("fn")
	code := []jen.Code{jen.Id(fn).Op(":=").Add(e.closure(lit))}
	return e.registerResumable(code, jen.Id(fn).Dot(closureCall), call, e.Info.TypeOf(call.Fun).(*types.Signature).Results().Len())
}

// registerResumable registers a call of target, a companion with so many
// results besides its status, behind code.
func (e *funcEmitter) registerResumable(code []jen.Code, target *jen.Statement, call *ast.CallExpr, results int) []jen.Code {
	held, args := e.holdArgs(call)
	code = append(code, held...)
	run := e.fn.Names.Fresh("run")
	args = append([]jen.Code{jen.Id(run)}, args...)
	var body []jen.Code
	lhs := make([]jen.Code, results)
	for i := range lhs {
		lhs[i] = jen.Id("_")
	}
	if len(lhs) == 0 {
		body = []jen.Code{jen.Return(target.Call(args...))}
	} else {
		status := e.fn.Names.Fresh("status")
		body = []jen.Code{
			jen.List(append(lhs, jen.Id(status))...).Op(":=").Add(target).Call(args...),
			jen.Return(jen.Id(status)),
		}
	}
	code = append(code, jen.Id(e.f).Dot("DeferResumable").Call(
		jen.Func().Params(e.runParam(run)).Add(e.rt("Status")).Block(body...)))
	return []jen.Code{jen.Block(code...)}
}

// calleeOf is the function or method that a call names, if it is static.
func (e *funcEmitter) calleeOf(call *ast.CallExpr) *types.Func {
	id := color.CalleeIdent(call.Fun)
	if id == nil {
		return nil
	}
	fn, _ := e.Info.Uses[id].(*types.Func)
	return fn
}
