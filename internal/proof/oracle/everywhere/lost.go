package everywhere

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// lost are the functions of p that have lost suspensions, from what the harness notes of a
// run: those that have the directive. What is left plain, is called plainly. Literals are
// of the function around them, and not judged if literals of that are left plain.
func (p *program) lost(noted string) []string {
	annotated := map[string]bool{}
	for _, decl := range p.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && p.annotated(fn) && !p.plainLiterals(fn) {
			name := fn.Name.Name
			if isMain(fn) {
				name = realMain
			}
			annotated[names.Receiver(fn)+"."+name] = true
		}
	}
	var list []string
	for name := range strings.Lines(noted) {
		name = strings.TrimSpace(name)
		parts := strings.Split(strings.NewReplacer("[...]", "", "(*", "", ")", "", "-fm", "").Replace(strings.TrimPrefix(name, "main.")), ".")
		if annotated["."+parts[0]] || len(parts) > 1 && (annotated[parts[0]+"."+parts[1]] || parts[1] == "value") {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (p *program) plainLiterals(fn *ast.FuncDecl) bool {
	found := false
	ast.Inspect(fn, func(n ast.Node) bool {
		found = found || p.plain[n]
		return !found
	})
	return found
}
