package progen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// prune leaves out the functions of the prelude that a program doesn't name: it
// takes less time to compile then.
func prune(text string) string {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "in.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return text
	}
	named := map[string]bool{"main": true, "run": true}
	kept := map[*ast.FuncDecl]bool{}
	look := func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				named[id.Name] = true
			}
			return true
		})
	}
	for _, decl := range file.Decls {
		if _, ok := decl.(*ast.FuncDecl); !ok {
			look(decl)
		}
	}
	for again := true; again; {
		again = false
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && !kept[fn] && named[fn.Name.Name] {
				kept[fn], again = true, true
				look(fn)
			}
		}
	}
	var b strings.Builder
	from := 0
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || kept[fn] {
			continue
		}
		start := fn.Pos()
		if fn.Doc != nil {
			start = fn.Doc.Pos()
		}
		b.WriteString(text[from:fset.Position(start).Offset])
		from = fset.Position(fn.End()).Offset
	}
	return b.String() + text[from:]
}
