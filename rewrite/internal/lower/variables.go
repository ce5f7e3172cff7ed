package lower

// What normalize knows of variables before it starts: who aliases them, and
// which names mean something else.

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"maps"
	"strconv"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

func itoa(i int) string { return strconv.Itoa(i) }

// perIteration reports whether the loops of decl's file have variables of
// their own for each iteration: Go 1.22.
func perIteration(u *unit.Unit, decl *ast.FuncDecl) bool {
	for _, f := range u.Files {
		if f.FileStart <= decl.Pos() && decl.Pos() < f.FileEnd {
			v := u.Info.FileVersions[f]
			if v == "" {
				v = u.Pkg.GoVersion()
			}
			return v == "" || version.Compare(v, "go1.22") >= 0
		}
	}
	return true
}

// aliased finds the variables whose identity matters: their address is taken,
// in the open or by a method with a pointer receiver or a slice expression, or
// a function literal captures them, or the body of a loop over an iterator
// function does, which becomes one.
func aliased(decl *ast.FuncDecl, info *types.Info, colors *color.Colors) map[types.Object]ir.Alias {
	m := map[types.Object]ir.Alias{}
	add := func(obj types.Object, how ir.AliasHow, pos token.Pos) {
		if m[obj].How == ir.NotAliased {
			m[obj] = ir.Alias{How: how, Pos: pos}
		}
	}
	addr := func(e ast.Expr, how ir.AliasHow, pos token.Pos) {
		if obj := base(e, info); obj != nil {
			add(obj, how, pos)
		}
	}
	type literal struct {
		ast.Node
		how ir.AliasHow
		pos token.Pos
	}
	var lits []literal
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				addr(n.X, ir.AddressTaken, n.Pos())
			}
		case *ast.SliceExpr:
			if t := info.TypeOf(n.X); t != nil {
				if _, array := underlying(t).(*types.Array); array {
					addr(n.X, ir.Sliced, n.Pos())
				}
			}
		case *ast.SelectorExpr:
			if s := info.Selections[n]; s != nil && s.Kind() == types.MethodVal && takesAddress(s) {
				addr(n.X, ir.MethodTaken, n.Pos())
			}
		case *ast.FuncLit:
			lits = append(lits, literal{n, ir.InLiteral, n.Pos()})
		case *ast.RangeStmt:
			if colors.OverFunc(n) {
				lits = append(lits, literal{n.Body, ir.InLoopBody, n.Pos()}) // becomes one
				if n.Tok == token.ASSIGN {
					lits = append(lits, literal{n.Key, ir.InLoopBody, n.Pos()})
					if n.Value != nil {
						lits = append(lits, literal{n.Value, ir.InLoopBody, n.Pos()})
					}
				}
			}
		}
		return true
	})
	for _, lit := range lits {
		ast.Inspect(lit.Node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if v, ok := info.Uses[id].(*types.Var); ok && !v.IsField() && (v.Pos() < lit.Pos() || v.Pos() >= lit.End()) {
					add(v, lit.how, lit.pos)
				}
			}
			return true
		})
	}
	return m
}

// takesAddress reports whether selecting a method takes the address of the
// operand: a pointer receiver, and no pointer on the way.
func takesAddress(s *types.Selection) bool {
	if _, ok := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer); !ok {
		return false
	}
	t := s.Recv()
	index := s.Index()
	for _, i := range index[:len(index)-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			return p == nil // an embedded pointer, or the operand itself
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return false
		}
		t = st.Field(i).Type()
	}
	_, ptr := t.Underlying().(*types.Pointer)
	return !ptr
}

// base is the variable that an addressable operand is part of, or nil if the
// way there goes through a pointer, slice or map.
func base(e ast.Expr, info *types.Info) types.Object {
	for {
		switch x := ast.Unparen(e).(type) {
		case *ast.Ident:
			if v, ok := info.Uses[x].(*types.Var); ok {
				return v
			}
			return nil
		case *ast.SelectorExpr:
			s := info.Selections[x]
			if s == nil || s.Kind() != types.FieldVal {
				return nil
			}
			if _, ptr := info.TypeOf(x.X).Underlying().(*types.Pointer); ptr {
				return nil
			}
			e = x.X
		case *ast.IndexExpr:
			if _, array := underlying(info.TypeOf(x.X)).(*types.Array); !array {
				return nil
			}
			e = x.X
		default:
			return nil
		}
	}
}

// assigned are the variables that the code assigns to, or to a part of, by their names.
func assigned(code ast.Node, info *types.Info) map[types.Object]bool {
	m := map[types.Object]bool{}
	to := func(e ast.Expr) {
		if e != nil {
			m[base(e, info)] = true
		}
	}
	ast.Inspect(code, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				to(e)
			}
		case *ast.IncDecStmt:
			to(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				to(n.Key)
				to(n.Value)
			}
		}
		return true
	})
	return m
}

