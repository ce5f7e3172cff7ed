package emit

import (
	"go/types"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// The frame type of a function, and those of its methods that run no code of the
// user's.

// oneLine is the body of a function on the line of its header; gofmt breaks it if that
// is long.
func oneLine(code ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ";"}, code...)
}

// oneLineBehind is oneLine behind a header with the types of a tuple or signature. gofmt gives a type without a name lines of its own, and keeps
// no body on the last of several lines; but it sees that only when it formats what it has formatted.
func oneLineBehind(header types.Type, code ...jen.Code) *jen.Statement {
	if color.Mentions(header, hasMembers) {
		return jen.Block(code...)
	}
	return oneLine(code...)
}

// hasMembers reports whether t is a struct or an interface without a name that is not empty.
func hasMembers(t types.Type) bool {
	switch t := t.(type) {
	case *types.Struct:
		return t.NumFields() > 0
	case *types.Interface:
		return t.NumExplicitMethods()+t.NumEmbeddeds() > 0
	}
	return false
}

// method begins the declaration of a method of the frame type.
func (e *funcEmitter) method(out *jen.File, name string, params ...jen.Code) *jen.Statement {
	return out.Func().Add(e.receiver(e.free("f"))).Id(name).Params(params...)
}

// field is a field of the frame in such a method.
func (e *funcEmitter) field(name string) *jen.Statement { return jen.Id(e.free("f")).Dot(name) }

// results emits what hands out the results: Results, and Returned for who made the call. What
// the frame embeds has Returned as well; but it doesn't know the type that is given back, which
// takes a call more. That is nothing to a function that defers.
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
		names = append(names, jen.Id("ret"+strconv.Itoa(i)))
		i++
	}
	if e.canStart {
		e.method(out, "Results").Add(parens(ts)).Add(oneLineBehind(sig.Results(),
			e.field("Over").Call(jen.Id(e.free("f"))), jen.Return(fields...)))
	}
	if e.fn.Defers && ir.Returns(len(ts)) {
		return
	}
	r := e.free("r")
	e.method(out, "Returned", e.runParam(r)).Add(parens(ts)).Add(oneLineBehind(sig.Results(),
		jen.List(names...).Op(":=").List(fields...),
		e.field("Release").Call(jen.Id(r)),
		jen.Return(names...)))
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

// send hands the results to the parent greenlet. What the frame embeds does it for most functions,
// and for those without results.
func (e *funcEmitter) send(out *jen.File) {
	res := e.fn.Frame.Results
	if len(res) == 0 || ir.Returns(len(res)) {
		return
	}
	r := e.free("r")
	var values []jen.Code
	for _, f := range res {
		values = append(values, e.field(f))
	}
	e.method(out, "Send", e.runParam(r)).Add(e.rt("Status")).Add(oneLine(
		jen.Return(e.rt("Result").Types(e.anyType()).Call(jen.Id(r), e.rt("Values").Values(values...)))))
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
	args, free := []jen.Code{jen.Id(r), jen.Id(e.free("f"))}, "Free"
	if e.recursion != nil {
		args, free = append(args, jen.Op("&").Add(e.field("Calls"))), "FreeNested"
	}
	e.method(out, "Release", e.runParam(r)).Add(oneLine(e.rt(free).Call(append(args, e.freeList())...)))
}

// forget clears all but the results, if the frame may hold on to memory otherwise: the
// greenlet that ran it has ended, and may be kept.
func (e *funcEmitter) forget(out *jen.File) {
	if !slices.ContainsFunc(e.fn.Frame.Fields, func(f ir.Field) bool { return f.Pointers && f.Var != nil }) && e.recursion == nil {
		return
	}
	kept := []jen.Code{jen.Id(e.embeddedName()).Op(":").Add(e.field(e.embeddedName()))}
	for _, f := range e.fn.Frame.Fields {
		if f.Var == nil && !e.fn.Frame.Embeds(f) {
			kept = append(kept, jen.Id(f.Name).Op(":").Add(e.field(f.Name)))
		}
	}
	e.method(out, "Forget").Add(oneLine(
		jen.Op("*").Id(e.free("f")).Op("=").Add(e.frameRef()).Add(oneLineList(kept...))))
}

// newFrame takes a frame for a call that has none.
func (e *funcEmitter) newFrame() jen.Code {
	return jen.Id(e.f).Op(":=").Add(e.rt("New")).Types(e.frameRef()).Call(jen.Id(e.r), e.freeList())
}

// oneLineList is a composite literal's elements on one line.
func oneLineList(code ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ", "}, code...)
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

// together is alike for a list whose order doesn't matter.
func together[T any](list []T, same func(a, b T) bool) (groups [][]T) {
	for _, v := range list {
		i := slices.IndexFunc(groups, func(g []T) bool { return same(g[0], v) })
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], v)
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

func (e *funcEmitter) frameType(out *jen.File) {
	out.Type().Id(e.frame).Add(e.typeParams()).StructFunc(func(g *jen.Group) {
		if e.fn.Lit == nil {
			e.marker(g)
		}
		g.Add(e.embedded())
		if e.recursion != nil {
			g.Add(e.rt("Calls").Types(jen.Id(e.waiting())))
		}
		if lit := e.fn.Lit; lit != nil {
			g.Id(e.fn.Frame.Self).Op("*").Add(e.litType(lit))
		}
		if name := e.fn.Frame.Deferrer; name != "" {
			g.Id(name).Op("*").Add(e.rt("DeferHeader"))
		}
		for _, names := range alike(slices.DeleteFunc(slices.Clone(e.fn.Frame.Fields), e.fn.Frame.Embeds), func(f, of ir.Field) bool {
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

// embeddedName is the name of what the frame embeds: the header, with what fields and methods
// package gen has for the results.
func (e *funcEmitter) embeddedName() string {
	name := "Header"
	if n := len(e.fn.Frame.Results); ir.Returns(n) {
		name = "Returns"
		if n > 1 {
			name += strconv.Itoa(n)
		}
	}
	if e.fn.Defers {
		return "Defer" + name
	}
	return name
}

func (e *funcEmitter) embedded() jen.Code {
	code := e.rt(e.embeddedName())
	if ir.Returns(len(e.fn.Frame.Results)) {
		var ts []jen.Code
		for v := range e.fn.Obj.Signature().Results().Variables() {
			ts = append(ts, e.Type(v.Type()))
		}
		code.Types(ts...)
	}
	return code
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
