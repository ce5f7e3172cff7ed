package lower

// Pass frame.
//
// Purpose: decide where each variable lives and what the frame holds.
// Input: blocks with liveness. Output: Var.Place, Box, Field, In; Wait.State;
// Func.Frame.
// Guarantees: a variable that one block declares and uses stays in it; the
// others are declared at the top of the function; one that is live across a
// suspension has a field, its own or shared with others (slots.go). An aliased one that is live across a suspension, or
// that a cycle may declare again, is boxed: the pointer is what is spilled, so
// it keeps its identity, and each declaration makes a new one.
// Example: for i := range n { p = &i; Yield(i) } boxes i and spills n.

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// largeValue is the size, in bytes, from which a variable is not copied to the
// frame at every suspension but boxed.
const largeValue = 128

type varSet = map[*ir.Var]bool

func frame(fn *ir.Func, sizes types.Sizes) {
	placeVars(fn)
	passResults(fn)
	cyclic := cycles(fn)
	spilled := varSet{}
	state := 0
	for _, b := range fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			state++
			w.State = state
			for _, v := range w.Live {
				spilled[v] = true
			}
		}
	}
	declared := map[*ir.Var]*ir.Block{}
	for _, b := range fn.Blocks {
		for _, n := range b.List {
			if leaf, ok := n.(*ir.Leaf); ok {
				for _, v := range leaf.Defs {
					declared[v] = b
				}
			}
		}
		if d, ok := b.Term.(*ir.Dispatch); ok {
			for _, v := range d.Binds {
				if v != nil {
					declared[v] = b
				}
			}
		}
	}
	if fn.Defers {
		resultsInFrame(fn, spilled)
	}
	for _, v := range fn.Vars {
		if v.Place != ir.Hoisted {
			continue
		}
		b := declared[v]
		boxable := b != nil || v.Kind == ir.Param || v.Kind == ir.Result
		switch {
		case !boxable:
		case v.Aliased && (spilled[v] || b != nil && cyclic[b]):
			v.Box = true
		}
	}
	fn.Frame = fields(fn, spilled)
}

func sizeof(sizes types.Sizes, t types.Type) int64 {
	if sizes == nil || hasTypeParam(t) {
		return 0
	}
	switch t.(type) {
	case *ir.MapIter, *ir.LoopState:
		return 8
	}
	return sizes.Sizeof(t)
}

func hasTypeParam(t types.Type) bool {
	found := false
	seen := map[types.Type]bool{}
	var visit func(t types.Type) bool
	visit = func(t types.Type) bool {
		switch t := t.(type) {
		case *types.TypeParam:
			found = true
		case *types.Named:
			if obj := t.Obj(); obj.Pkg() != nil && obj.Parent() != obj.Pkg().Scope() {
				color.WalkType(t.Underlying(), seen, visit) // may mention the type parameters around it
			}
		}
		return !found
	}
	color.WalkType(t, seen, visit)
	return found
}

// resultsInFrame gives the named results of a function that defers a place
// that a panic does not lose: the field of the result or, if deferred literals
// capture them, a box whose pointer is in the frame.
func resultsInFrame(fn *ir.Func, spilled varSet) {
	for _, v := range fn.Results {
		if v == nil {
			continue
		}
		if v.Aliased {
			v.Place, v.Box = ir.Hoisted, true
			spilled[v] = true
			continue
		}
		v.Place = ir.InFrame
		delete(spilled, v)
		for _, b := range fn.Blocks {
			if w, ok := b.Term.(*ir.Wait); ok {
				w.Live = slices.DeleteFunc(w.Live, func(l *ir.Var) bool { return l == v })
			}
		}
	}
}

// placeVars finds the variables that one block keeps to itself.
func placeVars(fn *ir.Func) {
	where := map[*ir.Var]*ir.Block{}
	many := varSet{}
	for _, b := range fn.Blocks {
		see := func(v *ir.Var) {
			if w, ok := where[v]; ok && w != b {
				many[v] = true
			}
			where[v] = b
		}
		if w, ok := b.Term.(*ir.Wait); ok {
			for _, v := range w.Live {
				many[v] = true // also if nothing behind w names it: see kept
			}
		}
		for _, n := range b.List {
			nodeRefs(fn, n, see, see)
			if leaf, ok := n.(*ir.Leaf); ok {
				for _, v := range leaf.Defs {
					see(v)
				}
			}
		}
		termRefs(fn, b.Term, see, see)
		switch t := b.Term.(type) {
		case *ir.Wait:
			for _, v := range t.Results {
				if v != nil {
					see(v)
					many[v] = true // the resumption writes it, too
				}
			}
		case *ir.Dispatch:
			if s, ok := t.Head.(*ast.SelectStmt); ok {
				for _, c := range s.Body.List {
					if a, ok := c.(*ast.CommClause).Comm.(*ast.AssignStmt); ok {
						for _, e := range a.Lhs {
							if id, ok := e.(*ast.Ident); ok && fn.VarOf(id) != nil {
								many[fn.VarOf(id)] = true
							}
						}
					}
				}
			}
		}
	}
	// The variable of a type switch's clause is written by the dispatch.
	for _, b := range fn.Blocks {
		if d, ok := b.Term.(*ir.Dispatch); ok {
			for _, v := range d.Binds {
				if v != nil && where[v] != nil {
					many[v] = true
				}
			}
		}
	}
	for _, v := range fn.Vars {
		switch {
		case v.Kind == ir.Param, v.Kind == ir.Result && where[v] != nil, many[v]:
			v.Place = ir.Hoisted
		case where[v] != nil:
			v.Place = ir.InBlock
		}
	}
}

