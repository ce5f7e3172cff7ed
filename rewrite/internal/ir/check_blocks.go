package ir

import (
	"go/ast"
	"slices"
)

// eachWait calls f for the waits of all blocks.
func (f *Func) eachWait(do func(*Wait)) {
	for _, b := range f.Blocks {
		if w, ok := b.Term.(*Wait); ok {
			do(w)
		}
	}
}

// flat checks the property Flat, and what is left of Ordered.
func (c *check) flat() {
	c.declared = map[*Var]bool{}
	if len(c.f.Blocks) == 0 {
		c.failf("there are no blocks")
		return
	}
	known := map[*Block]bool{}
	for _, b := range c.f.Blocks {
		if known[b] {
			c.failf("block %s is listed twice", b.Label)
		}
		known[b] = true
	}
	for _, b := range c.f.Blocks {
		for _, n := range b.List {
			switch n := n.(type) {
			case *Leaf:
				c.leaf(n)
				for _, br := range n.Branches {
					if c.f.Targets[br.Stmt] == nil {
						c.failf("a %s in block %s has no target", br.Tok, b.Label)
					}
				}
			case *Suspend, *Seq, *If, *Loop, *Switch, *Labeled, Branch, *Scope, *Return:
				c.failf("block %s has a %T among its statements", b.Label, n)
			}
		}
		c.term(b)
		for _, s := range c.f.Succs(b) {
			if !known[s] {
				c.failf("block %s leads to a block that is not listed", b.Label)
			}
		}
	}
}

func (c *check) term(b *Block) {
	switch t := b.Term.(type) {
	case nil:
		c.failf("block %s has no end", b.Label)
	case *CondJump:
		c.evaluates(t.Cond)
	case *Dispatch:
		c.dispatch(t.Switch)
		if len(t.To) != len(t.Bodies) {
			c.failf("block %s dispatches %d clauses to %d blocks", b.Label, len(t.Bodies), len(t.To))
		}
		if (t.None == nil) != t.Default {
			c.failf("block %s ends in a switch that is wrong about having a default", b.Label)
		}
	case *Wait:
		c.suspension(t.Suspend)
	case *Exit:
		if t.Return != nil {
			c.expressions(t.Results)
		}
	}
}

// simple checks the property Simple.
func (c *check) simple() {
	reached := map[*Block]bool{}
	preds := map[*Block]map[*Block]bool{}
	var visit func(b *Block)
	visit = func(b *Block) {
		if b == nil || reached[b] {
			return
		}
		reached[b] = true
		for _, s := range c.f.Succs(b) {
			if preds[s] == nil {
				preds[s] = map[*Block]bool{}
			}
			preds[s][b] = true
			visit(s)
		}
	}
	visit(c.f.Blocks[0])
	for i, b := range c.f.Blocks {
		if !reached[b] {
			c.failf("block %s can't be reached", b.Label)
		}
		if b.Index != i {
			c.failf("block %s has index %d, not %d", b.Label, b.Index, i)
		}
		ok := len(b.Preds) == len(preds[b])
		for _, p := range b.Preds {
			ok = ok && preds[b][p]
		}
		if !ok {
			c.failf("block %s has the wrong predecessors", b.Label)
		}
	}
}

// received are the variables that a select assigns. For liveness, which does
// not know which case is chosen, none of its cases writes.
func (c *check) received() map[*Var]bool {
	m := map[*Var]bool{}
	for _, b := range c.f.Blocks {
		d, ok := b.Term.(*Dispatch)
		if !ok {
			continue
		}
		for _, n := range Header(d.Head) {
			if a, ok := n.(*ast.AssignStmt); ok {
				for _, e := range a.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						m[c.f.VarOf(id)] = true
					}
				}
			}
		}
	}
	return m
}

// lively checks the property Lively.
func (c *check) lively() {
	received := c.received()
	for v := range c.f.Members(c.f.Blocks[0].LiveIn) {
		if v.Kind != Param && v.Kind != Result && !received[v] {
			c.failf("%s may be read before it is written", v.Name)
		}
	}
	c.f.eachWait(func(w *Wait) {
		seen := map[*Var]bool{}
		for _, v := range w.Live {
			if seen[v] {
				c.failf("%s is live twice across %s", v.Name, c.text(w.Source))
			}
			seen[v] = true
			if w.Next != nil && !w.Next.LiveIn.Has(v) {
				c.failf("%s is live across %s but not behind it", v.Name, c.text(w.Source))
			}
		}
		if w.Next == nil {
			return
		}
		for v := range c.f.Members(w.Next.LiveIn) {
			if !seen[v] && !slices.Contains(w.Results, v) && v.Place != InFrame {
				c.failf("%s is live behind %s but not across it", v.Name, c.text(w.Source))
			}
		}
	})
}

