package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/names"
)

// companionDecl begins the declaration of the companion: what resumable code
// calls.
func (e *funcEmitter) companionDecl(out *jen.File, results []jen.Code) *jen.Statement {
	name := names.Companion(e.fn.Obj.Name())
	if e.fn.Lit != nil {
		name = closureCall
	}
	if !e.hasBody() && !e.fn.Eager() {
		e.beginDeclarations(out, "")
	}
	return e.form(out, name, []jen.Code{e.runParam(e.r)}, results)
}

// form begins the declaration of a form of the function that has the
// parameters context before its own.
func (e *funcEmitter) form(out *jen.File, name string, context, results []jen.Code) *jen.Statement {
	decl := out.Func()
	if recv := e.recvParam(); recv != nil {
		decl.Add(recv).Id(name)
	} else if e.fn.Lit != nil {
		decl.Add(e.litReceiver()).Id(name)
	} else {
		decl.Id(name).Add(e.TypeParamsOf(e.tparams))
	}
	return decl.Params(append(context, e.params()...)...).Params(results...)
}

// companion calls body, or run of a function that takes its frame at the start. So does
// the Deferred form, which has the frame that defers the call.
func (e *funcEmitter) companion(out *jen.File) {
	var results []jen.Code
	for v := range e.fn.Obj.Signature().Results().Variables() {
		results = append(results, e.Type(v.Type()))
	}
	results = append(results, e.rt("Status"))
	run := func(context ...jen.Code) jen.Code {
		args := append([]jen.Code{jen.Id(e.r)}, context...)
		if e.fn.Lit != nil {
			args = append(args, jen.Id(e.fn.Lit.Self))
		}
		for _, v := range e.fn.Params {
			if v != nil {
				args = append(args, jen.Id(v.In))
			}
		}
		name := "body"
		if e.fn.Eager() {
			name = "run"
		}
		return jen.Return(jen.Parens(jen.Op("*").Add(e.frameRef())).Call(jen.Nil()).Dot(name).Call(args...))
	}
	if !e.fn.Recovers {
		e.companionDecl(out, results).Add(oneLineBehind(e.fn.Obj.Signature(), run()))
		return
	}
	e.companionDecl(out, results).Block(run(jen.Nil()))
	name := names.Deferred(e.fn.Obj.Name())
	if e.fn.Lit != nil {
		name = closureDeferred
	}
	e.form(out, name, []jen.Code{e.runParam(e.r), e.deferrerParam()}, results).Block(run(jen.Id(e.d)))
}

// deferrerParam is the parameter for the frame that defers the call.
func (e *funcEmitter) deferrerParam() *jen.Statement {
	return jen.Id(e.d).Op("*").Add(e.rt("DeferHeader"))
}

func parens(results []jen.Code) jen.Code {
	if len(results) == 1 {
		return jen.Add(results[0])
	}
	return jen.Params(results...)
}

// resume is the driver's way in to code that is called with a frame.
func (e *funcEmitter) resume(out *jen.File, method string, context []jen.Code) {
	r, f, st := e.free("r"), e.free("f"), e.free("st")
	out.Line()
	out.Func().Add(e.receiver(f)).Id("Resume").Params(e.runParam(r)).Params(jen.Id(st).Add(e.rt("Status"))).Block(e.resuming(method, r, f, st, context)...)
}

// deferrerField is the argument for the frame that defers the call, as the frame has it.
func (e *funcEmitter) deferrerField() []jen.Code {
	if name := e.fn.Frame.Deferrer; name != "" {
		return []jen.Code{e.field(name)}
	}
	return nil
}

// resuming calls a method of the frame called f that runs the function. What the frame
// has of the parameters goes along: it is what they were at the suspension.
func (e *funcEmitter) resuming(method, r, f, st string, context []jen.Code) []jen.Code {
	args := append([]jen.Code{jen.Id(r)}, context...)
	if e.fn.Lit != nil {
		args = append(args, jen.Id(f).Dot(e.fn.Frame.Self))
	}
	for _, field := range e.fn.Frame.Params {
		if field != "" {
			args = append(args, jen.Id(f).Dot(field))
		}
	}
	call := jen.Id(f).Dot(method).Call(args...)
	if len(e.fn.Frame.Results) == 0 {
		return []jen.Code{jen.Return(jen.Id(f).Dot("Started").Call(jen.Id(r), jen.Id(f), call))}
	}
	var lhs []jen.Code
	for _, field := range e.fn.Frame.Results {
		lhs = append(lhs, jen.Id(f).Dot(field))
	}
	return []jen.Code{
		jen.List(append(lhs, jen.Id(st))...).Op("=").Add(call),
		jen.Return(jen.Id(f).Dot("Started").Call(jen.Id(r), jen.Id(f), jen.Id(st))),
	}
}
