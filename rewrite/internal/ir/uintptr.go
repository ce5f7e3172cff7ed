package ir

import (
	"go/ast"
	"go/types"
)

// A pointer that is a uintptr for a while keeps nothing alive, and is not adjusted. Of
// what package unsafe allows, two patterns are single expressions that must not be
// taken apart: the conversion back of what a call returns, such as reflect's UnsafeAddr
// (pattern 5), and the conversion in the arguments of a call (pattern 4).

// FromUintptr reports whether conv is unsafe.Pointer(f()), where f returns a uintptr.
// gc keeps the two together, wherever it orders the call.
func FromUintptr(info *types.Info, conv *ast.CallExpr) bool {
	if !info.Types[conv.Fun].IsType() || len(conv.Args) != 1 || !isBasic(info.TypeOf(conv), types.UnsafePointer) {
		return false
	}
	call, ok := ast.Unparen(conv.Args[0]).(*ast.CallExpr)
	return ok && isBasic(info.TypeOf(call), types.Uintptr) && !info.Types[call.Fun].IsType() && !info.Types[call.Fun].IsBuiltin()
}

// ToUintptr is x if arg is uintptr(x), where x is an unsafe.Pointer; else it is nil. A
// call that is deferred keeps the pointer, and converts it when it is made, as with gc.
func ToUintptr(info *types.Info, arg ast.Expr) (conv *ast.CallExpr, x ast.Expr) {
	conv, ok := ast.Unparen(arg).(*ast.CallExpr)
	if !ok || !info.Types[conv.Fun].IsType() || len(conv.Args) != 1 || !isBasic(info.TypeOf(conv), types.Uintptr) {
		return nil, nil
	}
	if x = conv.Args[0]; !isBasic(info.TypeOf(x), types.UnsafePointer) || info.Types[x].IsNil() {
		return nil, nil
	}
	return conv, x
}

func isBasic(t types.Type, kind types.BasicKind) bool {
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == kind
}
