package lower

// Expression order. The spec orders calls, receives and logical operators
// from left to right; gc evaluates these, and some others, into temporaries in
// that order, and the rest (reads of variables, fields, elements; arithmetic)
// as late as the operation that wants it (cmd/compile/internal/walk/order.go).
// So does this pass: what gc would do early and stands before a suspension is
// pinned to a temporary, what it does late stays in place.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// suspension is e's call if e is, but for parentheses, a suspension.
func (n *normalizer) suspension(e ast.Expr) (*ast.CallExpr, bool) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return nil, false
	}
	_, ok = n.colors.Suspension(call)
	return call, ok
}

// results is the number of results of a call.
func (n *normalizer) results(call *ast.CallExpr) int {
	switch t := n.info.Types[call].Type.(type) {
	case nil:
		return 0
	case *types.Tuple:
		return t.Len()
	}
	if n.info.Types[call].IsVoid() {
		return 0
	}
	return 1
}

// temps are temporaries for the results of a call.
func (n *normalizer) temps(call *ast.CallExpr) []*ir.Var {
	if tuple, ok := n.info.Types[call].Type.(*types.Tuple); ok {
		var vars []*ir.Var
		for v := range tuple.Variables() {
			vars = append(vars, n.temp(v.Type(), call.Pos()))
		}
		return vars
	}
	return []*ir.Var{n.temp(n.info.Types[call].Type, call.Pos())}
}

// suspend adds the suspension call, with its operands lifted.
func (n *normalizer) suspend(call *ast.CallExpr, results []*ir.Var) {
	s, _ := n.colors.Suspension(call)
	n.addSuspend(&ir.Suspend{Op: s.Op, Callee: s.Callee, Source: call, Call: n.prepared(s.Op, call), Results: results})
}

// addSuspend adds a suspension. The result of greenlet.Call is its operand,
// which is kept for it.
func (n *normalizer) addSuspend(node *ir.Suspend) {
	switch node.Op {
	case color.OpExchange, color.OpSwitch:
		// It waits for a value of its type, wanted or not: another one is an error.
		if len(node.Results) > 0 && node.Results[0] == nil {
			node.Results[0] = n.temps(node.Source)[0]
		}
	}
	if node.Op != color.OpCallFrame {
		n.add(node)
		return
	}
	t := n.temp(n.info.TypeOf(node.Source), node.Source.Pos())
	n.define(t, node.Call.Args[0])
	c := *node.Call
	c.Args = []ast.Expr{n.ref(t, c.Pos())}
	n.as(&c, node.Source)
	result := node.Results[0]
	node.Call, node.Results = &c, nil
	n.add(node)
	if result != nil {
		n.add(&ir.Leaf{
			Stmt: &ast.AssignStmt{Lhs: []ast.Expr{n.ref(result, c.Pos())}, TokPos: c.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{n.ref(t, c.Pos())}},
			Defs: []*ir.Var{result},
		})
	}
}

// lift makes e free of suspensions: they are added before, with what has to be
// evaluated before them.
func (n *normalizer) lift(e ast.Expr) ast.Expr {
	if e == nil || !n.colors.Suspends(e) {
		return e
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return n.as(&ast.ParenExpr{Lparen: x.Lparen, X: n.lift(x.X), Rparen: x.Rparen}, e)
	case *ast.CallExpr:
		if _, ok := n.colors.Suspension(x); ok {
			temps := n.temps(x)
			n.suspend(x, temps)
			return n.ref(temps[0], x.Pos())
		}
		if length, ok := n.arrayLength(x); ok {
			return length
		}
		return n.callOperands(x)
	case *ast.BinaryExpr:
		if x.Op == token.LAND || x.Op == token.LOR {
			return n.shortCircuit(x)
		}
		ops := n.operandsIf([]ast.Expr{x.X, x.Y}, 0, func(int) bool { return isComparison(x) && n.boxedEarly(x.X, n.info.TypeOf(x.Y)) })
		return n.as(&ast.BinaryExpr{X: ops[0], OpPos: x.OpPos, Op: x.Op, Y: ops[1]}, e)
	case *ast.UnaryExpr:
		if lit, ok := ast.Unparen(x.X).(*ast.CompositeLit); ok && n.mapOf(lit) != nil {
			return n.mapLiteral(lit, x)
		}
		return n.as(&ast.UnaryExpr{OpPos: x.OpPos, Op: x.Op, X: n.lift(x.X)}, e)
	case *ast.StarExpr:
		return n.as(&ast.StarExpr{Star: x.Star, X: n.lift(x.X)}, e)
	case *ast.SelectorExpr:
		return n.as(&ast.SelectorExpr{X: n.lift(x.X), Sel: x.Sel}, e)
	case *ast.IndexExpr:
		ops := n.operands([]ast.Expr{x.X, x.Index})
		return n.as(&ast.IndexExpr{X: ops[0], Lbrack: x.Lbrack, Index: ops[1], Rbrack: x.Rbrack}, e)
	case *ast.SliceExpr:
		list := []ast.Expr{x.X, x.Low, x.High, x.Max}
		ops := n.operandsIf(list, 0, func(i int) bool { return i > 0 && !n.isName(list[i]) })
		return n.as(&ast.SliceExpr{X: ops[0], Lbrack: x.Lbrack, Low: ops[1], High: ops[2], Max: ops[3], Slice3: x.Slice3, Rbrack: x.Rbrack}, e)
	case *ast.TypeAssertExpr:
		return n.as(&ast.TypeAssertExpr{X: n.lift(x.X), Lparen: x.Lparen, Type: x.Type, Rparen: x.Rparen}, e)
	case *ast.CompositeLit:
		return n.composite(x)
	}
	panic("expression suspends: " + types.ExprString(e))
}

