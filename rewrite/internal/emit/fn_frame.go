package emit

import (
	"go/ast"
	"go/types"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// The frame type of a function, and those of its methods that run no code of the
// user's.

func (e *funcEmitter) results(out *jen.File) {
	sig := e.fn.Obj.Signature()
	if sig.Results().Len() == 0 {
		return
	}
	var ts, fields []jen.Code
	i := 0
	for v := range sig.Results().Variables() {
		ts = append(ts, e.Type(v.Type()))
		fields = append(fields, jen.Id(e.free("f")).Dot(e.fn.Frame.Results[i]))
		i++
	}
	out.Commentf("Results are what %s has returned.", e.sourceName())
	out.Func().Add(e.receiver(e.free("f"))).Id("Results").Params().Add(parens(ts)).Block(jen.Return(fields...))
}

// args sets the parameters from the arguments of a first switch.
func (e *funcEmitter) args(out *jen.File) {
	sig := e.fn.Obj.Signature()
	fields := e.fn.Frame.Params[len(e.fn.Frame.Params)-sig.Params().Len():]
	out.Comment("Args replaces the parameters before the start.")
	out.Func().Add(e.receiver(e.free("f"))).Id("Args").Params(jen.Id(e.free("args")).Index().Add(e.anyType())).BlockFunc(func(g *jen.Group) {
		n := sig.Params().Len()
		count := "Count"
		if sig.Variadic() {
			count, n = "CountMin", n-1
		}
		g.Add(e.rt(count)).Call(jen.Id(e.free("f")), jen.Id(e.free("args")), jen.Lit(n))
		i := 0
		for p := range sig.Params().Variables() {
			if fields[i] != "" {
				get, t := "Arg", p.Type()
				if sig.Variadic() && i == sig.Params().Len()-1 {
					if s, ok := t.(*types.Slice); ok {
						get, t = "Rest", s.Elem()
					}
				}
				g.Id(e.free("f")).Dot(fields[i]).Op("=").Add(e.rt(get)).Types(e.Type(t)).Call(jen.Id(e.free("f")), jen.Id(e.free("args")), jen.Lit(i))
			}
			i++
		}
	})
}

func (e *funcEmitter) send(out *jen.File) {
	out.Comment("Send hands the results to the parent greenlet.")
	out.Func().Add(e.receiver(e.free("f"))).Id("Send").Params(e.runParam(e.free("r"))).Add(e.rt("Status")).BlockFunc(func(g *jen.Group) {
		res := e.fn.Frame.Results
		switch len(res) {
		case 0:
			g.Return(jen.Id(e.free("r")).Dot("Finish").Call())
		case 1:
			g.Return(e.rt("Result").Call(jen.Id(e.free("r")), jen.Id(e.free("f")).Dot(res[0])))
		default:
			var values []jen.Code
			for _, f := range res {
				values = append(values, jen.Id(e.free("f")).Dot(f))
			}
			g.Return(e.rt("Result").Types(e.anyType()).Call(jen.Id(e.free("r")), e.rt("Values").Values(values...)))
		}
	})
}

// freeList is the list of the frame type in a run's cache.
func (e *funcEmitter) freeList() jen.Code {
	h := fnv.New32a()
	h.Write([]byte(importPath(e.Pkg) + "." + e.frame))
	return jen.Lit(int(h.Sum32() % 64))
}

// take gets a frame from the free list, release gives one back.
func (e *funcEmitter) release(out *jen.File) {
	f := jen.Id(e.free("f"))
	asFrame := jen.Assert(jen.Op("*").Add(e.frameRef()))
	out.Comment("Release gives the frame back, for the next call that suspends.")
	out.Func().Add(e.receiver(e.free("f"))).Id("Release").Params(e.runParam(e.free("r"))).Block(
		e.clear(),
		jen.Id(e.free("c")).Op(":=").Id(e.free("r")).Dot("Cache").Call(),
		jen.If(jen.List(jen.Id(e.free("head")), jen.Id(e.free("ok"))).Op(":=").Id(e.free("c")).Index(e.freeList()).Add(asFrame), jen.Op("!").Id(e.free("ok"))).Block(
			jen.List(jen.Add(f).Dot("Caller"), jen.Add(f).Dot("Depth"), jen.Id(e.free("c")).Index(e.freeList())).Op("=").List(jen.Nil(), jen.Lit(0), f),
		).Else().If(jen.List(jen.Id(e.free("depth")), jen.Id(e.free("room"))).Op(":=").Id(e.free("head")).Dot("Push").Call(), jen.Id(e.free("room"))).Block(
			jen.List(jen.Add(f).Dot("Caller"), jen.Add(f).Dot("Depth"), jen.Id(e.free("c")).Index(e.freeList())).Op("=").List(jen.Id(e.free("head")), jen.Id(e.free("depth")), f),
		),
	)
	out.Comment("take gets a free frame, or a new one.")
	out.Func().Params(jen.Op("*").Add(e.frameRef())).Id("take").Params(e.runParam(e.free("r"))).Op("*").Add(e.frameRef()).Block(
		jen.Id(e.free("c")).Op(":=").Id(e.free("r")).Dot("Cache").Call(),
		jen.If(jen.List(jen.Id(e.free("f")), jen.Id(e.free("ok"))).Op(":=").Id(e.free("c")).Index(e.freeList()).Add(asFrame), jen.Id(e.free("ok"))).Block(
			jen.Id(e.free("c")).Index(e.freeList()).Op("=").Id(e.free("f")).Dot("Caller"), // which Link will set
			jen.Return(f),
		),
		jen.Return(e.newOf(e.frameRef())),
	)
}

// clear clears what a free frame must not hold on to. The rest is written before it is
// read: what a switch brings, by who resumes, if it is the zero value.
func (e *funcEmitter) clear() jen.Code {
	if e.fn.Eager() {
		return jen.Op("*").Id(e.free("f")).Op("=").Add(e.frameRef()).Values()
	}
	code := e.clearFields(true)
	results := slices.ContainsFunc(e.fn.Frame.Fields, func(f ir.Field) bool { return f.Pointers && f.Var == nil })
	switch {
	case code == nil:
		return jen.Null()
	case e.fn.Lit == nil && !results:
		return jen.Id(e.free("f")).Dot("Forget").Call()
	}
	return code
}

// clearFields clears the fields that may hold on to memory.
func (e *funcEmitter) clearFields(results bool) jen.Code {
	var lhs, rhs []jen.Code
	if e.fn.Lit != nil {
		lhs, rhs = append(lhs, jen.Id(e.free("f")).Dot(e.fn.Frame.Self)), append(rhs, jen.Nil())
	}
	for _, f := range e.fn.Frame.Fields {
		if f.Pointers && (f.Var != nil || results) {
			lhs = append(lhs, jen.Id(e.free("f")).Dot(f.Name))
			rhs = append(rhs, e.zeroField(f))
		}
	}
	if len(lhs) == 0 {
		return nil
	}
	return jen.List(lhs...).Op("=").List(rhs...)
}

// forget is the method Forget, if the frame needs one of its own.
func (e *funcEmitter) forget(out *jen.File) {
	code := e.clearFields(false)
	if code == nil {
		return
	}
	out.Comment("Forget clears all but the results, when the greenlet that ran the frame has ended.")
	out.Func().Add(e.receiver(e.free("f"))).Id("Forget").Params().Block(code)
}

// describe declares what tracebacks say about the function.
func (e *funcEmitter) describe(out *jen.File) {
	info := e.free(e.frame + "Info")
	if ast.IsExported(e.frame) { // it is nobody's business; walkFrameInfo may be that of walk
		info = e.free("infoOf" + e.frame)
	}
	out.Func().Params(jen.Op("*").Add(e.frameRef())).Id("Func").Params().Op("*").Add(e.rt("Func")).Block(
		jen.Return(jen.Op("&").Id(info)),
	)
	declared := e.placeOf(e.fn.Decl.Pos())
	var states []jen.Code
	var before []string
	for _, b := range e.fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			var live []string
			for _, v := range w.Live {
				live = append(live, v.Name)
			}
			at := e.placeOf(w.Source.Pos())
			values := jen.Dict{jen.Id("Line"): jen.Lit(at.line)}
			if at.file != declared.file {
				values[jen.Id("File")] = jen.Lit(e.sourcePath(at))
			}
			if names := liveNames(before, live); names != "" {
				values[jen.Id("Live")] = jen.Lit(names)
			}
			before = live
			states = append(states, jen.Values(values))
		}
	}
	values := jen.Dict{
		jen.Id("Name"): jen.Lit(e.tracebackName()),
		jen.Id("File"): jen.Lit(e.sourcePath(declared)),
		jen.Id("Line"): jen.Lit(declared.line),
	}
	if e.fn.Defers {
		end := e.placeOf(e.fn.Decl.Body.Rbrace)
		values[jen.Id("End")] = jen.Lit(end.line)
		if end.file != declared.file {
			values[jen.Id("EndFile")] = jen.Lit(e.sourcePath(end))
		}
	}
	if len(states) > 0 {
		values[jen.Id("Points")] = jen.Index().Add(e.rt("Point")).Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}, states...)
	}
	out.Var().Id(info).Op("=").Add(e.rt("Func")).Values(values)
}

