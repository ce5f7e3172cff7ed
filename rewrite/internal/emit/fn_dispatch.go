package emit

import (
	"go/ast"
	"go/types"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Calls whose callee is known when they are made: of interface methods and of
// function values. The resumable form is looked for, and called if there is one.

// dispatchWait emits the call of an interface method: of the companion if the
// dynamic type has one, else of the method.
func (e *funcEmitter) dispatchWait(w *ir.Wait) []jen.Code {
	sel := ast.Unparen(w.Call.Fun).(*ast.SelectorExpr)
	x, t := e.operandPath(sel)
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		x = e.anyType().Call(x)
	}
	sig := w.Callee.Signature()
	if s := e.Info.Selections[sel]; s != nil {
		sig = s.Type().(*types.Signature) // instantiated
	}
	name := names.Companion(w.Callee.Name())
	var found jen.Code
	if e.CanName(sig) {
		found = x.Assert(e.formMethod(name, sig, false))
	} else {
		found = e.formOfMethod(e.Expr(sel.X), w.Callee.Name(), sig, false)
	}
	return e.foundOrPlain(w, found, name, e.Expr(sel.X).Dot(sel.Sel.Name))
}

// indirectWait emits the call of a function value: of its resumable form if it
// has one, else of the function.
func (e *funcEmitter) indirectWait(w *ir.Wait) []jen.Code {
	return append(e.yieldTo(w), e.foundOrPlain(w, e.companionOfValue(w, e.signature(w)), closureCall, e.Expr(w.Call.Fun))...)
}

// answers reports whether w calls a variable of type func(V) bool, which may be the
// yield of an iterator.
func (e *funcEmitter) answers(w *ir.Wait) bool {
	if w.Op != color.OpIndirect || w.Outcomes != nil || w.Call.Ellipsis.IsValid() {
		return false
	}
	if _, named := ast.Unparen(w.Call.Fun).(*ast.Ident); !named {
		return false
	}
	sig := e.signature(w)
	return sig != nil && !sig.Variadic() && sig.Params().Len() == 1 && len(w.Call.Args) == 1 &&
		sig.Results().Len() == 1 && types.Identical(sig.Results().At(0).Type(), types.Typ[types.Bool])
}

// yieldTo emits the call of a yield that the run asks: as a Yield, in the caller's frame.
func (e *funcEmitter) yieldTo(w *ir.Wait) []jen.Code {
	if !e.answers(w) {
		return nil
	}
	p := e.local("p")
	code := []jen.Code{jen.Op("*").Id(p).Op("=").Add(e.Expr(w.Call.Args[0]))}
	code = append(code, e.save(w, true)...)
	code = append(code, jen.Return(append(e.retIDs(), jen.Id(e.f).Dot("Hand").Call())...))
	return []jen.Code{
		jen.If(jen.Id(p).Op(":=").Add(e.rt("YieldTo")).Call(jen.Id(e.r), e.Expr(w.Call.Fun)), jen.Id(p).Op("!=").Nil()).Block(code...),
	}
}

// companionOfValue looks for the resumable form of the function value that w
// calls.
func (e *funcEmitter) companionOfValue(w *ir.Wait, sig *types.Signature) jen.Code {
	fun, of := e.Expr(w.Call.Fun), stackedForm(sig)
	if _, ok := types.Unalias(e.Info.TypeOf(ast.Unparen(w.Source.Fun))).(*types.TypeParam); ok && of != anyForm && e.CanName(sig) {
		fun = jen.Parens(e.Type(sig)).Call(fun)
	}
	return e.formOfFunc(fun, of, sig, false)
}

// anyForm is what looks for the form of any function value.
const anyForm = "Resumable"

// stackedForm is what looks for the form of a function value of signature sig: one that has
// a form for those that plain code has made as well, if there is one for such signatures.
// Deferred calls don't use it: on a stack of its own a function would not recover.
func stackedForm(sig *types.Signature) string {
	if p, r := sig.Params().Len(), sig.Results().Len(); !sig.Variadic() && p <= 3 && r <= 2 {
		return anyForm + strconv.Itoa(p) + strconv.Itoa(r)
	}
	return anyForm
}

