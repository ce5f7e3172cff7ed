package emit

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Variables whose type has no name in the package.
//
// Input: witnesses, from the pass infer. Output: declarations by :=, and the
// generic functions that these call to get from a function's type to that of
// a result. Their type arguments are all inferred:
//
//	func runFrameResult[F ~func(P0) R0, P0, R0 any](_ F) (v R0) { return v }

// inferred declares the hoisted variables that have a witness, as far as the
// variant names them or a witness does.
func (e *funcEmitter) inferred() []jen.Code {
	needed := map[*ir.Var]bool{}
	need := func(list []*ir.Var) {
		for _, v := range list {
			needed[v] = true
		}
	}
	for _, w := range e.waits() {
		for _, o := range w.Outcomes {
			need(ir.Needs(o))
		}
	}
	for _, v := range slices.Backward(e.fn.Inferred) {
		if v.Place == ir.Hoisted && (e.named[v] || needed[v]) {
			needed[v] = true
			need(ir.Needs(v.Witness))
		}
	}
	var code []jen.Code
	for _, v := range e.fn.Inferred {
		if needed[v] {
			code = append(code, e.newVar(v))
		}
	}
	if len(code) > 0 {
		code = append([]jen.Code{jen.Comment("inferred, as their types have no name here")}, code...)
	}
	return code
}

// newVar declares v, with the zero value or a worthless one.
func (e *funcEmitter) newVar(v *ir.Var) jen.Code {
	switch {
	case v.Witness == nil:
		return jen.Var().Id(v.Name).Add(e.typ(v.Type))
	case v.Box:
		return jen.Id(v.Name).Op(":=").Add(e.pointerTo(v.Witness))
	}
	return jen.Id(v.Name).Op(":=").Add(e.witness(v.Witness))
}

// newBox gives a boxed variable a new box.
func (e *funcEmitter) newBox(v *ir.Var) jen.Code {
	if v.Witness != nil {
		return jen.Id(v.Name).Op("=").Add(e.rt("NewLike")).Call(jen.Id(v.Name))
	}
	return e.place(v).Op("=").Add(e.newOf(e.typ(v.Type)))
}

// witness is a witness as a primary expression.
func (e *funcEmitter) witness(w ir.Witness) *jen.Statement {
	switch w := w.(type) {
	case *ir.Zero:
		if w.Type == nil {
			return e.rt("Zero").Types(e.Expr(w.Expr)).Call()
		}
		return e.rt("Zero").Types(e.typ(w.Type)).Call()
	case *ir.Named:
		code := e.Expr(w.Expr)
		var args []jen.Code
		for _, t := range w.Types {
			args = append(args, e.typ(t))
		}
		if len(args) > 0 {
			code.Types(args...)
		}
		return code
	case *ir.Global:
		return e.rt("Pointee").Call(jen.Op("&").Add(e.Expr(w.Expr)))
	case *ir.Same:
		return jen.Id(w.Var.Name)
	case *ir.Derived:
		if w.Helper == "PointerLike" {
			return e.pointerTo(w.Of)
		}
		return e.rt(w.Helper).Call(e.witness(w.Of))
	case *ir.Member:
		return e.witness(w.Of).Dot(w.Name)
	case *ir.First:
		return e.witness(w.Of).Index(jen.Lit(0))
	case *ir.Outcome:
		return e.outcome(w, false)
	case *ir.MethodOutcome:
		return jen.Id(e.methodHelper(w, false)).Call(e.witness(w.Recv))
	}
	panic(fmt.Sprintf("emit: witness %T", w))
}

// pointerTo is a nil pointer to the type of a witness. The value is not made, if
// that can be avoided: it may be large.
func (e *funcEmitter) pointerTo(w ir.Witness) *jen.Statement {
	switch w := w.(type) {
	case *ir.Outcome:
		return e.outcome(w, true)
	case *ir.MethodOutcome:
		if w.Index >= 0 {
			return jen.Id(e.methodHelper(w, true)).Call(e.witness(w.Recv))
		}
	case *ir.Derived:
		if v, ok := w.Of.(*ir.Same); ok && w.Helper == "Pointee" && v.Var.Box {
			return jen.Id(v.Var.Name)
		}
	}
	return e.rt("PointerLike").Call(e.witness(w))
}

func (e *funcEmitter) outcome(w *ir.Outcome, pointer bool) *jen.Statement {
	args := []jen.Code{e.witness(w.Fun)}
	for _, a := range w.Args {
		args = append(args, e.witness(a))
	}
	return jen.Id(e.resultHelper(w, pointer)).Call(args...)
}

// helpers are the generic functions that the witnesses of one function call.
type helpers struct {
	names map[string]string // by what they are
	code  []*jen.Statement
}

func (h *helpers) emit(out *jen.File) {
	for _, c := range h.code {
		out.Line()
		out.Add(c)
	}
}

