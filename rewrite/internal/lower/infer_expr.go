package lower

// Witnesses of expressions: what is of the same type, without effect.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// spelledBy is the zero value of the type that e spells.
func spelledBy(e ast.Expr) ir.Witness { return &ir.Zero{Expr: e} }

// derived applies a helper of the runtime, if there is something to apply it
// to.
func derived(helper string, of ir.Witness) ir.Witness {
	if of == nil {
		return nil
	}
	return &ir.Derived{Helper: helper, Of: of}
}

// witness is a witness of the type of e, or nil if there is none.
func (n *inferrer) witness(e ast.Expr) ir.Witness {
	if t := n.info.TypeOf(e); t != nil && n.nameable(t) {
		return &ir.Zero{Type: types.Default(t)}
	}
	switch e := e.(type) {
	case *ast.Ident:
		return n.identifier(e)
	case *ast.SelectorExpr:
		return n.selector(e)
	case *ast.CallExpr:
		return n.outcome(e, 0)
	case *ast.ParenExpr:
		return n.witness(e.X)
	case *ast.StarExpr:
		return derived("Pointee", n.witness(e.X))
	case *ast.UnaryExpr:
		switch e.Op {
		case token.AND:
			return derived("PointerLike", n.witness(e.X))
		case token.ARROW:
			return n.received(e.X)
		}
		return n.witness(e.X)
	case *ast.BinaryExpr:
		return n.operation(e)
	case *ast.IndexExpr:
		return n.element(e)
	case *ast.IndexListExpr:
		return n.function(e)
	case *ast.SliceExpr:
		return n.slice(e)
	case *ast.TypeAssertExpr:
		return spelledBy(e.Type)
	case *ast.CompositeLit:
		return n.composite(e)
	case *ast.FuncLit:
		return spelledBy(e.Type)
	case *ast.BasicLit:
		if t := n.info.TypeOf(e); t != nil && types.Identical(t, types.Default(literalTypes[e.Kind])) {
			return &ir.Named{Expr: e}
		}
	}
	return nil
}

// literalTypes are the types of literals. They have no name where the package
// declares one of these names.
var literalTypes = map[token.Token]types.Type{
	token.INT:    types.Typ[types.UntypedInt],
	token.FLOAT:  types.Typ[types.UntypedFloat],
	token.IMAG:   types.Typ[types.UntypedComplex],
	token.CHAR:   types.Typ[types.UntypedRune],
	token.STRING: types.Typ[types.UntypedString],
}

func (n *inferrer) identifier(id *ast.Ident) ir.Witness {
	if v := n.fn.VarOf(id); v != nil {
		return n.variable(v)
	}
	return n.object(id, id)
}

// object is a witness of a package's variable, constant or function, which e
// names by id.
func (n *inferrer) object(e ast.Expr, id *ast.Ident) ir.Witness {
	switch obj := n.info.Uses[id].(type) {
	case *types.Const:
		if n.ofPackage(obj) && types.Identical(types.Default(obj.Type()), n.info.TypeOf(e)) {
			return &ir.Named{Expr: e}
		}
	case *types.Var:
		if n.ofPackage(obj) {
			return &ir.Global{Expr: e}
		}
	case *types.Func:
		return derived("ZeroLike", n.function(e))
	}
	return nil
}

// ofPackage reports whether obj is declared by a package: others have no name where literals go.
func (n *inferrer) ofPackage(obj types.Object) bool {
	return obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope()
}

// function is a witness of the type of a declared function, that function. It
// is instantiated if it is generic; if its type arguments can't be spelled
// there is no witness.
func (n *inferrer) function(fun ast.Expr) ir.Witness {
	id := color.CalleeIdent(fun)
	if id == nil {
		return nil
	}
	if _, ok := n.info.Uses[id].(*types.Func); !ok {
		return nil
	}
	inst, ok := n.info.Instances[id]
	if !ok {
		return &ir.Named{Expr: fun}
	}
	base, explicit := uninstantiated(fun)
	if explicit == inst.TypeArgs.Len() {
		return &ir.Named{Expr: fun}
	}
	var args []types.Type
	for t := range inst.TypeArgs.Types() {
		if !n.nameable(t) {
			return nil
		}
		args = append(args, t)
	}
	return &ir.Named{Expr: base, Types: args}
}

// uninstantiated is a generic function without the type arguments that the
// source spells, and their number.
func uninstantiated(fun ast.Expr) (base ast.Expr, explicit int) {
	switch x := ast.Unparen(fun).(type) {
	case *ast.IndexExpr:
		return x.X, 1
	case *ast.IndexListExpr:
		return x.X, len(x.Indices)
	}
	return fun, 0
}

