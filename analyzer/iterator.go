package analyzer

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Check plain-iterator: a loop whose body switches, over an iterator that is plain
// code for certain: one that the standard library makes, a plain function, or
// what a plain function of this package returns as a literal.

func (k *checker) iterators() {
	k.resumable(func(_ *color.Func, n ast.Node) {
		loop, ok := n.(*ast.RangeStmt)
		if !ok || !k.colors.OverFunc(loop) {
			return
		}
		name := k.plainIterator(loop.X)
		if name == "" {
			return
		}
		c := k.first(loop.Body, k.suspension)
		if c == nil {
			return
		}
		k.report(finding{
			pos: loop.X.Pos(), end: loop.X.End(), code: diag.PlainIterator,
			message: "the body of this loop suspends (" + c.String() + "), but the iterator " + name +
				" is plain code: it runs on a stack of its own, as by greenlet.OnStack, at some hundred nanoseconds a value",
			remedy:  "range over a slice or a map, such as slices.Collect of it, or annotate the iterator",
			related: because(c),
		})
	})
}

// plainIterator is the name of an iterator that is plain code, or "".
func (k *checker) plainIterator(x ast.Expr) string {
	x = ast.Unparen(x)
	if call, ok := x.(*ast.CallExpr); ok {
		fn := k.colors.Callee(call)
		switch {
		case fn == nil || fn.Pkg() == nil || k.colors.Resumable(fn):
			return ""
		case color.CallsBack(fn) || k.returnsLiterals(fn):
			return k.colors.Name(fn)
		}
		return ""
	}
	id := color.CalleeIdent(x)
	if id == nil {
		return ""
	}
	fn, ok := k.pass.TypesInfo.Uses[id].(*types.Func)
	if !ok || k.colors.Resumable(fn) || color.IsInterfaceMethod(fn) {
		return ""
	}
	return k.colors.Name(fn)
}

// returnsLiterals reports whether fn is a plain function of this package whose
// results are literals. They are plain, too.
func (k *checker) returnsLiterals(fn *types.Func) bool {
	decl := k.decls[fn]
	if decl == nil {
		return false
	}
	count, other := 0, false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			count++
			if len(n.Results) != 1 {
				other = true
			} else if _, ok := ast.Unparen(n.Results[0]).(*ast.FuncLit); !ok {
				other = true
			}
		}
		return true
	})
	return count > 0 && !other
}
