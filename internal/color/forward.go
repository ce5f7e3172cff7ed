package color

import (
	"go/types"
	"iter"
	"slices"
)

// A Forward is a method that a struct type has from what it embeds, without a companion
// that is promoted along with it. An interface has none; and where a type that is embedded
// forwards a method, its companion stands one level higher than the method, and hides
// others, or makes them ambiguous.
type Forward struct {
	Method *types.Func
	Sig    *types.Signature
	// Path are the embedded fields on the way to the method, as far as the package of
	// the struct may name them; at least one.
	Path []*types.Var
	// Pointer says that only a pointer to the struct has the method, Address that it is
	// one of a pointer to the last field.
	Pointer, Address bool
}

// Forwards are those of a struct type, by name, whose calls through an interface ask for
// a companion. A type of the package has forms of them generated. Such forms are not
// looked for in other packages, but known from what these declare: whether they are seen
// depends on what has been generated before.
func (c *Colors) Forwards(t types.Type) (list []Forward) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || !embeds(st) {
		return nil
	}
	set := types.NewMethodSet(types.NewPointer(t))
	for sel := range set.Methods() {
		m, ok := sel.Obj().(*types.Func)
		if !ok || len(sel.Index()) < 2 || !m.Exported() && m.Pkg() != c.pkg.Pkg || IsCompanion(m) {
			continue
		}
		path := embedded(sel)
		fromInterface := IsInterfaceMethod(m) && !c.forwards(path, m) && c.asks(m, path[len(path)-1].Type())
		if !fromInterface && !c.mayForward(st, m, sel.Index()[0]) {
			continue
		}
		n := 1
		for n < len(path) && (path[n].Exported() || path[n].Pkg() == c.pkg.Pkg) {
			n++
		}
		f := Forward{Method: m, Sig: sel.Type().(*types.Signature), Path: path[:n]}
		f.Pointer = types.NewMethodSet(t).Lookup(m.Pkg(), m.Name()) == nil
		f.Address = types.NewMethodSet(path[n-1].Type()).Lookup(m.Pkg(), m.Name()) == nil
		list = append(list, f)
	}
	return list
}

// forwards reports whether the type that is embedded first on the way to m has forms of
// its own of it: it is a declared struct of the package, or of another that generates
// them, whatever it imports.
func (c *Colors) forwards(path []*types.Var, m *types.Func) bool {
	named := receiverBase(path[0].Type())
	if named == nil || types.IsInterface(named) || Local(named) {
		return false
	}
	return c.generates(named.Obj().Pkg(), path, m)
}

// Generated reports whether the package of a declared struct type generates the form of f, one
// of its Forwards. One without directives does not.
func (c *Colors) Generated(named *types.Named, f Forward) bool {
	return c.generates(named.Obj().Pkg(), f.Path, f.Method)
}

func (c *Colors) generates(pkg *types.Package, path []*types.Var, m *types.Func) bool {
	if pkg == c.pkg.Pkg {
		return true
	}
	iface, _ := types.Unalias(path[len(path)-1].Type()).(*types.Named)
	return hasCompanions(pkg) && m.Exported() && (usesRuntime(m.Pkg()) || iface != nil && usesRuntime(iface.Obj().Pkg()))
}

// hasCompanions reports whether something is generated for a package.
func hasCompanions(pkg *types.Package) bool {
	if pkg == nil || !usesRuntime(pkg) {
		return false
	}
	for _, name := range pkg.Scope().Names() {
		if fn, ok := pkg.Scope().Lookup(name).(*types.Func); ok && isCompanion(fn) {
			return true
		}
	}
	for _, named := range declaredTypes(pkg) {
		for m := range named.Methods() {
			if isCompanion(m) {
				return true
			}
		}
	}
	return false
}

// asks reports whether calls of the interface method m of the type iface ask for a
// companion.
func (c *Colors) asks(m *types.Func, iface types.Type) bool {
	if c.reaches(m) {
		return true
	}
	pkg := c.pkg.Pkg
	if named, ok := types.Unalias(iface).(*types.Named); ok {
		pkg = named.Obj().Pkg()
	}
	return m.Exported() && (c.open(m.Pkg()) || c.open(pkg))
}

// mayForward reports whether a type that st embeds, but not as field except, may have
// generated forms of a method called as m, which it has from an interface.
func (c *Colors) mayForward(st *types.Struct, m *types.Func, except int) bool {
	for i := range st.NumFields() {
		f := st.Field(i)
		named := receiverBase(f.Type())
		if i == except || !f.Embedded() || named == nil || types.IsInterface(named) || named.Obj().Pkg() == nil ||
			named.Obj().Pkg() != c.pkg.Pkg && !usesRuntime(named.Obj().Pkg()) {
			continue
		}
		sel := types.NewMethodSet(types.NewPointer(named)).Lookup(m.Pkg(), m.Name())
		if sel == nil || len(sel.Index()) < 2 {
			continue
		}
		path := embedded(sel)
		if fn, ok := sel.Obj().(*types.Func); ok && IsInterfaceMethod(fn) && c.asks(fn, path[len(path)-1].Type()) {
			return true
		}
	}
	return false
}

// AskedMethods are the methods of the interfaces that the package declares whose calls ask
// for a companion, by the name of the interface.
func (c *Colors) AskedMethods() iter.Seq2[*types.TypeName, *types.Func] {
	return func(yield func(*types.TypeName, *types.Func) bool) {
		for _, name := range c.pkg.Pkg.Scope().Names() {
			tn, ok := c.pkg.Pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || tn.IsAlias() || !types.IsInterface(tn.Type()) {
				continue
			}
			for m := range tn.Type().Underlying().(*types.Interface).Methods() {
				if c.asks(m, tn.Type()) && !yield(tn, m) {
					return
				}
			}
		}
	}
}

// OverridesForward reports whether the method m, that its type declares, overrides one
// of which a type that is embedded may have generated forms.
func (c *Colors) OverridesForward(m *types.Func) bool {
	recv := m.Signature().Recv()
	if recv == nil {
		return false
	}
	named := receiverBase(recv.Type())
	if named == nil {
		return false
	}
	st, ok := named.Underlying().(*types.Struct)
	return ok && c.mayForward(st, m, -1)
}

func embeds(st *types.Struct) bool {
	return slices.ContainsFunc(slices.Collect(st.Fields()), (*types.Var).Embedded)
}