// helper is the name of the helper that key describes; decl declares it if that
// has not been done. Doc is what its comment says that it is.
func (e *funcEmitter) helper(what, doc, key string, decl func(fn *jen.Statement)) string {
	if name := e.helpers.names[key]; name != "" {
		return name
	}
	base := names.Helper(e.frame, what)
	name := base
	for i := 2; e.taken(name); i++ {
		name = base + strconv.Itoa(i)
	}
	if e.helpers.names == nil {
		e.helpers.names = map[string]string{}
	}
	e.helpers.names[key] = name
	if e.Imports != nil {
		e.Imports.Take(name)
	}
	fn := jen.Comment(name + " is " + doc + ".").Line().Func().Id(name)
	decl(fn)
	e.helpers.code = append(e.helpers.code, fn)
	return name
}

func (e *funcEmitter) taken(name string) bool {
	for _, n := range e.helpers.names {
		if n == name {
			return true
		}
	}
	return e.Pkg.Scope().Lookup(name) != nil || !e.fn.Names.Free(name)
}

// resultHelper is the helper for one result of functions of the form of
// w.Fun's. If there are witnesses of its parameters, its first argument may be
// a generic function, whose type arguments are inferred from the others; then
// its parameter must be of a function type, not of a type parameter.
func (e *funcEmitter) resultHelper(w *ir.Outcome, pointer bool) string {
	form := formOf(w.Sig)
	form.pointer = pointer
	key := fmt.Sprint("result ", form, w.Index, w.Args != nil)
	return e.helper("Result", form.doc(w.Index), key, func(fn *jen.Statement) {
		fun := []jen.Code{jen.Id("_").Id("F")}
		tparams := []jen.Code{jen.Id("F").Op("~").Add(form.fun())}
		if w.Args != nil {
			fun = []jen.Code{jen.Id("_").Add(form.fun())}
			tparams = nil
			for _, p := range form.list("P", form.params) {
				fun = append(fun, jen.Id("_").Add(p))
			}
		}
		fn.Types(append(tparams, form.typeParams(e.anyType())...)...).Params(fun...).
			Params(jen.Id("v").Add(form.result(w.Index))).Block(jen.Return(jen.Id("v")))
	})
}

// methodHelper is the helper for a result of a method, or its function type:
// the type of the method is that of the constraint's method.
func (e *funcEmitter) methodHelper(w *ir.MethodOutcome, pointer bool) string {
	form := formOf(w.Sig)
	form.pointer = pointer
	key := fmt.Sprint("method ", w.Method, form, w.Index)
	return e.helper(w.Method+"Result", form.doc(w.Index), key, func(fn *jen.Statement) {
		fn.Types(append([]jen.Code{jen.Id("T").Add(form.having(w.Method))}, form.typeParams(e.anyType())...)...).
			Params(jen.Id("_").Id("T")).Params(jen.Id("v").Add(form.result(w.Index))).Block(jen.Return(jen.Id("v")))
	})
}

// received takes the results out of a frame that has no name, where they have
// none either. The helper infers them from witnesses.
func (e *funcEmitter) received(outcomes []ir.Witness) *jen.Statement {
	form := form{results: len(outcomes)}
	name := e.helper("Received", "the results of the frame that has returned, which it gives back, of the types of the other arguments", fmt.Sprint("received ", form), func(fn *jen.Statement) {
		params := []jen.Code{e.runParam("r")}
		results := form.list("R", form.results)
		for _, r := range results {
			params = append(params, jen.Id("_").Add(r))
		}
		asserted := jen.Custom(inline, jen.Id("Returned").Params(jen.Op("*").Add(e.rt("Run"))).Add(parens(results)))
		fn.Types(form.typeParams(e.anyType())...).Params(params...).Add(parens(form.list("R", form.results))).Block(
			jen.Return(jen.Id("r").Dot("Callee").Call().Assert(asserted).Dot("Returned").Call(jen.Id("r"))))
	})
	args := []jen.Code{jen.Id(e.r)}
	for _, w := range outcomes {
		args = append(args, e.witness(w))
	}
	return jen.Id(name).Call(args...)
}

// formOfMethod looks for the companion of a method, or its Deferred form, in the
// dynamic type of x. Its signature is inferred from that of the method.
func (e *funcEmitter) formOfMethod(x *jen.Statement, method string, sig *types.Signature, deferred bool) *jen.Statement {
	form := formOf(sig)
	what, called, doc := "Companion", names.Companion(method), "companion"
	if deferred {
		what, called, doc = "Deferrable", names.Deferred(method), "deferred form"
	}
	doc = "the " + doc + " of " + method + " that x has, if it has one"
	name := e.helper(method+what, doc, fmt.Sprint(called, form), func(fn *jen.Statement) {
		params := append(e.context(deferred), form.paramList()...)
		results := append(form.list("R", form.results), e.rt("Status"))
		companion := func() *jen.Statement {
			return jen.Custom(inline, jen.Id(called).Params(params...).Add(parens(results)))
		}
		fn.Types(append([]jen.Code{jen.Id("T").Add(form.having(method))}, form.typeParams(e.anyType())...)...).
			Params(jen.Id("x").Id("T")).Params(jen.Id("c").Add(companion()), jen.Id("ok").Add(e.predeclared("bool"))).Block(
			jen.List(jen.Id("c"), jen.Id("ok")).Op("=").Add(e.anyType()).Call(jen.Id("x")).Assert(companion()),
			jen.Return(jen.Id("c"), jen.Id("ok")))
	})
	return jen.Id(name).Call(x)
}

