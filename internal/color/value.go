package color

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/names"
)

// A Value is a resumable function, or an operation of the runtime whose meaning
// depends on who runs, that is named without being called.
type Value struct {
	Expr ast.Expr   // f, f[int], pkg.f, x.m, T.m
	Name *ast.Ident // of the function, in Expr
	Func *types.Func
	// Static says that the value is found by its code wherever it is called: a
	// declared function that is not generic.
	Static bool
}

// Values are those in fn, its literals included, in source order. Where a go
// statement starts a literal, its body has none: it leaves the greenlet.
func (c *Colors) Values(fn *Func) []*Value {
	var list []*Value
	called := map[*ast.Ident]bool{}
	seen := map[*ast.Ident]bool{}
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			if _, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
				for _, arg := range n.Call.Args {
					ast.Inspect(arg, visit)
				}
				return false
			}
		case *ast.CallExpr:
			if id := CalleeIdent(n.Fun); id != nil {
				called[id] = true // before it is visited
			}
		case *ast.IndexExpr, *ast.IndexListExpr, *ast.SelectorExpr, *ast.Ident:
			e := n.(ast.Expr)
			id := CalleeIdent(e)
			if id == nil || called[id] || seen[id] {
				return true
			}
			if v := c.value(e, id); v != nil {
				seen[id] = true
				list = append(list, v)
			}
		}
		return true
	}
	ast.Inspect(fn.Decl.Body, visit)
	return list
}

// value is what e is as a value, if it may suspend when it is called.
func (c *Colors) value(e ast.Expr, id *ast.Ident) *Value {
	fn, ok := c.pkg.Info.Uses[id].(*types.Func)
	if !ok {
		return nil
	}
	if c.classify(fn, id).Op == 0 && !AsksWhoRuns(fn) {
		return nil
	}
	sig := fn.Signature()
	return &Value{
		Expr: e, Name: id, Func: fn,
		Static: Operation(fn) == 0 && !AsksWhoRuns(fn) && sig.Recv() == nil && sig.TypeParams().Len() == 0,
	}
}

var whoRuns = []string{"Current", "New", "Caller", "Callers"}

// AsksWhoRuns reports whether fn is a function of the runtime whose meaning
// depends on the greenlet that calls it.
func AsksWhoRuns(fn *types.Func) bool {
	return fn != nil && fn.Pkg() != nil && fn.Pkg().Path() == names.RuntimePath && fn.Signature().Recv() == nil &&
		slices.Contains(whoRuns, fn.Name())
}

// UsedAsValue reports whether plain or resumable code of the package names fn
// without calling it, or code of other packages may.
func (c *Colors) UsedAsValue(fn *types.Func) bool {
	if fn.Exported() && c.pkg.Pkg.Name() != "main" {
		return true
	}
	return c.asValue[fn] || slices.Contains(c.pkg.Named, fn.Name())
}

// CanStart reports whether fn may be what a greenlet, Seq or Call is started with: plain or
// resumable code of the package names it or its constructor, or code of other packages may.
// Others are only called.
func (c *Colors) CanStart(fn *types.Func) bool {
	constructor := names.Constructor(fn.Name())
	return c.UsedAsValue(fn) || c.named[constructor] || slices.Contains(c.pkg.Named, constructor)
}

// findValues fills asValue and named.
func (c *Colors) findValues() {
	called := map[*ast.Ident]bool{}
	for _, file := range c.pkg.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if id := CalleeIdent(n.Fun); id != nil {
					called[id] = true
				}
			case *ast.Ident:
				used, ok := c.pkg.Info.Uses[n].(*types.Func)
				if ok && used.Pkg() == c.pkg.Pkg {
					c.named[used.Name()] = true
				}
				if ok && !called[n] {
					c.asValue[used.Origin()] = true
				}
			}
			return true
		})
	}
}