// names prepares the names of the function: a variable that is hoisted to the
// top must not hide what the function means elsewhere by its name.
func (n *normalizer) names(decl *ast.FuncDecl) {
	all := map[string]bool{}
	tparams := map[string]bool{} // a literal's frame has those of the function around it
	around := typeParams(n.fn.Obj)
	if n.fn.Lit != nil {
		around = n.fn.Lit.TypeParams
	}
	for p := range around.TypeParams() {
		tparams[p.Obj().Name()] = true
	}
	own, _ := n.colors.Frame(n.fn.Obj)
	if n.fn.Lit != nil {
		own = names.Frame("", n.fn.Lit.Type)
	}
	outer := map[string]bool{own: true}
	if n.fn.Lit != nil {
		// Its methods declare the type parameters beside its own parameters, whoever uses them.
		maps.Copy(outer, tparams)
	}
	local := func(obj types.Object) bool {
		return obj.Pos() >= decl.Pos() && obj.Pos() < decl.End() && obj.Pkg() == n.pkg
	}
	n.declared = map[string]int{}
	seen := map[types.Type]bool{}
	ast.Inspect(decl, func(node ast.Node) bool {
		if e, ok := node.(ast.Expr); ok {
			// Temporaries are declared with the types of expressions.
			if tuple, ok := n.info.TypeOf(e).(*types.Tuple); ok {
				for v := range tuple.Variables() {
					namesIn(v.Type(), n.pkg, outer, seen)
				}
			} else if t := n.info.TypeOf(e); t != nil {
				namesIn(t, n.pkg, outer, seen)
			}
		}
		id, ok := node.(*ast.Ident)
		if !ok {
			return true
		}
		all[id.Name] = true
		for t := range n.info.Instances[id].TypeArgs.Types() {
			namesIn(t, n.pkg, outer, seen)
		}
		if obj := n.info.Uses[id]; obj != nil && !local(obj) {
			outer[id.Name] = true
			if fn, ok := obj.(*types.Func); ok && n.colors.Resumable(fn) {
				outer[names.Companion(fn.Name())] = true
				outer[n.colors.DeferredName(fn)] = true
				if frame, ok := n.colors.Frame(fn); ok {
					outer[frame] = true
				}
			}
		}
		if obj := n.info.Defs[id]; obj != nil {
			n.declared[id.Name]++
			if _, ok := obj.(*types.Var); ok {
				namesIn(obj.Type(), n.pkg, outer, seen)
			}
			if _, ok := obj.(*types.TypeName); ok {
				outer[id.Name] = true
			}
		}
		return true
	})
	for _, name := range types.Universe.Names() {
		if all[name] {
			outer[name] = true
		}
	}
	n.fn.Names = ir.NewNames(all, outer, func(name string) bool {
		_, isType := n.pkg.Scope().Lookup(name).(*types.TypeName)
		return isType || tparams[name]
	})
}

// namesIn adds the names of pkg's types that t is spelled with.
func namesIn(t types.Type, pkg *types.Package, into map[string]bool, seen map[types.Type]bool) {
	if t == nil || seen[t] {
		return
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Basic:
		into[t.Name()] = true
	case *types.Named:
		if t.Obj().Pkg() == pkg || t.Obj().Pkg() == nil {
			into[t.Obj().Name()] = true
		}
		for a := range t.TypeArgs().Types() {
			namesIn(a, pkg, into, seen)
		}
	case *types.Alias:
		into[t.Obj().Name()] = true
		for a := range t.TypeArgs().Types() {
			namesIn(a, pkg, into, seen)
		}
	case *types.TypeParam:
		into[t.Obj().Name()] = true
	case *types.Pointer:
		namesIn(t.Elem(), pkg, into, seen)
	case *types.Slice:
		namesIn(t.Elem(), pkg, into, seen)
	case *types.Array:
		namesIn(t.Elem(), pkg, into, seen)
	case *types.Chan:
		namesIn(t.Elem(), pkg, into, seen)
	case *types.Map:
		namesIn(t.Key(), pkg, into, seen)
		namesIn(t.Elem(), pkg, into, seen)
	case *types.Signature:
		for v := range t.Params().Variables() {
			namesIn(v.Type(), pkg, into, seen)
		}
		for v := range t.Results().Variables() {
			namesIn(v.Type(), pkg, into, seen)
		}
	case *types.Struct:
		for f := range t.Fields() {
			namesIn(f.Type(), pkg, into, seen)
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			namesIn(m.Type(), pkg, into, seen)
		}
		for e := range t.EmbeddedTypes() {
			namesIn(e, pkg, into, seen)
		}
	}
}