// operation: a shift has the type of its left side, arithmetic that of its
// operands, one of which may be an untyped constant.
func (n *inferrer) operation(e *ast.BinaryExpr) ir.Witness {
	t := n.info.TypeOf(e)
	for _, x := range []ast.Expr{e.X, e.Y} {
		if xt := n.info.TypeOf(x); xt != nil && types.Identical(xt, t) {
			if w := n.witness(x); w != nil {
				return w
			}
		}
		if e.Op == token.SHL || e.Op == token.SHR {
			break
		}
	}
	return nil
}

// element is x[i], or an instantiated function.
func (n *inferrer) element(e *ast.IndexExpr) ir.Witness {
	if n.info.Types[e.Index].IsType() {
		return derived("ZeroLike", n.function(e))
	}
	of := n.witness(e.X)
	if of == nil {
		return nil
	}
	switch t := underlying(n.info.TypeOf(e.X)).(type) {
	case *types.Slice:
		return derived("Elem", of)
	case *types.Map:
		return derived("MapValue", of)
	case *types.Array:
		if t.Len() > 0 {
			return &ir.First{Of: of}
		}
	case *types.Pointer:
		if a, ok := t.Elem().Underlying().(*types.Array); ok && a.Len() > 0 {
			return &ir.First{Of: derived("Pointee", of)}
		}
	}
	return nil
}

// slice: a slice of an array is of a type of its own.
func (n *inferrer) slice(e *ast.SliceExpr) ir.Witness {
	switch underlying(n.info.TypeOf(e.X)).(type) {
	case *types.Array, *types.Pointer:
		return derived("SliceLike", n.element(&ast.IndexExpr{X: e.X}))
	}
	return n.witness(e.X)
}

func (n *inferrer) received(ch ast.Expr) ir.Witness {
	if _, ok := types.Unalias(n.info.TypeOf(ch)).(*types.TypeParam); ok {
		return nil
	}
	return derived("ChanElem", n.witness(ch))
}

func (n *inferrer) composite(e *ast.CompositeLit) ir.Witness {
	if a, ok := e.Type.(*ast.ArrayType); e.Type == nil || ok && isEllipsis(a.Len) {
		return nil
	}
	return spelledBy(e.Type)
}

func isEllipsis(e ast.Expr) bool {
	_, ok := e.(*ast.Ellipsis)
	return ok
}

func (n *inferrer) selector(e *ast.SelectorExpr) ir.Witness {
	s := n.info.Selections[e]
	switch {
	case s == nil:
		return n.object(e, e.Sel)
	case s.Kind() == types.FieldVal:
		return n.field(e.X, s)
	case s.Kind() == types.MethodVal:
		return n.method(e, s, -1)
	}
	return derived("ZeroLike", &ir.Named{Expr: e}) // a method expression
}

// field is a witness of a field. The way there must not go through an embedded
// pointer, which is nil in a witness: it begins anew behind it.
func (n *inferrer) field(x ast.Expr, s *types.Selection) ir.Witness {
	at := nested{n: n, typ: s.Recv()}
	if p, ok := at.typ.Underlying().(*types.Pointer); ok {
		at.set(derived("Pointee", n.witness(x)), p.Elem())
	} else {
		at.set(n.witness(x), at.typ)
	}
	index := s.Index()
	t := at.typ
	for i, k := range index {
		f := t.Underlying().(*types.Struct).Field(k)
		if i == len(index)-1 {
			return at.member(f)
		}
		if p, ok := f.Type().Underlying().(*types.Pointer); ok {
			at.set(derived("Pointee", at.member(f)), p.Elem())
			t = p.Elem()
			continue
		}
		if m := at.member(f); m != nil || n.nameable(f.Type()) {
			at.set(m, f.Type())
		}
		t = f.Type()
	}
	return nil
}

// nested is a struct on the way to a field.
type nested struct {
	n   *inferrer
	w   ir.Witness // or nil
	typ types.Type
}

// set goes on at a struct of type t; that it has a name is the best witness.
func (p *nested) set(w ir.Witness, t types.Type) {
	if p.n.nameable(t) {
		w = &ir.Zero{Type: t}
	}
	p.w, p.typ = w, t
}

// member is a field of the struct, or nil if it can't be said.
func (p *nested) member(f *types.Var) ir.Witness {
	if p.w == nil || !p.n.conv.Visible(f) {
		return nil
	}
	if obj, _, indirect := types.LookupFieldOrMethod(p.typ, true, f.Pkg(), f.Name()); obj != f || indirect {
		return nil
	}
	return &ir.Member{Of: p.w, Name: f.Name()}
}

// method is a witness of a result of a method or, if i is negative, of the
// method as a function.
func (n *inferrer) method(e *ast.SelectorExpr, s *types.Selection, i int) ir.Witness {
	recv := n.witness(e.X)
	if takesAddress(s) {
		recv = derived("PointerLike", recv)
	}
	if recv == nil {
		return nil
	}
	fn := s.Obj().(*types.Func)
	return &ir.MethodOutcome{Recv: recv, Method: fn.Name(), Sig: fn.Signature(), Index: i}
}