// liveNames are the names of what lives across a suspension, or, where that is shorter,
// what is other than at the one before (see greenlet.Point).
func liveNames(before, live []string) string {
	is, was := map[string]bool{}, map[string]bool{}
	for _, name := range live {
		is[name] = true
	}
	for _, name := range before {
		was[name] = true
	}
	var changes []string
	for _, name := range before {
		if !is[name] {
			changes = append(changes, "-"+name)
		}
	}
	for _, name := range live {
		if !was[name] {
			changes = append(changes, "+"+name)
		}
	}
	all, changed := strings.Join(live, " "), strings.Join(changes, " ")
	switch {
	case changed == "" && len(all) > 1:
		return "="
	case changed != "" && len(changed) < len(all):
		return changed
	}
	return all
}

func (e *funcEmitter) frameType(out *jen.File) {
	out.Commentf("%s is an activation of %s.", e.frame, e.sourceName())
	out.Type().Id(e.frame).Add(e.typeParams()).StructFunc(func(g *jen.Group) {
		if e.fn.Defers {
			g.Add(e.rt("DeferHeader"))
		} else {
			g.Add(e.rt("Header"))
		}
		if lit := e.fn.Lit; lit != nil {
			g.Add(e.rt("NoRoot"))
			g.Id(e.fn.Frame.Self).Op("*").Add(e.litType(lit))
		}
		if name := e.fn.Frame.Deferrer; name != "" {
			g.Id(name).Op("*").Add(e.rt("DeferHeader"))
		}
		for _, f := range e.fn.Frame.Fields {
			field := g.Id(f.Name)
			switch {
			case f.Any:
				field.Add(e.anyType())
			case f.Box:
				field.Op("*").Add(e.typ(f.Type))
			default:
				field.Add(e.typ(f.Type))
			}
			if len(f.Also) > 0 {
				var also []string
				for _, v := range f.Also {
					also = append(also, v.Name)
				}
				field.Comment("also " + strings.Join(also, ", "))
			}
		}
	})
}
