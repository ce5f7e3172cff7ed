package rewrite

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

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// spillState is what holds at some point of the function, if it has a frame.
type spillState struct {
	dirty varSet // may differ from their fields
	held  varSet // may be in their fields, dead or alive
}

func spill(fn *ir.Func) {
	in := map[*ir.Block]*spillState{}
	at := func(b *ir.Block) *spillState {
		if in[b] == nil {
			in[b] = &spillState{varSet{}, varSet{}}
		}
		return in[b]
	}
	entry := at(fn.Blocks[0])
	for _, v := range fn.Vars {
		if v.Kind == ir.Param && !v.Box {
			entry.held[v] = true // by the constructor
		} else {
			entry.dirty[v] = true
		}
	}
	work := []*ir.Block{fn.Blocks[0]}
	queued := map[*ir.Block]bool{}
	flow := func(to *ir.Block, s spillState) {
		state := at(to)
		grown := add(state.dirty, s.dirty)
		if add(state.held, s.held) || grown || !queued[to] {
			queued[to] = true
			work = append(work, to)
		}
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		before := at(b)
		s := spillState{copySet(before.dirty), copySet(before.held)}
		def := func(v *ir.Var) { s.dirty[v] = true }
		for _, n := range b.List {
			if f, ok := n.(*ir.Fresh); ok {
				def(f.Var)
			}
			nodeWrites(fn, n, def)
		}
		switch t := b.Term.(type) {
		case *ir.Wait:
			waitSpills(fn, t, s)
			after := spillState{varSet{}, copySet(s.held)}
			for _, v := range t.Live {
				after.held[v] = true
			}
			for _, f := range t.Clear {
				delete(after.held, f.Var)
			}
			if t.IsCall() {
				// The call may return at once: then nothing was saved.
				add(after.dirty, s.dirty)
				add(after.held, s.held)
			}
			for _, v := range t.Results {
				switch {
				case v == nil:
				case t.Receives():
					after.held[v] = true // and clean: it arrived in its field
				default:
					after.dirty[v] = true
				}
			}
			flow(t.Next, after)
		case *ir.Dispatch:
			for i, to := range t.To {
				if t.Binds != nil && t.Binds[i] != nil {
					s.dirty[t.Binds[i]] = true
				}
				flow(to, s)
			}
			headWrites(fn, t, def)
		}
		for _, to := range fn.Succs(b) {
			if w, ok := b.Term.(*ir.Wait); ok && to == w.Next {
				continue
			}
			flow(to, s)
		}
	}
}

// waitSpills decides what w saves, given what holds before it.
func waitSpills(fn *ir.Func, w *ir.Wait, s spillState) {
	w.Clean, w.Clear = varSet{}, nil
	live := varSet{}
	for _, v := range w.Live {
		live[v] = true
		if !s.dirty[v] {
			w.Clean[v] = true
		}
	}
	for _, f := range fn.Frame.Fields {
		if fn.Defers && f.Var != nil && f.Var.Kind == ir.Result {
			continue // deferred calls may set it, whatever the code does
		}
		if f.Var != nil && f.Var.Field == f.Name && s.held[f.Var] && !live[f.Var] && f.Pointers {
			w.Clear = append(w.Clear, f)
		}
	}
}

func headWrites(fn *ir.Func, d *ir.Dispatch, def func(*ir.Var)) {
	headRefs(fn, d.Head, def, def)
}

// nodeWrites reports the variables that a node may write, at any depth.
func nodeWrites(fn *ir.Func, n ir.Node, def func(*ir.Var)) {
	if leaf, ok := n.(*ir.Leaf); ok {
		stmtWrites(fn, leaf.Stmt, def)
	}
}

func add(to, from varSet) (grown bool) {
	for v := range from {
		if !to[v] {
			to[v] = true
			grown = true
		}
	}
	return grown
}

func copySet(s varSet) varSet {
	c := varSet{}
	add(c, s)
	return c
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
