package subset

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// literalTypes refuses resumable literals, and bodies of loops over functions, with
// values of a type that a function around them declares. Such a literal becomes a
// type and functions of the package, where that type has no name.
func (k *checker) literalTypes(fn *color.Func) {
	report := func(n ast.Node, what string) {
		obj, pos := k.typeFromAround(n)
		if obj == nil {
			return
		}
		k.report(n.Pos(), diag.LiteralLocalType,
			what+" has values of type "+obj.Name()+", which is declared in the function around it",
			"declare the type outside the function",
			k.related(obj.Pos(), "type "+obj.Name()+" is declared here"), k.related(pos, "a value of it is here"))
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			if k.colors.Literal(n) != nil {
				report(n, "a function literal that suspends")
			} else {
				// What it ranges over, it ranges over as it is written.
				ast.Inspect(n.Body, func(c ast.Node) bool {
					if lit, ok := c.(*ast.FuncLit); ok {
						ast.Inspect(lit, visit)
						return false
					}
					return true
				})
				return false
			}
		case *ast.RangeStmt:
			if k.colors.OverFunc(n) {
				report(n, "the body of a loop over an iterator function that suspends")
			}
		}
		return true
	}
	ast.Inspect(fn.Decl.Body, visit)
}

// typeFromAround finds an expression in n whose type is declared in the function,
// but not in n.
func (k *checker) typeFromAround(n ast.Node) (found *types.TypeName, pos token.Pos) {
	seen := map[types.Type]bool{}
	ast.Inspect(n, func(c ast.Node) bool {
		e, ok := c.(ast.Expr)
		if !ok || found != nil {
			return found == nil
		}
		if obj := localIn(k.Info.TypeOf(e), seen, func(obj *types.TypeName) bool { return obj.Pos() < n.Pos() || obj.Pos() >= n.End() }); obj != nil {
			found, pos = obj, e.Pos()
		}
		return found == nil
	})
	return found, pos
}

// localIn finds a type that t is spelled with, is declared in a function, and is
// one that is asked for.
func localIn(t types.Type, seen map[types.Type]bool, asked func(*types.TypeName) bool) *types.TypeName {
	if t == nil || seen[t] {
		return nil
	}
	seen[t] = true
	tuple := func(list *types.Tuple) *types.TypeName {
		for v := range list.Variables() {
			if obj := localIn(v.Type(), seen, asked); obj != nil {
				return obj
			}
		}
		return nil
	}
	declared := func(obj *types.TypeName, args *types.TypeList) *types.TypeName {
		if obj.Pkg() != nil && obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope() && asked(obj) {
			return obj
		}
		for a := range args.Types() {
			if obj := localIn(a, seen, asked); obj != nil {
				return obj
			}
		}
		return nil
	}
	switch t := t.(type) {
	case *types.Named:
		return declared(t.Obj(), t.TypeArgs())
	case *types.Alias:
		return declared(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return localIn(t.Elem(), seen, asked)
	case *types.Slice:
		return localIn(t.Elem(), seen, asked)
	case *types.Array:
		return localIn(t.Elem(), seen, asked)
	case *types.Chan:
		return localIn(t.Elem(), seen, asked)
	case *types.Map:
		if obj := localIn(t.Key(), seen, asked); obj != nil {
			return obj
		}
		return localIn(t.Elem(), seen, asked)
	case *types.Signature:
		if obj := tuple(t.Params()); obj != nil {
			return obj
		}
		return tuple(t.Results())
	case *types.Tuple:
		return tuple(t)
	case *types.Struct:
		for f := range t.Fields() {
			if obj := localIn(f.Type(), seen, asked); obj != nil {
				return obj
			}
		}
	}
	return nil
}
