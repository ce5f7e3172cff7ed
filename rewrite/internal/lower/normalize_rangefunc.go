package lower

// Loops over iterator functions. The loop becomes a call of the iterator with
// the body, a literal, and a look at what the body has left for:
//
//	for x := range seq { if x > 3 { return x }; s(x) }
//
//	loop := gen.NewLoop()        and the body is
//	var result0 int                       loop.Begin()
//	call seq(body)                        if x > 3 { result0 = x; loop.Leave(-1); return false }
//	loop.End()                            s(x)
//	if loop.Next == -1 {                  loop.Again()
//		return result0                    return true
//	}

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// rangeFunc is the loop in the function that it is in.
func (n *normalizer) rangeFunc(s *ast.RangeStmt, lit *ir.Lit) {
	r := lit.Range
	fun := n.lift(s.X)
	if _, named := ast.Unparen(fun).(*ast.Ident); !named {
		fun = n.pinned(fun)
	}
	loop := n.newVar(r.Loop, ir.Local)
	n.define(loop, &ast.CallExpr{Fun: n.runtimeName("NewLoop", s.For), Lparen: s.For, Rparen: s.For})
	if r.Outer == nil && r.Returns && r.HasResults {
		n.declareResults(r)
	}
	n.declareCells(r, fun)
	call := &ast.CallExpr{Fun: fun, Lparen: s.X.Pos(), Args: []ast.Expr{lit.Syntax}, Rparen: s.X.End()}
	n.info.Types[call] = types.TypeAndValue{}
	n.add(&ir.Suspend{Op: color.OpRange, Call: call, Source: call})
	n.loopCall(r, "End", s.For)
	if !r.Returns && len(r.Exits) == 0 {
		return
	}
	left := &ir.If{Pos: s.For, Cond: n.nextIs(r, token.NEQ, ir.LeaveLoop)}
	left.Then = n.in(func() {
		if r.Returns {
			n.afterReturn(r)
		}
		for i, e := range r.Exits {
			node := &ir.If{Pos: e.Stmt.Pos(), Cond: n.nextIs(r, token.EQL, i+1)}
			node.Then = n.in(func() { n.add(n.branch(e.Stmt)) })
			n.add(node)
		}
	})
	n.add(left)
}

// declareCells declares the variables in which the body finds what the iterator hands out, by
// expressions of their types.
func (n *normalizer) declareCells(r *ir.RangeFunc, fun ast.Expr) {
	r.Seq = fun
	helpers := []string{"SeqValue"}
	if len(r.Cells) == 2 {
		helpers = []string{"Seq2Key", "Seq2Value"}
	}
	for i, obj := range r.Cells {
		n.alias[obj] = ir.Alias{How: ir.InLoopBody, Pos: r.Stmt.For}
		value := &ast.CallExpr{Fun: n.runtimeName(helpers[i], r.Stmt.For), Lparen: r.Stmt.For, Args: []ast.Expr{fun}, Rparen: r.Stmt.For}
		n.info.Types[value] = types.TypeAndValue{Type: obj.Type()}
		v := n.newVar(obj, ir.Local)
		id := n.ref(v, r.Stmt.For)
		n.info.Defs[id] = obj
		n.add(&ir.Leaf{
			Stmt: &ast.AssignStmt{Lhs: []ast.Expr{id}, TokPos: r.Stmt.For, Tok: token.DEFINE, Rhs: []ast.Expr{value}},
			Defs: []*ir.Var{v},
		})
	}
}

// declareResults declares variables for what a return in the body returns.
func (n *normalizer) declareResults(r *ir.RangeFunc) {
	for _, obj := range r.Results {
		n.alias[obj] = ir.Alias{How: ir.InLoopBody, Pos: r.Stmt.For}
		v := n.newVar(obj, ir.Local)
		id := n.ref(v, r.Stmt.For)
		spec := &ast.ValueSpec{Names: []*ast.Ident{id}, Type: n.typeName(v.Type, r.Stmt.For)}
		n.add(&ir.Leaf{
			Stmt: &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: r.Stmt.For, Tok: token.VAR, Specs: []ast.Spec{spec}}},
			Defs: []*ir.Var{v},
		})
	}
}

// afterReturn goes on with a return that the body has begun: returns, or leaves
// the body that the loop is in.
func (n *normalizer) afterReturn(r *ir.RangeFunc) {
	pos := r.Stmt.For
	if n.inLoop != nil {
		node := &ir.If{Pos: pos, Cond: n.nextIs(r, token.LSS, 0)}
		node.Then = n.in(func() { n.leave(n.next(r, pos), pos) })
		n.add(node)
		return
	}
	if r.HasResults || !r.Named {
		node := &ir.If{Pos: pos, Cond: n.nextIs(r, token.EQL, ir.ReturnFrom)}
		node.Then = n.in(func() {
			ret := &ir.Return{Stmt: &ast.ReturnStmt{Return: pos}, Pos: pos}
			if r.HasResults {
				for _, obj := range r.Results {
					ret.Results = append(ret.Results, n.ref(n.fn.ByObj[obj], pos))
				}
			}
			n.add(ret)
		})
		n.add(node)
	}
	if r.Named {
		node := &ir.If{Pos: pos, Cond: n.nextIs(r, token.EQL, ir.ReturnBare)}
		node.Then = n.in(func() { n.add(&ir.Return{Stmt: &ast.ReturnStmt{Return: pos}, Pos: pos}) })
		n.add(node)
	}
}

