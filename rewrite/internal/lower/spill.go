package lower

// Pass spill.
//
// Purpose: save at a suspension only what the frame does not have already, keep
// in the frame what would be moved there and back more often than it is used,
// and clear what the frame must not keep.
// Input: blocks with states and fields. Output: Wait.Clean, Wait.Clear,
// Var.Resident, Func.Long, Drop nodes.
// Guarantees: where a frame exists at a suspension, each of its Clean fields
// holds the variable's value; where something may take long, no field holds on
// to memory that nothing needs.
// Example: in for i := range n { Yield(i) }, n is clean at the Yield: it is
// written once, when the frame is taken.

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

type spiller struct {
	fn     *ir.Func
	writes [][]ir.VarSet // by Block.Index: what each of its nodes and, last, its terminator may write

	dirty flow // by Block.Index, before it: the variables that may differ from their fields
	held  flow // likewise: the slots that may hold on to memory, dead or alive

	aliased   ir.VarSet // that are not boxed
	clearable ir.VarSet // slots that may hold on to memory
	slot      []*ir.Var // by Var.Index: the first variable of the field, which stands for it; or nil
	field     []int     // by Var.Index of slots: in Frame.Fields
}

func spill(fn *ir.Func) {
	s := &spiller{
		fn:     fn,
		writes: make([][]ir.VarSet, len(fn.Blocks)),

		aliased:   fn.NewVarSet(),
		clearable: fn.NewVarSet(),
		slot:      make([]*ir.Var, len(fn.Vars)),
		field:     make([]int, len(fn.Vars)),
	}
	dirty, held := fn.NewVarSet(), fn.NewVarSet()
	for _, v := range fn.Vars {
		if v.Kind == ir.Param && !v.Box {
			held.Add(v) // by the constructor
		} else {
			dirty.Add(v)
		}
		if v.Aliased && !v.Box {
			s.aliased.Add(v)
		}
	}
	for i, f := range fn.Frame.Fields {
		if f.Var == nil || f.Var.Field != f.Name {
			continue
		}
		for _, v := range f.Vars() {
			s.slot[v.Index] = f.Var
		}
		s.field[f.Var.Index] = i
		// Deferred calls may set a result, whatever the code does.
		if f.Pointers && !(fn.Defers && f.Var.Kind == ir.Result) {
			s.clearable.Add(f.Var)
		}
	}
	held.Intersect(s.clearable)
	for i, b := range fn.Blocks {
		s.writes[i] = s.written(b)
	}
	s.dirty = newFlow(fn, dirty, s.dirtyBehind)
	for i, b := range fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok && s.dirty.in[i] != nil {
			s.clean(w, s.dirtyAtEnd(b))
		}
	}
	reside(fn)
	s.held = newFlow(fn, held, s.heldBehind)
	for i, b := range fn.Blocks {
		if s.held.in[i] != nil {
			s.drop(b)
		}
	}
}

// flow is a set of variables before each block that control comes to.
type flow struct {
	in []ir.VarSet // by Block.Index; nil where control does not come
}

// newFlow is the least flow that holds entry before the first block and what behind
// says of a block before those that follow it. behind calls to for each of them.
func newFlow(fn *ir.Func, entry ir.VarSet, behind func(b *ir.Block, before ir.VarSet, to func(*ir.Block, ir.VarSet))) flow {
	f := flow{make([]ir.VarSet, len(fn.Blocks))}
	queued := make([]bool, len(fn.Blocks))
	to := func(b *ir.Block, set ir.VarSet) {
		if f.in[b.Index] == nil {
			f.in[b.Index] = fn.NewVarSet()
			queued[b.Index] = true
		}
		if f.in[b.Index].Include(set) {
			queued[b.Index] = true
		}
	}
	to(fn.Blocks[0], entry)
	// Blocks are in the order of the source: but for loops, a block comes behind
	// those that lead to it.
	for slices.Contains(queued, true) {
		for i, b := range fn.Blocks {
			if queued[i] {
				queued[i] = false
				behind(b, f.in[i].Clone(), to)
			}
		}
	}
	return f
}

