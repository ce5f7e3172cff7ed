package subset

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// localTypes refuses types declared in fn that cannot be declared outside it
// instead, where the frame can name them: types whose scope suspends, and whose
// name has another meaning somewhere in fn.
//
// What a scope declares that does not suspend is no obstacle, as it is passed
// through whole and goes on hiding what is outside of it.
func (k *checker) localTypes(fn *color.Func) {
	l := &locals{checker: k, fn: fn, suspends: map[*types.Scope]bool{}, moved: map[string][]types.Object{}}
	l.scopes()
	l.collect()
	if len(l.moved) == 0 {
		return
	}
	reported := map[types.Object]bool{}
	ast.Inspect(fn.Decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && l.moved[id.Name] != nil {
			for _, obj := range []types.Object{k.Info.Defs[id], k.Info.Uses[id]} {
				if obj != nil {
					l.check(id, obj, reported)
				}
			}
		}
		return true
	})
}

type locals struct {
	*checker
	fn       *color.Func
	suspends map[*types.Scope]bool     // every scope of the function
	moved    map[string][]types.Object // types that are to be declared outside
}

// scopes fills suspends.
func (l *locals) scopes() {
	ast.Inspect(l.fn.Decl, func(n ast.Node) bool {
		if n == nil {
			return true
		}
		if scope := l.Info.Scopes[n]; scope != nil {
			l.suspends[scope] = l.colors.Suspends(n)
			switch n := n.(type) { // the body of a clause is one of the statements
			case *ast.CaseClause:
				l.suspends[scope] = l.anySuspends(n.Body)
			case *ast.CommClause:
				l.suspends[scope] = l.anySuspends(n.Body)
			}
		}
		return true
	})
	// The block of a function is that of its parameters, and belongs to its type.
	if scope := l.Info.Scopes[l.fn.Decl.Type]; scope != nil {
		l.suspends[scope] = l.colors.Suspends(l.fn.Decl.Body)
	}
}

func (l *locals) anySuspends(list []ast.Stmt) bool {
	return slices.ContainsFunc(list, func(s ast.Stmt) bool { return l.colors.Suspends(s) })
}

// collect fills moved. The types of a literal are its own.
func (l *locals) collect() {
	ast.Inspect(l.fn.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.TypeSpec:
			obj := l.Info.Defs[n.Name]
			if obj != nil && n.Name.Name != "_" && l.suspends[obj.Parent()] {
				l.moved[n.Name.Name] = append(l.moved[n.Name.Name], obj)
			}
		}
		return true
	})
}

// check reports what else than a moved type id may mean, once for each object.
func (l *locals) check(id *ast.Ident, obj types.Object, reported map[types.Object]bool) {
	moved := l.moved[id.Name]
	if obj == moved[0] || reported[obj] || !l.interferes(obj) {
		return
	}
	for _, t := range moved[1:] {
		if obj == t {
			reported[obj] = true
			l.report(obj.Pos(), diag.LocalTypeTwice,
				"two types named "+id.Name+" are declared in blocks of "+l.fn.Obj.Name()+" that suspend",
				"rename one of them, or declare them outside the function",
				l.related(moved[0].Pos(), "the other is declared here"))
			return
		}
	}
	if reported[moved[0]] {
		return
	}
	reported[moved[0]] = true
	l.report(moved[0].Pos(), diag.LocalTypeShadow,
		"type "+id.Name+" is declared in a block that suspends, but "+id.Name+" means something else elsewhere in "+l.fn.Obj.Name(),
		"rename the type, or declare it outside the function",
		l.related(id.Pos(), "here "+id.Name+" is "+describe(obj)))
}

// interferes reports whether a use of obj would mean a type of the same name if
// that were declared outside the function.
func (l *locals) interferes(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Label:
		return false
	case *types.Var:
		if obj.IsField() {
			return false
		}
	case *types.Func:
		if obj.Signature().Recv() != nil {
			return false
		}
	}
	suspends, inside := l.suspends[obj.Parent()]
	return suspends || !inside
}

func describe(obj types.Object) string {
	switch obj := obj.(type) {
	case *types.TypeName:
		if _, ok := obj.Type().(*types.TypeParam); ok {
			return "a type parameter"
		}
		return "another type"
	case *types.Var:
		return "a variable"
	case *types.Const:
		return "a constant"
	case *types.Func:
		return "a function"
	case *types.PkgName:
		return "a package"
	}
	return "something else"
}
