package lower

// Pass liveness.
//
// Purpose: find what a suspension must save.
// Input: simplified blocks. Output: Block.LiveIn, Wait.Live.
// Guarantees: a variable that may be read after a suspension before it is
// written as a whole is in its Live. An aliased variable counts as read
// wherever it is named, for others may read it through the pointer; only its
// declaration makes a new one.
// Example: in x := 1; y := 2; Yield(x); print(y), y is live across the Yield.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

func liveness(fn *ir.Func) {
	l := &livenessPass{fn: fn, effects: make([][]effect, len(fn.Blocks)), live: fn.NewVarSet(), behind: fn.NewVarSet()}
	if fn.KeepsVariables {
		l.kept = kept(fn)
	}
	for i, b := range fn.Blocks {
		b.LiveIn = fn.NewVarSet()
		l.effects[i] = effects(fn, b)
	}
	for changed := true; changed; {
		changed = false
		for _, b := range slices.Backward(fn.Blocks) {
			if b.LiveIn.Include(l.liveIn(b)) {
				changed = true
			}
		}
	}
	for _, b := range fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			w.Live = slices.Collect(fn.Members(l.afterWait(w)))
		}
	}
}

type livenessPass struct {
	fn      *ir.Func
	effects [][]effect // by Block.Index
	kept    map[*ir.Wait]ir.VarSet

	live, behind ir.VarSet // for a moment
}

// effect is what a part of a block does to what is live before it: it reads or
// writes a variable, or may go on in another block. The syntax is looked at once;
// the effects are applied until nothing changes.
type effect struct {
	v    *ir.Var
	read bool
	to   *ir.Block
}

// effects are those of b, the last first.
func effects(fn *ir.Func, b *ir.Block) (list []effect) {
	use := func(v *ir.Var) { list = append(list, effect{v: v, read: true}) }
	def := func(v *ir.Var) { list = append(list, effect{v: v}) }
	termRefs(fn, b.Term, use, def)
	for _, n := range slices.Backward(b.List) {
		if leaf, ok := n.(*ir.Leaf); ok {
			for _, br := range leaf.Branches {
				list = append(list, effect{to: fn.Targets[br.Stmt]})
			}
		}
		nodeRefs(fn, n, use, def)
	}
	return list
}

// liveIn is what is live at the start of b, as far as is known. It is valid until
// the next call.
func (l *livenessPass) liveIn(b *ir.Block) ir.VarSet {
	live := l.live
	clear(live)
	switch t := b.Term.(type) {
	case *ir.Wait:
		live.Include(l.afterWait(t))
	case *ir.Dispatch:
		for i, to := range t.To {
			live.Include(l.after(to, nil, received(l.fn, t, i)))
		}
		if t.None != nil {
			live.Include(t.None.LiveIn)
		}
	case *ir.Jump:
		live.Include(t.To.LiveIn)
	case *ir.CondJump:
		live.Include(t.Then.LiveIn)
		live.Include(t.Else.LiveIn)
	}
	for _, e := range l.effects[b.Index] {
		switch {
		case e.to != nil:
			live.Include(e.to.LiveIn)
		case e.read:
			live.Add(e.v)
		default:
			live.Remove(e.v)
		}
	}
	return live
}

// liveBefore is what is live before each of the nodes of b and, last, before its
// terminator; fn has been through liveness. Results of a function that defers may be in
// it, though they live in the frame.
func liveBefore(fn *ir.Func, b *ir.Block) []ir.VarSet {
	l := &livenessPass{fn: fn, effects: make([][]effect, len(fn.Blocks)), live: fn.NewVarSet(), behind: fn.NewVarSet()}
	at := make([]ir.VarSet, len(b.List)+1)
	live := l.liveIn(b)
	apply := func(n ir.Node) {
		use := func(v *ir.Var) { live.Add(v) }
		def := func(v *ir.Var) { live.Remove(v) }
		if n == nil {
			termRefs(fn, b.Term, use, def)
			return
		}
		if leaf, ok := n.(*ir.Leaf); ok {
			for _, br := range leaf.Branches {
				live.Include(fn.Targets[br.Stmt].LiveIn)
			}
		}
		nodeRefs(fn, n, use, def)
	}
	apply(nil)
	at[len(b.List)] = live.Clone()
	for i, n := range slices.Backward(b.List) {
		apply(n)
		at[i] = live.Clone()
	}
	return at
}

