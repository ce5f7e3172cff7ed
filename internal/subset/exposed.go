package subset

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
)

// exposed refuses struct types that no methods can be declared for, for they
// have no name or are local, and in which the companion of an overridden method
// shows.
func (k *checker) exposed() {
	for _, file := range k.Files {
		declared := map[ast.Expr]bool{} // by the package
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.TYPE {
				for _, spec := range gen.Specs {
					if spec := spec.(*ast.TypeSpec); !spec.Assign.IsValid() {
						declared[ast.Unparen(spec.Type)] = true
					}
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			st, ok := n.(*ast.StructType)
			if !ok || declared[st] {
				return true
			}
			t := k.Info.TypeOf(st)
			if t == nil {
				return true
			}
			for _, m := range k.colors.Exposed(t) {
				k.report(st.Pos(), diag.CompanionExposed,
					"of this struct "+m.Name()+" is a plain method, but the resumable form of "+k.colors.Name(m)+" shows in it",
					"declare it as a type of the package, with a name", k.related(m.Pos(), k.colors.Name(m)+" is declared here"))
			}
			return true
		})
	}
}

// forwarded refuses to make interface values of such types, if they embed an interface: no
// companion is promoted with its methods, and none can be declared.
func (k *checker) forwarded() {
	for _, file := range k.Files {
		if directive.IsGenerated(file) {
			continue
		}
		k.colors.Conversions(file, func(e ast.Expr, to, t types.Type) {
			if p, ok := t.(*types.Pointer); ok {
				t = p.Elem()
			}
			if named, ok := types.Unalias(t).(*types.Named); ok && !color.Local(t) {
				k.forwardedElsewhere(e, to, named)
				return
			}
			exposed := k.colors.Exposed(t)
			for _, f := range k.colors.Forwards(t) {
				if slices.ContainsFunc(exposed, func(m *types.Func) bool { return m.Id() == f.Method.Id() }) {
					continue // it is reported
				}
				k.report(e.Pos(), diag.InterfaceEmbedded,
					"the method "+f.Method.Name()+" of this struct may be resumable, as the struct has it from what it embeds; but no resumable form of it can be declared that is found through an interface",
					"declare the struct as a type of the package, with a name", k.related(f.Method.Pos(), k.colors.Name(f.Method)+" is declared here"))
			}
		})
	}
}

// forwardedElsewhere refuses to make a value of an interface with such a method, or an argument
// for a type parameter, of a struct type of another package that generates nothing.
func (k *checker) forwardedElsewhere(e ast.Expr, to types.Type, named *types.Named) {
	if pkg := named.Obj().Pkg(); pkg == nil || pkg == k.Pkg {
		return
	}
	for _, f := range k.colors.Forwards(named) {
		if k.colors.Generated(named, f) {
			continue
		}
		if to != nil {
			if m, _, _ := types.LookupFieldOrMethod(to, false, f.Method.Pkg(), f.Method.Name()); m == nil {
				continue
			}
		}
		k.report(e.Pos(), diag.InterfaceEmbedded,
			"the method "+f.Method.Name()+" of "+named.Obj().Pkg().Name()+"."+named.Obj().Name()+" may be resumable, as it has it from what it embeds; but its package has no resumable functions, so no resumable form of it is generated that is found through an interface",
			"embed it in a struct type of this package, with a name", k.related(f.Method.Pos(), k.colors.Name(f.Method)+" is declared here"))
	}
}