// inferredFormOfFunc looks for a resumable form of a function value. Its
// signature is inferred from that of the function; of looks for the form.
func (e *funcEmitter) inferredFormOfFunc(fun *jen.Statement, name, of string, sig *types.Signature, deferred bool) *jen.Statement {
	form := formOf(sig)
	helper := e.helper("form", "the resumable form "+name+" of a function value, if it has one", fmt.Sprint(name, of, form), func(fn *jen.Statement) {
		params := append(e.context(deferred), form.paramList()...)
		results := append(form.list("R", form.results), e.rt("Status"))
		method := func() *jen.Statement {
			return jen.Custom(inline, jen.Id(name).Params(params...).Add(parens(results)))
		}
		arg := jen.Id("fn")
		if of != anyForm {
			arg = jen.Parens(form.fun()).Call(arg)
		}
		fn.Types(append([]jen.Code{jen.Id("F").Op("~").Add(form.fun())}, form.typeParams(e.anyType())...)...).
			Params(jen.Id("fn").Id("F")).Params(jen.Id("c").Add(method()), jen.Id("ok").Bool()).Block(
			jen.List(jen.Id("c"), jen.Id("ok")).Op("=").Add(e.rt(of)).Call(arg).Assert(method()),
			jen.Return(jen.Id("c"), jen.Id("ok")))
	})
	return jen.Id(helper).Call(fun)
}

// inline is an interface on one line.
var inline = jen.Options{Open: "interface{", Close: "}"}

// form is a signature as far as its helper is concerned: its types are the type
// parameters P0, P1, … and R0, R1, …
type form struct {
	params, results int
	variadic        bool
	pointer         bool // the helper's result is a pointer to the function's
}

func formOf(sig *types.Signature) form {
	return form{params: sig.Params().Len(), results: sig.Results().Len(), variadic: sig.Variadic()}
}

func (f form) list(prefix string, n int) []jen.Code {
	var list []jen.Code
	for i := range n {
		list = append(list, jen.Id(prefix+strconv.Itoa(i)))
	}
	return list
}

// typeParams declares P0, …, R0, … with the constraint any, as it is spelled.
func (f form) typeParams(constraint jen.Code) []jen.Code {
	list := append(f.list("P", f.params), f.list("R", f.results)...)
	if last := len(list) - 1; last >= 0 {
		list[last] = jen.Add(list[last]).Add(constraint)
	}
	return list
}

func (f form) paramList() []jen.Code {
	params := f.list("P", f.params)
	if f.variadic {
		last := len(params) - 1
		params[last] = jen.Op("...").Add(params[last])
	}
	return params
}

// having is the constraint of types that have a method of this form.
func (f form) having(method string) *jen.Statement {
	return jen.Custom(inline, jen.Id(method).Add(f.signature()))
}

func (f form) signature() *jen.Statement {
	params := f.paramList()
	results := f.list("R", f.results)
	if len(results) == 0 {
		return jen.Params(params...)
	}
	return jen.Params(params...).Add(parens(results))
}

func (f form) fun() *jen.Statement { return jen.Func().Add(f.signature()) }

// result is the type of the helper for result i or, if i is negative, for the
// function itself.
func (f form) result(i int) *jen.Statement {
	switch {
	case i < 0:
		return f.fun()
	case f.pointer:
		return jen.Op("*").Id("R" + strconv.Itoa(i))
	}
	return jen.Id("R" + strconv.Itoa(i))
}

// doc says what the helper returns.
func (f form) doc(i int) string {
	switch {
	case i < 0:
		return "a nil function of the method's type"
	case f.pointer:
		return fmt.Sprintf("a nil pointer to the type of result %d", i)
	}
	return fmt.Sprintf("the zero value of result %d", i)
}

// CanNameFrame reports whether the frame type of a resumable function, which
// may be another package's, can be spelled here. That of a generic function
// can't: its type arguments may be inferred.
func (c *Converter) CanNameFrame(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0 {
		return false
	}
	name, ok := c.Frame(fn)
	return ok && (c.own(fn.Pkg()) || token.IsExported(name) && c.canImport(fn.Pkg()))
}

func (c *Converter) frameName(fn *types.Func) *jen.Statement {
	name, _ := c.Frame(fn)
	return c.ofPackage(fn.Pkg(), name)
}
