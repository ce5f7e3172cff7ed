package lower

// Pass spill.
//
// Purpose: save at a suspension only what the frame does not have already,
// and clear what it must not keep.
// Input: blocks with states and fields. Output: Wait.Clean, Wait.Clear.
// Guarantees: where a frame exists at a suspension, each of its Clean fields
// holds the variable's value; no field holds on to memory past the first
// suspension that its variable does not live across.
// Example: in for i := range n { Yield(i) }, n is clean at the Yield: it is
// written once, when the frame is taken.

import (
	"go/types"
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// spillState is what holds at some point of the function, if it has a frame.
type spillState struct {
	dirty ir.VarSet // may differ from their fields
	held  ir.VarSet // may be in their fields, dead or alive
}

func (s spillState) include(other spillState) (grown bool) {
	grown = s.dirty.Include(other.dirty)
	return s.held.Include(other.held) || grown
}

type spiller struct {
	fn     *ir.Func
	in     []*spillState // by Block.Index, before the block; nil where control has not come
	writes []ir.VarSet   // by Block.Index: what the block may write
	queued []bool        // by Block.Index: in has grown

	aliased   ir.VarSet // that are not boxed
	clearable ir.VarSet // variables that leave something in the frame
	field     []int     // of these, by Var.Index: in Frame.Fields
}

func spill(fn *ir.Func) {
	s := &spiller{
		fn:     fn,
		in:     make([]*spillState, len(fn.Blocks)),
		writes: make([]ir.VarSet, len(fn.Blocks)),
		queued: make([]bool, len(fn.Blocks)),

		aliased:   fn.NewVarSet(),
		clearable: fn.NewVarSet(),
		field:     make([]int, len(fn.Vars)),
	}
	entry := spillState{fn.NewVarSet(), fn.NewVarSet()}
	for _, v := range fn.Vars {
		if v.Kind == ir.Param && !v.Box {
			entry.held.Add(v) // by the constructor
		} else {
			entry.dirty.Add(v)
		}
		if v.Aliased && !v.Box {
			s.aliased.Add(v)
		}
	}
	for i, f := range fn.Frame.Fields {
		// Deferred calls may set a result, whatever the code does.
		if f.Var != nil && f.Var.Field == f.Name && f.Pointers && !(fn.Defers && f.Var.Kind == ir.Result) {
			s.clearable.Add(f.Var)
			s.field[f.Var.Index] = i
		}
	}
	for i, b := range fn.Blocks {
		s.writes[i] = s.written(b)
	}
	s.flow(fn.Blocks[0], entry)
	// Blocks are in the order of the source: but for loops, a block comes behind
	// those that lead to it.
	for slices.Contains(s.queued, true) {
		for i, b := range fn.Blocks {
			if s.queued[i] {
				s.queued[i] = false
				s.through(b)
			}
		}
	}
	for i, b := range fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok && s.in[i] != nil {
			s.decide(w, s.out(b))
		}
	}
}

// written are the variables that b may write.
func (s *spiller) written(b *ir.Block) ir.VarSet {
	set := s.fn.NewVarSet()
	aliased := func() { set.Include(s.aliased) }
	for _, n := range b.List {
		switch n := n.(type) {
		case *ir.Fresh:
			set.Add(n.Var)
		case *ir.Leaf:
			stmtWrites(s.fn, n.Stmt, set.Add, aliased)
		}
	}
	if d, ok := b.Term.(*ir.Dispatch); ok {
		for _, v := range d.Binds {
			if v != nil {
				set.Add(v)
			}
		}
		headRefs(s.fn, d.Head, set.Add, set.Add)
	}
	return set
}

// flow notes that s holds before a block.
func (s *spiller) flow(to *ir.Block, state spillState) {
	if s.in[to.Index] == nil {
		s.in[to.Index] = &spillState{s.fn.NewVarSet(), s.fn.NewVarSet()}
		s.queued[to.Index] = true
	}
	if s.in[to.Index].include(state) {
		s.queued[to.Index] = true
	}
}

// out is what holds at the end of b, before its terminator suspends.
func (s *spiller) out(b *ir.Block) spillState {
	out := spillState{s.in[b.Index].dirty.Clone(), s.in[b.Index].held.Clone()}
	out.dirty.Include(s.writes[b.Index])
	return out
}

// through takes what holds before b to the blocks behind it.
func (s *spiller) through(b *ir.Block) {
	out := s.out(b)
	w, suspends := b.Term.(*ir.Wait)
	if suspends {
		s.flow(w.Next, s.across(w, out))
	}
	for _, to := range s.fn.Succs(b) {
		if !suspends || to != w.Next {
			s.flow(to, out)
		}
	}
}

// across is what holds behind w, given what holds before it.
func (s *spiller) across(w *ir.Wait, before spillState) spillState {
	after := spillState{s.fn.NewVarSet(), before.held.Clone()}
	after.held.Exclude(s.cleared(w, before))
	for _, v := range w.Live {
		after.held.Add(v)
	}
	if w.IsCall() {
		// The call may return at once: then nothing was saved.
		after.include(before)
	}
	for _, v := range w.Results {
		switch {
		case v == nil:
		case w.Receives():
			after.held.Add(v) // and clean: it arrived in its field
		default:
			after.dirty.Add(v)
		}
	}
	return after
}

// cleared are the variables that the frame must not keep across w.
func (s *spiller) cleared(w *ir.Wait, before spillState) ir.VarSet {
	set := before.held.Clone()
	set.Intersect(s.clearable)
	for _, v := range w.Live {
		set.Remove(v)
	}
	return set
}

// decide sets what w saves, given what holds before it.
func (s *spiller) decide(w *ir.Wait, before spillState) {
	w.Clean = s.fn.NewVarSet()
	for _, v := range w.Live {
		if !before.dirty.Has(v) {
			w.Clean.Add(v)
		}
	}
	var fields []int
	for v := range s.fn.Members(s.cleared(w, before)) {
		fields = append(fields, s.field[v.Index])
	}
	slices.Sort(fields)
	w.Clear = nil
	for _, i := range fields {
		w.Clear = append(w.Clear, s.fn.Frame.Fields[i])
	}
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
