package subset

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// literalTypes refuses resumable literals, bodies of loops over functions, and
// functions used as values, that are spelled with a type of a function around them
// if one of the types they are spelled with can't be said where they stand. The code
// of such a literal is put there, for nowhere else the local type has a name.
func (k *checker) literalTypes(fn *color.Func) {
	suspends := k.scopes(fn)
	report := func(n ast.Node, inLit bool, what string, more ...types.Type) {
		used, around := k.typesOf(fn, n, more)
		if !around {
			return
		}
		for _, u := range used {
			hiding := k.hiding(u, n)
			if hiding == nil || !inLit && suspends[hiding.Parent()] && (hiding.Pos() < n.Pos() || hiding.Pos() >= n.End()) {
				continue // what is moved to the top makes way
			}
			k.report(n.Pos(), diag.LiteralLocalType,
				what+" has values of type "+u.obj.Name()+", and "+u.obj.Name()+" means something else here",
				"rename what hides the type",
				k.related(hiding.Pos(), "here "+u.obj.Name()+" is "+describe(hiding)), k.related(u.pos, "a value of the type is here"))
			return
		}
	}
	var visit func(n ast.Node, inLit bool)
	visit = func(root ast.Node, inLit bool) {
		ast.Inspect(root, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				if n == root {
					return true
				}
				if k.colors.Literal(n) != nil {
					report(n, inLit, "a function literal that suspends")
					visit(n, true)
					return false
				}
				// What it ranges over, it ranges over as it is written.
				ast.Inspect(n.Body, func(c ast.Node) bool {
					if lit, ok := c.(*ast.FuncLit); ok {
						visit(&ast.ExprStmt{X: lit}, true)
						return false
					}
					return true
				})
				return false
			case *ast.RangeStmt:
				if k.colors.OverFunc(n) {
					report(n, inLit, "the body of a loop over an iterator function that suspends")
				}
			}
			return true
		})
	}
	visit(fn.Decl.Body, false)
	for _, v := range k.colors.Values(fn) {
		if !v.Static {
			var args []types.Type
			for t := range k.Info.Instances[v.Name].TypeArgs.Types() {
				args = append(args, t)
			}
			report(v.Expr, true, v.Name.Name+" as a value", args...)
		}
	}
}

// typeUse is a type that something is spelled with.
type typeUse struct {
	obj *types.TypeName
	pos token.Pos // of an expression of that type
}

// typesOf are the types that n is spelled with, but not those that it declares, and
// whether one of them is declared in the function.
func (k *checker) typesOf(fn *color.Func, n ast.Node, more []types.Type) (list []typeUse, around bool) {
	seen := map[types.Type]bool{}
	known := map[*types.TypeName]bool{}
	add := func(t types.Type, pos token.Pos) {
		typeNames(t, seen, func(obj *types.TypeName) {
			if known[obj] || obj.Pkg() == nil || n.Pos() <= obj.Pos() && obj.Pos() < n.End() {
				return
			}
			known[obj] = true
			_, param := obj.Type().(*types.TypeParam)
			if param && (obj.Pos() < fn.Decl.Pos() || obj.Pos() >= fn.Decl.End()) {
				return // of a generic function that n names
			}
			list = append(list, typeUse{obj, pos})
			if !param && obj.Parent() != nil && obj.Parent() != obj.Pkg().Scope() {
				around = true
			}
		})
	}
	ast.Inspect(n, func(c ast.Node) bool {
		if e, ok := c.(ast.Expr); ok {
			add(k.Info.TypeOf(e), e.Pos())
		}
		if id, ok := c.(*ast.Ident); ok {
			for t := range k.Info.Instances[id].TypeArgs.Types() {
				add(t, id.Pos())
			}
		}
		return true
	})
	for _, t := range more {
		add(t, n.Pos())
	}
	return list, around
}

// hiding is what the name of a type means at n, or in n by a type declared there, if
// that is not the type itself.
func (k *checker) hiding(u typeUse, n ast.Node) types.Object {
	if k.Pkg == nil || u.obj.Pkg() != k.Pkg {
		return nil
	}
	if u.obj.Parent() != k.Pkg.Scope() { // those of the package have aliases
		var found types.Object
		ast.Inspect(n, func(c ast.Node) bool {
			if spec, ok := c.(*ast.TypeSpec); ok && spec.Name.Name == u.obj.Name() {
				found = k.Info.Defs[spec.Name]
			}
			return found == nil
		})
		if found != nil {
			return found
		}
	}
	scope := k.Pkg.Scope().Innermost(n.Pos())
	if scope == nil {
		return nil
	}
	if _, obj := scope.LookupParent(u.obj.Name(), n.Pos()); obj != nil && obj != u.obj {
		return obj
	}
	return nil
}

// typeNames calls f for the names of types that t is spelled with.
func typeNames(t types.Type, seen map[types.Type]bool, f func(*types.TypeName)) {
	color.WalkType(t, seen, func(t types.Type) bool {
		if named, ok := t.(interface{ Obj() *types.TypeName }); ok {
			f(named.Obj())
		}
		return true
	})
}
