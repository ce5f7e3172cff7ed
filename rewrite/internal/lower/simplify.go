package lower

// Pass simplify.
//
// Purpose: drop what flatten made by rote.
// Input and output: ir.Func with Blocks.
// Guarantees: every block can be reached; no block is empty but for a jump;
// a block whose only predecessor only leads to it is part of that; Preds are
// set. The block after a suspension stays its own.
// Example: a → (empty) → b, if nothing else leads to b, is one block.

import (
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

func simplify(fn *ir.Func) {
	threadJumps(fn)
	reachable(fn)
	mergeBlocks(fn)
	reachable(fn)
	for i, b := range fn.Blocks {
		b.Index = i
	}
}

// threadJumps makes jumps to empty blocks go where these go.
func threadJumps(fn *ir.Func) {
	final := func(b *ir.Block) *ir.Block {
		for range len(fn.Blocks) {
			j, ok := b.Term.(*ir.Jump)
			if !ok || anyOf(b.List, func(n ir.Node) bool { _, mark := n.(*ir.Mark); return !mark }) {
				break
			}
			b = j.To
		}
		return b
	}
	for _, b := range fn.Blocks {
		switch t := b.Term.(type) {
		case *ir.Jump:
			t.To = final(t.To)
		case *ir.CondJump:
			t.Then, t.Else = final(t.Then), final(t.Else)
		case *ir.Dispatch:
			for i, to := range t.To {
				t.To[i] = final(to)
			}
			if t.None != nil {
				t.None = final(t.None)
			}
		}
	}
	for s, b := range fn.Targets {
		fn.Targets[s] = final(b)
	}
}

// reachable drops blocks that nothing leads to, and sets Preds.
func reachable(fn *ir.Func) {
	seen := map[*ir.Block]bool{}
	var visit func(b *ir.Block)
	work := []*ir.Block{fn.Blocks[0]}
	visit = func(b *ir.Block) {
		if !seen[b] {
			seen[b] = true
			b.Preds = nil
			work = append(work, b)
		}
	}
	seen[fn.Blocks[0]] = true
	fn.Blocks[0].Preds = nil
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, s := range fn.Succs(b) {
			visit(s)
		}
	}
	fn.Blocks = slices.DeleteFunc(fn.Blocks, func(b *ir.Block) bool { return !seen[b] })
	for _, b := range fn.Blocks {
		for _, s := range fn.Succs(b) {
			if !slices.Contains(s.Preds, b) {
				s.Preds = append(s.Preds, b)
			}
		}
	}
}

// mergeBlocks appends a block to its only predecessor, if that jumps to it.
func mergeBlocks(fn *ir.Func) {
	targeted := map[*ir.Block]bool{}
	for _, b := range fn.Targets {
		targeted[b] = true
	}
	for _, b := range fn.Blocks {
		for {
			j, ok := b.Term.(*ir.Jump)
			if !ok || len(j.To.Preds) != 1 || j.To == b || j.To == fn.Blocks[0] || targeted[j.To] {
				break
			}
			next := j.To
			b.List = append(b.List, next.List...)
			b.Term = next.Term
			next.List, next.Term = nil, &ir.Never{}
			next.Preds = nil
			for _, s := range fn.Succs(b) {
				for i, p := range s.Preds {
					if p == next {
						s.Preds[i] = b
					}
				}
			}
		}
	}
}
