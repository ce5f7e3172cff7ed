package lower

// switch, type switch and select. What is left of the header after lifting
// remains a Go statement that dispatches to the clauses.

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

func (n *normalizer) switchStmt(s *ast.SwitchStmt, label types.Object) {
	if s.Init != nil {
		n.stmt(s.Init, nil)
	}
	clauses := s.Body.List
	if anyOf(clauses, func(c ast.Stmt) bool {
		return anyOf(c.(*ast.CaseClause).List, func(e ast.Expr) bool { return n.colors.Suspends(e) })
	}) {
		n.switchByTests(s, label)
		return
	}
	head := *s
	head.Init = nil
	head.Tag = n.lift(s.Tag)
	if !n.colors.Suspends(s.Body) {
		n.whole(&head, label)
		return
	}
	node := &ir.Switch{Head: &head}
	defer n.push(target{node: node, label: label, plain: true})()
	for _, c := range clauses {
		node.Default = node.Default || c.(*ast.CaseClause).List == nil
		node.Bodies = append(node.Bodies, n.body(clause(c)))
	}
	n.add(node)
}

// switchByTests lowers a switch with suspending cases: they are evaluated one
// after the other, from top to bottom, until one matches.
//
//	t0 := tag
//	if t0 == f() { t1 = 0 } else if t0 == g() { t1 = 1 } …
//	switch t1 { case 0: … }
func (n *normalizer) switchByTests(s *ast.SwitchStmt, label types.Object) {
	var tag *ir.Var
	if s.Tag != nil {
		t := n.info.TypeOf(s.Tag)
		tag = n.temp(t, s.Tag.Pos())
		n.define(tag, n.lift(s.Tag))
	}
	choice := n.temp(intType, s.Pos())
	node := &ir.Switch{}
	fallback := -1
	for i, c := range s.Body.List {
		if c.(*ast.CaseClause).List == nil {
			fallback = i
			node.Default = true
		}
	}
	n.define(choice, n.integer(fallback, s.Pos()))
	n.tests(s.Body.List, 0, tag, choice)

	head := &ast.SwitchStmt{Switch: s.Switch, Tag: n.ref(choice, s.Pos()), Body: &ast.BlockStmt{Lbrace: s.Body.Lbrace, Rbrace: s.Body.Rbrace}}
	node.Head = head
	defer n.push(target{node: node, label: label, plain: true})()
	for i, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		test := &ast.CaseClause{Case: cc.Case, Colon: cc.Colon, List: []ast.Expr{n.integer(i, cc.Pos())}}
		if i == fallback {
			test.List = nil
		}
		head.Body.List = append(head.Body.List, test)
		node.Bodies = append(node.Bodies, n.body(clause(c)))
	}
	n.add(node)
}

// tests adds the tests of the clauses from i on.
func (n *normalizer) tests(clauses []ast.Stmt, i int, tag, choice *ir.Var) {
	var cases []ast.Expr
	var index []int
	for j, c := range clauses[i:] {
		for _, e := range c.(*ast.CaseClause).List {
			cases = append(cases, e)
			index = append(index, i+j)
		}
	}
	var chain func(k int)
	chain = func(k int) {
		if k == len(cases) {
			return
		}
		e := cases[k]
		cond := n.lift(e)
		switch {
		case tag == nil && types.IsInterface(n.info.TypeOf(e)): // which holds true, or not
			isTrue := ir.Constant(constant.MakeBool(true), types.Typ[types.UntypedBool], e.Pos())
			cond = &ast.BinaryExpr{X: parenthesized(isTrue), OpPos: e.Pos(), Op: token.EQL, Y: parenthesized(cond)}
		case tag != nil:
			cond = &ast.BinaryExpr{X: n.ref(tag, e.Pos()), OpPos: e.Pos(), Op: token.EQL, Y: parenthesized(cond)}
		}
		node := &ir.If{Pos: e.Pos(), Cond: cond}
		node.Then = n.in(func() { n.set(choice, n.integer(index[k], e.Pos())) })
		node.Else = n.in(func() { chain(k + 1) })
		n.add(node)
	}
	chain(0)
}

