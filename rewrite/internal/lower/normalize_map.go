package lower

// Maps: when gc reads the key of an element that a later call may change, what
// order it makes the entries of a literal in, and appends to an element.

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// mapKey is the key of a map as it stands before a later call; pinned is e as
// pin has left it. gc copies a key that has no address, or that it passes to
// its fast code as an integer or a string that it is not.
func (n *normalizer) mapKey(e, pinned ast.Expr, m *types.Map) ast.Expr {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if v := n.fn.VarOf(id); v != nil && !v.Aliased {
			return pinned
		}
	}
	if fastKey(n.sizes, m) {
		switch m.Key().Underlying().(type) {
		case *types.Basic, *types.Pointer, *types.Chan:
			return pinned
		}
	} else if n.addressable(e) && types.Identical(n.info.TypeOf(e), m.Key()) {
		return pinned
	}
	return n.pinned(n.elided(pinned, m.Key()))
}

// fastKey reports whether gc has special code for the keys of m, which takes
// them as strings, or as integers of their size.
func fastKey(sizes types.Sizes, m *types.Map) bool {
	const maxElem = 128
	if sizeof(sizes, m.Elem()) > maxElem {
		return false
	}
	key := soleComponent(m.Key())
	if b, ok := key.Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 {
		return !blankField(m.Key())
	}
	word := sizeof(sizes, types.Typ[types.Uintptr])
	switch size := sizeof(sizes, m.Key()); size {
	case 4, 8:
		return plainMemory(sizes, m.Key()) && (size == word || !hasPointers(m.Key()))
	}
	return false
}

// plainMemory reports whether values of the type are equal if their bytes are.
func plainMemory(sizes types.Sizes, t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&(types.IsInteger|types.IsBoolean) != 0 || u.Kind() == types.UnsafePointer
	case *types.Pointer, *types.Chan:
		return true
	case *types.Array:
		return u.Len() == 0 || plainMemory(sizes, u.Elem())
	case *types.Struct:
		var sum int64
		for f := range u.Fields() {
			if f.Name() == "_" || !plainMemory(sizes, f.Type()) {
				return false
			}
			sum += sizes.Sizeof(f.Type())
		}
		return sum == sizes.Sizeof(t)
	}
	return false
}

// blankField reports whether a struct of one value, or one inside it, is blank.
func blankField(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return u.Field(0).Name() == "_" || blankField(u.Field(0).Type())
	case *types.Array:
		return blankField(u.Elem())
	}
	return false
}

// mapOf is the type of the map that a literal makes, or nil; of {…} too, where
// &M{…} is meant.
func (n *normalizer) mapOf(x *ast.CompositeLit) *types.Map {
	t := underlying(n.info.TypeOf(x))
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem().Underlying()
	}
	m, _ := t.(*types.Map)
	return m
}

// mapLiteral lifts x, a map literal; whole is x, or &x. The map is filled entry
// by entry, as gc does it, so that an entry that panics is the first to. The
// address is not that of a temporary, which a loop would share.
func (n *normalizer) mapLiteral(x *ast.CompositeLit, whole ast.Expr) ast.Expr {
	t, m := n.temp(n.info.TypeOf(whole), x.Pos()), n.mapOf(x)
	empty := &ast.CompositeLit{Type: x.Type, Lbrace: x.Lbrace, Rbrace: x.Rbrace}
	n.as(empty, x)
	var lit ast.Expr = empty
	if x.Type == nil {
		lit = n.typed(empty, n.info.TypeOf(x))
	}
	if whole != x {
		lit = n.as(&ast.UnaryExpr{OpPos: whole.Pos(), Op: token.AND, X: lit}, whole)
	}
	n.define(t, lit)
	made := func(pos token.Pos) ast.Expr {
		p, ok := t.Type.Underlying().(*types.Pointer)
		if !ok {
			return n.ref(t, pos)
		}
		e := &ast.ParenExpr{Lparen: pos, X: &ast.StarExpr{Star: pos, X: n.ref(t, pos)}, Rparen: pos}
		n.info.Types[e] = types.TypeAndValue{Type: p.Elem()}
		n.info.Types[e.X] = n.info.Types[e]
		return e
	}
	for _, elt := range n.constantFirst(x.Elts, m) {
		kv := elt.(*ast.KeyValueExpr)
		ops := []ast.Expr{n.lift(kv.Key), kv.Value}
		if n.colors.Suspends(kv.Value) {
			ops = []ast.Expr{n.mapKey(kv.Key, n.pin(ops[0]), m), n.lift(kv.Value)}
		}
		index := &ast.IndexExpr{X: made(kv.Pos()), Index: n.elided(ops[0], n.info.TypeOf(kv.Key)), Lbrack: kv.Pos(), Rbrack: kv.Pos()}
		n.add(&ir.Leaf{Stmt: &ast.AssignStmt{Lhs: []ast.Expr{index}, TokPos: kv.Colon, Tok: token.ASSIGN, Rhs: []ast.Expr{n.elided(ops[1], n.info.TypeOf(kv.Value))}}})
	}
	return n.ref(t, x.Pos())
}

// constantFirst orders the entries of a map literal as gc makes them: those
// that are constant come with the map, and so before a key that equals theirs.
func (n *normalizer) constantFirst(elts []ast.Expr, m *types.Map) []ast.Expr {
	var first, rest []ast.Expr
	for _, elt := range elts {
		if kv := elt.(*ast.KeyValueExpr); n.constant(kv.Key, m.Key()) && n.constant(kv.Value, m.Elem()) {
			first = append(first, elt)
		} else {
			rest = append(rest, elt)
		}
	}
	return append(first, rest...)
}