// outcome is a witness of result i of a call.
func (n *inferrer) outcome(call *ast.CallExpr, i int) ir.Witness {
	fun := ast.Unparen(call.Fun)
	tv := n.info.Types[fun]
	if tv.IsType() {
		return spelledBy(fun)
	}
	if id, ok := fun.(*ast.Ident); ok {
		if name := n.fn.Runtime[id]; name != "" {
			return n.helped(name, call)
		}
		if b, ok := n.info.Uses[id].(*types.Builtin); ok {
			return n.builtin(b.Name(), call)
		}
	}
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if s := n.info.Selections[sel]; s != nil && s.Kind() == types.MethodVal {
			return n.method(sel, s, i)
		}
		if it := n.mapIter(sel.X); it != nil {
			return derived(map[string]string{"Key": "MapKey", "Value": "MapValue"}[sel.Sel.Name], it)
		}
	}
	sig, ok := underlying(n.info.TypeOf(fun)).(*types.Signature)
	if !ok {
		return nil
	}
	if w := n.function(fun); w != nil {
		return &ir.Outcome{Fun: w, Sig: sig, Index: i}
	}
	if id := color.CalleeIdent(fun); id != nil {
		if _, ok := n.info.Instances[id]; ok {
			return n.instance(call, sig, i)
		}
	}
	if w := n.witness(fun); w != nil {
		return &ir.Outcome{Fun: w, Sig: sig, Index: i}
	}
	return nil
}

// instance is a result of a generic function whose type arguments are inferred,
// and have to be.
func (n *inferrer) instance(call *ast.CallExpr, sig *types.Signature, i int) ir.Witness {
	args := []ir.Witness{}
	for j := range sig.Params().Len() {
		w := n.argument(call, sig, j)
		if w == nil {
			return nil
		}
		args = append(args, w)
	}
	return &ir.Outcome{Fun: &ir.Named{Expr: call.Fun}, Sig: sig, Index: i, Args: args}
}

// argument is a witness of parameter j, or of its elements if it is variadic.
func (n *inferrer) argument(call *ast.CallExpr, sig *types.Signature, j int) ir.Witness {
	t := sig.Params().At(j).Type()
	variadic := sig.Variadic() && j == sig.Params().Len()-1
	if variadic {
		t = t.(*types.Slice).Elem()
	}
	if n.nameable(t) {
		return &ir.Zero{Type: t}
	}
	if len(call.Args) == 1 {
		if tuple, ok := n.info.TypeOf(call.Args[0]).(*types.Tuple); ok {
			inner, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr)
			if !ok || j >= tuple.Len() || !types.Identical(tuple.At(j).Type(), t) {
				return nil
			}
			return n.outcome(inner, j)
		}
	}
	if j >= len(call.Args) {
		return nil
	}
	x := call.Args[j]
	if variadic && call.Ellipsis.IsValid() {
		return derived("Elem", n.witness(x))
	}
	if xt := n.info.TypeOf(x); xt == nil || !types.Identical(xt, t) {
		return nil
	}
	return n.witness(x)
}

// helped is a call of our runtime that normalize made.
func (n *inferrer) helped(name string, call *ast.CallExpr) ir.Witness {
	switch name {
	case "RangeMap":
		return derived("IterLike", n.witness(call.Args[0]))
	case "SeqValue", "Seq2Key", "Seq2Value":
		return derived(name, n.witness(call.Args[0]))
	}
	return nil
}

// mapIter is a witness of the map that e, an iterator, walks.
func (n *inferrer) mapIter(e ast.Expr) ir.Witness {
	id, ok := e.(*ast.Ident)
	if !ok {
		return nil
	}
	v := n.fn.VarOf(id)
	if v == nil {
		return nil
	}
	if _, ok := v.Type.(*ir.MapIter); !ok {
		return nil
	}
	it, ok := n.found[v].(*ir.Derived)
	if !ok {
		n.variable(v)
		return nil
	}
	return it.Of
}

func (n *inferrer) builtin(name string, call *ast.CallExpr) ir.Witness {
	switch name {
	case "append":
		return n.witness(call.Args[0])
	case "new":
		if n.info.Types[call.Args[0]].IsType() {
			return derived("PointerLike", spelledBy(call.Args[0]))
		}
		return derived("PointerLike", n.witness(call.Args[0]))
	case "make":
		return spelledBy(call.Args[0])
	case "min", "max":
		for _, x := range call.Args {
			if xt := n.info.TypeOf(x); xt != nil && types.Identical(xt, n.info.TypeOf(call)) {
				if w := n.witness(x); w != nil {
					return w
				}
			}
		}
	}
	return nil
}