func parenthesized(e ast.Expr) *ast.ParenExpr {
	return &ast.ParenExpr{X: e, Lparen: e.Pos(), Rparen: e.End()}
}

func (n *normalizer) integer(i int, pos token.Pos) ast.Expr {
	if i < 0 {
		return &ast.UnaryExpr{OpPos: pos, Op: token.SUB, X: n.integer(-i, pos)}
	}
	return &ast.BasicLit{ValuePos: pos, Kind: token.INT, Value: itoa(i)}
}

// typeSwitch: each clause has a variable of its own, of the clause's type.
func (n *normalizer) typeSwitch(s *ast.TypeSwitchStmt, label types.Object) {
	if s.Init != nil {
		n.stmt(s.Init, nil)
	}
	head := *s
	head.Init = nil
	node := &ir.Switch{Head: &head}
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		head.Assign = &ast.ExprStmt{X: n.lift(a.X)}
	case *ast.AssignStmt:
		head.Assign = &ast.AssignStmt{Lhs: a.Lhs, TokPos: a.TokPos, Tok: a.Tok, Rhs: []ast.Expr{n.lift(a.Rhs[0])}}
	}
	if !n.colors.Suspends(s.Body) {
		n.whole(&head, label)
		return
	}
	if _, ok := s.Assign.(*ast.AssignStmt); ok {
		node.Bind = n.fn.Names.Temp()
	}
	defer n.push(target{node: node, label: label, plain: true})()
	for _, c := range s.Body.List {
		cc := c.(*ast.CaseClause)
		node.Default = node.Default || cc.List == nil
		var bind *ir.Var
		if obj := n.info.Implicits[cc]; obj != nil {
			bind = n.newVar(obj, ir.Local)
		}
		node.Binds = append(node.Binds, bind)
		node.Bodies = append(node.Bodies, n.body(clause(c)))
	}
	n.add(node)
}

// selectStmt: channels and values to send are evaluated once, in source
// order, before the select; what a case assigns to, after it is chosen.
func (n *normalizer) selectStmt(s *ast.SelectStmt, label types.Object) {
	var ops []ast.Expr
	for _, c := range s.Body.List {
		switch comm := c.(*ast.CommClause).Comm.(type) {
		case *ast.SendStmt:
			ops = append(ops, comm.Chan, comm.Value)
		case *ast.ExprStmt:
			ops = append(ops, recvOf(comm.X).X)
		case *ast.AssignStmt:
			ops = append(ops, recvOf(comm.Rhs[0]).X)
		}
	}
	last := -1
	for i, e := range ops {
		if n.colors.Suspends(e) {
			last = i
		}
	}
	for i, e := range ops {
		if i < last {
			ops[i] = n.pinned(n.lift(e)) // stricter than elsewhere: even p.c
		} else if i == last {
			ops[i] = n.lift(e)
		}
	}
	next := func() ast.Expr {
		e := ops[0]
		ops = ops[1:]
		return e
	}

	head := &ast.SelectStmt{Select: s.Select, Body: &ast.BlockStmt{Lbrace: s.Body.Lbrace, Rbrace: s.Body.Rbrace}}
	if !anyOf(s.Body.List, n.suspendsBehind) {
		for _, c := range s.Body.List {
			cc := *c.(*ast.CommClause)
			switch comm := cc.Comm.(type) {
			case *ast.SendStmt:
				cc.Comm = &ast.SendStmt{Chan: next(), Arrow: comm.Arrow, Value: next()}
			case *ast.ExprStmt:
				cc.Comm = &ast.ExprStmt{X: n.recv(recvOf(comm.X), next())}
			case *ast.AssignStmt:
				cc.Comm = &ast.AssignStmt{Lhs: comm.Lhs, TokPos: comm.TokPos, Tok: comm.Tok, Rhs: []ast.Expr{n.recv(recvOf(comm.Rhs[0]), next())}}
			}
			head.Body.List = append(head.Body.List, &cc)
		}
		n.whole(head, label)
		return
	}
	node := &ir.Switch{Head: head, Default: true}
	assigns := make([]*ast.AssignStmt, len(s.Body.List))
	for i, c := range s.Body.List {
		cc := c.(*ast.CommClause)
		clause := &ast.CommClause{Case: cc.Case, Colon: cc.Colon}
		switch comm := cc.Comm.(type) {
		case *ast.SendStmt:
			clause.Comm = &ast.SendStmt{Chan: next(), Arrow: comm.Arrow, Value: next()}
		case *ast.ExprStmt:
			clause.Comm = &ast.ExprStmt{X: n.recv(recvOf(comm.X), next())}
		case *ast.AssignStmt:
			clause.Comm, assigns[i] = n.received(comm, next())
		}
		head.Body.List = append(head.Body.List, clause)
	}
	defer n.push(target{node: node, label: label, plain: true})()
	for i, c := range s.Body.List {
		node.Bodies = append(node.Bodies, n.in(func() {
			if a := assigns[i]; a != nil {
				n.stmt(a, nil)
			}
			n.add(n.body(clause(c)))
		}))
	}
	n.add(node)
}

