package lower

// Registration: what the package makes known of resumable functions as values, besides
// those that are made known with their functions (emit/registration.go).

import (
	"go/ast"
	"go/types"
	"path/filepath"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// nameValues gives the values that the package names to the file where they are named,
// or to the first, if nothing else is generated from that. They are found anywhere in
// the package: annotated functions run as plain code, too.
func nameValues(u *unit.Unit, colors *color.Colors, byFile []*Lowered) {
	test := func(file *ast.File) bool { return names.IsTest(u.Path(file)) }
	wantsTests := test(byFile[0].File)
	conv := &emit.Converter{Info: u.Info, Pkg: u.Pkg}
	taken := map[string]bool{}
	for _, v := range colors.NamedValues(test) {
		path := u.Fset.File(v.Name.Pos()).Name()
		if names.IsTest(path) != wantsTests || !conv.CanRegister(v) {
			continue
		}
		base := "named" + names.Upper(receiverName(v)) + names.Upper(v.Name.Name)
		if wantsTests {
			base += "InTest"
		}
		name := base
		for i := 2; taken[name] || u.Pkg.Scope().Lookup(name) != nil; i++ {
			name = base + itoa(i)
		}
		taken[name] = true
		to := byFile[0]
		for _, l := range byFile {
			if u.Path(l.File) == path {
				to = l
			}
		}
		to.values = append(to.values, emit.NamedValue{NamedValue: v, Name: name})
	}
}

// declared are the names, for the runtime, of the functions of a file of which there may
// be values that are not registered.
func declared(l *Lowered) (list []string) {
	for _, f := range l.Funcs {
		if f.Lit != nil {
			continue
		}
		sig, name := f.Obj.Signature(), f.Obj.Name()
		if recv := names.ReceiverType(f.Obj); recv != "" {
			name = recv + "." + name
		}
		if sig.Recv() != nil || sig.TypeParams().Len() > 0 {
			list = append(list, name)
		}
	}
	return list
}

// declaredInPackage are such names of methods that exported types of the package have from
// what they embed, and of the methods of its interfaces: of what other packages can make
// values.
func declaredInPackage(u *unit.Unit, colors *color.Colors) (promoted, ofInterfaces []string) {
	if u.Pkg.Name() == "main" || wantsTests(u) {
		return nil, nil
	}
	for named := range generatedFor(u, colors) {
		name := named.Obj().Name() + "."
		if !named.Obj().Exported() {
			continue
		}
		for m := range types.NewMethodSet(types.NewPointer(named)).Methods() {
			if fn := m.Obj().(*types.Func); fn.Exported() && len(m.Index()) > 1 && !color.IsInterfaceMethod(fn) && colors.Resumable(fn) {
				promoted = append(promoted, name+fn.Name())
			}
		}
		for _, f := range colors.Forwards(named) {
			if f.Method.Exported() && color.IsInterfaceMethod(f.Method) {
				promoted = append(promoted, name+f.Method.Name())
			}
		}
	}
	for tn, m := range colors.AskedMethods() {
		if m.Exported() && !color.IsCompanion(m) {
			ofInterfaces = append(ofInterfaces, tn.Name()+"."+m.Name())
		}
	}
	return promoted, ofInterfaces
}

// closures are the values with type parameters that annotated functions of the package
// make, and their literals that suspend: gc makes closures of them where that is plain code.
// So it does of literals of package variables, which are the ones that a directive says.
func closures(u *unit.Unit, colors *color.Colors) (list []emit.ClosureOf) {
	for _, v := range colors.NamedValues(func(*ast.File) bool { return false }) {
		if !v.Open || v.In == nil || !colors.Directives().Has(v.In) {
			continue
		}
		if pos := u.Fset.Position(v.Name.Pos()); names.IsTest(u.Fset.PositionFor(v.Name.Pos(), false).Filename) == wantsTests(u) {
			what := colors.Name(v.Func)
			if v.Func.Pkg() == u.Pkg {
				what = u.Pkg.Name() + "." + what
			}
			list = append(list, emit.ClosureOf{Place: filepath.Base(pos.Filename) + ":" + itoa(pos.Line), In: v.In.Name.Name, What: what})
		}
	}
	for _, fn := range colors.Annotated() {
		file := u.Fset.PositionFor(fn.Decl.Pos(), false).Filename
		if names.IsTest(file) != wantsTests(u) {
			continue
		}
		for _, lit := range colors.Literals(fn) {
			pos := u.Fset.Position(lit.Syntax.Pos())
			list = append(list, emit.ClosureOf{Place: filepath.Base(pos.Filename) + ":" + itoa(pos.Line), In: fn.Decl.Name.Name, What: "a literal"})
		}
	}
	for _, lit := range colors.PackageLiterals() {
		if !lit.Marked || names.IsTest(u.Fset.PositionFor(lit.Syntax.Pos(), false).Filename) != wantsTests(u) {
			continue
		}
		ast.Inspect(lit.Syntax, func(n ast.Node) bool {
			if inner, ok := n.(*ast.FuncLit); ok {
				pos := u.Fset.Position(inner.Pos())
				// gc names it after the initialisation of the package.
				list = append(list, emit.ClosureOf{Place: filepath.Base(pos.Filename) + ":" + itoa(pos.Line), In: "init", What: "a literal"})
			}
			return true
		})
	}
	return list
}

func receiverName(v *color.NamedValue) string {
	if v.Recv == nil {
		return ""
	}
	return names.TypeName(v.Recv)
}
