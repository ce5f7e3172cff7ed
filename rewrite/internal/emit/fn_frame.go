package emit

import (
	"go/ast"
	"go/types"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// The frame type of a function, and those of its methods that run no code of the
// user's.

// oneLine is the body of a function on the line of its header; gofmt breaks it if that
// is long.
func oneLine(code ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ";"}, code...)
}

// method begins the declaration of a method of the frame type.
func (e *funcEmitter) method(out *jen.File, name string, params ...jen.Code) *jen.Statement {
	return out.Func().Add(e.receiver(e.free("f"))).Id(name).Params(params...)
}

// field is a field of the frame in such a method.
func (e *funcEmitter) field(name string) *jen.Statement { return jen.Id(e.free("f")).Dot(name) }

// results emits what hands out the results: Results, and Returned for who made the call.
func (e *funcEmitter) results(out *jen.File) {
	sig := e.fn.Obj.Signature()
	if sig.Results().Len() == 0 {
		return
	}
	var ts, fields, names []jen.Code
	i := 0
	for v := range sig.Results().Variables() {
		ts = append(ts, e.Type(v.Type()))
		fields = append(fields, e.field(e.fn.Frame.Results[i]))
		names = append(names, jen.Id("ret"+strconv.Itoa(i)).Add(e.Type(v.Type())))
		i++
	}
	if e.fn.Lit == nil {
		e.method(out, "Results").Add(parens(ts)).Add(oneLine(
			e.field("Over").Call(jen.Id(e.free("f"))), jen.Return(fields...)))
	}
	r := e.free("r")
	var lhs []jen.Code
	for i := range names {
		lhs = append(lhs, jen.Id("ret"+strconv.Itoa(i)))
	}
	e.method(out, "Returned", e.runParam(r)).Params(names...).Add(oneLine(
		jen.List(lhs...).Op("=").List(fields...),
		e.field("Release").Call(jen.Id(r)),
		jen.Return()))
}

// args sets the parameters from the arguments of a first switch.
func (e *funcEmitter) args(out *jen.File) {
	sig := e.fn.Obj.Signature()
	if sig.Params().Len() == 0 {
		return
	}
	list := []jen.Code{jen.Id(e.free("f")), jen.Id(e.free("args"))}
	for _, field := range e.fn.Frame.Params[len(e.fn.Frame.Params)-sig.Params().Len():] {
		if field == "" {
			list = append(list, jen.Nil())
		} else {
			list = append(list, jen.Op("&").Add(e.field(field)))
		}
	}
	set := "SetArgs"
	if sig.Variadic() {
		set = "SetVariadic"
	}
	e.method(out, "Args", jen.Id(e.free("args")).Index().Add(e.anyType())).Add(oneLine(e.rt(set).Call(list...)))
}

// send hands the results to the parent greenlet. That of the header has none.
func (e *funcEmitter) send(out *jen.File) {
	res := e.fn.Frame.Results
	r := jen.Id(e.free("r"))
	var sent jen.Code
	switch len(res) {
	case 0:
		return
	case 1:
		sent = e.rt("Result").Call(r, e.field(res[0]))
	default:
		var values []jen.Code
		for _, f := range res {
			values = append(values, e.field(f))
		}
		sent = e.rt("Result").Types(e.anyType()).Call(r, e.rt("Values").Values(values...))
	}
	e.method(out, "Send", e.runParam(e.free("r"))).Add(e.rt("Status")).Add(oneLine(jen.Return(sent)))
}

// freeList is the list of the frame type in a run's cache.
func (e *funcEmitter) freeList() jen.Code {
	h := fnv.New32a()
	h.Write([]byte(importPath(e.Pkg) + "." + e.frame))
	return jen.Lit(int(h.Sum32() % 64))
}

// release gives a frame back that has returned.
func (e *funcEmitter) release(out *jen.File) {
	r := e.free("r")
	e.method(out, "Release", e.runParam(r)).Add(oneLine(e.rt("Free").Call(jen.Id(r), jen.Id(e.free("f")), e.freeList())))
}

// forget clears all but the results, if the frame may hold on to memory otherwise: the
// greenlet that ran it has ended, and may be kept.
func (e *funcEmitter) forget(out *jen.File) {
	if !slices.ContainsFunc(e.fn.Frame.Fields, func(f ir.Field) bool { return f.Pointers && f.Var != nil }) && (e.asker == nil || len(e.asker.calls) == 0) {
		return
	}
	header := "Header"
	if e.fn.Defers {
		header = "DeferHeader"
	}
	kept := []jen.Code{jen.Id(header).Op(":").Add(e.field(header))}
	for _, name := range e.fn.Frame.Results {
		kept = append(kept, jen.Id(name).Op(":").Add(e.field(name)))
	}
	e.method(out, "Forget").Add(oneLine(
		jen.Op("*").Id(e.free("f")).Op("=").Add(e.frameRef()).Add(oneLineList(kept...))))
}

