package color

import (
	"go/ast"
	"go/types"
	"reflect"
)

// Suspends reports whether executing n may suspend: it contains a suspension
// outside function literals. For a literal that is false, and for nil as well.
//
// The answer is known beforehand for the nodes of annotated functions. Other
// nodes may be asked for, such as a block made of statements of the source.
func (c *Colors) Suspends(n ast.Node) bool {
	if isNil(n) {
		return false
	}
	if known, ok := c.suspends[n]; ok {
		return known
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if n == nil || found {
			return false
		}
		if known, ok := c.suspends[n]; ok {
			found = known
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			_, found = c.Suspension(n)
		case *ast.RangeStmt:
			found = c.overFunc[n]
		}
		return !found
	})
	return found
}

// SuspendsLit reports whether the body of lit contains a suspension, outside
// literals nested in it.
func (c *Colors) SuspendsLit(lit *ast.FuncLit) bool { return lit != nil && c.Suspends(lit.Body) }

// mark computes Suspends for root and all below it. A suspension colours what
// it is in, out to the function or literal whose body that is.
func (c *Colors) mark(root ast.Node) {
	var path []ast.Node
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		path = append(path, n)
		c.suspends[n] = false
		suspends := false
		switch n := n.(type) {
		case *ast.CallExpr:
			_, suspends = c.Suspension(n)
		case *ast.RangeStmt:
			suspends = c.overFunc[n]
		}
		if !suspends {
			return true
		}
		for i := len(path) - 1; i >= 0; i-- {
			if _, lit := path[i].(*ast.FuncLit); lit {
				break
			}
			c.suspends[path[i]] = true
		}
		return true
	})
}

// findNotRun collects the calls that the function they stand in does not make.
func (c *Colors) findNotRun(root ast.Node) {
	all := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				c.notRun[call] = true
			}
			return true
		})
	}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			c.notRun[n.Call] = true
			if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
				all(lit.Body)
			}
		case *ast.DeferStmt:
			c.notRun[n.Call] = true
		case *ast.CallExpr:
			if unevaluated(c.pkg.Info, n) {
				for _, arg := range n.Args {
					all(arg)
				}
			}
		}
		return true
	})
}

// unevaluated reports whether call does not evaluate its operands. (len and cap
// of an array don't either, but they do as soon as the operand has a call.)
func unevaluated(info *types.Info, call *ast.CallExpr) bool {
	id := CalleeIdent(call.Fun)
	if id == nil {
		return false
	}
	b, ok := info.Uses[id].(*types.Builtin)
	if !ok {
		return false
	}
	switch b.Name() {
	case "Sizeof", "Alignof", "Offsetof":
		return true
	}
	return false
}

// isNil reports whether n is nil or a nil pointer: optional children of a node
// that are passed on become the latter.
func isNil(n ast.Node) bool {
	if n == nil {
		return true
	}
	v := reflect.ValueOf(n)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