// suspendsBehind reports whether the clause of a select suspends once it is
// chosen.
func (n *normalizer) suspendsBehind(c ast.Stmt) bool {
	cc := c.(*ast.CommClause)
	if a, ok := cc.Comm.(*ast.AssignStmt); ok && anyOf(a.Lhs, func(e ast.Expr) bool { return n.colors.Suspends(e) }) {
		return true
	}
	return anyOf(cc.Body, func(s ast.Stmt) bool { return n.colors.Suspends(s) })
}

func recvOf(e ast.Expr) *ast.UnaryExpr { return ast.Unparen(e).(*ast.UnaryExpr) }

func (n *normalizer) recv(old *ast.UnaryExpr, ch ast.Expr) ast.Expr {
	return n.as(&ast.UnaryExpr{OpPos: old.OpPos, Op: token.ARROW, X: ch}, old)
}

// received splits a receiving case into the receive, into temporaries, and the
// assignment of these.
func (n *normalizer) received(a *ast.AssignStmt, ch ast.Expr) (comm, rest *ast.AssignStmt) {
	recv := recvOf(a.Rhs[0])
	elem := underlying(n.info.TypeOf(recv.X)).(*types.Chan).Elem()
	comm = &ast.AssignStmt{TokPos: a.TokPos, Tok: token.ASSIGN, Rhs: []ast.Expr{n.recv(recv, ch)}}
	rest = &ast.AssignStmt{TokPos: a.TokPos, Tok: a.Tok}
	for i, e := range a.Lhs {
		if isBlank(e) {
			comm.Lhs = append(comm.Lhs, e)
			continue
		}
		t := elem
		if i == 1 {
			t = types.Typ[types.Bool]
		}
		tmp := n.temp(t, e.Pos())
		comm.Lhs = append(comm.Lhs, n.ref(tmp, e.Pos()))
		rest.Lhs = append(rest.Lhs, e)
		var value ast.Expr = n.ref(tmp, e.Pos())
		if want := n.info.TypeOf(e); i == 1 && want != nil && !types.Identical(want, t) {
			// ok is an untyped bool; the variable may have a named type.
			value = &ast.CallExpr{Fun: n.typeName(want, e.Pos()), Lparen: e.Pos(), Args: []ast.Expr{value}, Rparen: e.Pos()}
		}
		rest.Rhs = append(rest.Rhs, value)
	}
	if len(rest.Lhs) == 0 {
		return comm, nil
	}
	return comm, rest
}
