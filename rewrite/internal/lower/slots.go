package lower

// Slots: which variables share a field of the frame.
//
// Two variables may share one if none is written where the other is live: then the
// field holds, at each suspension, what is live there. That a variable is live only
// behind a write of the whole of it (but for those that are live at the start, which
// share nothing) makes this enough: see doc.go, Where variables live.

import (
	"go/types"
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// slotter finds out who can't share with whom.
type slotter struct {
	fn     *ir.Func
	shares ir.VarSet   // those that may share a field at all
	apart  []ir.VarSet // by Var.Index, of shares
}

// newSlotter looks at where those of the spilled variables are live that may share.
func newSlotter(fn *ir.Func, spilled varSet) *slotter {
	s := &slotter{fn: fn, shares: fn.NewVarSet(), apart: make([]ir.VarSet, len(fn.Vars))}
	for v := range spilled {
		// Parameters and results have fields that others know of.
		if (v.Kind == ir.Local || v.Kind == ir.Temp) && v.Place == ir.Hoisted && (v.Box || !v.Aliased) && !fn.Blocks[0].LiveIn.Has(v) {
			s.shares.Add(v)
			s.apart[v.Index] = fn.NewVarSet()
		}
	}
	for _, b := range fn.Blocks {
		s.block(b)
	}
	return s
}

// written notes that v is written where others are live, or are written, too.
func (s *slotter) written(v *ir.Var, others ir.VarSet) {
	if v != nil && s.shares.Has(v) {
		s.apart[v.Index].Include(others)
	}
}

func (s *slotter) block(b *ir.Block) {
	live := liveBefore(s.fn, b)
	for i, n := range b.List {
		defs := s.fn.NewVarSet()
		nodeRefs(s.fn, n, func(*ir.Var) {}, defs.Add)
		for v := range s.fn.Members(defs) {
			// Behind the node is before the next; what is live where it branches to is
			// live before it as well, and not written by it.
			s.written(v, live[i+1])
			s.written(v, defs)
			if v.Box || !isSimple(n) {
				// The box is made before the value is evaluated, and a compound statement
				// writes at its head what it may read others behind.
				s.written(v, live[i])
			}
		}
	}
	switch t := b.Term.(type) {
	case *ir.Wait:
		s.edge(t.Next, t.Results, live[len(b.List)])
	case *ir.Dispatch:
		for i, to := range t.To {
			s.edge(to, received(s.fn, t, i), live[len(b.List)])
		}
	}
}

func isSimple(n ir.Node) bool {
	leaf, ok := n.(*ir.Leaf)
	if !ok {
		return true
	}
	init, _ := parts(leaf.Stmt)
	return init == nil
}

// edge is a way to a block on which variables are written; before is what is live
// before that.
func (s *slotter) edge(to *ir.Block, written []*ir.Var, before ir.VarSet) {
	all := s.fn.NewVarSet()
	for _, v := range written {
		if v != nil {
			all.Add(v)
		}
	}
	for _, v := range written {
		s.written(v, to.LiveIn)
		s.written(v, all)
		if v != nil && v.Box {
			s.written(v, before)
		}
	}
}

// fits reports whether v can live in the field as well. In a durable function no two can:
// stored frames know variables by their fields' names.
func (s *slotter) fits(v *ir.Var, f *ir.Field) bool {
	if s.fn.Durable || !s.shares.Has(v) || f.Box != v.Box || !sameSlot(f.Type, v.Type) {
		return false
	}
	return !slices.ContainsFunc(f.Vars(), func(u *ir.Var) bool {
		return !s.shares.Has(u) || s.apart[u.Index].Has(v) || s.apart[v.Index].Has(u)
	})
}

// sameSlot reports whether variables of the types can have one field.
func sameSlot(a, b types.Type) bool {
	switch a := a.(type) {
	case *ir.MapIter:
		b, ok := b.(*ir.MapIter)
		return ok && types.Identical(a.Key, b.Key) && types.Identical(a.Elem, b.Elem)
	case *ir.LoopState:
		_, ok := b.(*ir.LoopState)
		return ok
	}
	switch b.(type) {
	case *ir.MapIter, *ir.LoopState:
		return false
	}
	return types.Identical(a, b)
}
