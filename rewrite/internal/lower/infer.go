package lower

// Pass infer.
//
// Purpose: declare the variables whose type the package can't spell: p in
// p := dep.New(), where New returns a *dep.hidden.
// Input: blocks and frame. Output: Var.Witness, Func.Inferred, Wait.Outcomes,
// Func.Refused; the fields of such variables are any.
// Guarantees: no type that has no name here is spelled in what is emitted,
// unless Refused says so.
// Example: p is declared at the top of the function by
//
//	p := runFrameResult(dep.New)
//
// where runFrameResult is a generic function that returns a zero value.

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

type inferrer struct {
	fn   *ir.Func
	info *types.Info
	unit *unit.Unit
	conv *emit.Converter

	hidden  []*ir.Var // variables whose type can't be named
	found   map[*ir.Var]ir.Witness
	origins map[*ir.Var][]origin
	// waits are what a variable would be inferred from, but for another that
	// can't be.
	waits map[*ir.Var]*ir.Var
	cur   *ir.Var // being inferred
	// known are witnesses for variables that literals capture. They name no variables.
	known map[*types.Var]ir.Witness
}

// origin is a way to infer the type of a variable; nil if it does not work.
type origin func() ir.Witness

func infer(c *passContext, fn *ir.Func) {
	u := c.unit
	n := &inferrer{
		fn: fn, info: fn.Info, unit: u,
		conv:    &emit.Converter{Info: fn.Info, Pkg: u.Pkg, Frame: c.colors.Frame},
		found:   map[*ir.Var]ir.Witness{},
		origins: map[*ir.Var][]origin{},
		waits:   map[*ir.Var]*ir.Var{},
		known:   c.hidden,
	}
	for _, v := range fn.Vars {
		if v.Place != ir.Unused && (v.Kind == ir.Local || v.Kind == ir.Temp) && !n.nameable(v.Type) {
			n.hidden = append(n.hidden, v)
		}
	}
	for i, f := range fn.Frame.Fields {
		if f.Var != nil && slices.Contains(n.hidden, f.Var) {
			fn.Frame.Fields[i].Any = true
		}
	}
	n.collect()
	spelled := n.spelled()
	n.solve(spelled)
	n.capturable()
	n.refuse(spelled)
	n.outcomes()
	n.literals()
	n.captures()
}

// nameable reports whether a type can be spelled in the package.
func (n *inferrer) nameable(t types.Type) bool {
	switch t := t.(type) {
	case *ir.MapIter:
		return n.nameable(t.Key) && n.nameable(t.Elem)
	case *ir.LoopState:
		return true
	}
	return t != nil && n.conv.CanName(t)
}

// spelled are the hidden variables whose declaration would name their type:
// those at the top of the function, and those that share a := with one.
func (n *inferrer) spelled() varSet {
	set := varSet{}
	for _, v := range n.hidden {
		if v.Place == ir.Hoisted {
			set[v] = true
		}
	}
	for _, b := range n.fn.Blocks {
		for _, node := range b.List {
			leaf, ok := node.(*ir.Leaf)
			if !ok || emit.Keeps(n.fn, leaf.Stmt) {
				continue
			}
			for _, v := range leaf.Defs {
				if slices.Contains(n.hidden, v) {
					set[v] = true
				}
			}
		}
	}
	return set
}

// solve finds witnesses, of variables that others are inferred from first, so
// that the order in which they are found is one to declare them in.
func (n *inferrer) solve(spelled varSet) {
	for again := true; again; {
		again = false
		for _, v := range n.hidden {
			if n.found[v] != nil {
				continue
			}
			n.cur = v
			delete(n.waits, v)
			for _, from := range n.origins[v] {
				w := from()
				if w == nil {
					continue
				}
				n.found[v] = w
				again = true
				if spelled[v] {
					v.Witness = n.inScope(v, w)
					n.fn.Inferred = append(n.fn.Inferred, v)
				}
				break
			}
		}
	}
	n.cur = nil
}

// variable is a witness of the type of a hidden variable.
func (n *inferrer) variable(v *ir.Var) ir.Witness {
	if v.Kind == ir.Captured {
		w, _ := n.known[v.Obj.(*types.Var)]
		return w
	}
	switch w := n.found[v]; {
	case w == nil:
		if n.cur != nil && n.cur != v {
			n.waits[n.cur] = v
		}
		return nil
	case v.Place != ir.Hoisted:
		return w // it is not in scope at the top
	case v.Box:
		return &ir.Derived{Helper: "Pointee", Of: &ir.Same{Var: v}}
	}
	return &ir.Same{Var: v}
}