// after is what is live before a way to a block on which variables, or nil, are
// written, and others are kept. It is valid until the next call.
func (l *livenessPass) after(to *ir.Block, kept ir.VarSet, written []*ir.Var) ir.VarSet {
	copy(l.behind, to.LiveIn)
	l.behind.Include(kept)
	for _, v := range written {
		if v != nil {
			l.behind.Remove(v)
		}
	}
	return l.behind
}

// afterWait is what is live across w.
func (l *livenessPass) afterWait(w *ir.Wait) ir.VarSet { return l.after(w.Next, l.kept[w], w.Results) }

// received are the variables that taking clause i of a dispatch writes.
func received(fn *ir.Func, d *ir.Dispatch, i int) (vars []*ir.Var) {
	if d.Binds != nil {
		return d.Binds[i : i+1]
	}
	if s, ok := d.Head.(*ast.SelectStmt); ok {
		if comm := s.Body.List[i].(*ast.CommClause).Comm; comm != nil {
			stmtRefs(fn, comm, func(*ir.Var) {}, func(v *ir.Var) { vars = append(vars, v) })
		}
	}
	return vars
}

// termRefs reports the variables that a terminator names: first those it
// writes as a whole, then those it reads.
func termRefs(fn *ir.Func, t ir.Term, use, def func(*ir.Var)) {
	switch t := t.(type) {
	case *ir.CondJump:
		uses(fn, t.Cond, use)
	case *ir.Dispatch:
		headRefs(fn, t.Head, use, def)
	case *ir.Wait:
		uses(fn, t.Call, use)
	case *ir.Exit:
		if t.Return == nil || len(t.Results) == 0 || fn.KeepsResults() {
			for _, v := range fn.Results {
				if v != nil {
					use(v)
				}
			}
		}
		if t.Return != nil {
			for _, e := range t.Results {
				uses(fn, e, use)
			}
		}
	}
}

// headRefs are the references of a dispatching statement without its bodies.
func headRefs(fn *ir.Func, head ast.Stmt, use, def func(*ir.Var)) {
	switch s := head.(type) {
	case *ast.SwitchStmt:
		uses(fn, s.Tag, use)
		for _, c := range s.Body.List {
			for _, e := range c.(*ast.CaseClause).List {
				uses(fn, e, use)
			}
		}
	case *ast.TypeSwitchStmt:
		if a, ok := s.Assign.(*ast.AssignStmt); ok {
			uses(fn, a.Rhs[0], use)
		} else {
			uses(fn, s.Assign, use)
		}
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			if comm := c.(*ast.CommClause).Comm; comm != nil {
				// Which case is chosen, and so written, is not known: no def.
				stmtRefs(fn, comm, use, func(*ir.Var) {})
			}
		}
	}
}

func nodeRefs(fn *ir.Func, n ir.Node, use, def func(*ir.Var)) {
	switch n := n.(type) {
	case *ir.Fresh:
		use(n.Var)
	case *ir.Leaf:
		stmtRefs(fn, n.Stmt, use, def)
	}
}

