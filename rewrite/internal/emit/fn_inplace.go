package emit

import (
	"go/types"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Literals that are spelled with types which the functions around them declare.
// Such a type has no name but in its function: there the code of the literal is
// put. What is declared for the literal is generic in the types of the variables
// that it captures, of its parameters and of its results, as far as they are
// spelled with such types:
//
//	type runFunc1[X0 any] struct {
//		gen.Closure
//		last *X0
//		step func(*runFunc1Frame[X0], *gen.Run, *runFunc1[X0], X0) gen.Status
//	}
//
// and where the literal stood, there is
//
//	func(c *runFunc1[item]) func(item) {
//		return gen.Bind(&c.Closure, c, func(x item) { ... as it is written })
//	}(&runFunc1[item]{last: &last, step: func(f *runFunc1Frame[item], ...) gen.Status {
//		... as any step
//	}})
//
// So all forms of the literal have the type itself, and not another one of that name.

// slot is a type parameter that stands for a type of the function around.
type slot struct {
	name string
	t    types.Type
}

// inlined reports whether the function is a literal whose code is put elsewhere.
func (e *funcEmitter) inPlace() bool { return e.fn.Lit != nil && e.fn.Lit.InPlace() }

// findSlots finds the types that the declarations of a literal can't spell.
func (e *funcEmitter) findSlots() {
	if !e.inPlace() {
		return
	}
	taken := map[string]bool{}
	for p := range e.tparams.TypeParams() {
		taken[p.Obj().Name()] = true
	}
	n := 0
	add := func(t types.Type) {
		for s, ok := types.Unalias(t).(*types.Slice); ok; s, ok = types.Unalias(t).(*types.Slice) {
			t = s.Elem() // a variadic parameter is one of ...X0
		}
		if !color.MentionsLocal(t, func(obj *types.TypeName) bool { return e.fn.Lit.Around[obj] }) || e.slotOf(t) != "" {
			return
		}
		name := e.free("X" + strconv.Itoa(n))
		for n++; taken[name]; n++ {
			name = e.free("X" + strconv.Itoa(n))
		}
		e.slots = append(e.slots, slot{name, t})
	}
	for _, c := range e.fn.Lit.Captures {
		if c.Witness == nil {
			add(c.Obj.Type())
		}
	}
	sig := e.fn.Obj.Signature()
	for v := range sig.Params().Variables() {
		add(v.Type())
	}
	for v := range sig.Results().Variables() {
		add(v.Type())
	}
}

func (e *funcEmitter) slotOf(t types.Type) string {
	for _, s := range e.slots {
		if types.Identical(s.t, t) {
			return s.name
		}
	}
	return ""
}

// Type spells a type: in what is declared for a literal in place, by a slot.
func (e *funcEmitter) Type(t types.Type) *jen.Statement {
	if e.site == nil && len(e.slots) > 0 {
		if name := e.slotOf(t); name != "" {
			return jen.Id(name)
		}
		if s, ok := types.Unalias(t).(*types.Slice); ok {
			return jen.Index().Add(e.Type(s.Elem()))
		}
	}
	return e.Converter.Type(t)
}

func (e *funcEmitter) variadic(t types.Type) *jen.Statement {
	if s, ok := types.Unalias(t).(*types.Slice); ok {
		return jen.Op("...").Add(e.Type(s.Elem()))
	}
	return e.Converter.variadic(t)
}

// typeParams declares the type parameters of the function's types, slots included.
func (e *funcEmitter) typeParams() *jen.Statement {
	if len(e.slots) == 0 {
		return e.TypeParamsOf(e.tparams)
	}
	list := e.typeParamDecls(e.tparams)
	for _, s := range e.slots {
		list = append(list, jen.Id(s.name).Add(e.anyType()))
	}
	return jen.Types(list...)
}

// litArgs are the type arguments of a literal's types, slots included.
func (e *funcEmitter) litArgs(lit *ir.Lit) *jen.Statement {
	var args []jen.Code
	for p := range lit.TypeParams.TypeParams() {
		args = append(args, e.typeName(p.Obj()))
	}
	if lit.InPlace() {
		for _, s := range e.literals[lit].slots {
			args = append(args, e.Type(s.t))
		}
	}
	return typeList(args)
}

// made is a new value of a literal's type, with the code if that has its place here.
func (e *funcEmitter) made(lit *ir.Lit, values jen.Dict) *jen.Statement {
	if lit.InPlace() {
		values[jen.Id("step")] = e.literals[lit].stepInPlace(e)
		if code := e.literals[lit].deferredInPlace(e); code != nil {
			values[jen.Id("deferred")] = code
		}
	}
	return jen.Op("&").Add(e.litType(lit)).Values(values)
}

// bound is the function value of closure, a new value of a literal's type.
func (e *funcEmitter) bound(lit *ir.Lit, closure *jen.Statement) *jen.Statement {
	if lit.InPlace() {
		return e.literals[lit].valueInPlace(e, closure)
	}
	return jen.Parens(closure).Dot("value").Call()
}

// at puts the emitter to where the literal stands in the code of another one, until
// leave is called.
func (e *funcEmitter) at(site *funcEmitter) (leave func()) {
	outer := e.site
	e.site = site
	return func() { e.site = outer }
}

// stepTypes are the parameters of a step in place, without names.
func (e *funcEmitter) stepTypes() []jen.Code {
	list := []jen.Code{jen.Op("*").Add(e.frameRef()), jen.Op("*").Add(e.rt("Run")), jen.Op("*").Add(e.litType(e.fn.Lit))}
	for _, v := range e.fn.Params {
		if v != nil {
			list = append(list, e.Type(v.Type))
		}
	}
	return list
}

// stepInPlace is the step of the literal in the code of site.
func (e *funcEmitter) stepInPlace(site *funcEmitter) *jen.Statement {
	defer e.at(site)()
	frame := jen.Id(e.f).Op("*").Add(e.frameRef())
	body, end := e.stepBody()
	body = append(body, e.lineOf(e.fn.Lit.Syntax.End())) // what follows is the site's
	return jen.Func().Params(append([]jen.Code{frame}, e.stepParams()...)...).
		Params(jen.Id(end).Add(e.rt("Status"))).Block(body...)
}

// deferredInPlace is the form of a function as a value that recovers, or nil.
func (e *funcEmitter) deferredInPlace(site *funcEmitter) *jen.Statement {
	defer e.at(site)()
	target := e.deferredTarget()
	if target == nil {
		return nil
	}
	params, args, results := e.handOn(closureDeferred)
	return jen.Func().Params(append([]jen.Code{e.selfParam()}, params...)...).Add(parens(results)).Block(jen.Return(target.Call(args...)))
}

// valueInPlace is the function value of the literal in the code of site.
func (e *funcEmitter) valueInPlace(site *funcEmitter, closure *jen.Statement) *jen.Statement {
	defer e.at(site)()
	lit := e.fn.Lit
	self := jen.Id(lit.Self)
	return jen.Func().Params(e.selfParam()).Add(e.unnamed(e.fn.Obj.Signature())).Block(
		jen.Return(e.rt("Bind").Call(jen.Op("&").Add(self).Dot("Closure"), self, e.asWritten(lit.Syntax))),
	).Call(closure)
}
