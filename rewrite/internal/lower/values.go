package lower

// Values: resumable functions and switches that are used without being called.
// Each becomes a literal that calls it, as if the user had written one:
//
//	h := s.serve                      h := func(c conn) error { return s.serve(c) }
//
// but that s is evaluated here, and kept (spec, Method values). A declared
// function without type parameters stays as it is, for its resumable form can be
// found by its code.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// valueLiterals makes the literals for the values in fn.
func valueLiterals(u *unit.Unit, info *types.Info, colors *color.Colors, fn *color.Func, taken map[string]bool) (list []*ir.Lit) {
	frame, _ := colors.Frame(fn.Obj)
	for _, v := range colors.Values(fn) {
		if v.Static || registered(u, info, colors, v) {
			continue
		}
		n := len(list) + 1
		lit := &ir.Lit{
			Type:       literalType(u, frame, "value"+itoa(n), taken),
			Func:       names.InTraceback(fn.Obj) + ".value" + itoa(n),
			TypeParams: typeParams(fn.Obj),
			Value:      v.Name,
			Types:      map[*ast.Ident]types.Type{},
		}
		m := &valueMaker{info: info, lit: lit, pos: v.Name.Pos(), pkg: u.Pkg}
		m.make(v)
		list = append(list, lit)
	}
	return list
}

// registered reports whether v stays as it is, for a literal can't spell its types, and the
// package of the method registers its method values.
func registered(u *unit.Unit, info *types.Info, colors *color.Colors, v *color.Value) bool {
	sel, ok := v.Expr.(*ast.SelectorExpr)
	if !ok || !v.Func.Exported() || v.Func.Pkg() == u.Pkg || v.Func.Signature().RecvTypeParams().Len() > 0 {
		return false
	}
	s := info.Selections[sel]
	if s == nil || s.Kind() != types.MethodVal || len(s.Index()) > 1 || color.IsInterfaceMethod(v.Func) {
		return false
	}
	conv := &emit.Converter{Info: info, Pkg: u.Pkg, Frame: colors.Frame}
	return !conv.CanName(info.TypeOf(sel))
}

type valueMaker struct {
	info *types.Info
	lit  *ir.Lit
	pos  token.Pos
	pkg  *types.Package
}

func (m *valueMaker) make(v *color.Value) {
	sig := coreType(m.info.TypeOf(v.Expr))
	fun := m.instantiated(v)
	if sel, ok := v.Expr.(*ast.SelectorExpr); ok {
		if s := m.info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			fun = m.bound(sel, s)
		}
	}
	call := &ast.CallExpr{Fun: fun, Lparen: m.pos, Rparen: m.pos}
	m.lit.Call = call
	var params []*types.Var
	typ := &ast.FuncType{Func: m.pos, Params: &ast.FieldList{Opening: m.pos, Closing: m.pos}}
	i := 0
	for p := range sig.Params().Variables() {
		obj := types.NewParam(m.pos, m.pkg, "p"+itoa(i), p.Type())
		params = append(params, obj)
		def := &ast.Ident{Name: obj.Name(), NamePos: m.pos}
		m.info.Defs[def] = obj
		field := &ast.Field{Names: []*ast.Ident{def}, Type: m.typeName(p.Type())}
		if sig.Variadic() && i == sig.Params().Len()-1 {
			field.Type = &ast.Ellipsis{Ellipsis: m.pos, Elt: m.typeName(p.Type().Underlying().(*types.Slice).Elem())}
			call.Ellipsis = m.pos
		}
		typ.Params.List = append(typ.Params.List, field)
		call.Args = append(call.Args, m.use(obj))
		i++
	}
	var body ast.Stmt = &ast.ExprStmt{X: call}
	switch sig.Results().Len() {
	case 0:
		m.info.Types[call] = types.TypeAndValue{}
	case 1:
		m.info.Types[call] = types.TypeAndValue{Type: sig.Results().At(0).Type()}
	default:
		m.info.Types[call] = types.TypeAndValue{Type: sig.Results()}
	}
	if sig.Results().Len() > 0 {
		body = &ast.ReturnStmt{Return: m.pos, Results: []ast.Expr{call}}
		typ.Results = &ast.FieldList{}
		for r := range sig.Results().Variables() {
			typ.Results.List = append(typ.Results.List, &ast.Field{Type: m.typeName(r.Type())})
		}
	}
	m.lit.Syntax = &ast.FuncLit{Type: typ, Body: &ast.BlockStmt{Lbrace: m.pos, List: []ast.Stmt{body}, Rbrace: m.pos}}
	plain := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic())
	m.info.Types[m.lit.Syntax] = types.TypeAndValue{Type: plain}
}

// instantiated is the value's function with its type arguments. Some may come
// from where the value is used, which a call does not know.
func (m *valueMaker) instantiated(v *color.Value) ast.Expr {
	args := m.info.Instances[v.Name].TypeArgs
	fun, given := v.Expr, 0
	switch x := ast.Unparen(fun).(type) {
	case *ast.IndexExpr:
		fun, given = x.X, 1
	case *ast.IndexListExpr:
		fun, given = x.X, len(x.Indices)
	}
	if args.Len() == 0 || given == args.Len() {
		return v.Expr
	}
	inst := &ast.IndexListExpr{X: fun, Lbrack: m.pos, Rbrack: m.pos}
	for t := range args.Types() {
		inst.Indices = append(inst.Indices, m.typeName(t))
	}
	m.info.Types[inst] = m.info.Types[v.Expr]
	return inst
}

// bound is the method of the receiver that the value keeps.
func (m *valueMaker) bound(sel *ast.SelectorExpr, s *types.Selection) ast.Expr {
	t := s.Obj().(*types.Func).Signature().Recv().Type()
	if types.IsInterface(t) {
		t = color.EmbeddedIn(s)
	}
	recv := types.NewVar(token.NoPos, m.pkg, "recv", t)
	m.lit.Captures = []*ir.Capture{{Obj: recv, Field: "recv"}}
	m.lit.Recv = sel.X
	method := &ast.SelectorExpr{X: m.use(recv), Sel: sel.Sel}
	m.info.Types[method] = m.info.Types[sel]
	m.info.Selections[method] = types.NewMethodSet(t).Lookup(s.Obj().Pkg(), s.Obj().Name())
	return method
}

func (m *valueMaker) use(v *types.Var) *ast.Ident {
	id := &ast.Ident{Name: v.Name(), NamePos: m.pos}
	m.info.Uses[id] = v
	m.info.Types[id] = types.TypeAndValue{Type: v.Type()}
	return id
}

func (m *valueMaker) typeName(t types.Type) *ast.Ident {
	id := &ast.Ident{Name: "_", NamePos: m.pos}
	m.lit.Types[id] = t
	return id
}

// coreType is the signature of a function type.
func coreType(t types.Type) *types.Signature {
	sig, _ := underlying(t).(*types.Signature)
	return sig
}
