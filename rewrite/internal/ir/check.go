package ir

// Check holds a function to what the passes promise.
//
// Input: a function, and what the passes so far promise of it.
// Output: an error for each promise that is broken.
// Guarantee: a function that it accepts can be emitted without asking for what
// a pass should have set. It says nothing about whether the code means what
// the source does: that is for the oracle.

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
)

// Properties are what a pass promises of its output. They add up: what one
// pass establishes, the later ones keep.
type Properties uint

const (
	// Ordered: each suspension is a node of its own, no expression or leaf
	// suspends; branches lead to nodes around them or to labels; variables are
	// declared once and have names of their own.
	Ordered Properties = 1 << iota
	// Flat: there are blocks, each with one terminator, which lead to each
	// other; leaves have targets for what leaves them.
	Flat
	// Simple: every block can be reached and knows its predecessors.
	Simple
	// Lively: each wait has the variables that are live across it.
	Lively
	// Framed: states are numbered from 1; what lives across a wait has a
	// field; what stays in a block is not named outside.
	Framed
	// Inferred: what has a witness comes behind what that needs; where its
	// type would show, in fields, is any.
	Inferred
	// Spilled: clean variables are live ones, cleared fields are dead.
	Spilled
)

// Check returns the properties of f that do not hold, of those in want. suspends
// tells whether the function suspends at a call; calls that it does not make
// itself are not asked about.
func Check(f *Func, want Properties, suspends func(*ast.CallExpr) bool) error {
	c := &check{f: f, suspends: suspends, vars: map[*Var]bool{}}
	c.variables()
	if want&Flat == 0 {
		c.tree()
	} else {
		c.flat()
	}
	if want&Simple != 0 {
		c.simple()
	}
	if want&Lively != 0 {
		c.lively()
	}
	if want&Framed != 0 {
		c.framed()
	}
	if want&Inferred != 0 {
		c.inferred()
	}
	if want&Spilled != 0 {
		c.spilled()
	}
	return errors.Join(c.errs...)
}

type check struct {
	f        *Func
	suspends func(*ast.CallExpr) bool
	vars     map[*Var]bool // of f
	declared map[*Var]bool // by the code seen so far
	errs     []error
}

func (c *check) failf(format string, args ...any) {
	if len(c.errs) < 10 { // one mistake may show many times
		c.errs = append(c.errs, fmt.Errorf(format, args...))
	}
}

// variables checks what is known of them before any code.
func (c *check) variables() {
	taken := map[string]bool{}
	for _, v := range c.f.Vars {
		switch {
		case v == nil:
			c.failf("a variable is nil")
			continue
		case c.vars[v]:
			c.failf("variable %s is listed twice", v.Name)
		case taken[v.Name]:
			c.failf("two variables are named %s", v.Name)
		case v.Name == "" || v.Name == "_":
			c.failf("a variable has no name")
		case v.Type == nil:
			c.failf("variable %s has no type", v.Name)
		}
		c.vars[v], taken[v.Name] = true, true
	}
	known := func(v *Var, what string) {
		if v != nil && !c.vars[v] {
			c.failf("%s %s is not among the variables", what, v.Name)
		}
	}
	for _, v := range c.f.Params {
		known(v, "parameter")
	}
	for _, v := range c.f.Results {
		known(v, "result")
	}
	for _, v := range c.f.ByObj {
		if v.Kind != Captured {
			known(v, "source variable")
		}
	}
	for _, v := range c.f.Refs {
		if v.Kind != Captured {
			known(v, "the variable of a reference")
		}
	}
	for i, v := range c.f.Vars {
		if v != nil && v.Index != i {
			c.failf("variable %s has index %d, not %d", v.Name, v.Index, i)
		}
	}
}

// evaluates checks syntax that is left to Go: it does not suspend.
func (c *check) evaluates(nodes ...ast.Node) {
	for _, n := range nodes {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.GoStmt:
				c.operands(n.Call)
				return false
			case *ast.DeferStmt:
				c.operands(n.Call)
				return false
			case *ast.CallExpr:
				if c.suspends(n) {
					c.failf("a suspension is left: %s", c.text(n))
				}
			}
			return true
		})
	}
}

// operands checks those of a call that is not made here.
func (c *check) operands(call *ast.CallExpr) {
	c.evaluates(call.Fun)
	for _, arg := range call.Args {
		c.evaluates(arg)
	}
}

func (c *check) text(n ast.Node) string { return (&printer{f: c.f}).text(n) }

func (c *check) expressions(list []ast.Expr) {
	for _, e := range list {
		c.evaluates(e)
	}
}

// declare checks that v is declared here and nowhere else.
func (c *check) declare(v *Var) {
	if v == nil {
		return
	}
	if !c.vars[v] {
		c.failf("%s is declared but not among the variables", v.Name)
	}
	if v.Kind == Param || v.Kind == Result {
		c.failf("%s is declared, and a parameter or result", v.Name)
	}
	if c.declared[v] {
		c.failf("%s is declared twice", v.Name)
	}
	c.declared[v] = true
}