// inScope is w as it can stand where v is declared. In a block, variables may be
// shared with literals by then, so they are replaced by what declared them.
func (n *inferrer) inScope(v *ir.Var, w ir.Witness) ir.Witness {
	if v.Place == ir.Hoisted {
		return w
	}
	return ir.Replace(w, func(u *ir.Same) ir.Witness {
		declared := n.inScope(v, n.found[u.Var])
		if u.Var.Box {
			return &ir.Derived{Helper: "PointerLike", Of: declared}
		}
		return declared
	})
}

// collect finds where the hidden variables get their values.
func (n *inferrer) collect() {
	for _, b := range n.fn.Blocks {
		for _, node := range b.List {
			if leaf, ok := node.(*ir.Leaf); ok {
				n.statement(leaf.Stmt)
			}
		}
		switch t := b.Term.(type) {
		case *ir.Wait:
			for i, v := range t.Results {
				if v != nil && t.IsCall() {
					n.origin(v, func() ir.Witness { return n.outcome(t.Call, i) })
				}
			}
		case *ir.Dispatch:
			n.dispatch(t)
		case *ir.CondJump:
			n.compared(t.Cond)
		}
	}
}

func (n *inferrer) origin(v *ir.Var, from origin) {
	n.origins[v] = append(n.origins[v], from)
}

func (n *inferrer) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE || s.Tok == token.ASSIGN {
			n.assigned(s.Lhs, s.Rhs)
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			spec, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			lhs := make([]ast.Expr, len(spec.Names))
			for i, id := range spec.Names {
				lhs[i] = id
				if v := n.fn.VarOf(id); v != nil && spec.Type != nil {
					n.origin(v, func() ir.Witness { return spelledBy(spec.Type) })
				}
			}
			n.assigned(lhs, spec.Values)
		}
	}
}

// assigned notes the variables that are assigned values of their own type.
func (n *inferrer) assigned(lhs, rhs []ast.Expr) {
	same := func(l, r ast.Expr) {
		id, ok := l.(*ast.Ident)
		if !ok {
			return
		}
		v, t := n.fn.VarOf(id), n.info.TypeOf(r)
		if v != nil && (t == nil || types.Identical(t, v.Type)) {
			n.origin(v, func() ir.Witness { return n.witness(r) })
		}
	}
	for i, l := range lhs {
		switch id, ok := l.(*ast.Ident); {
		case len(lhs) == len(rhs):
			same(l, rhs[i])
			same(rhs[i], l) // a range counter is assigned to a variable
		case ok && len(rhs) == 1 && n.fn.VarOf(id) != nil:
			v := n.fn.VarOf(id)
			n.origin(v, func() ir.Witness { return n.component(rhs[0], i, v.Type) })
		}
	}
}

// compared notes a variable that is compared with something of its type, as
// the counter of a range over an integer is with its limit.
func (n *inferrer) compared(cond ast.Expr) {
	if e, ok := cond.(*ast.BinaryExpr); ok && e.Op == token.LSS {
		n.assigned([]ast.Expr{e.X}, []ast.Expr{e.Y})
	}
}

// component is a witness of value i of several that an expression has: the
// results of a call, or a value and whether there is one.
func (n *inferrer) component(e ast.Expr, i int, t types.Type) ir.Witness {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		if tuple, ok := n.info.TypeOf(call).(*types.Tuple); ok && i < tuple.Len() && types.Identical(tuple.At(i).Type(), t) {
			return n.outcome(call, i)
		}
		return nil
	}
	if i > 0 {
		return nil
	}
	return n.witness(e)
}

// dispatch notes the variables that a type switch or select sets.
func (n *inferrer) dispatch(d *ir.Dispatch) {
	switch head := d.Head.(type) {
	case *ast.TypeSwitchStmt:
		for i, v := range d.Binds {
			if v == nil {
				continue
			}
			list := head.Body.List[i].(*ast.CaseClause).List
			n.origin(v, func() ir.Witness {
				if len(list) == 1 && !n.info.Types[list[0]].IsNil() {
					return spelledBy(list[0])
				}
				return n.witness(switched(head))
			})
		}
	case *ast.SelectStmt:
		for _, c := range head.Body.List {
			if a, ok := c.(*ast.CommClause).Comm.(*ast.AssignStmt); ok {
				n.assigned(a.Lhs, a.Rhs)
			}
		}
	}
}

// switched is x in switch v := x.(type).
func switched(s *ast.TypeSwitchStmt) ast.Expr {
	var e ast.Expr
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		e = a.X
	case *ast.AssignStmt:
		e = a.Rhs[0]
	}
	return ast.Unparen(e).(*ast.TypeAssertExpr).X
}