// stmtRefs reports what a statement writes, then what it reads. Only simple
// assignments and declarations write, and those at the head of a compound statement,
// which come first in any case: what else that does on some way through it counts as a read.
func stmtRefs(fn *ir.Func, s ast.Stmt, use, def func(*ir.Var)) {
	if init, rest := parts(s); init != nil {
		for _, n := range rest {
			uses(fn, n, use)
		}
		stmtRefs(fn, init, use, def)
		return
	}
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.ASSIGN && s.Tok != token.DEFINE {
			break
		}
		for _, e := range s.Lhs {
			id, ok := e.(*ast.Ident)
			if !ok {
				continue
			}
			if v := fn.VarOf(id); v != nil {
				if v.Aliased && fn.Info.Defs[id] == nil {
					use(v)
				} else {
					def(v)
				}
			}
		}
		for _, e := range s.Lhs {
			if _, ok := e.(*ast.Ident); !ok {
				uses(fn, e, use)
			}
		}
		for _, e := range s.Rhs {
			uses(fn, e, use)
		}
		return
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if vs, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range vs.Names {
					if v := fn.VarOf(id); v != nil {
						def(v)
					}
				}
				for _, e := range vs.Values {
					uses(fn, e, use)
				}
			}
		}
		return
	}
	uses(fn, s, use)
}

// parts are the statement that a compound one begins with, or nil, and what may run behind it, of
// which some may be nil.
func parts(s ast.Stmt) (init ast.Stmt, rest []ast.Node) {
	switch s := s.(type) {
	case *ast.IfStmt:
		return s.Init, []ast.Node{s.Cond, s.Body, s.Else}
	case *ast.SwitchStmt:
		return s.Init, []ast.Node{s.Tag, s.Body}
	case *ast.TypeSwitchStmt:
		return s.Init, []ast.Node{s.Assign, s.Body}
	case *ast.ForStmt:
		return s.Init, []ast.Node{s.Cond, s.Post, s.Body}
	}
	return nil, nil
}

// uses reports the variables that are named in n, and the named results where
// a return in it needs them: a bare one, or one that sets them for deferred
// calls.
func uses(fn *ir.Func, n ast.Node, use func(*ir.Var)) {
	if n == nil {
		return
	}
	var lits []ast.Node
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if v := fn.VarOf(n); v != nil {
				use(v)
			}
		case *ast.FuncLit:
			lits = append(lits, n)
		case *ast.ReturnStmt:
			if len(n.Results) > 0 && !fn.KeepsResults() {
				break
			}
			for _, lit := range lits {
				if lit.Pos() <= n.Pos() && n.Pos() < lit.End() {
					return true // the literal's
				}
			}
			for _, v := range fn.Results {
				if v != nil {
					use(v)
				}
			}
		}
		return true
	})
}

// stmtWrites reports the variables that a statement may write, at any depth.
// Aliased ones are not among them where it is a pointer that is written
// through, for what is spilled of those is the pointer. The others may be
// written by any call: then all of them are.
func stmtWrites(fn *ir.Func, s ast.Stmt, def func(*ir.Var), all func()) {
	write := func(e ast.Expr) {
		if v := wholeOrPart(fn, e); v != nil {
			def(v)
		}
	}
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				write(e)
			}
		case *ast.IncDecStmt:
			write(n.X)
		case *ast.RangeStmt:
			if n.Key != nil {
				write(n.Key)
			}
			if n.Value != nil {
				write(n.Value)
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				write(id)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				write(n.X)
			}
		case *ast.CallExpr, *ast.SliceExpr, *ast.SelectorExpr:
			// A method with a pointer receiver, a slice of an array: aliased.
			all()
		}
		return true
	})
}

// wholeOrPart is the variable that assigning to e changes, or nil.
func wholeOrPart(fn *ir.Func, e ast.Expr) *ir.Var {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return fn.VarOf(e)
	case *ast.SelectorExpr:
		if t := fn.Info.TypeOf(e.X); t != nil {
			if _, ptr := t.Underlying().(*types.Pointer); ptr {
				return nil
			}
		}
		return wholeOrPart(fn, e.X)
	case *ast.IndexExpr:
		if t := fn.Info.TypeOf(e.X); t != nil {
			if _, array := underlying(t).(*types.Array); !array {
				return nil
			}
		}
		return wholeOrPart(fn, e.X)
	}
	return nil
}