// as gives a copied expression the type information of the original.
func (n *normalizer) as(e, old ast.Expr) ast.Expr {
	n.info.Types[e] = n.info.Types[old]
	if sel, ok := old.(*ast.SelectorExpr); ok {
		if s := n.info.Selections[sel]; s != nil {
			n.info.Selections[e.(*ast.SelectorExpr)] = s
		}
	}
	return e
}

// operands lifts a list of operands that are evaluated from left to right.
func (n *normalizer) operands(list []ast.Expr) []ast.Expr { return n.operandsIf(list, 0, nil) }

// operandsTo is operands for those that are converted to types: to, if not nil,
// yields that of operand i, or nil.
func (n *normalizer) operandsTo(list []ast.Expr, to func(i int) types.Type) []ast.Expr {
	if to == nil {
		return n.operands(list)
	}
	return n.operandsIf(list, 0, func(i int) bool { return n.boxedEarly(list[i], to(i)) })
}

// assignOperands is operands for the sides of an assignment: what stands on the
// left is written, not read.
func (n *normalizer) assignOperands(lhs, rhs []ast.Expr) (left, right []ast.Expr) {
	ops := n.operandsIf(append(append([]ast.Expr{}, lhs...), rhs...), len(lhs), func(i int) bool {
		i -= len(lhs)
		return i >= 0 && len(lhs) == len(rhs) && n.boxedEarly(rhs[i], n.info.TypeOf(lhs[i]))
	})
	return ops[:len(lhs)], ops[len(lhs):]
}

// operandsIf is operands, the first of which are places; early, if not nil,
// reports whether gc copies operand i before a later call.
func (n *normalizer) operandsIf(list []ast.Expr, places int, early func(i int) bool) []ast.Expr {
	last := -1
	for i, e := range list {
		if e != nil && n.colors.Suspends(e) {
			last = i
		}
	}
	out := make([]ast.Expr, len(list))
	for i, e := range list {
		switch {
		case i < last && e != nil:
			out[i] = n.pinPart(n.lift(e), i < places)
			if early != nil && early(i) {
				out[i] = n.pinned(out[i])
			}
		case i == last:
			out[i] = n.lift(e)
		default:
			out[i] = e
		}
	}
	return out
}

// callOperands is a call with its function and arguments lifted; the call
// itself is left.
func (n *normalizer) callOperands(call *ast.CallExpr) *ast.CallExpr {
	if _, ok := n.colors.Suspension(call); ok && n.spreads(call) {
		return n.spreadCall(call, n.devirtualized)
	}
	return n.operandsOf(call, n.devirtualized)
}

// deferredOperands is callOperands for the call of a defer statement.
func (n *normalizer) deferredOperands(call *ast.CallExpr) *ast.CallExpr {
	if n.spreads(call) {
		return n.spreadCall(call, notDevirtualized)
	}
	return n.operandsOf(call, notDevirtualized)
}

// notDevirtualized says of the receiver in a go or defer statement that it is read
// like any other: gc makes the call from a function of its own.
func notDevirtualized(ast.Expr) bool { return false }