// framed checks the property Framed.
func (c *check) framed() {
	if c.f.Frame == nil {
		c.failf("there is no frame")
		return
	}
	field := map[string]*Field{}
	for i := range c.f.Frame.Fields {
		f := &c.f.Frame.Fields[i]
		if field[f.Name] != nil {
			c.failf("two fields are named %s", f.Name)
		}
		field[f.Name] = f
		for _, v := range f.Vars() {
			if !c.vars[v] {
				c.failf("field %s is of no variable", f.Name)
			}
			if len(f.Also) > 0 && (v.Kind != Local && v.Kind != Temp || v.Box != f.Box) {
				c.failf("%s can't share field %s", v.Name, f.Name)
			}
		}
	}
	if len(c.f.Frame.Params) != len(c.f.Params) {
		c.failf("the frame has %d parameters, not %d", len(c.f.Frame.Params), len(c.f.Params))
	}
	if n := c.f.Obj.Signature().Results().Len(); len(c.f.Frame.Results) != n {
		c.failf("the frame has %d results, not %d", len(c.f.Frame.Results), n)
	}
	for _, name := range slices.Concat(c.f.Frame.Params, c.f.Frame.Results) {
		if name != "" && field[name] == nil {
			c.failf("there is no field %s", name)
		}
	}
	for _, v := range c.f.Vars {
		f := field[v.Field]
		switch {
		case v.Place == InFrame && (v.Kind != Result || !slices.Contains(c.f.Frame.Results, v.Field)):
			c.failf("%s is in the frame but has no result's field", v.Name)
		case v.Place != InFrame && v.Field != "" && (f == nil || !slices.Contains(f.Vars(), v)):
			c.failf("%s does not have field %s", v.Name, v.Field)
		case v.Box && v.Place != Hoisted:
			c.failf("%s is boxed but not hoisted", v.Name)
		}
	}
	states := map[int]bool{}
	waits := 0
	c.f.eachWait(func(w *Wait) {
		waits++
		if w.State < 1 || states[w.State] {
			c.failf("%s has no state of its own", c.text(w.Source))
		}
		states[w.State] = true
		for _, v := range w.Live {
			if v.Field == "" {
				c.failf("%s is live across %s but has no field", v.Name, c.text(w.Source))
			}
			if v.Place != Hoisted {
				c.failf("%s is live across %s but not hoisted", v.Name, c.text(w.Source))
			}
		}
		for i, v := range w.Results {
			if v != nil && v.Place != Hoisted && v.Place != InFrame && v.Place != AsResult {
				c.failf("%s gets a result of %s but is not hoisted", v.Name, c.text(w.Source))
			}
			if v != nil && i == 0 && w.Receives() && v.Field == "" {
				c.failf("%s is received in no field", v.Name)
			}
		}
	})
	for s := range states {
		if s > waits {
			c.failf("state %d is one of %d", s, waits)
		}
	}
	c.places()
}

// places checks that a variable is not named out of its scope.
func (c *check) places() {
	where := map[*Var]*Block{}
	see := func(v *Var, b *Block) {
		switch {
		case v.Place == InBlock && where[v] != nil && where[v] != b:
			c.failf("%s stays in its block but is named in two: %s and %s", v.Name, where[v].Label, b.Label)
		case v.Place == Unused && v.Kind != Param && v.Kind != Result:
			c.failf("%s is unused, but named in block %s", v.Name, b.Label)
		}
		where[v] = b
	}
	for _, b := range c.f.Blocks {
		for _, n := range c.f.syntax(b) {
			ast.Inspect(n, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					if v := c.f.VarOf(id); v != nil {
						see(v, b)
					}
				}
				return true
			})
		}
	}
}

// syntax is what a block evaluates.
func (f *Func) syntax(b *Block) []ast.Node {
	var list []ast.Node
	for _, n := range b.List {
		if leaf, ok := n.(*Leaf); ok {
			list = append(list, leaf.Stmt)
		}
	}
	switch t := b.Term.(type) {
	case *CondJump:
		list = append(list, t.Cond)
	case *Dispatch:
		list = append(list, Header(t.Head)...)
	case *Wait:
		list = append(list, t.Call)
	case *Exit:
		if t.Return != nil {
			for _, e := range t.Results {
				list = append(list, e)
			}
		}
	}
	return list
}

// inferred checks the property Inferred.
func (c *check) inferred() {
	seen := map[*Var]bool{}
	for _, v := range c.f.Inferred {
		if seen[v] || !c.vars[v] || v.Witness == nil {
			c.failf("%s is inferred twice or without a witness, or not among the variables", v.Name)
		}
		for _, u := range Needs(v.Witness) {
			if !seen[u] || u.Place != Hoisted {
				c.failf("%s is inferred from %s, which is not declared before", v.Name, u.Name)
			}
		}
		seen[v] = true
	}
	for _, v := range c.f.Vars {
		if v.Witness != nil && !seen[v] {
			c.failf("%s has a witness but is not inferred", v.Name)
		}
	}
	for _, f := range c.f.Frame.Fields {
		for _, v := range f.Vars() {
			if v.Witness != nil && !f.Any {
				c.failf("field %s has the type of %s, which is inferred", f.Name, v.Name)
			}
		}
	}
}

// spilled checks the property Spilled.
func (c *check) spilled() {
	c.f.eachWait(func(w *Wait) {
		for v := range c.f.Members(w.Clean) {
			if !slices.Contains(w.Live, v) {
				c.failf("%s is clean at %s but not live across it", v.Name, c.text(w.Source))
			}
		}
		for _, f := range w.Clear {
			if f.Var == nil || f.Var.Field != f.Name {
				c.failf("%s clears %s, which is no variable's", c.text(w.Source), f.Name)
			}
			for _, v := range f.Vars() {
				if slices.Contains(w.Live, v) {
					c.failf("%s clears %s, which is live across it", c.text(w.Source), f.Name)
				}
			}
		}
		holder := map[string]*Var{}
		for _, v := range w.Live {
			if other := holder[v.Field]; other != nil {
				c.failf("%s and %s share a field, and both live across %s", other.Name, v.Name, c.text(w.Source))
			}
			holder[v.Field] = v
		}
	})
}
