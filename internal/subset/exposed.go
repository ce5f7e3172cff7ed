package subset

import (
	"go/ast"
	"go/token"

	"github.com/going-green/greenlet/internal/diag"
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
