package color

import (
	"go/ast"
	"go/token"

	"github.com/going-green/greenlet/internal/directive"
)

// A PackageLiteral is a function literal of a package variable, that no other literal is
// around.
type PackageLiteral struct {
	Syntax *ast.FuncLit
	Decl   *ast.GenDecl // of the variable
	Marked bool         // the declaration has the directive
}

// PackageLiterals are those of the package, in the order of the files and of the source.
func (c *Colors) PackageLiterals() (list []PackageLiteral) {
	for _, file := range c.pkg.Files {
		if directive.IsGenerated(file) {
			continue
		}
		for _, decl := range file.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			ast.Inspect(vars, func(n ast.Node) bool {
				lit, ok := n.(*ast.FuncLit)
				if ok {
					list = append(list, PackageLiteral{lit, vars, c.set.HasVars(vars)})
				}
				return !ok
			})
		}
	}
	return list
}
