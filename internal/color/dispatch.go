package color

import (
	"go/ast"
	"go/types"
	"slices"
)

// Calls of interface methods. Whether one suspends is known when it is made: if
// the dynamic type has a companion of the method. To ask costs a few nanoseconds
// and makes the call a suspension. So it is asked where it must be:
//
// An interface of this package, or of another one with resumable functions, is for
// users to implement, of whom nothing is seen here. Its calls ask. A name is all
// that it takes to make another's interface one of this package's:
//
//	type reader interface{ io.Reader }
//
// What nobody else can implement, since its method is not exported, or since
// nobody can import this package and nothing that this imports has resumable
// functions, is called so if a resumable method is seen that it can reach.
//
// Calls through all other interfaces, those of the standard library first, ask
// if such a method is seen, in this package or in those that it imports. For a
// user that nothing is seen of, package subset reports where a type with a
// resumable method becomes such an interface (see [Colors.Muted]).

// dispatches reports whether a call of the interface method fn, where id names
// it, asks for a companion.
func (c *Colors) dispatches(fn *types.Func, id *ast.Ident) bool {
	if c.reaches(fn) {
		return true
	}
	return fn.Exported() && (c.open(fn.Pkg()) || c.open(c.interfaceOf(id)))
}

// open reports whether interfaces of pkg may be implemented by types that are
// not seen here.
func (c *Colors) open(pkg *types.Package) bool {
	switch {
	case pkg == nil:
		return false
	case pkg != c.pkg.Pkg:
		return usesRuntime(pkg)
	case pkg.Name() != "main":
		return true
	}
	return len(c.deps) > 0
}

// interfaceOf is the package of the interface that a method is selected from
// where id names it: that of the type's declaration, this one if it has none.
func (c *Colors) interfaceOf(id *ast.Ident) *types.Package {
	s := c.selected[id]
	if s == nil {
		return nil
	}
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		st, ok := deref(t).Underlying().(*types.Struct)
		if !ok {
			return nil // a package with type errors
		}
		t = st.Field(i).Type()
	}
	t = types.Unalias(t)
	if p, ok := t.(*types.TypeParam); ok {
		t = types.Unalias(p.Constraint())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Pkg()
	}
	return c.pkg.Pkg
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// reaches reports whether a resumable method is seen, by this package, that a
// call of the interface method fn can reach.
func (c *Colors) reaches(fn *types.Func) bool {
	if known, ok := c.dispatch.Load(fn); ok {
		return known.(bool)
	}
	found := c.sees(func(pkg *types.Package) bool { return c.declares(pkg, fn, nil) })
	c.dispatch.Store(fn, found)
	return found
}

// Implementation is the resumable method of a type that is seen and implements the interface
// which declares fn, or nil.
func (c *Colors) Implementation(fn *types.Func) (m *types.Func) {
	iface, _ := fn.Signature().Recv().Type().Underlying().(*types.Interface)
	c.sees(func(pkg *types.Package) bool {
		m = c.declared(pkg, fn, iface)
		return m != nil
	})
	return m
}

// sees reports whether has holds of this package, or of one that it imports, directly or
// not, and that can have companions.
func (c *Colors) sees(has func(*types.Package) bool) bool {
	return c.pkg.Pkg != nil && has(c.pkg.Pkg) || slices.ContainsFunc(c.deps, has)
}

// declares reports whether a type of pkg has a resumable method that a call of
// the interface method fn can reach: one of its name and shape. That its type
// implements the interface is not asked for, unless iface is not nil: what embeds
// it may do so, such as a local type or one without a name, which are not looked
// at. The types that a constraint lists don't matter, as a pointer is in the set of
// none of them but has all methods.
func (c *Colors) declares(pkg *types.Package, fn *types.Func, iface *types.Interface) bool {
	return c.declared(pkg, fn, iface) != nil
}

// declared is the method by which it does.
func (c *Colors) declared(pkg *types.Package, fn *types.Func, iface *types.Interface) *types.Func {
	for _, named := range declaredTypes(pkg) {
		set := types.NewMethodSet(types.NewPointer(named))
		sel := set.Lookup(fn.Pkg(), fn.Name())
		if sel == nil {
			continue
		}
		m, ok := sel.Obj().(*types.Func)
		if ok && !types.IsInterface(m.Signature().Recv().Type()) && c.Resumable(m) && sameShape(m.Signature(), fn.Signature()) &&
			(iface == nil || hasMethods(set, iface)) {
			return m
		}
	}
	return nil
}

// hasMethods reports whether a method set has methods of the names and shapes of
// those of an interface.
func hasMethods(set *types.MethodSet, iface *types.Interface) bool {
	for m := range iface.Methods() {
		sel := set.Lookup(m.Pkg(), m.Name())
		if sel == nil || !sameShape(sel.Type(), m.Signature()) {
			return false
		}
	}
	return true
}

// IsInterfaceMethod reports whether fn is declared by an interface.
func IsInterfaceMethod(fn *types.Func) bool {
	recv := fn.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type())
}
