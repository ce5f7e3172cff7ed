package color

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Conversions calls f for what may become a value of an interface in a file, by an implicit
// conversion or one that is written: e, of type from. That a type is an argument for a type
// parameter counts, as that has methods; to is nil then.
func (c *Colors) Conversions(file *ast.File, f func(e ast.Expr, to, from types.Type)) {
	v := &conversions{info: c.pkg.Info, f: f}
	ast.Inspect(file, v.visit)
}

type conversions struct {
	info    *types.Info
	results *types.Tuple // of the function around
	f       func(e ast.Expr, to, from types.Type)
}

// to notes that e is assigned to something of type t.
func (v *conversions) to(t types.Type, e ast.Expr) {
	if e != nil {
		v.given(t, e, v.info.TypeOf(e))
	}
}

func (v *conversions) given(t types.Type, e ast.Expr, from types.Type) {
	if t != nil && from != nil && types.IsInterface(t) && !types.IsInterface(from) {
		v.f(e, t, from)
	}
}

// list notes that values are assigned to what has the types of which there are n, be it
// one by one or that of a call with several.
func (v *conversions) list(n int, t func(int) types.Type, values []ast.Expr) {
	if len(values) == 1 {
		if tuple, ok := v.info.TypeOf(values[0]).(*types.Tuple); ok {
			for i := range min(n, tuple.Len()) {
				v.given(t(i), values[0], tuple.At(i).Type())
			}
			return
		}
	}
	for i := range min(n, len(values)) {
		v.to(t(i), values[i])
	}
}

func (v *conversions) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if fn, ok := v.info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
			v.body(fn.Signature(), n.Body)
		}
		return false
	case *ast.FuncLit:
		if sig, ok := v.info.TypeOf(n).(*types.Signature); ok {
			v.body(sig, n.Body)
		}
		return false
	case *ast.ReturnStmt:
		if v.results != nil {
			v.list(v.results.Len(), func(i int) types.Type { return v.results.At(i).Type() }, n.Results)
		}
	case *ast.AssignStmt:
		v.list(len(n.Lhs), func(i int) types.Type { return v.info.TypeOf(n.Lhs[i]) }, n.Rhs)
	case *ast.ValueSpec:
		v.list(len(n.Names), func(i int) types.Type { return v.info.TypeOf(n.Names[i]) }, n.Values)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			v.iterated(n)
		}
	case *ast.SendStmt:
		if ch, ok := underlying(v.info.TypeOf(n.Chan)).(*types.Chan); ok {
			v.to(ch.Elem(), n.Value)
		}
	case *ast.IndexExpr:
		if m, ok := underlying(v.info.TypeOf(n.X)).(*types.Map); ok {
			v.to(m.Key(), n.Index)
		}
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			v.to(v.info.TypeOf(n.X), n.Y)
			v.to(v.info.TypeOf(n.Y), n.X)
		}
	case *ast.SwitchStmt:
		v.cases(n)
	case *ast.CompositeLit:
		v.composite(n)
	case *ast.CallExpr:
		v.call(n)
	case *ast.Ident:
		for t := range v.info.Instances[n].TypeArgs.Types() {
			Mentions(t, func(t types.Type) bool {
				if !types.IsInterface(t) {
					v.f(n, nil, t)
				}
				return false
			})
		}
	}
	return true
}

func (v *conversions) body(sig *types.Signature, body *ast.BlockStmt) {
	outer := v.results
	v.results = sig.Results()
	ast.Inspect(body, v.visit)
	v.results = outer
}

func (v *conversions) cases(n *ast.SwitchStmt) {
	if n.Tag == nil {
		return
	}
	for _, clause := range n.Body.List {
		for _, e := range clause.(*ast.CaseClause).List {
			v.to(v.info.TypeOf(n.Tag), e)
			v.to(v.info.TypeOf(e), n.Tag)
		}
	}
}

func (v *conversions) iterated(n *ast.RangeStmt) {
	var key, value types.Type
	switch t := behind(v.info.TypeOf(n.X)).(type) {
	case *types.Slice:
		value = t.Elem()
	case *types.Array:
		value = t.Elem()
	case *types.Map:
		key, value = t.Key(), t.Elem()
	case *types.Chan:
		key = t.Elem()
	case *types.Signature:
		if yield, ok := underlying(t.Params().At(0).Type()).(*types.Signature); ok {
			if yield.Params().Len() > 0 {
				key = yield.Params().At(0).Type()
			}
			if yield.Params().Len() > 1 {
				value = yield.Params().At(1).Type()
			}
		}
	}
	if n.Key != nil {
		v.given(v.info.TypeOf(n.Key), n.Key, key)
	}
	if n.Value != nil {
		v.given(v.info.TypeOf(n.Value), n.Value, value)
	}
}

func (v *conversions) composite(n *ast.CompositeLit) {
	var key, elem types.Type
	switch t := behind(v.info.TypeOf(n)).(type) {
	case *types.Struct:
		for i, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok {
					if field := v.info.Uses[id]; field != nil {
						v.to(field.Type(), kv.Value)
					}
				}
			} else if i < t.NumFields() {
				v.to(t.Field(i).Type(), e)
			}
		}
		return
	case *types.Slice:
		elem = t.Elem()
	case *types.Array:
		elem = t.Elem()
	case *types.Map:
		key, elem = t.Key(), t.Elem()
	}
	for _, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key != nil {
				v.to(key, kv.Key)
			}
			e = kv.Value
		}
		v.to(elem, e)
	}
}

func (v *conversions) call(n *ast.CallExpr) {
	fun := v.info.Types[ast.Unparen(n.Fun)]
	switch {
	case fun.IsType():
		if len(n.Args) == 1 {
			v.to(fun.Type, n.Args[0])
		}
		return
	case fun.Type == nil:
		return
	}
	sig, ok := underlying(fun.Type).(*types.Signature) // also that of a builtin, but for panic
	if !ok {
		return
	}
	params := sig.Params().Len()
	v.list(max(params, len(n.Args)), func(i int) types.Type {
		switch {
		case params == 0:
			return nil
		case !sig.Variadic() || i < params-1 || n.Ellipsis.IsValid():
			return sig.Params().At(min(i, params-1)).Type()
		}
		if s, ok := sig.Params().At(params - 1).Type().Underlying().(*types.Slice); ok {
			return s.Elem()
		}
		return nil
	}, n.Args)
}

func underlying(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// behind is the underlying type of t or of what t points to.
func behind(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return deref(t).Underlying()
}
