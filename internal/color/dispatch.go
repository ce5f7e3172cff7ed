package color

import (
	"go/types"

	"github.com/going-green/greenlet/internal/names"
)

// Calls of interface methods. Whether one suspends is known when it is made: if
// the dynamic type has a companion of the method. A call is lowered for that if
// a resumable method can be what it reaches, as far as this package and those
// that it imports show; all other calls of interface methods stay as they are,
// and cost nothing.

// dispatches reports whether the interface method fn may reach a resumable one.
func (c *Colors) dispatches(fn *types.Func) bool {
	if known, ok := c.dispatch.Load(fn); ok {
		return known.(bool)
	}
	found := false
	if iface, ok := fn.Signature().Recv().Type().Underlying().(*types.Interface); ok {
		found = c.implemented(c.pkg.Pkg, fn, iface)
		for _, pkg := range c.pkg.Pkg.Imports() {
			if found {
				break
			}
			found = usesRuntime(pkg) && c.implemented(pkg, fn, iface)
		}
	}
	c.dispatch.Store(fn, found)
	return found
}

// usesRuntime reports whether a package can have companions.
func usesRuntime(pkg *types.Package) bool {
	for _, imp := range pkg.Imports() {
		if imp.Path() == names.RuntimePath {
			return true
		}
	}
	return false
}

// implemented reports whether a type of pkg implements iface with a resumable
// method fn. Generic types are taken to, if they have such a method: which of
// their instances do, nobody can say here.
func (c *Colors) implemented(pkg *types.Package, fn *types.Func, iface *types.Interface) bool {
	if pkg == nil {
		return false
	}
	for _, named := range declaredTypes(pkg) {
		ptr := types.NewPointer(named)
		sel := types.NewMethodSet(ptr).Lookup(fn.Pkg(), fn.Name())
		if sel == nil {
			continue
		}
		m, ok := sel.Obj().(*types.Func)
		if !ok || types.IsInterface(m.Signature().Recv().Type()) || !c.Resumable(m) {
			continue
		}
		if named.TypeParams().Len() > 0 || types.Implements(ptr, iface) {
			return true
		}
	}
	return false
}

// IsInterfaceMethod reports whether fn is declared by an interface.
func IsInterfaceMethod(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}
