package oracle

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// A marker is what a generated frame says that it yields: the field gen.Yields[T] or
// gen.Exchanges[In, Out].
type marker struct {
	field   ast.Expr
	params  []string          // type parameters of the frame
	imports map[string]string // of the file: name → path
}

// markersOf are those in generated files, by frame.
func markersOf(generated Files) (map[string]marker, error) {
	markers := map[string]marker{}
	for _, name := range generated.Sorted() {
		file, err := parser.ParseFile(token.NewFileSet(), name, generated[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		imports := map[string]string{}
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			imports[path.Base(p)] = p
			if spec.Name != nil {
				imports[spec.Name.Name] = p
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			s, ok := spec.Type.(*ast.StructType)
			if !ok || len(s.Fields.List) == 0 || len(s.Fields.List[0].Names) > 0 || !isMarker(s.Fields.List[0].Type, imports) {
				return false
			}
			m := marker{field: s.Fields.List[0].Type, imports: imports}
			for _, field := range fieldsOf(spec.TypeParams) {
				for _, id := range field.Names {
					m.params = append(m.params, id.Name)
				}
			}
			markers[spec.Name.Name] = m
			return false
		})
	}
	return markers, nil
}

// isMarker reports whether a field is one of package gen that says what a frame yields.
func isMarker(field ast.Expr, imports map[string]string) bool {
	switch x := field.(type) {
	case *ast.IndexExpr:
		field = x.X
	case *ast.IndexListExpr:
		field = x.X
	default:
		return false
	}
	sel, ok := field.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && imports[pkg.Name] == names.GenPath && (sel.Sel.Name == "Yields" || sel.Sel.Name == "Exchanges")
}

// yields is the field of a frame's stub that says what it yields, if that is known; args are
// its type parameters, with brackets.
func (s *stubber) yields(frame, args string) string {
	m, ok := s.markers[frame]
	if !ok {
		return ""
	}
	params := map[string]string{}
	for i, name := range strings.Split(strings.Trim(args, "[]"), ", ") {
		if i < len(m.params) {
			params[m.params[i]] = name
		}
	}
	ast.Inspect(m.field, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				id.Name = s.importName(m.imports[id.Name])
			}
			return false
		case *ast.Ident:
			if name := params[n.Name]; name != "" {
				n.Name = name
			}
		}
		return true
	})
	return s.text(m.field) + "\n"
}

// importName is the name under which a marker's package is imported.
func (s *stubber) importName(p string) string {
	if p == names.GenPath {
		return "oracle_"
	}
	if s.imports[p] == "" {
		s.imports[p] = fmt.Sprintf("oracle%d_", len(s.imports))
	}
	return s.imports[p]
}
