package ir

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Terminating reports whether control never gets behind s, by the rules of the
// specification ("Terminating statements"), which are those of go vet, too: what stood
// there would be reported as unreachable. Branches for which leaves holds, if it is not
// nil, become returns.
func Terminating(info *types.Info, s ast.Stmt, leaves func(*ast.BranchStmt) bool) bool {
	t := &terminator{info, leaves}
	return t.stmt(s, nil)
}

type terminator struct {
	info   *types.Info
	leaves func(*ast.BranchStmt) bool
}

// stmt is terminating for s, which has the label that is the object label, if any.
func (t *terminator) stmt(s ast.Stmt, label types.Object) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.GOTO || t.leaves != nil && t.leaves(s)
	case *ast.ExprStmt:
		call, ok := ast.Unparen(s.X).(*ast.CallExpr)
		return ok && t.panics(call)
	case *ast.BlockStmt:
		return t.list(s.List)
	case *ast.IfStmt:
		return s.Else != nil && t.stmt(s.Body, nil) && t.stmt(s.Else, nil)
	case *ast.ForStmt:
		return s.Cond == nil && !t.breaks(s.Body, label)
	case *ast.LabeledStmt:
		return t.stmt(s.Stmt, t.info.Defs[s.Label])
	case *ast.SwitchStmt:
		return t.clauses(s.Body, label, false)
	case *ast.TypeSwitchStmt:
		return t.clauses(s.Body, label, false)
	case *ast.SelectStmt:
		return t.clauses(s.Body, label, true)
	}
	return false
}

func (t *terminator) panics(call *ast.CallExpr) bool {
	id, ok := ast.Unparen(call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	b, ok := t.info.Uses[id].(*types.Builtin)
	return ok && b.Name() == "panic"
}

func (t *terminator) list(list []ast.Stmt) bool {
	for len(list) > 0 {
		last := list[len(list)-1]
		if _, empty := last.(*ast.EmptyStmt); !empty {
			return t.stmt(last, nil)
		}
		list = list[:len(list)-1]
	}
	return false
}

// clauses is stmt for a switch or select; all says that one of its clauses is always
// taken, without a default.
func (t *terminator) clauses(body *ast.BlockStmt, label types.Object, all bool) bool {
	if t.breaks(body, label) {
		return false
	}
	for _, c := range body.List {
		var list []ast.Stmt
		switch c := c.(type) {
		case *ast.CaseClause:
			all = all || c.List == nil
			list = c.Body
		case *ast.CommClause:
			list = c.Body
		}
		if n := len(list); n > 0 {
			if b, ok := list[n-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
				continue
			}
		}
		if !t.list(list) {
			return false
		}
	}
	return all
}

// breaks reports whether a break in body ends the statement that it is the body of, and
// that has the label, if any.
func (t *terminator) breaks(body *ast.BlockStmt, label types.Object) bool {
	labeled := func(n ast.Node) bool {
		b, ok := n.(*ast.BranchStmt)
		return ok && b.Tok == token.BREAK && b.Label != nil && t.info.Uses[b.Label] == label
	}
	if label != nil && Contains(body, labeled) {
		return true
	}
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return false // a plain break in there is its own
		case *ast.BranchStmt:
			found = found || n.Tok == token.BREAK && n.Label == nil
		}
		return !found
	})
	return found
}
