package oracle

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"

	"github.com/going-green/greenlet/internal/names"
)

//go:embed poison/poison.go
var poisonSource string

const (
	poisonPath = Module + "/poison"
	poisonName = "poison_" // of the import, and of the method
)

// Poisoned is Rewritten, but frames hold garbage when they are taken (package poison):
// that a field has its zero value, or an earlier call's, must not matter. Frames of
// functions that take them at the start stay as they are: they are zero, and have to be.
// Lines stay where they are.
func Poisoned(programs []Program, root string) (Files, error) {
	module, err := Rewritten(programs, root)
	if err != nil {
		return nil, err
	}
	for _, name := range module.Sorted() {
		if path.Ext(name) != ".go" {
			continue
		}
		if module[name], err = poisoned(name, module[name]); err != nil {
			return nil, err
		}
	}
	module["poison/poison.go"] = poisonSource
	return module, nil
}

// poisoned has each method take of a generated file return a frame full of garbage.
func poisoned(name, text string) (string, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	if !ast.IsGenerated(file) {
		return text, nil
	}
	at := func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }
	source := func(n ast.Node) string { return text[at(n.Pos()):at(n.End())] }
	fields := map[string][]string{} // of frames, by type
	zeroed := map[string]bool{}     // frames
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				spec, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if s, ok := spec.Type.(*ast.StructType); ok {
					for _, f := range s.Fields.List {
						for _, id := range f.Names {
							fields[spec.Name.Name] = append(fields[spec.Name.Name], id.Name)
						}
					}
				}
			}
		case *ast.FuncDecl:
			if frame := names.Receiver(decl); frame != "" && decl.Name.Name == "Release" {
				assign, ok := decl.Body.List[0].(*ast.AssignStmt)
				if ok {
					_, ok = assign.Lhs[0].(*ast.StarExpr)
				}
				zeroed[frame] = ok
			}
		}
	}
	type edit struct {
		at   int
		text string
	}
	var edits []edit
	methods := ""
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "take" {
			continue
		}
		frame := names.Receiver(fn)
		if frame == "" || zeroed[frame] || len(fields[frame]) == 0 {
			continue
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			if r, ok := n.(*ast.ReturnStmt); ok {
				edits = append(edits, edit{at(r.Results[0].Pos()), "("}, edit{at(r.Results[0].End()), ")." + poisonName + "()"})
			}
			return true
		})
		t := source(fn.Recv.List[0].Type)
		methods += "\nfunc (" + poisonName + "self " + t + ") " + poisonName + "() " + t + " {\n"
		for _, f := range fields[frame] {
			methods += "\t" + poisonName + ".Fill(&" + poisonName + "self." + f + ")\n"
		}
		methods += "\treturn " + poisonName + "self\n}\n"
	}
	if methods == "" {
		return text, nil
	}
	edits = append(edits, edit{at(file.Name.End()), "; import " + poisonName + " \"" + poisonPath + "\""})
	slices.SortFunc(edits, func(a, b edit) int { return b.at - a.at })
	for _, e := range edits {
		text = text[:e.at] + e.text + text[e.at:]
	}
	return text + methods, nil
}
