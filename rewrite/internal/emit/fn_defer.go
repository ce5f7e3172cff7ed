package emit

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Functions that take their frame at the start: run does, and calls step, which
// is their only variant. In functions that defer, step has a deferred call of
// Go that catches panics, and run repeats it until it ends.

// steps emits run and step.
func (e *funcEmitter) steps(out *jen.File) {
	sig := e.fn.Obj.Signature()
	params := e.stepParams()
	args := []jen.Code{jen.Id(e.r)}
	var fill [2][]jen.Code
	if lit := e.fn.Lit; lit != nil {
		args = append(args, jen.Id(lit.Self))
		fill[0] = append(fill[0], jen.Id(e.f).Dot(e.fn.Frame.Self))
		fill[1] = append(fill[1], jen.Id(lit.Self))
	}
	for i, v := range e.fn.Params {
		if v != nil {
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
	runParams := params
	if e.fn.Recovers {
		runParams = slices.Insert(slices.Clone(params), 1, jen.Code(e.deferrerParam()))
		fill[0] = append(fill[0], jen.Id(e.f).Dot(e.fn.Frame.Deferrer))
		fill[1] = append(fill[1], jen.Id(e.d))
	}
	isHot := e.fn.Names.Fresh("hot")
	again := jen.Id(e.f).Dot("step").Call(args...)
	if e.inPlace() {
		again = jen.Id(e.fn.Lit.Self).Dot("step").Call(append([]jen.Code{jen.Id(e.f)}, args...)...)
	}

	out.Line()
	out.Func().Add(e.receiver(e.f)).Id("run").Params(runParams...).Params(results...).BlockFunc(func(g *jen.Group) {
		g.Id(isHot).Op(":=").Id(e.f).Op("==").Nil()
		g.If(jen.Id(isHot)).BlockFunc(func(g *jen.Group) {
			g.Id(e.f).Op("=").Add(e.rt("Take")).Call(jen.Id(e.r), jen.Id(e.f), e.freeList())
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

	if e.inPlace() {
		return
	}
	body, end := e.stepBody()
	out.Line()
	e.beginDeclarations(out, "")
	out.Func().Add(e.receiver(e.f)).Id("step").Params(params...).Params(jen.Id(end).Add(e.rt("Status"))).Block(body...)
}

// stepParams are the parameters of step: of one in place, all but the frame.
func (e *funcEmitter) stepParams() []jen.Code {
	params := []jen.Code{e.runParam(e.r)}
	if e.fn.Lit != nil {
		params = append(params, e.selfParam())
	}
	for _, v := range e.fn.Params {
		if v != nil {
			params = append(params, jen.Id(v.In).Add(e.Type(v.Type)))
		}
	}
	return params
}

// stepBody is the code of step, and the name of its result.
func (e *funcEmitter) stepBody() (code []jen.Code, end string) {
	body := e.body(step)
	end = e.fn.Names.Fresh("end")
	if e.fn.Defers {
		code = append(code,
			jen.Id(end).Op("=").Add(e.rt("Broken")),
			jen.Defer().Id(e.f).Dot("Catch").Call(jen.Op("&").Id(end)))
	}
	if slices.ContainsFunc(e.list, func(b *ir.Block) bool { w, ok := b.Term.(*ir.Wait); return ok && w.IsCall() }) {
		// Not the result: that a call came back must not hide a panic.
		code = append(code, jen.Var().Id(e.st).Add(e.rt("Status")))
	}
	code = append(code, body...)
	if e.fn.Defers {
		code = append(append(code, jen.Id(e.unwindLabel()).Op(":")), e.unwinding()...)
	}
	return code, end
}

// hideDeferred keeps the Deferred form of a method that this one overrides, and
// that is promoted from an embedded type, out of the type's method set: deferred
// as an interface's, the call would go there. What hides it is no form, by its
// signature, of a method that does not recover.
func (e *funcEmitter) hideDeferred(out *jen.File) {
	recv := e.fn.Obj.Signature().Recv()
	if recv == nil || e.fn.Recovers {
		return
	}
	name := names.Deferred(e.fn.Obj.Name())
	obj, index, _ := types.LookupFieldOrMethod(recv.Type(), true, e.Pkg, name)
	if _, method := obj.(*types.Func); (!method || len(index) == 1) && (e.Colors == nil || !e.Colors.OverridesForward(e.fn.Obj)) {
		return
	}
	out.Commentf("%s hides that of what is embedded: %s does not recover.", name, e.sourceName())
	out.Func().Params(e.Type(recv.Type())).Id(name).Params().Block()
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

// unwinding makes the deferred calls, at the closing brace, and returns.
func (e *funcEmitter) unwinding() []jen.Code {
	sub := e.fn.Names.Fresh("sub")
	brace := e.lineOf(e.fn.Decl.Body.Rbrace)
	code := []jen.Code{
		brace,
		jen.For(jen.Id(e.f).Dot("Pending").Call()).Block(
			brace,
			jen.If(jen.Id(sub).Op(":=").Id(e.f).Dot("Next").Call(jen.Id(e.r)), jen.Id(sub).Op("!=").Add(e.rt("Done"))).Block(
				jen.Return(e.linked(e.rt("Unwind"), sub)),
			),
		),
	}
	for i, v := range e.fn.Results {
		if v != nil && v.Box {
			code = append(code, jen.Id(e.f).Dot(e.fn.Frame.Results[i]).Op("=").Op("*").Add(e.load(v)))
		}
	}
	return append(code,
		brace, // where a panic goes on
		jen.Id(e.f).Dot("End").Call(),
		jen.Return(e.rt("Done")))
}

// stepResumption is the dispatch over states of a step.
func (e *funcEmitter) stepResumption(cases []jen.Code) []jen.Code {
	cases = append(cases, jen.Case(e.rt("Unwind")).Block(
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
	return append(e.setResults(results), leave)
}

// setResults assigns what a return statement returns to where results are kept. A named
// result that it names is there: go vet would report the assignment, at the user's line.
func (e *funcEmitter) setResults(results []ast.Expr) []jen.Code {
	var lhs, rhs []jen.Code
	if len(results) != len(e.fn.Results) { // those of one call
		rhs = []jen.Code{e.Expr(results[0])}
	}
	for i, v := range e.fn.Results {
		kept := v != nil && v.Place != ir.Unused
		if len(results) == len(e.fn.Results) {
			if e.asResult(results[i]) {
				continue
			}
			if id, ok := ast.Unparen(results[i]).(*ast.Ident); ok && kept && e.fn.VarOf(id) == v {
				continue
			}
			rhs = append(rhs, e.Expr(results[i]))
		}
		switch {
		case kept:
			lhs = append(lhs, e.variableAlone(v))
		case e.variant.mayBeHot():
			lhs = append(lhs, jen.Id(e.rets[i]))
		default:
			lhs = append(lhs, jen.Id(e.f).Dot(e.fn.Frame.Results[i]))
		}
	}
	return assignment(lhs, rhs)
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
