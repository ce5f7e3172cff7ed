package lower

// The cost model of pass spill: which variables live in the frame, where there is one,
// and which functions take their frame at the start. See doc.go, Where variables live.

import (
	"go/ast"
	"reflect"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

const (
	// loopWeight is how often the body of a loop is taken to run.
	loopWeight = 8
	// deepest is how many loops around something are counted, and maxWeight what it weighs then.
	deepest   = 4
	maxWeight = loopWeight * loopWeight * loopWeight * loopWeight

	// atOnce is how many calls of resumable functions come back at once for one that
	// suspends.
	atOnce = 4

	// What taking a frame at the start costs, and what a suspension costs, in
	// stores of variables.
	earlyFrame = 64
	suspension = 8
)

// reside decides who is resident, and whether the function is long.
func reside(fn *ir.Func) {
	weight := weights(fn)
	// Costs are in loads and stores, times atOnce.
	move := make([]int, len(fn.Vars)) // to load and save a local, by Var.Index
	use := make([]int, len(fn.Vars))  // to use a resident
	resumptions := 0
	for i, b := range fn.Blocks {
		blockRefs(fn, b, weight[i]*atOnce, use)
		w, ok := b.Term.(*ir.Wait)
		if !ok {
			continue
		}
		times := weight[i] * atOnce
		if w.IsCall() {
			times = weight[i]
		}
		resumptions += times
		for _, v := range w.Live {
			if v.Kind != ir.Param || v.Box {
				move[v.Index] += times
			}
			if !w.Clean.Has(v) {
				move[v.Index] += times
			}
		}
	}
	local := handedOut(fn)
	any := map[string]bool{}
	for _, f := range fn.Frame.Fields {
		any[f.Name] = f.Any
	}
	start := fn.Blocks[0].LiveIn
	for _, v := range fn.Vars {
		if v.Kind == ir.Param && !v.Box {
			move[v.Index] += resumptions // each loads all parameters
		}
		// What is live at the start, and no parameter, begins with the zero value, which a
		// recycled frame does not have.
		v.Resident = v.Place == ir.Hoisted && v.Field != "" && !any[v.Field] && v.Witness == nil &&
			(v.Box || !v.Aliased) && !local.Has(v) && (v.Kind == ir.Param || !start.Has(v)) && use[v.Index] < move[v.Index]
	}
	fn.Long = fn.Long || long(fn)
}

// handedOut are the variables whose last use is in a switch: that is evaluated when all
// is saved, and what is dead is cleared.
func handedOut(fn *ir.Func) ir.VarSet {
	set := fn.NewVarSet()
	for _, b := range fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok && !w.IsCall() {
			dies := fn.NewVarSet()
			uses(fn, w.Call, dies.Add)
			for _, v := range w.Live {
				dies.Remove(v)
			}
			set.Include(dies)
		}
	}
	return set
}

// long reports whether what the hot copy would save at its suspensions, at each all
// that is live, is out of proportion to the code.
func long(fn *ir.Func) bool {
	stores, cost := 0, earlyFrame
	seen := make([]bool, len(fn.Blocks))
	work := []*ir.Block{fn.Blocks[0]}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b.Index] {
			continue
		}
		seen[b.Index] = true
		next := fn.Succs(b)
		if w, ok := b.Term.(*ir.Wait); ok {
			stores += len(w.Live)
			cost += suspension
			if !w.IsCall() {
				next = next[:len(next)-1] // it suspends: a hot call ends here
			}
		}
		work = append(work, next...)
	}
	return stores > cost
}

// blockRefs adds, for each time that b names a variable, the weight of that.
func blockRefs(fn *ir.Func, b *ir.Block, weight int, into []int) {
	add := func(n ast.Node) { refs(fn, n, weight, into) }
	for _, n := range b.List {
		switch n := n.(type) {
		case *ir.Leaf:
			add(n.Stmt)
		case *ir.Fresh:
			into[n.Var.Index] += 2 * weight
		}
	}
	switch t := b.Term.(type) {
	case *ir.CondJump:
		add(t.Cond)
	case *ir.Dispatch:
		for _, n := range ir.Header(t.Head) {
			add(n)
		}
		for _, v := range t.Binds {
			if v != nil {
				into[v.Index] += weight
			}
		}
	case *ir.Wait:
		add(t.Call)
		for _, v := range t.Results {
			if v != nil && v.Kind != ir.Captured {
				into[v.Index] += weight
			}
		}
	case *ir.Exit:
		if t.Return != nil {
			for _, e := range t.Results {
				add(e)
			}
		}
	}
}

// refs adds, for each time that n names a variable, the weight of that.
func refs(fn *ir.Func, n ast.Node, weight int, into []int) {
	deeper := min(weight*loopWeight, atOnce*maxWeight)
	ast.Inspect(n, func(m ast.Node) bool {
		switch m := m.(type) {
		case *ast.Ident:
			if v := fn.VarOf(m); v != nil && v.Kind != ir.Captured {
				into[v.Index] += weight
			}
		case *ast.ForStmt:
			if m.Init != nil {
				refs(fn, m.Init, weight, into)
			}
			for _, part := range []ast.Node{m.Cond, m.Post, m.Body} {
				if !isNil(part) {
					refs(fn, part, deeper, into)
				}
			}
			return false
		case *ast.RangeStmt:
			refs(fn, m.X, weight, into)
			for _, part := range []ast.Node{m.Key, m.Value, m.Body} {
				if !isNil(part) {
					refs(fn, part, deeper, into)
				}
			}
			return false
		}
		return true
	})
}

// isNil reports whether an optional part of a statement is missing.
func isNil(n ast.Node) bool { return n == nil || reflect.ValueOf(n).IsNil() }

// weights are how often blocks run, by Block.Index, if a loop's body does loopWeight
// times.
func weights(fn *ir.Func) []int {
	weight := make([]int, len(fn.Blocks))
	all := make([]bool, len(fn.Blocks))
	for i := range weight {
		weight[i], all[i] = 1, true
	}
	deepen(fn, all, weight)
	return weight
}

// deepen multiplies the weights of the blocks that are in loops, given only some of the
// blocks; then of those that are in loops once the first block of each loop is away.
func deepen(fn *ir.Func, in []bool, weight []int) {
	for range deepest {
		loops := components(fn, in)
		if len(loops) == 0 {
			return
		}
		next := make([]bool, len(in))
		for _, loop := range loops {
			first := loop[0].Index
			for _, b := range loop {
				weight[b.Index] *= loopWeight
				next[b.Index] = true
				first = min(first, b.Index)
			}
			next[first] = false
		}
		in = next
	}
}
