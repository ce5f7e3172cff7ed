package lower

// Control flow: labels and branches, and the statements if, for and return. The others
// have files of their own: range, rangefunc, switch.

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// labeled is a labelled statement. If a goto leads to it, it is a place of its
// own; the label also names the statement for break and continue.
func (n *normalizer) labeled(s *ast.LabeledStmt) {
	label := n.info.Defs[s.Label]
	if n.gotos[label] {
		n.add(&ir.Labeled{Label: label.(*types.Label), Pos: s.Pos()})
	}
	if n.colors.Suspends(s.Stmt) {
		n.stmt(s.Stmt, label)
		return
	}
	if !n.breaks(s.Stmt, label) {
		n.leaf(s.Stmt, nil)
		return
	}
	leaf := &ir.Leaf{Stmt: &ast.LabeledStmt{Label: s.Label, Colon: s.Colon, Stmt: s.Stmt}}
	n.escapes(s.Stmt, leaf, map[types.Object]bool{label: true})
	n.add(leaf)
}

// breaks reports whether s has a break or continue that names label.
func (n *normalizer) breaks(s ast.Stmt, label types.Object) (found bool) {
	ast.Inspect(s, func(node ast.Node) bool {
		if b, ok := node.(*ast.BranchStmt); ok && b.Tok != token.GOTO && b.Label != nil && n.info.Uses[b.Label] == label {
			found = true
		}
		return !found
	})
	return found
}

func (n *normalizer) scope(s *ast.BlockStmt, label types.Object) {
	if label == nil {
		n.add(n.block(s.List))
		return
	}
	sc := &ir.Scope{Pos: s.Pos()}
	defer n.push(target{node: sc, label: label})()
	sc.Body = n.block(s.List)
	n.add(sc)
}

// push makes t the innermost target until the result is called.
func (n *normalizer) push(t target) func() {
	n.targets = append(n.targets, t)
	return func() { n.targets = n.targets[:len(n.targets)-1] }
}

// branch resolves a branch statement that stands outside leaves.
func (n *normalizer) branch(s *ast.BranchStmt) ir.Branch {
	b := ir.Branch{Stmt: s, Tok: s.Tok, Pos: s.Pos()}
	var label types.Object
	if s.Label != nil {
		label = n.info.Uses[s.Label]
	}
	if n.inLoop != nil {
		if code, out := n.inLoop.Out[s]; out {
			return n.exit(s, code)
		}
	}
	if s.Tok == token.GOTO {
		b.Label = label.(*types.Label)
		return b
	}
	for i := len(n.targets) - 1; i >= 0; i-- {
		t := n.targets[i]
		switch {
		case label != nil:
			if t.label != label {
				continue
			}
		case s.Tok == token.CONTINUE:
			if !t.loop {
				continue
			}
		case s.Tok == token.FALLTHROUGH:
			if _, ok := t.node.(*ir.Switch); !ok {
				continue
			}
		case !t.plain:
			continue
		}
		b.To = t.node
		if sw, ok := t.node.(*ir.Switch); ok {
			b.Clause = len(sw.Bodies)
		}
		return b
	}
	panic("branch without target")
}

// escapes notes the branch statements in s that lead out of it. inner has the
// labels of s itself.
func (n *normalizer) escapes(s ast.Stmt, leaf *ir.Leaf, inner map[types.Object]bool) {
	own := map[types.Object]bool{}
	ast.Inspect(s, func(node ast.Node) bool {
		if l, ok := node.(*ast.LabeledStmt); ok {
			own[n.info.Defs[l.Label]] = true
		}
		_, lit := node.(*ast.FuncLit)
		return !lit
	})
	var walk func(node ast.Node, inLoop, inBreak bool)
	walk = func(node ast.Node, inLoop, inBreak bool) {
		ast.Inspect(node, func(c ast.Node) bool {
			if c == node {
				return true
			}
			switch c := c.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				walk(c, true, true)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				walk(c, inLoop, true)
				return false
			case *ast.BranchStmt:
				switch {
				case c.Label != nil:
					l := n.info.Uses[c.Label]
					if own[l] || inner[l] {
						return true
					}
				case c.Tok == token.FALLTHROUGH, c.Tok == token.BREAK && inBreak, c.Tok == token.CONTINUE && inLoop:
					return true
				}
				leaf.Branches = append(leaf.Branches, n.branch(c))
			}
			return true
		})
	}
	walk(&ast.BlockStmt{List: []ast.Stmt{s}}, false, false)
}

func (n *normalizer) ifStmt(s *ast.IfStmt) {
	if s.Init != nil {
		n.stmt(s.Init, nil)
	}
	cond := n.lift(s.Cond)
	if !n.colors.Suspends(s.Body) && !n.colors.Suspends(s.Else) {
		c := *s
		c.Init, c.Cond = nil, cond
		n.whole(&c, nil)
		return
	}
	node := &ir.If{Pos: s.Pos(), Cond: cond}
	node.Then = n.body(s.Body)
	if s.Else != nil {
		node.Else = n.block([]ast.Stmt{s.Else})
	}
	n.add(node)
}

// forStmt: each iteration owns the variables of the init statement. The copy
// for the next one is made before the post statement (spec, For statements
// with for clause).
func (n *normalizer) forStmt(s *ast.ForStmt, label types.Object) {
	before := len(n.fn.Vars)
	if s.Init != nil {
		n.stmt(s.Init, nil)
	}
	loop := &ir.Loop{Pos: s.Pos()}
	vars := n.fn.Vars[before:len(n.fn.Vars):len(n.fn.Vars)]
	pop := n.push(target{node: loop, label: label, loop: true, plain: true})
	loop.Test = n.in(func() {
		if s.Cond != nil {
			loop.Cond = n.lift(s.Cond)
		}
	})
	loop.Body = n.body(s.Body)
	pop()
	loop.Post = n.in(func() {
		if n.fresh {
			for _, v := range vars {
				if v.Kind == ir.Local && v.Aliased {
					n.add(&ir.Fresh{Var: v, Pos: s.Pos()})
				}
			}
		}
		if s.Post != nil {
			n.stmt(s.Post, nil)
		}
	})
	n.add(loop)
}

func (n *normalizer) returns(s *ast.ReturnStmt) {
	if n.inLoop != nil {
		n.returnFromBody(s)
		return
	}
	ret := &ir.Return{Stmt: s, Pos: s.Pos()}
	if len(s.Results) == 1 && n.fn.Obj.Signature().Results().Len() > 1 {
		// return f(), where f has several results.
		if call, ok := n.suspension(s.Results[0]); ok {
			temps := n.temps(call)
			n.suspend(call, temps)
			for _, t := range temps {
				ret.Results = append(ret.Results, n.ref(t, s.Pos()))
			}
			n.add(ret)
			return
		}
	}
	results := n.fn.Obj.Signature().Results()
	ret.Results = n.operandsTo(s.Results, func(i int) types.Type {
		if len(s.Results) != results.Len() {
			return nil
		}
		return results.At(i).Type()
	})
	n.add(ret)
}