// operandsOf lifts the operands of call. The receiver is copied before the arguments
// are evaluated if early says so.
func (n *normalizer) operandsOf(call *ast.CallExpr, early func(recv ast.Expr) bool) *ast.CallExpr {
	if !n.colors.Suspends(call.Fun) && !anyOf(call.Args, func(e ast.Expr) bool { return n.colors.Suspends(e) }) {
		return call
	}
	c := *call
	// f(g()), where g has several results: they become the arguments.
	if len(call.Args) == 1 {
		if inner, ok := n.suspension(call.Args[0]); ok && n.results(inner) > 1 {
			if !n.isType(call.Fun) {
				c.Fun = n.pin(n.lift(call.Fun))
			}
			temps := n.temps(inner)
			n.suspend(inner, temps)
			c.Args = nil
			for _, t := range temps {
				c.Args = append(c.Args, n.ref(t, inner.Pos()))
			}
			n.as(&c, call)
			return &c
		}
	}
	fun := ast.Unparen(call.Fun)
	switch sel, ok := fun.(*ast.SelectorExpr); {
	case n.isType(fun) || n.isBuiltin(fun):
		c.Args = n.operandsTo(call.Args, n.argumentTypes(call))
	case ok && n.info.Selections[sel] != nil:
		// A method's receiver is its first argument, or a field holds the function.
		list, to := append([]ast.Expr{sel.X}, call.Args...), n.paramTypes(call)
		ops := n.operandsIf(list, 0, func(i int) bool {
			return i == 0 && early(sel.X) || to != nil && n.boxedEarly(list[i], to(i))
		})
		c.Fun = n.as(&ast.SelectorExpr{X: ops[0], Sel: sel.Sel}, sel)
		c.Args = ops[1:]
	default:
		ops := n.operandsTo(append([]ast.Expr{call.Fun}, call.Args...), n.paramTypes(call))
		c.Fun, c.Args = ops[0], ops[1:]
	}
	n.as(&c, call)
	return &c
}

// spreads reports whether call is s(f()), where f has several results and does not
// suspend.
func (n *normalizer) spreads(call *ast.CallExpr) bool {
	if len(call.Args) != 1 {
		return false
	}
	_, several := n.info.TypeOf(call.Args[0]).(*types.Tuple)
	_, suspends := n.suspension(call.Args[0])
	return several && !suspends
}

// spreadCall is s(f()) where s suspends or is deferred and f, which does not suspend,
// though its operands may, has several results: what s is called by will have more
// parameters, so they go by way of temporaries. early is that of operandsOf.
func (n *normalizer) spreadCall(call *ast.CallExpr, early func(recv ast.Expr) bool) *ast.CallExpr {
	c := *call
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok && n.info.Selections[sel] != nil {
		recv := n.pin(n.lift(sel.X))
		if early(sel.X) {
			recv = n.pinned(recv)
		}
		c.Fun = n.as(&ast.SelectorExpr{X: recv, Sel: sel.Sel}, sel)
	} else {
		c.Fun = n.pin(n.lift(call.Fun))
	}
	inner := n.callOperands(ast.Unparen(call.Args[0]).(*ast.CallExpr))
	leaf := &ast.AssignStmt{TokPos: call.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{inner}}
	node := &ir.Leaf{Stmt: leaf}
	c.Args = nil
	for v := range n.info.TypeOf(call.Args[0]).(*types.Tuple).Variables() {
		t := n.temp(v.Type(), call.Pos())
		node.Defs = append(node.Defs, t)
		leaf.Lhs = append(leaf.Lhs, n.ref(t, call.Pos()))
		c.Args = append(c.Args, n.ref(t, call.Pos()))
	}
	n.add(node)
	n.as(&c, call)
	return &c
}

func anyOf[T any](list []T, f func(T) bool) bool {
	for _, e := range list {
		if f(e) {
			return true
		}
	}
	return false
}

func (n *normalizer) isType(e ast.Expr) bool    { return n.info.Types[e].IsType() }
func (n *normalizer) isBuiltin(e ast.Expr) bool { return n.info.Types[e].IsBuiltin() }

// shortCircuit lowers && and || with a suspending right side.
func (n *normalizer) shortCircuit(x *ast.BinaryExpr) ast.Expr {
	if !n.colors.Suspends(x.Y) {
		return n.as(&ast.BinaryExpr{X: n.lift(x.X), OpPos: x.OpPos, Op: x.Op, Y: x.Y}, x)
	}
	t := n.temp(n.info.TypeOf(x), x.Pos())
	n.evaluate(t, x, true)
	return n.ref(t, x.Pos())
}

