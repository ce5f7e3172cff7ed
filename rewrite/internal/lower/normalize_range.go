package lower

// Range statements with a suspending body become loops over an index, or over
// an iterator of the runtime. The range expression is evaluated once, into
// temporaries; each iteration assigns the iteration variables before the body
// (spec, For statements with range clause).

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

func (n *normalizer) rangeStmt(s *ast.RangeStmt, label types.Object) {
	if lit := n.fn.Bodies[s]; lit != nil {
		n.rangeFunc(s, lit)
		return
	}
	if !n.colors.Suspends(s.Body) && !n.colors.Suspends(s.Key) && !n.colors.Suspends(s.Value) {
		// Only the range expression suspends.
		c := *s
		c.X = n.pinned(n.lift(s.X))
		n.whole(&c, label)
		return
	}
	r := &ranger{normalizer: n, s: s, loop: &ir.Loop{Pos: s.Pos()}, label: label}
	r.declareOnce()
	switch t := underlying(n.info.TypeOf(s.X)).(type) {
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			r.overString()
		} else {
			r.overInt()
		}
	case *types.Slice:
		r.overSlice(t.Elem())
	case *types.Array:
		r.overArray(t)
	case *types.Pointer:
		r.overArrayPointer(t.Elem().Underlying().(*types.Array))
	case *types.Map:
		r.overMap(t)
	case *types.Chan:
		r.overChan(t)
	default:
		panic("range over " + t.String())
	}
}

type ranger struct {
	*normalizer
	s     *ast.RangeStmt
	loop  *ir.Loop
	label types.Object
}

var intType = types.Typ[types.Int]

// make builds the loop: test yields the condition, assign runs at the start of
// each iteration, post at its end.
func (r *ranger) make(test func() ast.Expr, assign, post func()) {
	r.loop.Test = r.in(func() { r.loop.Cond = test() })
	pop := r.push(target{node: r.loop, label: r.label, loop: true, plain: true})
	r.loop.Body = r.in(func() {
		assign()
		r.add(r.body(r.s.Body))
	})
	pop()
	r.loop.Post = r.in(post)
	r.add(r.loop)
}

// vars assigns key and value to the iteration variables; nil means that the
// value is not to be had, or not wanted.
func (r *ranger) vars(key, value ast.Expr) {
	s := &ast.AssignStmt{TokPos: r.s.TokPos, Tok: r.s.Tok}
	for _, p := range [][2]ast.Expr{{r.s.Key, key}, {r.s.Value, value}} {
		if p[0] == nil || p[1] == nil || isBlank(p[0]) {
			continue
		}
		s.Lhs = append(s.Lhs, p[0])
		s.Rhs = append(s.Rhs, p[1])
	}
	if len(s.Lhs) == 0 {
		return
	}
	if s.Tok == token.DEFINE {
		r.add(&ir.Leaf{Stmt: s, Defs: r.defs(s.Lhs)})
		return
	}
	r.assign(s)
}

// declareOnce declares the iteration variables before the loop, in files whose
// Go has one variable for all iterations.
func (r *ranger) declareOnce() {
	if r.fresh || r.s.Tok != token.DEFINE {
		return
	}
	c := *r.s
	c.Tok = token.ASSIGN
	for _, p := range []*ast.Expr{&c.Key, &c.Value} {
		if !wants(*p) {
			continue
		}
		id := (*p).(*ast.Ident)
		v := r.newVar(r.info.Defs[id], ir.Local)
		spec := &ast.ValueSpec{Names: []*ast.Ident{id}, Type: r.typeName(v.Type, id.Pos())}
		r.add(&ir.Leaf{
			Stmt: &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: id.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}},
			Defs: []*ir.Var{v},
		})
		*p = r.ref(v, id.Pos())
	}
	r.s = &c
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

// wants reports whether the iteration variable e is assigned at all.
func wants(e ast.Expr) bool { return e != nil && !isBlank(e) }

// hold evaluates e into a temporary of type t.
func (r *ranger) hold(e ast.Expr, t types.Type) *ir.Var {
	v := r.temp(t, e.Pos())
	v.Type = t
	r.define(v, e)
	return v
}

// held is hold for the operand of the loop. If that is a variable that the loop does not
// write, it is as good as a copy: fewer fields in the frame, and in the code a name that
// the user knows.
func (r *ranger) held() *ir.Var {
	if id, ok := ast.Unparen(r.s.X).(*ast.Ident); ok {
		if v := r.fn.VarOf(id); v != nil && !v.Aliased && v.Kind != ir.Captured && !r.writes(v.Obj) {
			return v
		}
	}
	return r.hold(r.lift(r.s.X), r.info.TypeOf(r.s.X))
}

// writes reports whether the loop assigns to obj, which is not aliased.
func (r *ranger) writes(obj types.Object) bool { return assigned(r.s, r.info)[obj] }

func (r *ranger) id(v *ir.Var) *ast.Ident { return r.ref(v, r.s.Pos()) }

