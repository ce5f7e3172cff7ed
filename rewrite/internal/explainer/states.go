package explainer

// Explain: the states, and which can follow which.

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strconv"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/explain"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

var explainOps = map[color.Op]explain.Op{
	color.OpCall:         explain.Call,
	color.OpSwitchMethod: explain.Switch,
	color.OpThrow:        explain.Throw,
	color.OpKill:         explain.Kill,
	color.OpSwitch:       explain.Switch,
	color.OpYield:        explain.Yield,
	color.OpExchange:     explain.Exchange,
	color.OpCallFrame:    explain.CallFrame,
	color.OpDispatch:     explain.InterfaceCall,
	color.OpLiteral:      explain.LiteralCall,
	color.OpIndirect:     explain.FunctionValue,
	color.OpRange:        explain.RangeFunc,
}

func (b *explaining) states() {
	b.x.States = []explain.State{}
	sizes := map[string]explain.Bytes{}
	for _, f := range b.x.Frame.Fields {
		sizes[f.Name] = f.Bytes
	}
	shares := map[*ir.Var]string{} // the names of those that share the field of another
	for _, f := range b.fn.Frame.Fields {
		for _, v := range f.Also {
			shares[v] = v.Name
			sizes[v.Name] = sizes[f.Name]
		}
	}
	for _, w := range b.waits {
		s := explain.State{
			Number: w.State, Op: explainOps[w.Op], Always: !w.IsCall(),
			Resumes: b.position(b.resumption(w.Next)),
			Live:    []string{}, Saved: []string{}, Clean: []string{}, Cleared: []string{},
		}
		from, to := w.Source.Pos(), w.Source.End()
		if w.Callee != nil {
			s.Callee = b.colors.Name(w.Callee)
		}
		switch lit := b.fn.Lit; {
		case w.Op == color.OpRange:
			loop := b.fn.Lits[w.Call.Args[0].(*ast.FuncLit)].Range.Stmt
			from, to = loop.For, loop.X.End()
			s.Call = b.source(from, to)
		case lit != nil && w.Source == lit.Call:
			from, to = lit.Value.Pos(), lit.Value.End()
			s.Call = lit.Value.Name + "(…)" // made up
		default:
			s.Call = b.source(from, to)
		}
		s.Pos, s.End = b.position(from), b.position(to)
		for _, v := range w.Live {
			name := cmp.Or(shares[v], v.Field)
			s.Live = append(s.Live, name)
			switch size := sizes[name]; {
			case size == explain.Unknown || s.LiveBytes == explain.Unknown:
				s.LiveBytes = explain.Unknown
			default:
				s.LiveBytes += size
			}
			if v.Resident || w.Clean.Has(v) {
				s.Clean = append(s.Clean, name)
			} else {
				s.Saved = append(s.Saved, name)
			}
		}
		for _, f := range w.Clear {
			s.Cleared = append(s.Cleared, f.Name)
		}
		b.x.States = append(b.x.States, s)
	}
}

// resumption is the first position of the source that control comes to in block.
func (b *explaining) resumption(block *ir.Block) token.Pos {
	for seen := map[*ir.Block]bool{}; !seen[block]; {
		seen[block] = true
		for _, n := range block.List {
			var pos token.Pos
			switch n := n.(type) {
			case *ir.Leaf:
				pos = n.Stmt.Pos()
			case *ir.Mark:
				pos = n.Stmt.Pos()
			case *ir.Fresh:
				pos = n.Pos
			}
			if pos.IsValid() {
				return pos
			}
		}
		switch t := block.Term.(type) {
		case *ir.Jump:
			block = t.To
		case *ir.CondJump:
			return t.Pos
		case *ir.Dispatch:
			return t.Head.Pos()
		case *ir.Wait:
			return t.Source.Pos()
		case *ir.Exit:
			if t.Return != nil {
				return t.Return.Pos
			}
			return b.fn.Decl.Body.Rbrace
		}
	}
	return b.fn.Decl.Body.Rbrace
}

// Limits of the graph: n states in a row, each in an if of its own, have n²/2 edges.
const (
	maxEdges = 20_000
	maxVisit = 5_000_000 // blocks
)

// graph walks the blocks from the start and from each resumption to the next
// suspensions.
func (b *explaining) graph() {
	b.x.Graph.Edges = []explain.Edge{}
	end := explain.Return
	if b.fn.Defers {
		end = explain.Unwind
	}
	nodes := b.successors()
	seen := make([]int, len(nodes)) // the number of the walk that has been there, from 1
	number := map[*ir.Block]int{}
	for i, block := range b.fn.Blocks {
		number[block] = i
	}
	visits := 0
	walk := func(id int, from string, start *ir.Block) (ok bool) {
		var states []int
		returns := false
		work := []int{number[start]}
		for len(work) > 0 {
			i := work[len(work)-1]
			work = work[:len(work)-1]
			if seen[i] == id {
				continue
			}
			seen[i] = id
			visits++
			if nodes[i].state > 0 {
				states = append(states, nodes[i].state)
			}
			returns = returns || nodes[i].returns
			for _, s := range nodes[i].next {
				work = append(work, number[s])
			}
		}
		slices.Sort(states)
		for _, s := range states {
			b.x.Graph.Edges = append(b.x.Graph.Edges, explain.Edge{From: from, To: strconv.Itoa(s)})
		}
		if returns {
			b.x.Graph.Edges = append(b.x.Graph.Edges, explain.Edge{From: from, To: end})
		}
		return len(b.x.Graph.Edges) <= maxEdges && visits <= maxVisit
	}
	ok := walk(1, explain.Start, b.fn.Blocks[0])
	for i, w := range b.waits {
		ok = ok && walk(i+2, strconv.Itoa(w.State), w.Next)
	}
	switch {
	case !ok:
		b.x.Graph = explain.Graph{Edges: []explain.Edge{}, Omitted: "it is too large: " + strconv.Itoa(len(b.waits)) + " states"}
	case b.fn.Defers:
		b.x.Graph.Edges = append(b.x.Graph.Edges, explain.Edge{From: end, To: explain.Return})
	}
}

// flowNode is what the graph asks of a block.
type flowNode struct {
	next    []*ir.Block // nothing follows a suspension
	state   int         // that it ends in, or 0
	returns bool
}

func (b *explaining) successors() []flowNode {
	nodes := make([]flowNode, len(b.fn.Blocks))
	for i, block := range b.fn.Blocks {
		n := &nodes[i]
		for _, node := range block.List {
			if leaf, ok := node.(*ir.Leaf); ok {
				n.returns = n.returns || returns(leaf.Stmt)
			}
		}
		switch t := block.Term.(type) {
		case *ir.Wait:
			n.state = t.State
		case *ir.Exit:
			n.returns = true
		}
		for _, s := range b.fn.Succs(block) {
			if w, ok := block.Term.(*ir.Wait); !ok || s != w.Next {
				n.next = append(n.next, s)
			}
		}
	}
	return nodes
}

// returns reports whether a statement holds a return of the function's own.
func returns(s ast.Stmt) bool {
	return ir.Contains(s, func(n ast.Node) bool {
		_, ok := n.(*ast.ReturnStmt)
		return ok
	})
}