// oneLineList is a composite literal's elements on one line.
func oneLineList(code ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ", "}, code...)
}

// describe declares what tracebacks say about the function.
func (e *funcEmitter) describe(out *jen.File) {
	info := e.free(e.frame + "Info")
	if ast.IsExported(e.frame) { // it is nobody's business; walkFrameInfo may be that of walk
		info = e.free("infoOf" + e.frame)
	}
	out.Func().Params(jen.Op("*").Add(e.frameRef())).Id("Func").Params().Op("*").Add(e.rt("Func")).Add(oneLine(jen.Return(jen.Op("&").Id(info))))
	declared := e.placeOf(e.fn.Decl.Pos())
	var points, before []string
	for _, b := range e.fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			at := e.placeOf(callPos(w.Source))
			point := strconv.Itoa(at.line)
			if at.file != declared.file {
				point += "@" + strings.ReplaceAll(e.sourcePath(at), " ", "\x00")
			}
			var live []string
			for _, v := range w.Live {
				live = append(live, v.Name)
			}
			if names := liveNames(before, live); names != "" {
				point += " " + names
			}
			points, before = append(points, point), live
		}
	}
	values := []jen.Code{
		jen.Id("Name").Op(":").Lit(e.tracebackName()),
		jen.Id("File").Op(":").Lit(e.sourcePath(declared)),
		jen.Id("Line").Op(":").Lit(declared.line),
	}
	if e.fn.Defers {
		end := e.placeOf(e.fn.Decl.Body.Rbrace)
		values = append(values, jen.Id("End").Op(":").Lit(end.line))
		if end.file != declared.file {
			values = append(values, jen.Id("EndFile").Op(":").Lit(e.sourcePath(end)))
		}
	}
	if len(points) > 0 {
		values = append(values, jen.Id("Points").Op(":").Lit(strings.Join(points, "; ")))
	}
	out.Var().Id(info).Op("=").Add(e.rt("Func")).Add(oneLineList(values...))
}

// alike are the neighbours in list that can be declared together.
func alike[T any](list []T, same func(a, b T) bool) (groups [][]T) {
	for i, v := range list {
		if last := len(groups) - 1; i > 0 && same(groups[last][0], v) {
			groups[last] = append(groups[last], v)
		} else {
			groups = append(groups, []T{v})
		}
	}
	return groups
}

// alikeTypes reports whether two types are the same, ours left out.
func alikeTypes(a, b types.Type) bool {
	for _, t := range []types.Type{a, b} {
		switch t.(type) {
		case *ir.MapIter, *ir.LoopState:
			return false
		}
	}
	return types.Identical(a, b)
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
		if e.fn.Lit == nil {
			e.marker(g)
		}
		if e.fn.Defers {
			g.Add(e.rt("DeferHeader"))
		} else {
			g.Add(e.rt("Header"))
		}
		if e.asker != nil && len(e.asker.calls) > 0 {
			g.Add(e.rt("Calls").Types(jen.Id(e.waiting())))
		}
		if lit := e.fn.Lit; lit != nil {
			g.Id(e.fn.Frame.Self).Op("*").Add(e.litType(lit))
		}
		if name := e.fn.Frame.Deferrer; name != "" {
			g.Id(name).Op("*").Add(e.rt("DeferHeader"))
		}
		for _, names := range alike(e.fn.Frame.Fields, func(f, of ir.Field) bool {
			return len(f.Also)+len(of.Also) == 0 && (f.Any && of.Any || f.Any == of.Any && f.Box == of.Box && alikeTypes(f.Type, of.Type))
		}) {
			var ids []jen.Code
			for _, f := range names {
				ids = append(ids, jen.Id(f.Name))
			}
			field := g.List(ids...).Add(e.fieldType(names[0]))
			if also := names[0].Also; len(also) > 0 {
				var others []string
				for _, v := range also {
					others = append(others, v.Name)
				}
				field.Comment("also " + strings.Join(others, ", "))
			}
		}
	})
}

// fieldType is the type of a field.
func (e *funcEmitter) fieldType(f ir.Field) *jen.Statement {
	switch {
	case f.Any:
		return e.anyType()
	case f.Box:
		return jen.Op("*").Add(e.typ(f.Type))
	}
	return e.typ(f.Type)
}

// marker embeds what the function yields, if that is known (color, yields.go). It has no size,
// and so stands first: at the end it would be padded.
func (e *funcEmitter) marker(g *jen.Group) {
	if e.Colors == nil { // in a test
		return
	}
	switch y, _ := e.Colors.Yields(e.fn.Obj); {
	case y == nil:
	case y.Answer == nil:
		g.Add(e.rt("Yields").Types(e.Type(y.Value)))
	default:
		g.Add(e.rt("Exchanges").Types(e.Type(y.Answer), e.Type(y.Value)))
	}
}