// passResults finds the temporaries that are only there for a call's results to be returned,
// as in return f(x), 0. They need no variable.
func passResults(fn *ir.Func) {
	if fn.KeepsResults() && slices.ContainsFunc(fn.Results, func(v *ir.Var) bool { return v != nil }) {
		return
	}
	sig := fn.Obj.Signature().Results()
	named := map[*ir.Var]int{}
	see := func(v *ir.Var) { named[v]++ }
	for _, b := range fn.Blocks {
		for _, n := range b.List {
			nodeRefs(fn, n, see, see)
		}
		termRefs(fn, b.Term, see, see)
		if w, ok := b.Term.(*ir.Wait); ok {
			for _, v := range w.Results {
				named[v]++
			}
		}
	}
	for _, b := range fn.Blocks {
		w, ok := b.Term.(*ir.Wait)
		if !ok || !w.IsCall() || w.Outcomes != nil || !onlyMarks(w.Next) {
			continue
		}
		x, ok := w.Next.Term.(*ir.Exit)
		if !ok || x.Return == nil || len(x.Results) != sig.Len() {
			continue
		}
		for i, r := range x.Results {
			id, ok := ast.Unparen(r).(*ast.Ident)
			if !ok {
				continue
			}
			v := fn.VarOf(id)
			if v != nil && v.Kind == ir.Temp && v.Place == ir.Hoisted && v.Witness == nil && named[v] == 2 && slices.Contains(w.Results, v) &&
				types.Identical(v.Type, sig.At(i).Type()) && !color.Local(v.Type) {
				v.Place, v.Number = ir.AsResult, i
			}
		}
	}
}

// onlyMarks reports whether a block does nothing before its end.
func onlyMarks(b *ir.Block) bool {
	return !slices.ContainsFunc(b.List, func(n ir.Node) bool { _, ok := n.(*ir.Mark); return !ok })
}

// fields lays out the frame: parameters, spilled variables, results.
func fields(fn *ir.Func, spilled varSet) *ir.Frame {
	taken := ir.NewNames(nil, nil, nil)
	for _, name := range []string{"Yields", "Exchanges", "Header", "Caller", "PC", "Resume", "Ask", "Func", "Args", "Send", "Results", "Returned", "Over", "Release", "Forget", "body", "run", "Hand", "Answer",
		"DeferHeader", "Defer", "DeferFunc", "DeferResumable", "Catch", "Pending", "Next", "End", "step", "Recover", "DeferRecover",
		"DeferSend", "DeferThrow", "DeferCall", "DeferClosure", "Parts", "SetParts", "Calls", "Push", "Pop", "Tail", "Waiting",
		"Link", "Leaf", "Return", "Started",
		"Returns", "Returns2", "Returns3", "Returns4", "DeferReturns", "DeferReturns2", "DeferReturns3", "DeferReturns4", "Ret0", "Ret1", "Ret2", "Ret3"} {
		taken.Keep(name)
	}
	fr := &ir.Frame{}
	if fn.Lit != nil {
		fr.Self = taken.Keep(fn.Lit.Self)
	}
	for _, v := range fn.Params {
		if v == nil {
			fr.Params = append(fr.Params, "")
			continue
		}
		v.In = v.Name
		if v.Box {
			v.In = fn.Names.Fresh(v.Name + "0")
		}
		name := taken.Keep(v.In)
		fr.Params = append(fr.Params, name)
		fr.Fields = append(fr.Fields, ir.Field{Name: name, Type: v.Type, Var: v})
		if !v.Box {
			v.Field = name
		}
	}
	// A value that arrives is received in the frame, live later or not.
	for _, b := range fn.Blocks {
		if w, ok := b.Term.(*ir.Wait); ok && w.Receives() {
			spilled[w.Results[0]] = true
		}
	}
	slots := newSlotter(fn, spilled)
	first := len(fr.Fields)
	for _, v := range fn.Vars {
		if !spilled[v] || v.Field != "" || v.Place == ir.InFrame {
			continue
		}
		i := slices.IndexFunc(fr.Fields[first:], func(f ir.Field) bool { return slots.fits(v, &f) })
		if i >= 0 {
			f := &fr.Fields[first+i]
			f.Also = append(f.Also, v)
			v.Field = f.Name
			continue
		}
		v.Field = taken.Keep(v.Name)
		fr.Fields = append(fr.Fields, ir.Field{Name: v.Field, Type: v.Type, Var: v, Box: v.Box, Any: color.Local(v.Type)})
	}
	if fn.Recovers {
		fr.Deferrer = taken.Keep("deferrer")
	}
	results := fn.Obj.Signature().Results()
	i := 0
	for v := range results.Variables() {
		name := "Ret" + itoa(i) // of what the frame embeds
		if !ir.Returns(results.Len()) {
			name = taken.Keep("ret" + itoa(i))
		}
		if r := fn.Results[i]; r != nil && r.Place == ir.InFrame {
			r.Field = name
		}
		fr.Results = append(fr.Results, name)
		fr.Fields = append(fr.Fields, ir.Field{Name: name, Type: v.Type()})
		i++
	}
	for i := range fr.Fields {
		f := &fr.Fields[i]
		f.Pointers = f.Box || f.Any || hasPointers(f.Type)
	}
	return fr
}