// written are the variables that the nodes of b, and its terminator, may write.
func (s *spiller) written(b *ir.Block) []ir.VarSet {
	sets := make([]ir.VarSet, len(b.List)+1)
	for i, n := range b.List {
		set := s.fn.NewVarSet()
		switch n := n.(type) {
		case *ir.Fresh:
			set.Add(n.Var)
		case *ir.Leaf:
			stmtWrites(s.fn, n.Stmt, set.Add, func() { set.Include(s.aliased) })
		}
		sets[i] = set
	}
	set := s.fn.NewVarSet()
	if d, ok := b.Term.(*ir.Dispatch); ok {
		for _, v := range d.Binds {
			if v != nil {
				set.Add(v)
			}
		}
		headRefs(s.fn, d.Head, set.Add, set.Add)
	}
	sets[len(b.List)] = set
	return sets
}

// dirtyAtEnd is what is dirty at the end of b, before its terminator suspends.
func (s *spiller) dirtyAtEnd(b *ir.Block) ir.VarSet {
	dirty := s.dirty.in[b.Index].Clone()
	for _, set := range s.writes[b.Index] {
		dirty.Include(set)
	}
	return dirty
}

// dirtyBehind is what is dirty behind b.
func (s *spiller) dirtyBehind(b *ir.Block, dirty ir.VarSet, to func(*ir.Block, ir.VarSet)) {
	for _, set := range s.writes[b.Index] {
		dirty.Include(set)
	}
	w, suspends := b.Term.(*ir.Wait)
	for _, next := range s.fn.Succs(b) {
		if !suspends || next != w.Next {
			to(next, dirty)
		}
	}
	if !suspends {
		return
	}
	if !w.IsCall() { // else it may return at once: then nothing was saved
		clear(dirty)
	}
	for _, v := range w.Results {
		if v != nil && !w.Receives() { // what is received arrives in its field
			dirty.Add(v)
		}
	}
	to(w.Next, dirty)
}

// clean sets what the frame has at w, given what is dirty there.
func (s *spiller) clean(w *ir.Wait, dirty ir.VarSet) {
	w.Clean = s.fn.NewVarSet()
	for _, v := range w.Live {
		if !dirty.Has(v) {
			w.Clean.Add(v)
		}
	}
}

// slots are the slots of the variables in set.
func (s *spiller) slots(set ir.VarSet) ir.VarSet {
	slots := s.fn.NewVarSet()
	for v := range s.fn.Members(set) {
		if slot := s.slot[v.Index]; slot != nil {
			slots.Add(slot)
		}
	}
	return slots
}

// fill notes in held that variables are written to their slots, in the frame.
func (s *spiller) fill(held ir.VarSet, list []*ir.Var) {
	for _, v := range list {
		if v != nil && v.Kind != ir.Captured && s.slot[v.Index] != nil {
			held.Add(s.slot[v.Index])
		}
	}
	held.Intersect(s.clearable)
}

// resident are those of list that are written in the frame.
func resident(list []*ir.Var) []*ir.Var {
	return slices.DeleteFunc(slices.Clone(list), func(v *ir.Var) bool { return v == nil || !v.Resident })
}

// through follows held from the start of b to its end, before it suspends. Where
// something may take long, dead is called with what is held but not live there.
func (s *spiller) through(b *ir.Block, held ir.VarSet, dead func(i int, slots ir.VarSet)) {
	var live []ir.VarSet
	for i := range len(b.List) + 1 {
		if !held.Empty() && s.long(b, i) {
			if live == nil {
				live = liveBefore(s.fn, b)
			}
			over := held.Clone()
			over.Exclude(s.slots(live[i]))
			if !over.Empty() {
				dead(i, over)
				held.Exclude(over)
			}
		}
		s.fill(held, resident(slices.Collect(s.fn.Members(s.writes[b.Index][i]))))
	}
}

