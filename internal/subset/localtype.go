package subset

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// localTypes refuses types declared in fn that hide something from the rest of
// it which has no other name. A type whose scope suspends is declared at the top
// of the generated function, where frames can be put back. Types of the package
// then go by an alias, variables, constants and type parameters by another name.
// Functions and variables of the package don't, nor generic types, nor what is
// predeclared.
func (k *checker) localTypes(fn *color.Func) {
	moved := k.movedTypes(fn)
	if len(moved) == 0 {
		return
	}
	hidden := map[string]*ast.Ident{} // by name, where it is used
	ast.Inspect(fn.Decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && hidden[id.Name] == nil && k.nameless(k.Info.Uses[id]) {
			hidden[id.Name] = id
		}
		return true
	})
	reported := map[string]bool{}
	for _, obj := range moved {
		name := obj.Name()
		id := hidden[name]
		embedded := k.embedded(fn, k.aliased(moved, name))
		why := k.related(token.NoPos, name+" is predeclared")
		switch {
		case reported[name]:
			continue
		case id != nil:
			why = k.related(id.Pos(), "here "+name+" is "+describe(k.Info.Uses[id]))
		case embedded != nil:
			why = k.related(embedded.Pos(), "a type "+name+" is embedded in the type of this")
		case types.Universe.Lookup(name) == nil && !k.generic(name):
			continue
		case types.Universe.Lookup(name) == nil:
			why = k.related(k.Pkg.Scope().Lookup(name).Pos(), name+" is a generic type of the package")
		}
		reported[name] = true
		k.report(obj.Pos(), diag.LocalTypeShadow,
			"type "+name+" is declared in a block that suspends, but "+name+" means something else elsewhere in "+fn.Obj.Name(),
			"rename the type, or declare it outside the function", why)
	}
}

// aliased are the types called name that will go by another one.
func (k *checker) aliased(moved []types.Object, name string) []types.Object {
	var list []types.Object
	for _, obj := range moved {
		if obj.Name() == name {
			list = append(list, obj)
		}
	}
	if len(list) == 1 {
		list = nil
	}
	if k.Pkg != nil && k.Pkg.Scope().Lookup(name) != nil {
		list = append(list, k.Pkg.Scope().Lookup(name))
	}
	return list
}

// embedded finds an expression of fn in whose type, as it is spelled, one of the
// types is embedded: the field is called as the type is there.
func (k *checker) embedded(fn *color.Func, list []types.Object) (found ast.Expr) {
	if len(list) == 0 {
		return nil
	}
	ast.Inspect(fn.Decl, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || found != nil {
			return found == nil
		}
		seen := map[types.Type]bool{}
		var visit func(t types.Type) bool
		each := func(tuple *types.Tuple) bool {
			for v := range tuple.Variables() {
				if visit(v.Type()) {
					return true
				}
			}
			return false
		}
		visit = func(t types.Type) bool {
			if t == nil || seen[t] {
				return false
			}
			seen[t] = true
			switch t := t.(type) {
			case *types.Named:
				for a := range t.TypeArgs().Types() {
					if visit(a) {
						return true
					}
				}
				return false
			case *types.Tuple:
				return each(t)
			case *types.Signature:
				return each(t.Params()) || each(t.Results())
			case *types.Map:
				return visit(t.Key()) || visit(t.Elem())
			case interface{ Elem() types.Type }:
				return visit(t.Elem())
			case *types.Struct:
				for f := range t.Fields() {
					if f.Embedded() && slices.ContainsFunc(list, func(o types.Object) bool { return typeName(f.Type()) == o }) || visit(f.Type()) {
						return true
					}
				}
			}
			return false
		}
		if visit(k.Info.TypeOf(e)) {
			found = e
		}
		return found == nil
	})
	return found
}

// typeName is the name that an embedded field of type t has its own from.
func typeName(t types.Type) types.Object {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	switch t := t.(type) {
	case *types.Named:
		return t.Obj()
	case *types.Alias:
		return t.Obj()
	}
	return nil
}

// movedTypes are the types that fn declares in scopes that suspend. Those of a
// literal are its own.
func (k *checker) movedTypes(fn *color.Func) (moved []types.Object) {
	suspends := k.scopes(fn)
	ast.Inspect(fn.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.TypeSpec:
			obj := k.Info.Defs[n.Name]
			if obj != nil && n.Name.Name != "_" && suspends[obj.Parent()] {
				moved = append(moved, obj)
			}
		}
		return true
	})
	return moved
}

// scopes tells of every scope of a function whether it suspends.
func (k *checker) scopes(fn *color.Func) map[*types.Scope]bool {
	suspends := map[*types.Scope]bool{}
	ast.Inspect(fn.Decl, func(n ast.Node) bool {
		if n == nil {
			return true
		}
		if scope := k.Info.Scopes[n]; scope != nil {
			suspends[scope] = k.colors.Suspends(n)
			switch n := n.(type) { // the body of a clause is one of the statements
			case *ast.CaseClause:
				suspends[scope] = k.anySuspends(n.Body)
			case *ast.CommClause:
				suspends[scope] = k.anySuspends(n.Body)
			}
		}
		return true
	})
	// The block of a function is that of its parameters, and belongs to its type.
	if scope := k.Info.Scopes[fn.Decl.Type]; scope != nil {
		suspends[scope] = k.colors.Suspends(fn.Decl.Body)
	}
	return suspends
}

func (k *checker) anySuspends(list []ast.Stmt) bool {
	return slices.ContainsFunc(list, func(s ast.Stmt) bool { return k.colors.Suspends(s) })
}

// nameless reports whether obj is of the package and has no other name than its
// own.
func (k *checker) nameless(obj types.Object) bool {
	if obj == nil || k.Pkg == nil || obj.Parent() != k.Pkg.Scope() && obj.Parent() != types.Universe {
		return false
	}
	_, isType := obj.(*types.TypeName)
	return !isType || obj.Parent() == types.Universe || k.generic(obj.Name())
}

// generic reports whether name is that of a generic type of the package, which
// code may need without saying it.
func (k *checker) generic(name string) bool {
	if k.Pkg == nil {
		return false
	}
	tn, ok := k.Pkg.Scope().Lookup(name).(*types.TypeName)
	if !ok {
		return false
	}
	t, ok := tn.Type().(interface{ TypeParams() *types.TypeParamList })
	return ok && t.TypeParams().Len() > 0
}

func describe(obj types.Object) string {
	switch obj.(type) {
	case *types.TypeName:
		return "another type"
	case *types.Var:
		return "a variable"
	case *types.Const:
		return "a constant"
	case *types.Func:
		return "a function"
	}
	return "something else"
}
