package subset

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
)

// muted refuses to give a value that has a resumable method to a resumable function
// of another package which calls the method as a plain one.
func (k *checker) muted() {
	for _, file := range k.Files {
		if directive.IsGenerated(file) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for _, m := range k.colors.Muted(call) {
				iface := types.TypeString(m.Interface, func(p *types.Package) string { return p.Name() })
				pkg := m.Callee.Pkg().Name()
				k.report(m.Arg.Pos(), diag.InterfacePlain,
					k.colors.Name(m.Method)+" is resumable, but "+k.colors.Name(m.Callee)+" calls it as a plain method of "+iface,
					"let package "+pkg+" take an interface of its own, as in type i interface{ "+iface+" }, or give it a plain method",
					k.related(m.Method.Pos(), k.colors.Name(m.Method)+" is declared here"))
			}
			return true
		})
	}
}
