package subset

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Clashes lists, sorted, the generated names that the package has for something
// else, or that are generated twice. Check includes it.
//
// info may be nil. The stubs of what is generated make a package with a clash
// fail to compile, with errors that would puzzle the user, so a loader asks here
// before it has types. What only types show is then left out: the names that
// imports get from their packages, and the fields of structs that are declared
// in other packages.
func Clashes(fset *token.FileSet, files []*ast.File, set *directive.Set, info *types.Info) diag.List {
	n := newNamespace(files, info)
	var diags diag.List
	report := func(fn *ast.FuncDecl, code diag.Code, message string, related token.Pos, what string) {
		d := diag.Diagnostic{Pos: fset.Position(fn.Name.Pos()), Code: code, Message: message, Remedy: "rename one of them"}
		if related.IsValid() {
			d.Related = []diag.Related{{Pos: fset.Position(related), Message: what}}
		}
		diags = append(diags, d)
	}
	first := map[name]*ast.FuncDecl{}
	for _, f := range set.Funcs() {
		for _, g := range n.generated(f.Decl, set.Frame(f.Decl)) {
			what := g.name + ", which is generated for " + names.InSource(f.Decl)
			if pos, ok := n.lookup(g); ok {
				report(f.Decl, diag.NameClash, what+", is declared in the package already", pos, g.name+" is declared here")
			} else if other := first[g]; other != nil {
				message := what + ", is generated for " + names.InSource(other) + " too"
				if names.InSource(other) == names.InSource(f.Decl) { // Go would say so, with types
					message = names.InSource(other) + " is declared twice"
				}
				report(f.Decl, diag.NameClashGenerated, message, other.Name.Pos(), names.InSource(other)+" is declared here")
				break // the other names clash for the same cause
			} else {
				first[g] = f.Decl
			}
		}
	}
	diags.Sort()
	return diags
}