// evaluate adds what makes t the value of e, for the first time or once more. All of a
// chain of && and || goes by the one variable.
func (n *normalizer) evaluate(t *ir.Var, e ast.Expr, first bool) {
	if types.Identical(types.Default(n.info.TypeOf(e)), t.Type) {
		switch x := ast.Unparen(e).(type) {
		case *ast.BinaryExpr:
			if (x.Op == token.LAND || x.Op == token.LOR) && n.colors.Suspends(x.Y) {
				n.evaluate(t, x.X, first)
				then := n.in(func() { n.evaluate(t, x.Y, false) })
				var cond ast.Expr = n.ref(t, x.OpPos)
				if x.Op == token.LOR {
					cond = &ast.UnaryExpr{OpPos: x.OpPos, Op: token.NOT, X: cond}
				}
				n.add(&ir.If{Pos: x.OpPos, Cond: cond, Then: then})
				return
			}
		case *ast.CallExpr:
			if _, ok := n.colors.Suspension(x); ok {
				n.suspend(x, []*ir.Var{t})
				return
			}
		}
	}
	if first {
		n.define(t, n.lift(e))
	} else {
		n.set(t, n.lift(e))
	}
}

// define adds t := e, set adds t = e.
func (n *normalizer) define(t *ir.Var, e ast.Expr) {
	n.add(&ir.Leaf{
		Stmt: &ast.AssignStmt{Lhs: []ast.Expr{n.ref(t, e.Pos())}, TokPos: e.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{e}},
		Defs: []*ir.Var{t},
	})
}

func (n *normalizer) set(t *ir.Var, e ast.Expr) {
	n.add(&ir.Leaf{Stmt: &ast.AssignStmt{Lhs: []ast.Expr{n.ref(t, e.Pos())}, TokPos: e.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{e}}})
}

// composite lifts the elements of a composite literal.
func (n *normalizer) composite(x *ast.CompositeLit) ast.Expr {
	if n.mapOf(x) != nil {
		return n.mapLiteral(x, x)
	}
	values := make([]ast.Expr, len(x.Elts))
	for i, elt := range x.Elts {
		values[i] = elt
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			values[i] = kv.Value
		}
	}
	values = n.operandsTo(values, n.elementTypes(x))
	c := *x
	c.Elts = make([]ast.Expr, len(x.Elts))
	for i, elt := range x.Elts {
		c.Elts[i] = values[i]
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			c.Elts[i] = n.as(&ast.KeyValueExpr{Key: kv.Key, Colon: kv.Colon, Value: values[i]}, kv)
		}
	}
	return n.as(&c, x)
}

// elided writes out the type that a composite literal inside another may omit.
func (n *normalizer) elided(e ast.Expr, t types.Type) ast.Expr {
	lit, ok := e.(*ast.CompositeLit)
	if !ok || lit.Type != nil {
		return e
	}
	return n.typed(lit, t)
}

func (n *normalizer) typed(lit *ast.CompositeLit, t types.Type) ast.Expr {
	c := *lit
	if p, ok := t.Underlying().(*types.Pointer); ok {
		c.Type = n.typeName(p.Elem(), lit.Pos())
		n.info.Types[&c] = types.TypeAndValue{Type: p.Elem()}
		return n.as(&ast.UnaryExpr{OpPos: lit.Pos(), Op: token.AND, X: &c}, lit)
	}
	c.Type = n.typeName(t, lit.Pos())
	return n.as(&c, lit)
}

// copiesString reports whether a conversion is a call of the runtime that gc
// orders: string to []byte or []rune.
func copiesString(to, from types.Type) bool {
	if to == nil || from == nil {
		return false
	}
	_, slice := to.Underlying().(*types.Slice)
	b, basic := from.Underlying().(*types.Basic)
	return slice && basic && b.Info()&types.IsString != 0
}

// underlying is the underlying type, or the core type of a type parameter.
func underlying(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	t = types.Unalias(t)
	tp, ok := t.(*types.TypeParam)
	if !ok {
		return t.Underlying()
	}
	var core types.Type
	for term := range typeset(tp) {
		u := term.Underlying()
		if core != nil && !types.Identical(core, u) {
			return tp.Underlying()
		}
		core = u
	}
	if core == nil {
		return tp.Underlying()
	}
	return core
}

// typeset yields the types of a type parameter's constraint, as far as they
// are listed.
func typeset(tp *types.TypeParam) func(yield func(types.Type) bool) {
	return func(yield func(types.Type) bool) {
		iface, ok := tp.Constraint().Underlying().(*types.Interface)
		if !ok {
			return
		}
		for e := range iface.EmbeddedTypes() {
			if u, ok := types.Unalias(e).(*types.Union); ok {
				for t := range u.Terms() {
					if !yield(t.Type()) {
						return
					}
				}
			} else if _, ok := e.Underlying().(*types.Interface); !ok {
				if !yield(e) {
					return
				}
			}
		}
	}
}