// formOfFunc looks for a resumable form of a function value, by what is called of.
func (e *funcEmitter) formOfFunc(fun *jen.Statement, of string, sig *types.Signature, deferred bool) jen.Code {
	name := closureCall
	if deferred {
		name = closureDeferred
	}
	if e.CanName(sig) {
		return e.rt(of).Call(fun).Assert(e.formMethod(name, sig, deferred))
	}
	return e.inferredFormOfFunc(fun, name, of, sig, deferred)
}

// foundOrPlain calls the companion that found yields, a method of that name, or
// plain if it yields none.
func (e *funcEmitter) foundOrPlain(w *ir.Wait, found jen.Code, name string, plain *jen.Statement) []jen.Code {
	c, ok := e.local("c"), e.local("ok")
	lhs := e.resultTargets(w)
	call := plain.Call(e.callArgs(w.Call.Args, w.Call)...)
	if len(lhs) > 0 {
		call = jen.List(lhs...).Op("=").Add(call)
	}
	line := e.lineOf(callPos(w.Source))
	return []jen.Code{
		jen.If(jen.List(jen.Id(c), jen.Id(ok)).Op(":=").Add(found), jen.Id(ok)).Block(
			line,
			jen.List(append(lhs, jen.Id(e.st))...).Op("=").Id(c).Dot(name).Call(append([]jen.Code{jen.Id(e.r)}, e.callArgs(w.Call.Args, w.Call)...)...),
			jen.If(jen.Id(e.st).Op("!=").Add(e.rt("Done"))).Block(e.unwound(w)...),
		).Else().Block(line, call),
	}
}

// signature is that of the function or function value that w calls.
func (e *funcEmitter) signature(w *ir.Wait) *types.Signature {
	if w.Callee != nil {
		return w.Callee.Signature()
	}
	return coreSignature(e.Info.TypeOf(ast.Unparen(w.Source.Fun)))
}

// coreSignature is the signature of a function type or of a type parameter whose
// types are functions.
func coreSignature(t types.Type) *types.Signature {
	if tp, ok := types.Unalias(t).(*types.TypeParam); ok {
		var sig *types.Signature
		eachTerm(tp.Constraint(), func(t types.Type) { sig = coreSignature(t) })
		return sig
	}
	sig, _ := t.Underlying().(*types.Signature)
	return sig
}

// eachTerm calls f for the types that a constraint lists.
func eachTerm(constraint types.Type, f func(types.Type)) {
	switch t := constraint.Underlying().(type) {
	case *types.Interface:
		for e := range t.EmbeddedTypes() {
			eachTerm(e, f)
		}
	case *types.Union:
		for term := range t.Terms() {
			eachTerm(term.Type(), f)
		}
	default:
		f(constraint)
	}
}

// formMethod is the interface of a resumable form of a method, the Deferred one
// or the companion.
func (e *funcEmitter) formMethod(name string, sig *types.Signature, deferred bool) jen.Code {
	params := e.context(deferred)
	i := 0
	for p := range sig.Params().Variables() {
		if sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, e.variadic(p.Type()))
		} else {
			params = append(params, e.Type(p.Type()))
		}
		i++
	}
	var results []jen.Code
	for v := range sig.Results().Variables() {
		results = append(results, e.Type(v.Type()))
	}
	return jen.Interface(jen.Id(name).Params(params...).Add(parens(append(results, e.rt("Status")))))
}

// context is the types of the parameters that a resumable form has before those
// of its function.
func (e *funcEmitter) context(deferred bool) []jen.Code {
	list := []jen.Code{jen.Op("*").Add(e.rt("Run"))}
	if deferred {
		list = append(list, jen.Op("*").Add(e.rt("DeferHeader")))
	}
	return list
}