func (r *ranger) less(i *ir.Var, limit ast.Expr) func() ast.Expr {
	return func() ast.Expr {
		return &ast.BinaryExpr{X: r.id(i), OpPos: r.s.Pos(), Op: token.LSS, Y: limit}
	}
}

func (r *ranger) increment(i *ir.Var) func() {
	return func() {
		r.add(&ir.Leaf{Stmt: &ast.IncDecStmt{X: r.id(i), TokPos: r.s.Pos(), Tok: token.INC}})
	}
}

func (r *ranger) number(n string) ast.Expr {
	return &ast.BasicLit{ValuePos: r.s.Pos(), Kind: token.INT, Value: n}
}

// counter is an index variable that starts at 0: the loop's own, if that can't change in
// an iteration, as no one writes it or keeps its address. Then key is nil.
func (r *ranger) counter(t types.Type) (v *ir.Var, key ast.Expr) {
	if id, ok := r.s.Key.(*ast.Ident); ok && r.s.Tok == token.DEFINE && !isBlank(id) {
		if obj := r.info.Defs[id]; r.alias[obj].How == ir.NotAliased && types.Identical(obj.Type(), t) && !r.writes(obj) {
			v := r.newVar(obj, ir.Local)
			r.start(v)
			return v, nil
		}
	}
	v = r.temp(t, r.s.Pos())
	v.Type = t
	r.start(v)
	return v, r.id(v)
}

// start sets a counter to 0.
func (r *ranger) start(v *ir.Var) {
	r.add(&ir.Leaf{
		Stmt: &ast.AssignStmt{Lhs: []ast.Expr{r.id(v)}, TokPos: r.s.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{r.number("0")}},
		Defs: []*ir.Var{v},
	})
}

// overInt: the iteration variables have the type of the expression; that of
// an untyped constant is the type of the variable, or int.
func (r *ranger) overInt() {
	t := types.Default(r.info.TypeOf(r.s.X))
	if r.s.Key != nil && !isBlank(r.s.Key) {
		if kt := r.info.TypeOf(r.s.Key); kt != nil && isUntyped(r.info.TypeOf(r.s.X)) {
			t = kt
		}
	}
	limit := r.s.X
	if r.info.Types[r.s.X].Value == nil {
		limit = r.id(r.held())
	}
	i, key := r.counter(t)
	r.make(r.less(i, limit), func() { r.vars(key, nil) }, r.increment(i))
}

func isUntyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

func (r *ranger) overSlice(elem types.Type) {
	s := r.held()
	n := r.hold(r.length(s, "LenSlice"), intType)
	i, key := r.counter(intType)
	r.make(r.less(i, r.id(n)), func() { r.vars(key, r.at(r.id(s), r.id(i), elem)) }, r.increment(i))
}

// at is x[i].
func (r *ranger) at(x, i ast.Expr, elem types.Type) ast.Expr {
	e := &ast.IndexExpr{X: x, Lbrack: r.s.Pos(), Index: i, Rbrack: r.s.Pos()}
	r.info.Types[e] = types.TypeAndValue{Type: elem}
	return e
}

// length is len(v) of a slice or string.
func (r *ranger) length(v *ir.Var, helper string) ast.Expr {
	id := &ast.Ident{Name: "len", NamePos: r.s.Pos()}
	r.info.Uses[id] = types.Universe.Lookup("len")
	if r.pkg.Scope().Lookup("len") != nil {
		r.fn.Runtime[id] = helper
	}
	e := &ast.CallExpr{Fun: id, Lparen: r.s.Pos(), Args: []ast.Expr{r.id(v)}, Rparen: r.s.Pos()}
	r.info.Types[e] = types.TypeAndValue{Type: intType}
	return e
}

// overArray ranges over a copy, unless only the index is wanted: then the
// array is not even evaluated, if that has no effect.
func (r *ranger) overArray(t *types.Array) {
	limit := r.lengthOf(t)
	if !wants(r.s.Value) {
		if hasCall(r.s.X) {
			r.hold(r.lift(r.s.X), r.info.TypeOf(r.s.X))
		}
		i, key := r.counter(intType)
		r.make(r.less(i, limit), func() { r.vars(key, nil) }, r.increment(i))
		return
	}
	a := r.hold(r.lift(r.s.X), r.info.TypeOf(r.s.X))
	i, key := r.counter(intType)
	r.make(r.less(i, limit), func() { r.vars(key, r.at(r.id(a), r.id(i), t.Elem())) }, r.increment(i))
}

func (r *ranger) overArrayPointer(t *types.Array) {
	limit := r.lengthOf(t)
	var p *ir.Var
	if wants(r.s.Value) || hasCall(r.s.X) {
		p = r.held()
	}
	i, key := r.counter(intType)
	r.make(r.less(i, limit), func() {
		if wants(r.s.Value) {
			r.vars(key, r.at(r.id(p), r.id(i), t.Elem()))
		} else {
			r.vars(key, nil)
		}
	}, r.increment(i))
}

