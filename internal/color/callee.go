package color

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/names"
)

// callee is the function or method that call names, the generic one if it is
// instantiated, or nil.
func callee(info *types.Info, call *ast.CallExpr) *types.Func {
	id := CalleeIdent(call.Fun)
	if id == nil {
		return nil
	}
	fn, _ := info.Uses[id].(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// Callee is the function or method that call names, the generic one if it is
// instantiated, or nil.
func (c *Colors) Callee(call *ast.CallExpr) *types.Func { return callee(c.pkg.Info, call) }

// CalleeIdent is the identifier that names the called function in f, pkg.f,
// x.f and T.f, parenthesised or instantiated, or nil.
func CalleeIdent(fun ast.Expr) *ast.Ident {
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

// LookupCompanion is the companion of fn that the package of fn declares, or
// nil. A method's companion must be a method of the same type: one promoted from
// an embedded type belongs to another method, which fn hides. Methods of
// interfaces have none.
func LookupCompanion(fn *types.Func) *types.Func { return lookup(fn, names.Companion) }

// LookupDeferred is the form of fn in which resumable code defers it, that its
// package declares if fn recovers, or nil. Where it is found is as with
// LookupCompanion.
func LookupDeferred(fn *types.Func) *types.Func {
	if LookupCompanion(fn) == nil {
		return nil
	}
	d := lookup(fn, names.Deferred)
	if d == nil || !isPointerTo(d, 1, "DeferHeader") {
		return nil // a function of the user's
	}
	return d
}

func lookup(fn *types.Func, rule func(string) string) *types.Func {
	if fn == nil || fn.Pkg() == nil {
		return nil
	}
	fn = fn.Origin()
	name := rule(fn.Name())
	recv := fn.Signature().Recv()
	if recv == nil {
		if obj, _ := fn.Pkg().Scope().Lookup(name).(*types.Func); isCompanion(obj) {
			return obj
		}
		return nil
	}
	named := receiverBase(recv.Type())
	if named == nil {
		return nil
	}
	for m := range named.Methods() { // of an interface there are none here
		if m.Name() == name && isCompanion(m) {
			return m
		}
	}
	return nil
}

// isCompanion reports whether the first parameter of fn is a *greenlet.Run.
func isCompanion(fn *types.Func) bool { return isPointerTo(fn, 0, "Run") }

// IsCompanion reports whether fn has the form of a companion, or of what resumable
// code defers: its first parameter is a *greenlet.Run.
func IsCompanion(fn *types.Func) bool { return isCompanion(fn) }

// isPointerTo reports whether parameter i of fn is a pointer to the named type
// of the runtime.
func isPointerTo(fn *types.Func, i int, name string) bool {
	if fn == nil || fn.Signature().Params().Len() <= i {
		return false
	}
	ptr, ok := types.Unalias(fn.Signature().Params().At(i).Type()).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(ptr.Elem()).(*types.Named)
	if !ok {
		return false
	}
	obj := named.Obj()
	return obj.Name() == name && obj.Pkg() != nil && obj.Pkg().Path() == names.RuntimePath
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

// OfRuntime reports whether fn is a function of the runtime.
func OfRuntime(fn *types.Func) bool { return fn.Pkg() != nil && names.IsRuntime(fn.Pkg().Path()) }
