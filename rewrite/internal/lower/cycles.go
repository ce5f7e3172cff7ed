package lower

import (
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// cycles finds the blocks that control may pass twice in one activation.
func cycles(fn *ir.Func) map[*ir.Block]bool {
	all := make([]bool, len(fn.Blocks))
	for i := range all {
		all[i] = true
	}
	cyclic := map[*ir.Block]bool{}
	for _, loop := range components(fn, all) {
		for _, b := range loop {
			cyclic[b] = true
		}
	}
	return cyclic
}

// components finds the strongly connected components of more than one block, and the
// blocks that lead to themselves, among the blocks that are in, by Block.Index. The
// algorithm is Tarjan's.
func components(fn *ir.Func, in []bool) (loops [][]*ir.Block) {
	self := make([]bool, len(fn.Blocks))  // leads to itself
	number := make([]int, len(fn.Blocks)) // by Index: the order of visits, from 1; 0 is not visited
	low := make([]int, len(fn.Blocks))    // the least number of the component, as far as is known
	var open []*ir.Block                  // visited, in components that are not complete
	isOpen := make([]bool, len(fn.Blocks))
	type visit struct {
		b    *ir.Block
		rest []*ir.Block // successors that are to be looked at
	}
	var stack []visit // not the Go stack: functions may be long
	visits := 0
	enter := func(b *ir.Block) {
		visits++
		number[b.Index], low[b.Index], isOpen[b.Index] = visits, visits, true
		open = append(open, b)
		stack = append(stack, visit{b, fn.Succs(b)})
	}
	leave := func(b *ir.Block) {
		if low[b.Index] < number[b.Index] {
			return
		}
		i := len(open) - 1
		for open[i] != b {
			i--
		}
		for _, m := range open[i:] {
			isOpen[m.Index] = false
		}
		if len(open)-i > 1 || self[b.Index] {
			loops = append(loops, slices.Clone(open[i:]))
		}
		open = open[:i]
	}
	for _, root := range fn.Blocks {
		if in[root.Index] && number[root.Index] == 0 {
			enter(root)
		}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			b := top.b
			if len(top.rest) == 0 {
				stack = stack[:len(stack)-1]
				if len(stack) > 0 {
					from := stack[len(stack)-1].b
					low[from.Index] = min(low[from.Index], low[b.Index])
				}
				leave(b)
				continue
			}
			to := top.rest[0]
			top.rest = top.rest[1:]
			switch {
			case !in[to.Index]:
			case to == b:
				self[b.Index] = true
			case number[to.Index] == 0:
				enter(to)
			case isOpen[to.Index]:
				low[b.Index] = min(low[b.Index], number[to.Index])
			}
		}
	}
	return loops
}