// heldBehind is what is held behind b.
func (s *spiller) heldBehind(b *ir.Block, held ir.VarSet, to func(*ir.Block, ir.VarSet)) {
	s.through(b, held, func(int, ir.VarSet) {})
	w, suspends := b.Term.(*ir.Wait)
	for _, next := range s.fn.Succs(b) {
		if !suspends || next != w.Next {
			to(next, held)
		}
	}
	if !suspends {
		return
	}
	after := held.Clone()
	after.Exclude(s.over(w, held))
	s.fill(after, w.Live)
	if w.IsCall() {
		after.Include(held) // the call may return at once
	}
	if w.Receives() {
		s.fill(after, w.Results)
	} else {
		s.fill(after, resident(w.Results))
	}
	to(w.Next, after)
}

// over is what the frame must not keep across w of what it holds before it.
func (s *spiller) over(w *ir.Wait, held ir.VarSet) ir.VarSet {
	over := held.Clone()
	for _, v := range w.Live {
		if slot := s.slot[v.Index]; slot != nil {
			over.Remove(slot)
		}
	}
	return over
}

// drop puts the clears of dead fields into b.
func (s *spiller) drop(b *ir.Block) {
	held := s.held.in[b.Index].Clone()
	type at struct {
		i     int
		slots ir.VarSet
	}
	var drops []at
	s.through(b, held, func(i int, slots ir.VarSet) { drops = append(drops, at{i, slots}) })
	if w, ok := b.Term.(*ir.Wait); ok {
		w.Clear = s.fields(s.over(w, held))
	}
	for _, d := range slices.Backward(drops) {
		b.List = slices.Insert(b.List, d.i, ir.Node(&ir.Drop{Fields: s.fields(d.slots)}))
	}
}

// fields are the fields of slots, in their order in the frame.
func (s *spiller) fields(slots ir.VarSet) (list []ir.Field) {
	var index []int
	for v := range s.fn.Members(slots) {
		index = append(index, s.field[v.Index])
	}
	slices.Sort(index)
	for _, i := range index {
		list = append(list, s.fn.Frame.Fields[i])
	}
	return list
}

// long reports whether node i of b, or its terminator, may take long before it has
// done with what it reads: it calls something, loops or waits.
func (s *spiller) long(b *ir.Block, i int) bool {
	if i < len(b.List) {
		leaf, ok := b.List[i].(*ir.Leaf)
		return ok && s.takesLong(leaf.Stmt)
	}
	switch t := b.Term.(type) {
	case *ir.Wait:
		return t.IsCall() // a switch saves, and clears, at once
	case *ir.Exit:
		if s.fn.Defers {
			return true
		}
		return t.Return != nil && slices.ContainsFunc(t.Results, func(e ast.Expr) bool { return s.takesLong(e) })
	case *ir.CondJump:
		return s.takesLong(t.Cond)
	case *ir.Dispatch:
		return slices.ContainsFunc(ir.Header(t.Head), s.takesLong) || isSelect(t.Head)
	}
	return false
}

func isSelect(s ast.Stmt) bool {
	_, ok := s.(*ast.SelectStmt)
	return ok
}

// takesLong reports whether n calls something, loops or waits.
func (s *spiller) takesLong(n ast.Node) (long bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			tv := s.fn.Info.Types[ast.Unparen(n.Fun)]
			long = long || !tv.IsType() && !tv.IsBuiltin()
		case *ast.ForStmt, *ast.RangeStmt, *ast.SelectStmt, *ast.SendStmt:
			long = true
		case *ast.UnaryExpr:
			long = long || n.Op == token.ARROW
		}
		return !long
	})
	return long
}

// hasPointers reports whether values of the type may hold on to memory.
func hasPointers(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0 || u.Kind() == types.UnsafePointer
	case *types.Array:
		return u.Len() > 0 && hasPointers(u.Elem())
	case *types.Struct:
		for f := range u.Fields() {
			if hasPointers(f.Type()) {
				return true
			}
		}
		return false
	}
	return true
}