// outcomes finds witnesses for results that arrive in frames which, like the
// results, have no name here.
func (n *inferrer) outcomes() {
	for _, b := range n.fn.Blocks {
		w, ok := b.Term.(*ir.Wait)
		if !ok || !w.IsCall() || !anyOf(w.Results, func(v *ir.Var) bool { return v != nil }) ||
			w.Op == color.OpCall && n.conv.CanNameFrame(w.Callee) {
			continue
		}
		list := resultTypes(n.info.TypeOf(w.Source))
		if !anyOf(list, func(t types.Type) bool { return !n.nameable(t) }) {
			continue
		}
		for i, t := range list {
			var o ir.Witness
			switch v := w.Results[i]; {
			case n.nameable(t):
				o = &ir.Zero{Type: t}
			case v != nil && types.Identical(v.Type, t):
				if o = n.variable(v); o == nil {
					continue // refused already
				}
			default:
				o = n.outcome(w.Call, i)
			}
			if o == nil {
				n.fn.Refused = append(n.fn.Refused, diag.Diagnostic{
					Pos:     n.unit.Fset.Position(w.Source.Pos()),
					Code:    diag.TypeUnnameable,
					Message: "the results of this call can't be received: a type of theirs, " + n.typeString(t) + ", has no name here and can't be inferred",
					Remedy:  "call it in a plain function, or in one of its package",
				})
				break
			}
			w.Outcomes = append(w.Outcomes, o)
		}
	}
}

// resultTypes are the types of a call's results.
func resultTypes(t types.Type) []types.Type {
	tuple, ok := t.(*types.Tuple)
	if !ok {
		return []types.Type{t}
	}
	var list []types.Type
	for v := range tuple.Variables() {
		list = append(list, v.Type())
	}
	return list
}

// refuse diagnoses the variables whose declaration would have to spell their
// type; of those that depend on each other, the first.
func (n *inferrer) refuse(spelled varSet) {
	refused := varSet{}
	for _, v := range n.hidden {
		if !spelled[v] || v.Witness != nil {
			continue
		}
		if obj, ok := v.Obj.(*types.Var); ok {
			n.known[obj] = nil // of which nobody else need say it
		}
		if n.follows(v, refused) {
			continue
		}
		refused[v] = true
		d := diag.Diagnostic{
			Pos:     n.unit.Fset.Position(v.Pos),
			Code:    diag.TypeUnnameable,
			Message: v.Name + " must be declared with its type, " + n.typeString(v.Type) + ", which has no name here and can't be inferred",
			Remedy:  "give " + v.Name + " a type that has a name, such as an interface",
		}
		if v.Kind == ir.Temp {
			d.Message = "this value must be kept across a suspension, but its type, " + n.typeString(v.Type) + ", has no name here and can't be inferred"
			d.Remedy = "keep it in a variable of a type that has a name, such as an interface"
		}
		for _, lit := range n.fn.Bodies {
			if obj, ok := v.Obj.(*types.Var); ok && slices.Contains(lit.Range.Cells, obj) {
				d.Message, d.Remedy = n.handedOut(obj)
			}
		}
		for _, b := range n.fn.Blocks {
			if w, ok := b.Term.(*ir.Wait); ok && slices.Contains(w.Live, v) {
				d.Related = append(d.Related, diag.Related{Pos: n.unit.Fset.Position(w.Source.Pos()), Message: "it lives across this suspension"})
				break
			}
		}
		n.fn.Refused = append(n.fn.Refused, d)
	}
}

// follows reports whether v can't be inferred only because one that is refused
// can't.
func (n *inferrer) follows(v *ir.Var, refused varSet) bool {
	for range n.hidden {
		if v = n.waits[v]; refused[v] {
			return true
		}
	}
	return false
}

// literals diagnoses the literals that were taken apart and would have to
// spell the type that the source left out.
func (n *inferrer) literals() {
	var list []*ast.Ident
	for id, t := range n.fn.Types {
		if !n.nameable(t) {
			list = append(list, id)
		}
	}
	slices.SortFunc(list, func(a, b *ast.Ident) int { return cmp.Compare(a.Pos(), b.Pos()) })
	for _, id := range list {
		d := diag.Diagnostic{
			Pos:     n.unit.Fset.Position(id.Pos()),
			Code:    diag.TypeUnnameable,
			Message: "what suspends must be evaluated before this, which then needs its type, " + n.typeString(n.fn.Types[id]) + ", which has no name here",
			Remedy:  "assign the values that suspend to variables first",
		}
		// Go infers no types of a function's parameters, where it is declared.
		switch lit := n.fn.Lit; {
		case lit == nil || lit.Types[id] == nil:
		case lit.Value != nil:
			d.Message = "this value becomes a function with a parameter or result of type " + n.typeString(n.fn.Types[id]) + ", which has no name here"
			d.Remedy = "call it instead, or make the value in the package of the type"
		}
		n.fn.Refused = append(n.fn.Refused, d)
	}
}

func (n *inferrer) typeString(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == n.unit.Pkg {
			return ""
		}
		return p.Name()
	})
}
