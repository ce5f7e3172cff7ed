package emit

import (
	"go/ast"
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// What stands at the top of a variant: hoisted constants and types, the variables that live
// across labels, the boxes of parameters.

// declared puts the hoisted constants and types before code. A type whose name
// is taken begins a scope of its own, and has an alias by which the code can
// tell it from the others:
//
//	type item struct{ a int }
//	type item2 = item
//	{
//		type item []int
//		type item3 = item
//		...
//	}
func (e *funcEmitter) declared(code []jen.Code) []jen.Code {
	scopes := [][]jen.Code{nil}
	names := map[string]bool{} // of the innermost scope
	outer := map[string]bool{} // of all
	alias := func(name string, obj *types.TypeName) {
		if as := e.fn.Aliases[obj]; as != "" {
			last := len(scopes) - 1
			scopes[last] = append(scopes[last], jen.Type().Id(as).Op("=").Id(name))
		}
	}
	for _, s := range e.fn.Consts {
		name, obj := e.fn.TypeDecl(s)
		switch {
		case obj == nil:
		case names[name]:
			scopes = append(scopes, nil)
			clear(names)
		case !outer[name]:
			if hidden, ok := e.Pkg.Scope().Lookup(name).(*types.TypeName); ok {
				alias(name, hidden)
			}
		}
		names[name], outer[name] = true, true
		last := len(scopes) - 1
		e.declaring = obj
		scopes[last] = append(scopes[last], e.Block([]ast.Stmt{s})...)
		e.declaring = nil
		if obj != nil {
			alias(name, obj)
		}
	}
	for i := len(scopes) - 1; i >= 0; i-- {
		if i < len(scopes)-1 {
			code = []jen.Code{jen.Block(code...)}
		}
		code = append(scopes[i], code...)
	}
	return code
}

// hoisted declares the variables that live across labels.
func (e *funcEmitter) hoisted() []jen.Code {
	var vars []*ir.Var
	var unread []jen.Code
	for _, v := range e.fn.Vars {
		if v.Place != ir.Hoisted || v.Kind == ir.Param && !v.Box || !e.named[v] || e.inFrame(v) {
			continue
		}
		if v.Witness != nil {
			if !e.reads[v] {
				unread = append(unread, jen.Id("_").Op("=").Id(v.Name))
			}
			continue
		}
		vars = append(vars, v)
		if !e.reads[v] {
			unread = append(unread, jen.Id("_").Op("=").Id(v.Name))
		}
	}
	var defs, code []jen.Code
	for _, group := range together(vars, func(v, of *ir.Var) bool { return v.Box == of.Box && alikeTypes(v.Type, of.Type) }) {
		var ids []jen.Code
		for _, v := range group {
			ids = append(ids, jen.Id(v.Name))
		}
		t := e.typ(group[0].Type)
		if group[0].Box {
			t = jen.Op("*").Add(t)
		}
		defs = append(defs, jen.List(ids...).Add(t))
	}
	if len(defs) > 3 {
		code = []jen.Code{jen.Var().Defs(defs...)}
	} else {
		for _, def := range defs {
			code = append(code, jen.Var().Add(def))
		}
	}
	return append(append(code, e.inferred()...), unread...)
}

// boxParams gives boxed parameters and results their boxes.
func (e *funcEmitter) boxParams() []jen.Code {
	var code []jen.Code
	for _, v := range e.fn.Params {
		if v != nil && v.Box {
			in := jen.Id(v.In)
			if e.variant == resumedCall {
				in = jen.Id(e.f).Dot(e.inField(v))
			}
			if !e.named[v] {
				continue
			}
			code = append(code,
				e.place(v).Op("=").Add(e.newOf(e.typ(v.Type))),
				jen.Op("*").Add(e.place(v)).Op("=").Add(in))
		}
	}
	for _, v := range e.fn.Results {
		if v != nil && v.Box && (e.named[v] || e.fn.Defers) {
			code = append(code, jen.Id(v.Name).Op("=").Add(e.newOf(e.typ(v.Type))))
			if e.fn.Defers {
				code = append(code, jen.Id(e.f).Dot(v.Field).Op("=").Id(v.Name))
			}
		}
	}
	return code
}
