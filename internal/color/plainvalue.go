package color

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Values that plain code makes of resumable functions, for resumable code to call. A
// function that is not generic, and the method values of types that aren't, are made
// known once and for all by the package that declares them. Of all else the code that
// is called depends on more than the declaration: an instance, the type that a method
// expression names, the interface that a method value is of. Those are made known by
// the package that names them.

// A NamedValue is such a value, that the package names.
type NamedValue struct {
	Name *ast.Ident  // of the function, where it is named first
	Func *types.Func // the function or method, the generic one if it is an instance
	Op   Op          // OpCall or OpDispatch
	Sig  *types.Signature
	// Args are type arguments of a function, Recv is what a method has for a receiver.
	Args []types.Type
	Recv types.Type
	// Path are the embedded fields on the way from Recv to the interface whose method it is.
	Path []*types.Var
	// Bound says that it is a method value; else Recv is the type of a method expression.
	Bound bool
	// Open says that the type arguments depend on those of the function around, so that
	// nobody can name the value.
	Open bool
	// In is the declaration around, if it is of a function.
	In *ast.FuncDecl
}

// NamedValues are those of the package, in the order of the files and of the source;
// each that is not open once for the files for which test is the same.
func (c *Colors) NamedValues(test func(*ast.File) bool) (list []*NamedValue) {
	seen := map[*types.Func][]*NamedValue{}
	tests := map[*NamedValue]bool{}
	for _, file := range c.pkg.Files {
		if directive.IsGenerated(file) {
			continue
		}
		for _, decl := range file.Decls {
			in, _ := decl.(*ast.FuncDecl)
			c.namedIn(decl, func(v *NamedValue) {
				v.In = in
				if !v.Open {
					for _, old := range seen[v.Func] {
						if tests[old] == test(file) && v.same(old) {
							return
						}
					}
					seen[v.Func] = append(seen[v.Func], v)
					tests[v] = test(file)
				}
				list = append(list, v)
			})
		}
	}
	return list
}

// namedIn calls f for the values that are named in decl without being called.
func (c *Colors) namedIn(decl ast.Decl, f func(*NamedValue)) {
	called := map[*ast.Ident]bool{}
	selections := map[*ast.Ident]*types.Selection{}
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if id := CalleeIdent(n.Fun); id != nil {
				called[id] = true // before it is visited
			}
		case *ast.SelectorExpr:
			selections[n.Sel] = c.pkg.Info.Selections[n]
		case *ast.Ident:
			if fn, ok := c.pkg.Info.Uses[n].(*types.Func); ok && !called[n] {
				if v := c.namedValue(n, fn, selections[n]); v != nil {
					f(v)
				}
			}
		}
		return true
	})
}

func (c *Colors) namedValue(id *ast.Ident, fn *types.Func, sel *types.Selection) *NamedValue {
	s := c.classify(fn.Origin(), id)
	if s.Op != OpCall && s.Op != OpDispatch {
		return nil
	}
	v := &NamedValue{Name: id, Func: fn.Origin(), Op: s.Op}
	if sel == nil {
		inst := c.pkg.Info.Instances[id]
		if inst.TypeArgs.Len() == 0 {
			return nil
		}
		v.Sig, _ = inst.Type.(*types.Signature)
		for t := range inst.TypeArgs.Types() {
			v.Args = append(v.Args, t)
			v.Open = v.Open || hasTypeParam(t)
		}
		return v
	}
	v.Sig = sel.Type().(*types.Signature)
	switch sel.Kind() {
	case types.MethodExpr:
		v.Recv = sel.Recv()
		if v.Op == OpDispatch {
			v.Path = embedded(sel)
		}
		if v.Op == OpCall && !hasTypeParam(v.Recv) && !c.selectsCompanion(v) {
			return nil // what hides the companion of a promoted method
		}
	case types.MethodVal:
		v.Bound = true
		v.Recv = sel.Obj().(*types.Func).Signature().Recv().Type()
		if types.IsInterface(v.Recv) {
			v.Recv = EmbeddedIn(sel)
		} else if named := receiverBase(v.Recv); named == nil || named.TypeArgs().Len() == 0 {
			return nil
		}
	}
	v.Open = hasTypeParam(v.Recv)
	if v.Open && v.Op == OpDispatch && !c.reaches(v.Func) {
		return nil // it takes an implementation that is not seen here
	}
	return v
}

// selectsCompanion reports whether the companion of a method is selected of a type as
// the method is.
func (c *Colors) selectsCompanion(v *NamedValue) bool {
	obj, _, _ := types.LookupFieldOrMethod(v.Recv, true, c.pkg.Pkg, names.Companion(v.Func.Name()))
	m, ok := obj.(*types.Func) // or nothing, or what hides it
	return ok && m.Origin() == LookupCompanion(v.Func).Origin()
}

func (v *NamedValue) same(w *NamedValue) bool {
	if v.Bound != w.Bound || len(v.Args) != len(w.Args) || (v.Recv == nil) != (w.Recv == nil) {
		return false
	}
	for i, t := range v.Args {
		if !types.Identical(t, w.Args[i]) {
			return false
		}
	}
	return v.Recv == nil || types.Identical(v.Recv, w.Recv)
}

// EmbeddedIn is the type of the operand that a method is selected from, behind the
// embedded fields on the way.
func EmbeddedIn(s *types.Selection) types.Type {
	if path := embedded(s); len(path) > 0 {
		return path[len(path)-1].Type()
	}
	return s.Recv()
}

// embedded are the embedded fields on the way to a method.
func embedded(s *types.Selection) (path []*types.Var) {
	t := s.Recv()
	for _, i := range s.Index()[:len(s.Index())-1] {
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		f := t.Underlying().(*types.Struct).Field(i)
		path, t = append(path, f), f.Type()
	}
	return path
}

// hasTypeParam reports whether a type is spelled with a type parameter, or with an alias
// of what is.
func hasTypeParam(t types.Type) bool {
	return Mentions(t, func(t types.Type) bool {
		switch t := t.(type) {
		case *types.TypeParam:
			return true
		case *types.Alias:
			return hasTypeParam(types.Unalias(t))
		}
		return false
	})
}
