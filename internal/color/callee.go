package color

import (
	"go/ast"
	"go/types"
	"reflect"

	"github.com/going-green/greenlet/internal/names"
)

// callee is the function or method that call names, the generic one if it is
// instantiated, or nil.
func callee(info *types.Info, call *ast.CallExpr) *types.Func {
	id := calleeIdent(call.Fun)
	if id == nil {
		return nil
	}
	fn, _ := info.Uses[id].(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// calleeIdent is the identifier that names the called function in f, pkg.f,
// x.f and T.f, parenthesised or instantiated, or nil.
func calleeIdent(fun ast.Expr) *ast.Ident {
	for {
		switch x := fun.(type) {
		case *ast.ParenExpr:
			fun = x.X
		case *ast.IndexExpr:
			fun = x.X
		case *ast.IndexListExpr:
			fun = x.X
		case *ast.SelectorExpr:
			return x.Sel
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}

var functionOps = map[string]Op{
	"Switch":   OpSwitch,
	"Yield":    OpYield,
	"Exchange": OpExchange,
	"Call":     OpCallFrame,
}

var methodOps = map[string]Op{
	"Switch": OpSwitchMethod,
	"Throw":  OpThrow,
	"Kill":   OpKill,
}

// runtimeOp is the runtime operation that fn is, or 0.
func runtimeOp(fn *types.Func) Op {
	if fn.Pkg() == nil || fn.Pkg().Path() != names.RuntimePath {
		return 0
	}
	recv := fn.Signature().Recv()
	if recv == nil {
		return functionOps[fn.Name()]
	}
	if named := receiverBase(recv.Type()); named != nil && named.Obj().Name() == "Greenlet" {
		return methodOps[fn.Name()]
	}
	return 0
}

// hasCompanion reports whether the package that declares fn declares its
// companion as well. A method's companion must be a method of the same type: one
// promoted from an embedded type belongs to another method, which fn hides.
func hasCompanion(fn *types.Func) bool {
	if fn.Pkg() == nil || fn.Pkg().Path() == names.RuntimePath {
		return false
	}
	name := names.Companion(fn.Name())
	recv := fn.Signature().Recv()
	if recv == nil {
		obj, _ := fn.Pkg().Scope().Lookup(name).(*types.Func)
		return isCompanion(obj)
	}
	named := receiverBase(recv.Type())
	if named == nil || types.IsInterface(named) {
		return false
	}
	named = named.Origin()
	for i := range named.NumMethods() {
		if m := named.Method(i); m.Name() == name {
			return isCompanion(m)
		}
	}
	return false
}

// isCompanion reports whether the first parameter of fn is a *greenlet.Run.
func isCompanion(fn *types.Func) bool {
	if fn == nil || fn.Signature().Params().Len() == 0 {
		return false
	}
	ptr, ok := types.Unalias(fn.Signature().Params().At(0).Type()).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(ptr.Elem()).(*types.Named)
	if !ok {
		return false
	}
	obj := named.Obj()
	return obj.Name() == "Run" && obj.Pkg() != nil && obj.Pkg().Path() == names.RuntimePath
}

// receiverBase is the named type T of a receiver of type T or *T, or nil.
func receiverBase(t types.Type) *types.Named {
	t = types.Unalias(t)
	if ptr, ok := t.(*types.Pointer); ok {
		t = types.Unalias(ptr.Elem())
	}
	named, _ := t.(*types.Named)
	return named
}

// walk is ast.Inspect for a node that may be nil, be it a nil interface or a
// nil pointer in one: optional children are typed nils.
func walk(n ast.Node, f func(ast.Node) bool) {
	if n == nil {
		return
	}
	if v := reflect.ValueOf(n); v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	ast.Inspect(n, func(n ast.Node) bool { return n != nil && f(n) })
}