func (r *ranger) lengthOf(t *types.Array) ast.Expr {
	e := r.number(constant.MakeInt64(t.Len()).ExactString())
	r.info.Types[e] = types.TypeAndValue{Type: intType, Value: constant.MakeInt64(t.Len())}
	return e
}

// hasCall reports whether evaluating e does more than read variables: then
// len(e) is not constant (spec, Length and capacity).
func hasCall(e ast.Expr) bool {
	return ir.Contains(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return true
		case *ast.UnaryExpr:
			return n.Op == token.ARROW
		}
		return false
	})
}

// overString decodes a rune at a time: the runtime's DecodeRune gives the rune
// and the index behind it.
func (r *ranger) overString() {
	s := r.held()
	i, key := r.counter(intType)
	next := r.temp(intType, r.s.Pos())
	r.make(r.less(i, r.length(s, "LenString")), func() {
		var char ast.Expr = &ast.Ident{Name: "_", NamePos: r.s.Pos()}
		defs := []*ir.Var{next}
		var c *ir.Var
		if wants(r.s.Value) {
			c = r.temp(types.Universe.Lookup("rune").Type(), r.s.Pos())
			char = r.id(c)
			defs = []*ir.Var{c, next}
		}
		call := &ast.CallExpr{Fun: r.runtime("DecodeRune"), Lparen: r.s.Pos(), Args: []ast.Expr{r.asString(s), r.id(i)}, Rparen: r.s.Pos()}
		r.add(&ir.Leaf{
			Stmt: &ast.AssignStmt{Lhs: []ast.Expr{char, r.id(next)}, TokPos: r.s.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{call}},
			Defs: defs,
		})
		var value ast.Expr
		if c != nil {
			value = r.id(c)
		}
		r.vars(key, value)
	}, func() {
		r.add(&ir.Leaf{Stmt: &ast.AssignStmt{Lhs: []ast.Expr{r.id(i)}, TokPos: r.s.Pos(), Tok: token.ASSIGN, Rhs: []ast.Expr{r.id(next)}}})
	})
}

func (r *ranger) asString(s *ir.Var) ast.Expr {
	if types.Identical(s.Type, types.Typ[types.String]) {
		return r.id(s)
	}
	return &ast.CallExpr{Fun: r.typeName(types.Typ[types.String], r.s.Pos()), Lparen: r.s.Pos(), Args: []ast.Expr{r.id(s)}, Rparen: r.s.Pos()}
}

// runtime is a function of our runtime.
func (r *ranger) runtime(name string) ast.Expr {
	id := &ast.Ident{NamePos: r.s.Pos(), Name: "_"}
	r.fn.Runtime[id] = name
	return id
}

// overMap uses the iterator of package reflect, which is Go's own: what is
// deleted, added or cleared during the loop shows as it does in a range
// statement, keys that are not equal to themselves included. (A snapshot of
// the keys gets these wrong.)
func (r *ranger) overMap(t *types.Map) {
	m := r.held()
	iterType := &ir.MapIter{Key: t.Key(), Elem: t.Elem()}
	it := r.temp(intType, r.s.Pos())
	it.Type = iterType
	r.define(it, &ast.CallExpr{Fun: r.runtime("RangeMap"), Lparen: r.s.Pos(), Args: []ast.Expr{r.id(m)}, Rparen: r.s.Pos()})
	r.make(func() ast.Expr {
		return r.method(it, "Next")
	}, func() {
		r.vars(r.method(it, "Key"), r.method(it, "Value"))
	}, func() {})
}

func (r *ranger) method(v *ir.Var, name string) ast.Expr {
	return &ast.CallExpr{Fun: &ast.SelectorExpr{X: r.id(v), Sel: &ast.Ident{Name: name, NamePos: r.s.Pos()}}, Lparen: r.s.Pos(), Rparen: r.s.Pos()}
}

func (r *ranger) overChan(t *types.Chan) {
	c := r.held()
	v := r.temp(t.Elem(), r.s.Pos())
	ok := r.temp(types.Typ[types.Bool], r.s.Pos())
	r.make(func() ast.Expr {
		recv := &ast.UnaryExpr{OpPos: r.s.Pos(), Op: token.ARROW, X: r.id(c)}
		var lhs ast.Expr = &ast.Ident{Name: "_", NamePos: r.s.Pos()}
		defs := []*ir.Var{ok}
		if wants(r.s.Key) {
			lhs = r.id(v)
			defs = []*ir.Var{v, ok}
		}
		r.add(&ir.Leaf{
			Stmt: &ast.AssignStmt{Lhs: []ast.Expr{lhs, r.id(ok)}, TokPos: r.s.Pos(), Tok: token.DEFINE, Rhs: []ast.Expr{recv}},
			Defs: defs,
		})
		return r.id(ok)
	}, func() { r.vars(r.id(v), nil) }, func() {})
}
