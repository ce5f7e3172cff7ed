package color

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/names"
)

// A Muted is an argument whose type has the resumable method Method, which the
// function that it is given to calls as a plain one.
type Muted struct {
	Arg       ast.Expr
	Method    *types.Func
	Interface types.Type
	Callee    *types.Func
}

// Muted are those of a call of a resumable function of another package, of the constructor
// of its frame, or of a start of it by value, for parameters of interface types and of type
// parameters. What an argument or a type holds further down is not looked at.
func (c *Colors) Muted(call *ast.CallExpr) (list []Muted) {
	fn, args := callee(c.pkg.Info, call), call.Args
	if run, rest, ok := c.Start(call); ok {
		if fn, args = c.Started(run), rest; fn != nil {
			fn = fn.Origin()
		}
	}
	if fn == nil || fn.Pkg() == nil || fn.Pkg() == c.pkg.Pkg || !c.Resumable(fn) && !constructs(fn) {
		return nil
	}
	sig := fn.Signature()
	seen := (&Package{Pkg: fn.Pkg()}).resumable() // by the callee
	for i, arg := range args {
		if sig.Params().Len() == 0 || call.Ellipsis.IsValid() && i == len(args)-1 {
			break
		}
		t := sig.Params().At(min(i, sig.Params().Len()-1)).Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() && i >= sig.Params().Len()-1 {
			t = s.Elem()
		}
		t = types.Unalias(t)
		if p, ok := t.(*types.TypeParam); ok {
			t = types.Unalias(p.Constraint())
		}
		given := c.pkg.Info.TypeOf(arg)
		if given == nil || types.IsInterface(given) || isTypeParam(types.Unalias(given)) || !types.IsInterface(t) {
			continue
		}
		named, ok := t.(*types.Named)
		if !ok || named.Obj().Pkg() == fn.Pkg() || named.Obj().Pkg() != nil && usesRuntime(named.Obj().Pkg()) {
			continue // the callee asks
		}
		set := types.NewMethodSet(given)
		for m := range t.Underlying().(*types.Interface).Methods() {
			sel := set.Lookup(m.Pkg(), m.Name())
			if sel == nil {
				continue
			}
			method, ok := sel.Obj().(*types.Func)
			asks := m.Pkg() != nil && usesRuntime(m.Pkg()) ||
				c.declares(fn.Pkg(), m, nil) ||
				slices.ContainsFunc(seen, func(pkg *types.Package) bool { return c.declares(pkg, m, nil) })
			if ok && !IsInterfaceMethod(method) && c.Resumable(method) && !asks {
				list = append(list, Muted{arg, method, t, fn})
			}
		}
	}
	return list
}

// constructs reports whether fn makes the frame of a resumable function.
func constructs(fn *types.Func) bool {
	results := fn.Signature().Results()
	if results.Len() != 1 {
		return false
	}
	ptr, ok := results.At(0).Type().(*types.Pointer)
	if !ok {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(ptr, false, fn.Pkg(), "Header")
	if obj == nil {
		obj, _, _ = types.LookupFieldOrMethod(ptr, false, fn.Pkg(), "Frame") // of a stub
	}
	return obj != nil && isRuntimeType(obj)
}

func isRuntimeType(obj types.Object) bool {
	named, ok := types.Unalias(obj.Type()).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == names.RuntimePath
}
