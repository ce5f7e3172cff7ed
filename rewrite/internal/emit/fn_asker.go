package emit

import (
	"go/ast"
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// asker says of a function that all its suspensions hand a value of one type to the
// parent and, where answer is not nil, receive one of one type from it. Its resumption is
// the method Ask, without the run and its driver.
type asker struct {
	value, answer types.Type
}

// askerOf is what e.fn is as an asker, or nil if it is none; own are its calls of itself.
func (e *funcEmitter) askerOf(own *recursion) *asker {
	if !e.canStart || e.fn.Eager() || own != nil && e.fn.Obj.Signature().Results().Len() > 0 { // nobody asks it
		return nil
	}
	var a *asker
	for _, b := range e.fn.Blocks {
		w, ok := b.Term.(*ir.Wait)
		if !ok || own.has(w) {
			continue
		}
		of := e.asks(w)
		if of == nil || a != nil && !of.same(a) {
			return nil
		}
		a = of
	}
	if a == nil || e.namesRun() || own != nil && a.answer != nil {
		return nil
	}
	return a
}

// asks is what w hands out and receives, or nil if it does something else.
func (e *funcEmitter) asks(w *ir.Wait) *asker {
	a := &asker{}
	switch {
	case w.Op == color.OpYield:
	case w.Op == color.OpExchange && w.Receives():
		v := w.Results[0]
		if v.Box || v.Witness != nil || e.anyField(v) {
			return nil
		}
		a.answer = v.Type
	default:
		return nil
	}
	if a.value = e.valueType(w); !e.CanName(a.value) || a.answer != nil && !e.CanName(a.answer) {
		return nil
	}
	return a
}

func (a *asker) same(b *asker) bool {
	if !types.Identical(a.value, b.value) || (a.answer == nil) != (b.answer == nil) {
		return false
	}
	return a.answer == nil || types.Identical(a.answer, b.answer)
}

// namesRun reports whether the code of e.fn asks the runtime who runs.
func (e *funcEmitter) namesRun() (found bool) {
	ast.Inspect(e.fn.Decl.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			fn, _ := e.Info.Uses[id].(*types.Func)
			found = found || color.AsksWhoRuns(fn)
		}
		return !found
	})
	return found
}

// asking reports whether the code being emitted is that of Ask.
func (e *funcEmitter) asking() bool { return e.asker != nil && e.variant == resumedCall }

// handOut is a suspension of Ask.
func (e *funcEmitter) handOut(w *ir.Wait) []jen.Code {
	asked := e.rt("Left")
	if w.Receives() {
		asked = jen.Op("&").Id(e.f).Dot(w.Results[0].Field)
	}
	return []jen.Code{
		jen.Op("*").Id(e.p).Op("=").Add(e.Expr(w.Call.Args[0])),
		jen.Return(asked),
	}
}

// askedOut is what Ask returns when the function has.
func (e *funcEmitter) askedOut() jen.Code {
	if e.asker.answer != nil {
		return jen.Nil()
	}
	return e.rt("Done")
}

// ask emits Ask, and Resume by way of it.
func (e *funcEmitter) ask(out *jen.File) {
	a := e.asker
	body := e.body(resumedCall)
	result := e.rt("Status")
	if a.answer != nil {
		result = jen.Op("*").Add(e.Type(a.answer))
	}
	e.beginDeclarations(out, "")
	out.Func().Add(e.receiver(e.f)).Id("Ask").Params(jen.Id(e.p).Op("*").Add(e.Type(a.value))).Add(result).Block(body...)
	out.Comment(ownMark)

	f, r, v, at := e.free("f"), e.free("r"), e.free("v"), e.free("at")
	out.Func().Add(e.receiver(f)).Id("Resume").Params(e.runParam(r)).Add(e.rt("Status")).BlockFunc(func(g *jen.Group) {
		g.Var().Id(v).Add(e.Type(a.value))
		asked := jen.Id(f).Dot("Ask").Call(jen.Op("&").Id(v))
		ended := jen.Return(jen.Id(f).Dot("Return").Call(jen.Id(r), jen.Id(f)))
		if a.answer == nil {
			g.If(asked.Op("==").Add(e.rt("Done"))).Block(ended)
		} else {
			g.Id(r).Dot("Received").Call()
			g.Id(at).Op(":=").Add(asked)
			g.If(jen.Id(at).Op("==").Nil()).Block(ended)
			g.Id(r).Dot("Await").Call(jen.Id(at))
		}
		g.Return(e.rt("Yielded").Call(jen.Id(r), jen.Id(v)))
	})
}
