package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// Check switch-to-dead: a switch to a greenlet that is known to be dead there, which its
// parent gets. Known is what a condition has just said: behind for !g.Dead() that nothing
// else leaves, and in if g.Dead(). Kill says nothing: who recovers lives on. Only a local
// variable counts that no literal assigns and whose address nobody takes, and only if
// what stands between doesn't mention it.

func (k *checker) deadSwitches() {
	for _, decl := range k.decls {
		shared := k.shared(decl)
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BlockStmt:
				k.deadBehind(n.List, shared)
			case *ast.CaseClause:
				k.deadBehind(n.Body, shared)
			case *ast.CommClause:
				k.deadBehind(n.Body, shared)
			case *ast.IfStmt:
				if g := k.saysDead(n.Cond); g != nil && !shared[g] {
					k.deadIn(n.Body.List, g)
				}
			}
			return true
		})
	}
}

// deadBehind looks behind the loops of a list of statements.
func (k *checker) deadBehind(list []ast.Stmt, shared map[*types.Var]bool) {
	for i, s := range list {
		label := ""
		if l, ok := s.(*ast.LabeledStmt); ok {
			label, s = l.Label.Name, l.Stmt
		}
		loop, ok := s.(*ast.ForStmt)
		if !ok {
			continue
		}
		alive, ok := ast.Unparen(loop.Cond).(*ast.UnaryExpr)
		if !ok || alive.Op != token.NOT {
			continue
		}
		if g := k.saysDead(alive.X); g != nil && !shared[g] && !left(loop.Body, label) {
			k.deadIn(list[i+1:], g)
		}
	}
}

// deadIn looks at statements before which g is dead, up to the first that mentions it.
func (k *checker) deadIn(list []ast.Stmt, g *types.Var) {
	for _, s := range list {
		var first ast.Node = s
		switch s := s.(type) {
		case *ast.LabeledStmt:
			return // a goto may lead here
		case *ast.IfStmt:
			first = s.Cond
			if s.Init != nil && k.mentions(s.Init, g) {
				first = s.Init
			}
		case *ast.ExprStmt, *ast.AssignStmt, *ast.DeclStmt, *ast.ReturnStmt:
		default:
			if k.mentions(s, g) {
				return
			}
		}
		if !k.mentions(first, g) {
			if k.mentions(s, g) {
				return
			}
			continue
		}
		if call := k.switchTo(first, g); call != nil {
			k.report(finding{
				pos: k.colors.CallPos(call), end: call.End(), code: diag.SwitchToDead,
				message: g.Name() + " is dead here: its parent gets what is switched to it",
				remedy:  "leave the switch out, or switch to the parent",
			})
		}
		return
	}
}

// switchTo is the switch to g that n makes before it mentions g otherwise, or nil.
func (k *checker) switchTo(n ast.Node, g *types.Var) (found *ast.CallExpr) {
	mentioned := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			mentioned = mentioned || k.mentions(n, g)
			return false
		case *ast.Ident:
			mentioned = mentioned || k.pass.TypesInfo.Uses[n] == g
		case *ast.CallExpr:
			if mentioned || found != nil {
				return false
			}
			var to ast.Expr
			switch color.Operation(k.colors.Callee(n)) {
			case color.OpSwitch:
				to = n.Args[0]
			case color.OpSwitchMethod:
				if sel, ok := ast.Unparen(n.Fun).(*ast.SelectorExpr); ok {
					to = sel.X
				}
			}
			if id, ok := to.(*ast.Ident); ok && k.pass.TypesInfo.Uses[id] == g {
				found = n
				return false
			}
		}
		return !mentioned && found == nil
	})
	return found
}

// saysDead is the local variable g of the expression g.Dead(), or nil.
func (k *checker) saysDead(x ast.Expr) *types.Var {
	call, ok := ast.Unparen(x).(*ast.CallExpr)
	if !ok {
		return nil
	}
	fn := k.colors.Callee(call)
	if fn == nil || fn.Name() != "Dead" || fn.Pkg() == nil || fn.Pkg().Path() != names.RuntimePath {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return nil
	}
	g, _ := k.pass.TypesInfo.Uses[id].(*types.Var)
	if g == nil || g.IsField() || g.Parent() == nil || g.Parent() == k.pass.Pkg.Scope() || g.Pkg() != k.pass.Pkg {
		return nil
	}
	if _, pointer := g.Type().Underlying().(*types.Pointer); !pointer {
		return nil
	}
	return g
}

func (k *checker) mentions(n ast.Node, g *types.Var) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			found = found || k.pass.TypesInfo.ObjectOf(id) == g
		}
		return !found
	})
	return found
}

// shared are the variables of a function that something else may assign between two
// statements: their address is taken, or a literal assigns them.
func (k *checker) shared(decl *ast.FuncDecl) map[*types.Var]bool {
	vars := map[*types.Var]bool{}
	share := func(x ast.Expr, from, to token.Pos) {
		if x == nil {
			return
		}
		if id, ok := ast.Unparen(x).(*ast.Ident); ok {
			if v, ok := k.pass.TypesInfo.Uses[id].(*types.Var); ok && (v.Pos() < from || v.Pos() > to) {
				vars[v] = true
			}
		}
	}
	var look func(lit ast.Node, from, to token.Pos)
	look = func(root ast.Node, from, to token.Pos) {
		ast.Inspect(root, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				look(n.Body, n.Pos(), n.End())
				return false
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					share(n.X, token.NoPos, token.NoPos)
				}
			case *ast.AssignStmt:
				for _, x := range n.Lhs {
					share(x, from, to)
				}
			case *ast.RangeStmt:
				share(n.Key, from, to)
				share(n.Value, from, to)
			}
			return true
		})
	}
	look(decl.Body, decl.Pos(), decl.End())
	return vars
}

// left reports whether the body of a loop may be left for what is behind it other than by
// the loop's condition.
func left(body *ast.BlockStmt, label string) (found bool) {
	var look func(root ast.Node, inner bool)
	look = func(root ast.Node, inner bool) {
		ast.Inspect(root, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				if n != root {
					look(n, true)
					return false
				}
			case *ast.BranchStmt:
				switch n.Tok {
				case token.GOTO:
					found = true
				case token.BREAK:
					found = found || !inner && n.Label == nil || n.Label != nil && n.Label.Name == label
				}
			}
			return true
		})
	}
	look(body, false)
	return found
}
