package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// harmless are packages whose functions change nothing but their results.
var harmless = map[string]bool{
	"bytes": true, "cmp": true, "errors": true, "math": true, "math/bits": true, "path": true, "path/filepath": true,
	"strconv": true, "strings": true, "unicode": true, "unicode/utf8": true,
}

// pureCall reports whether a call changes nothing, as far as its arguments do not. within are
// the functions that are looked at.
func (u *unpredictable) pureCall(call *ast.CallExpr, within []*types.Func) bool {
	if tv, ok := u.pass.TypesInfo.Types[call.Fun]; ok && (tv.IsType() || tv.IsBuiltin()) {
		if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && tv.IsBuiltin() {
			return !slices.Contains([]string{"close", "copy", "clear", "delete", "panic", "print", "println", "recover"}, id.Name)
		}
		return true
	}
	fn := u.colors.Callee(call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	switch pkg := fn.Pkg().Path(); {
	case harmless[pkg] && fn.Signature().Recv() == nil, pkg == "fmt" && strings.HasPrefix(fn.Name(), "Sprint"), pkg == "fmt" && fn.Name() == "Errorf":
		return true
	case pkg == "time":
		return fn.Signature().Recv() != nil // Time and Duration; timers have methods that nobody calls in conditions
	case pkg == "slices":
		return slices.Contains([]string{"Contains", "ContainsFunc", "Index", "Equal", "Max", "Min", "Clone", "Sorted", "Compare"}, fn.Name())
	case slices.Contains(within, fn):
		return true
	}
	decl := u.decls[fn.Origin()]
	return decl != nil && len(within) < 10 && u.pureBody(decl, append(within, fn))
}

// pureBody reports whether a function changes nothing but variables of its own.
func (u *unpredictable) pureBody(decl *ast.FuncDecl, within []*types.Func) bool {
	pure := true
	own := func(x ast.Expr) bool {
		id, ok := ast.Unparen(x).(*ast.Ident)
		if !ok {
			return false
		}
		obj := u.pass.TypesInfo.Defs[id]
		if obj == nil {
			obj = u.pass.TypesInfo.Uses[id]
		}
		return id.Name == "_" || obj != nil && decl.Pos() <= obj.Pos() && obj.Pos() < decl.End()
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				pure = pure && own(lhs)
			}
		case *ast.IncDecStmt:
			pure = pure && own(n.X)
		case *ast.UnaryExpr:
			pure = pure && n.Op != token.ARROW
		case *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt, *ast.SelectStmt, *ast.FuncLit:
			pure = false
		case *ast.CallExpr:
			pure = pure && u.pureCall(n, within)
		}
		return pure
	})
	return pure
}