// leaf checks a leaf, and that it names all branches that leave it.
func (c *check) leaf(n *Leaf) {
	if n.Stmt == nil {
		c.failf("a leaf is empty")
		return
	}
	c.evaluates(n.Stmt)
	for _, v := range n.Defs {
		c.declare(v)
	}
	inside := map[*ast.BranchStmt]bool{}
	ast.Inspect(n.Stmt, func(n ast.Node) bool {
		if b, ok := n.(*ast.BranchStmt); ok {
			inside[b] = true
		}
		return true
	})
	for _, b := range n.Branches {
		if b.Stmt == nil || !inside[b.Stmt] {
			c.failf("a branch (%s) of a leaf is not in it: %s", b.Tok, c.text(n.Stmt))
		}
	}
}

func (c *check) suspension(n *Suspend) {
	if n.Op == 0 || n.Source == nil || n.Call == nil {
		c.failf("a suspension is incomplete")
		return
	}
	c.operands(n.Call)
	for _, v := range n.Results {
		if v != nil && !c.vars[v] {
			c.failf("%s gets a result but is not among the variables", v.Name)
		}
	}
}

func (c *check) dispatch(n *Switch) {
	switch n.Head.(type) {
	case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
	default:
		c.failf("a switch has %T as its head", n.Head)
		return
	}
	c.evaluates(Header(n.Head)...)
	if Clause(n.Head, len(n.Bodies)) != nil || len(n.Bodies) > 0 && Clause(n.Head, len(n.Bodies)-1) == nil {
		c.failf("a switch has %d bodies, but not as many clauses", len(n.Bodies))
	}
	if len(n.Binds) > 0 && len(n.Binds) != len(n.Bodies) {
		c.failf("a type switch has %d bodies and %d variables", len(n.Bodies), len(n.Binds))
	}
	for _, v := range n.Binds {
		c.declare(v)
		if v != nil && n.Bind == "" {
			c.failf("%s has nothing to be bound to", v.Name)
		}
	}
}

// tree checks the property Ordered.
func (c *check) tree() {
	c.declared = map[*Var]bool{}
	if c.f.Tree == nil {
		c.failf("there is no tree")
		return
	}
	t := &treeCheck{check: c, around: map[Node]int{}, labels: map[any]bool{}}
	t.seq(c.f.Tree)
	for label := range t.gotos {
		if !t.labels[label] {
			c.failf("a goto leads to a label that is nowhere")
		}
	}
	c.f.eachWait(func(*Wait) { c.failf("there are blocks") })
}

type treeCheck struct {
	*check
	around map[Node]int // the nodes around, and for a switch in which clause
	labels map[any]bool
	gotos  map[any]bool
}

func (t *treeCheck) seq(s *Seq) {
	if s == nil {
		return
	}
	for _, n := range s.List {
		t.node(n)
	}
}

// inside checks what may branch to n, clause by clause.
func (t *treeCheck) inside(n Node, parts ...*Seq) {
	for i, s := range parts {
		t.around[n] = i + 1
		t.seq(s)
	}
	delete(t.around, n)
}

func (t *treeCheck) node(n Node) {
	switch n := n.(type) {
	case *Seq:
		t.seq(n)
	case *Leaf:
		t.leaf(n)
		for _, b := range n.Branches {
			t.branch(b)
		}
	case *Suspend:
		t.suspension(n)
	case *Fresh:
		if !t.vars[n.Var] {
			t.failf("what is made fresh is no variable")
		}
	case *If:
		t.evaluates(n.Cond)
		t.seq(n.Then)
		t.seq(n.Else)
	case *Loop:
		t.seq(n.Test)
		if n.Cond != nil {
			t.evaluates(n.Cond)
		}
		t.inside(n, n.Body)
		t.seq(n.Post)
	case *Switch:
		t.dispatch(n)
		t.inside(n, n.Bodies...)
	case *Scope:
		t.inside(n, n.Body)
	case *Labeled:
		if t.labels[n.Label] {
			t.failf("label %s is set twice", n.Label.Name())
		}
		t.labels[n.Label] = true
	case Branch:
		t.branch(n)
	case *Return:
		t.expressions(n.Results)
	}
}

func (t *treeCheck) branch(b Branch) {
	if b.Tok == token.GOTO {
		if t.gotos == nil {
			t.gotos = map[any]bool{}
		}
		t.gotos[b.Label] = true
		return
	}
	clause := t.around[b.To]
	_, loop := b.To.(*Loop)
	sw, isSwitch := b.To.(*Switch)
	switch {
	case clause == 0:
		t.failf("a %s leads to a node that is not around it", b.Tok)
	case b.Tok == token.CONTINUE && !loop:
		t.failf("a continue leads to what is no loop")
	case b.Tok == token.FALLTHROUGH && (!isSwitch || b.Clause != clause-1 || clause >= len(sw.Bodies)):
		t.failf("a fallthrough does not lead to the next clause")
	}
}