// rangeBody is the body as a function.
func (n *normalizer) rangeBody(body *ast.BlockStmt) *ir.Seq {
	r := n.inLoop
	return n.in(func() {
		n.loopCall(r, "Begin", body.Lbrace)
		for _, s := range body.List {
			n.stmt(s, nil)
		}
		n.loopCall(r, "Again", body.Rbrace)
		n.answer("true", body.Rbrace)
		for i := 0; i < len(n.exits); i++ { // in the order in which they were found
			e := n.exits[i]
			n.add(&ir.Labeled{Label: e.label, Pos: e.label.Pos()})
			if e.code == ir.NextIteration {
				n.loopCall(r, "Again", e.label.Pos())
				n.answer("true", e.label.Pos())
			} else {
				n.leave(n.integer(e.code, e.label.Pos()), e.label.Pos())
			}
		}
	})
}

// bodyExit is a place in a body from which it leaves.
type bodyExit struct {
	code  int
	label *types.Label
}

// exit is a branch statement that leads out of the body.
func (n *normalizer) exit(s *ast.BranchStmt, code int) ir.Branch {
	b := ir.Branch{Stmt: s, Tok: token.GOTO, Pos: s.Pos()}
	for _, e := range n.exits {
		if e.code == code {
			b.Label = e.label
			return b
		}
	}
	name := "leave"
	if code == ir.NextIteration {
		name = "next"
	}
	b.Label = types.NewLabel(s.Pos(), n.pkg, name)
	n.exits = append(n.exits, bodyExit{code, b.Label})
	return b
}

// returnFromBody is a return statement in the body.
func (n *normalizer) returnFromBody(s *ast.ReturnStmt) {
	code := ir.ReturnFrom
	if len(s.Results) > 0 {
		a := &ast.AssignStmt{TokPos: s.Pos(), Tok: token.ASSIGN, Rhs: s.Results}
		for _, obj := range n.inLoop.Results {
			a.Lhs = append(a.Lhs, n.ref(n.fn.ByObj[obj], s.Pos()))
		}
		n.assign(a)
	} else if n.inLoop.Named {
		code = ir.ReturnBare
	}
	n.leave(n.integer(code, s.Pos()), s.Pos())
}

// leave ends the loop, with the code of where to go on.
func (n *normalizer) leave(code ast.Expr, pos token.Pos) {
	n.loopCall(n.inLoop, "Leave", pos, code)
	n.answer("false", pos)
}

// answer returns from the body.
func (n *normalizer) answer(value string, pos token.Pos) {
	id := &ast.Ident{Name: value, NamePos: pos}
	n.info.Uses[id] = types.Universe.Lookup(value)
	n.info.Types[id] = types.TypeAndValue{Type: types.Typ[types.Bool]}
	n.add(&ir.Return{Stmt: &ast.ReturnStmt{Return: pos}, Results: []ast.Expr{id}, Pos: pos})
}

// loopCall calls a method of the state of a loop.
func (n *normalizer) loopCall(r *ir.RangeFunc, method string, pos token.Pos, args ...ast.Expr) {
	call := &ast.CallExpr{Fun: n.ofLoop(r, method, pos), Lparen: pos, Args: args, Rparen: pos}
	n.add(&ir.Leaf{Stmt: &ast.ExprStmt{X: call}})
}

// ofLoop is a field or method of the state of a loop.
func (n *normalizer) ofLoop(r *ir.RangeFunc, name string, pos token.Pos) ast.Expr {
	return &ast.SelectorExpr{X: n.ref(n.fn.ByObj[r.Loop], pos), Sel: &ast.Ident{Name: name, NamePos: pos}}
}

func (n *normalizer) next(r *ir.RangeFunc, pos token.Pos) ast.Expr { return n.ofLoop(r, "Next", pos) }

// nextIs compares where the body has left for with a code.
func (n *normalizer) nextIs(r *ir.RangeFunc, op token.Token, code int) ast.Expr {
	pos := r.Stmt.For
	return &ast.BinaryExpr{X: n.next(r, pos), OpPos: pos, Op: op, Y: n.integer(code, pos)}
}

// runtimeName is a name of our runtime.
func (n *normalizer) runtimeName(name string, pos token.Pos) ast.Expr {
	id := &ast.Ident{NamePos: pos, Name: "_"}
	n.fn.Runtime[id] = name
	return id
}
