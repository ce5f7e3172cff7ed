package lower

// Pass flatten.
//
// Purpose: turn statement structure around suspensions into blocks and jumps,
// for Go forbids a jump into a block.
// Input: ir.Func with Tree. Output: Blocks, Targets.
// Guarantees: each block ends in one terminator; a suspension is the
// terminator of its block, and goes on in a block of its own.
// Example: for { a(); Yield(1) } becomes
//
//	loop: a(); wait Yield(1) → next
//	next: jump loop

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

type flattener struct {
	fn     *ir.Func
	cur    *ir.Block
	ends   map[ir.Node]*ir.Block // where break leads
	nexts  map[ir.Node]*ir.Block // where continue leads
	cases  map[ir.Node][]*ir.Block
	labels map[*types.Label]*ir.Block
}

func flatten(fn *ir.Func) {
	f := &flattener{
		fn:     fn,
		ends:   map[ir.Node]*ir.Block{},
		nexts:  map[ir.Node]*ir.Block{},
		cases:  map[ir.Node][]*ir.Block{},
		labels: map[*types.Label]*ir.Block{},
	}
	f.start(&ir.Block{Label: "entry", Pos: fn.Decl.Body.Lbrace})
	f.seq(fn.Tree)
	if f.cur.Term == nil {
		f.cur.Term = &ir.Exit{}
		if fn.Obj.Signature().Results().Len() > 0 {
			f.cur.Term = &ir.Never{}
		}
	}
}

func (f *flattener) block(label string, pos token.Pos) *ir.Block {
	return &ir.Block{Label: label, Pos: pos}
}

// start makes b the block that code goes to; if control can come from the
// block before, it does.
func (f *flattener) start(b *ir.Block) {
	if f.cur != nil && f.cur.Term == nil {
		f.cur.Term = &ir.Jump{To: b}
	}
	f.fn.Blocks = append(f.fn.Blocks, b)
	f.cur = b
}

// end gives the current block its terminator; what follows can't be reached
// but by a label.
func (f *flattener) end(t ir.Term) {
	f.cur.Term = t
	f.start(f.block("dead", f.cur.Pos))
}

func (f *flattener) seq(s *ir.Seq) {
	if s == nil {
		return
	}
	for _, n := range s.List {
		f.node(n)
	}
}

func (f *flattener) node(n ir.Node) {
	switch n := n.(type) {
	case *ir.Seq:
		f.seq(n)
	case *ir.Leaf:
		for _, b := range n.Branches {
			f.fn.Targets[b.Stmt] = f.target(b)
		}
		f.cur.List = append(f.cur.List, n)
		leaves := func(s *ast.BranchStmt) bool {
			return slices.ContainsFunc(n.Branches, func(b ir.Branch) bool { return b.Stmt == s })
		}
		if ir.Terminating(f.fn.Info, n.Stmt, leaves) {
			f.end(&ir.Never{After: n})
		}
	case *ir.Fresh, *ir.Mark:
		f.cur.List = append(f.cur.List, n)
	case *ir.Suspend:
		next := f.block("resumed", n.Source.Pos())
		f.cur.Term = &ir.Wait{Suspend: n, Next: next}
		f.start(next)
	case *ir.If:
		f.ifNode(n)
	case *ir.Loop:
		f.loop(n)
	case *ir.Switch:
		f.switchNode(n)
	case *ir.Scope:
		after := f.block("after", n.Pos)
		f.ends[n] = after
		f.seq(n.Body)
		f.start(after)
	case *ir.Labeled:
		f.start(f.labelBlock(n.Label, n.Pos))
	case ir.Branch:
		f.end(&ir.Jump{To: f.target(n)})
	case *ir.Return:
		f.end(&ir.Exit{Return: n})
	default:
		panic(fmt.Sprintf("node %T", n))
	}
}

func (f *flattener) labelBlock(l *types.Label, pos token.Pos) *ir.Block {
	b := f.labels[l]
	if b == nil {
		b = f.block(l.Name(), pos)
		f.labels[l] = b
	}
	return b
}

func (f *flattener) target(b ir.Branch) *ir.Block {
	switch b.Tok {
	case token.BREAK:
		return f.ends[b.To]
	case token.CONTINUE:
		return f.nexts[b.To]
	case token.FALLTHROUGH:
		return f.cases[b.To][b.Clause+1]
	}
	return f.labelBlock(b.Label, b.Pos)
}

func (f *flattener) ifNode(n *ir.If) {
	then := f.block("then", n.Pos)
	after := f.block("after_if", n.Pos)
	otherwise := after
	if n.Else != nil {
		otherwise = f.block("else", n.Pos)
	}
	f.cur.Term = &ir.CondJump{Pos: n.Pos, Cond: n.Cond, Then: then, Else: otherwise}
	f.start(then)
	f.seq(n.Then)
	if n.Else != nil {
		if f.cur.Term == nil {
			f.cur.Term = &ir.Jump{To: after}
		}
		f.start(otherwise)
		f.seq(n.Else)
	}
	f.start(after)
}

func (f *flattener) loop(n *ir.Loop) {
	head := f.block("loop", n.Pos)
	next := f.block("next", n.Pos)
	after := f.block("after_loop", n.Pos)
	f.ends[n], f.nexts[n] = after, next
	f.start(head)
	f.seq(n.Test)
	if n.Cond != nil {
		body := f.block("body", n.Pos)
		f.cur.Term = &ir.CondJump{Pos: n.Pos, Cond: n.Cond, Then: body, Else: after}
		f.start(body)
	}
	f.seq(n.Body)
	f.start(next)
	f.seq(n.Post)
	f.cur.Term = &ir.Jump{To: head}
	f.start(after)
}

func (f *flattener) switchNode(n *ir.Switch) {
	after := f.block("after_switch", n.Head.Pos())
	f.ends[n] = after
	d := &ir.Dispatch{Switch: n}
	for i := range n.Bodies {
		d.To = append(d.To, f.block("case", ir.Clause(n.Head, i).Pos()))
	}
	if !n.Default {
		d.None = after
	}
	f.cases[n] = d.To
	f.cur.Term = d
	for i, body := range n.Bodies {
		f.start(d.To[i])
		f.seq(body)
		if f.cur.Term == nil {
			f.cur.Term = &ir.Jump{To: after}
		}
	}
	f.start(after)
}