// constant reports whether e, which is converted to the type to, is nil, a
// constant, or a struct or array of such. A value in an interface is none.
func (n *normalizer) constant(e ast.Expr, to types.Type) bool {
	switch tv := n.info.Types[e]; {
	case tv.IsNil():
		return true
	case to == nil || types.IsInterface(to):
		return false
	case tv.Value != nil:
		return true
	}
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	if !ok {
		return false
	}
	switch n.info.TypeOf(lit).Underlying().(type) {
	case *types.Struct, *types.Array:
	default:
		return false
	}
	elem := n.elementTypes(lit)
	for i, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			elt = kv.Value
		}
		if !n.constant(elt, elem(i)) {
			return false
		}
	}
	return true
}

// convertsBytes reports whether e is a conversion of bytes to a string, or a
// struct or array literal with one inside.
func (n *normalizer) convertsBytes(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return n.isType(e.Fun) && len(e.Args) == 1 && bytesToString(n.info.TypeOf(e), n.info.TypeOf(e.Args[0]))
	case *ast.CompositeLit:
		return anyOf(e.Elts, func(elt ast.Expr) bool {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				elt = kv.Value
			}
			return n.convertsBytes(elt)
		})
	}
	return false
}

// bytesToString reports whether a conversion makes a string of bytes.
func bytesToString(to, from types.Type) bool {
	if to == nil || from == nil {
		return false
	}
	b, ok := to.Underlying().(*types.Basic)
	slice, isSlice := from.Underlying().(*types.Slice)
	if !ok || !isSlice || b.Info()&types.IsString == 0 {
		return false
	}
	elem, ok := slice.Elem().Underlying().(*types.Basic)
	return ok && elem.Kind() == types.Uint8
}

// appendsToElement reports whether s is m[k] = append(m[k], …) with a map m.
func (n *normalizer) appendsToElement(s *ast.AssignStmt) bool {
	if s.Tok != token.ASSIGN || len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return false
	}
	place, ok := ast.Unparen(s.Lhs[0]).(*ast.IndexExpr)
	if !ok || n.colors.Suspends(place) {
		return false
	}
	_, isMap := underlying(n.info.TypeOf(place.X)).(*types.Map)
	call, ok := ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
	if !isMap || !ok || !n.isBuiltin(call.Fun) {
		return false
	}
	fun, ok := ast.Unparen(call.Fun).(*ast.Ident)
	return ok && n.info.Uses[fun] == types.Universe.Lookup("append") && n.same(place, call.Args[0])
}

// heldElement is s, which appends to an element of a map, with map and key
// evaluated before a later call unless they are names (order.go: mapAppend).
func (n *normalizer) heldElement(s *ast.AssignStmt) *ast.AssignStmt {
	cheap := func(e ast.Expr) ast.Expr {
		if e = n.pin(e); n.isName(e) {
			return e
		}
		return n.pinned(e)
	}
	old := ast.Unparen(s.Lhs[0]).(*ast.IndexExpr)
	place := &ast.IndexExpr{X: cheap(old.X), Lbrack: old.Lbrack, Index: cheap(old.Index), Rbrack: old.Rbrack}
	n.as(place, old)
	call := *ast.Unparen(s.Rhs[0]).(*ast.CallExpr)
	call.Args = append([]ast.Expr{place}, call.Args[1:]...)
	n.as(&call, s.Rhs[0])
	return &ast.AssignStmt{Lhs: []ast.Expr{place}, TokPos: s.TokPos, Tok: s.Tok, Rhs: []ast.Expr{&call}}
}

// same reports whether gc takes a and b, without effects, for one expression
// (SameSafeExpr).
func (n *normalizer) same(a, b ast.Expr) bool {
	a, b = ast.Unparen(a), ast.Unparen(b)
	if !types.Identical(n.info.TypeOf(a), n.info.TypeOf(b)) {
		return false
	}
	if v := n.info.Types[a].Value; v != nil {
		w := n.info.Types[b].Value
		return w != nil && constant.Compare(v, token.EQL, w)
	}
	switch a := a.(type) {
	case *ast.Ident:
		b, ok := b.(*ast.Ident)
		return ok && n.info.Uses[a] == n.info.Uses[b]
	case *ast.SelectorExpr:
		b, ok := b.(*ast.SelectorExpr)
		if !ok || n.info.Uses[a.Sel] != n.info.Uses[b.Sel] {
			return false
		}
		return n.info.Selections[a] == nil || n.same(a.X, b.X)
	case *ast.StarExpr:
		b, ok := b.(*ast.StarExpr)
		return ok && n.same(a.X, b.X)
	case *ast.UnaryExpr:
		b, ok := b.(*ast.UnaryExpr)
		return ok && a.Op == b.Op && a.Op != token.ARROW && a.Op != token.AND && n.same(a.X, b.X)
	case *ast.BinaryExpr:
		b, ok := b.(*ast.BinaryExpr)
		number, basic := n.info.TypeOf(a).Underlying().(*types.Basic)
		return ok && a.Op == b.Op && basic && number.Info()&types.IsNumeric != 0 && n.same(a.X, b.X) && n.same(a.Y, b.Y)
	case *ast.CallExpr:
		b, ok := b.(*ast.CallExpr)
		number, basic := n.info.TypeOf(a).Underlying().(*types.Basic)
		return ok && n.isType(a.Fun) && n.isType(b.Fun) && basic && number.Info()&types.IsNumeric != 0 && n.same(a.Args[0], b.Args[0])
	case *ast.IndexExpr:
		b, ok := b.(*ast.IndexExpr)
		return ok && n.same(a.X, b.X) && n.same(a.Index, b.Index)
	}
	return false
}
