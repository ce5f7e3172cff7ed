package load

// Unknown says why the compiler can't tell what a frame yields: to infer its types is the
// generator's promise, so that the compiler's own words don't help.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// explainUnknown replaces the errors of calls of Seq, Pull and Exchanger that find no type in
// what they are given.
func (c *Checker) explainUnknown(n *Loaded) {
	colors := c.colors(n)
	reasons := map[token.Position]diag.Diagnostic{}
	follow := map[token.Position]bool{} // where another error is the reason
	for _, file := range n.files {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fn := colors.Callee(call)
			if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != names.RuntimePath || fn.Signature().Recv() != nil {
				return true
			}
			switch fn.Name() {
			case "Seq", "Pull", "Exchanger":
				if d, invalid, ok := c.unknown(n, colors, fn, call.Args[0]); ok {
					for _, arg := range call.Args { // too many are an error at the first of these
						pos := c.fset.Position(arg.Pos())
						reasons[pos], follow[pos] = d, invalid
					}
				}
			}
			return true
		})
	}
	var list diag.List
	others := slices.ContainsFunc(n.errs, func(d diag.Diagnostic) bool { return reasons[d.Pos].Code == "" })
	for _, d := range n.errs {
		if r, ok := reasons[d.Pos]; ok && d.Code == diag.TypeError {
			if others && follow[d.Pos] {
				continue
			}
			r.Pos = d.Pos
			d = r
		}
		list = append(list, d)
	}
	n.errs = list
}

// unknown is what there is to say of the first argument of a call of fn, and whether an error
// elsewhere may be the reason.
func (c *Checker) unknown(n *Loaded, colors *color.Colors, fn *types.Func, arg ast.Expr) (d diag.Diagnostic, invalid, ok bool) {
	d.Code = diag.YieldUnknown
	form := colors.Name(fn) + "Of"
	switch t := n.info.TypeOf(arg).(type) {
	case *types.Signature:
		d.Message = types.ExprString(arg) + " is a function, of which " + colors.Name(fn) + " can't tell what it yields"
		d.Remedy = "give it a frame, or say the type: " + form + typeArguments(fn, "") + "(" + types.ExprString(arg) + ", …)"
		return d, invalid, true
	case *types.Pointer:
		named, _ := types.Unalias(t.Elem()).(*types.Named)
		of := frameFunc(colors, n.pkg, named)
		if of == nil {
			return d, false, false
		}
		y, why := colors.Yields(of)
		switch {
		case y == nil:
			invalid = why.Invalid
			at := c.fset.Position(why.Pos)
			d.Message = fmt.Sprintf("it is not known what %s yields: it %s (%s:%d)", colors.Name(of), why.Reason, filepath.Base(at.Filename), at.Line)
			d.Remedy = "say the type: " + form + typeArguments(fn, "") + "(…)"
		case y.Answer == nil && fn.Name() == "Exchanger":
			d.Message = "it is not known what " + colors.Name(of) + " is answered: it awaits no answers, or of several types"
			d.Remedy = "say the types: " + form + typeArguments(fn, types.TypeString(y.Value, types.RelativeTo(n.pkg))) + "(…)"
		default:
			return d, false, false
		}
		return d, invalid, true
	}
	return d, false, false
}

// typeArguments are those to be said, as far as they are known.
func typeArguments(fn *types.Func, value string) string {
	if value == "" {
		value = fn.Signature().TypeParams().At(fn.Signature().TypeParams().Len() - 1).Obj().Name()
	}
	if fn.Name() == "Exchanger" {
		return "[In, " + value + "]"
	}
	return "[" + value + "]"
}

// frameFunc is the function of pkg that frame is of, or nil.
func frameFunc(colors *color.Colors, pkg *types.Package, frame *types.Named) *types.Func {
	if frame == nil || frame.Obj().Pkg() != pkg {
		return nil
	}
	for _, fn := range colors.Annotated() {
		if name, _ := colors.Frame(fn.Obj); name == frame.Obj().Name() {
			return fn.Obj
		}
	}
	return nil
}
