package golden

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/analysis/passes/unreachable"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/going-green/greenlet/internal/proof/oracle"
)

// vet reports what go vet would find in generated files of what it looks for in syntax
// alone, and gofmt: it names lines of the user's file, who can't do anything about it.
func vet(files oracle.Files) error {
	fset := token.NewFileSet()
	var list []*ast.File
	for _, name := range files.Sorted() {
		f, err := parser.ParseFile(fset, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		list = append(list, f)
	}
	var found []error
	_, err := unreachable.Analyzer.Run(&analysis.Pass{
		Fset: fset, Files: list,
		ResultOf: map[*analysis.Analyzer]any{inspect.Analyzer: inspector.New(list)},
		Report: func(d analysis.Diagnostic) {
			found = append(found, fmt.Errorf("go vet: %v: %s", fset.PositionFor(d.Pos, false), d.Message))
		},
	})
	for _, f := range list {
		found = append(found, selfAssignments(fset, f)...)
	}
	for _, name := range files.Sorted() {
		text := []byte(files[name])
		if formatted, err := format.Source(text); err == nil && !bytes.Equal(formatted, text) {
			found = append(found, fmt.Errorf("gofmt would change %s", name))
		}
	}
	return errors.Join(append(found, err)...)
}

// selfAssignments are those of fields, which no golden's source has: the analyzer of go vet
// wants types.
func selfAssignments(fset *token.FileSet, f *ast.File) (found []error) {
	for n := range ast.Preorder(f) {
		a, ok := n.(*ast.AssignStmt)
		if !ok || a.Tok != token.ASSIGN || len(a.Lhs) != len(a.Rhs) {
			continue
		}
		for i, x := range a.Lhs {
			if _, ok := x.(*ast.SelectorExpr); ok && types.ExprString(x) == types.ExprString(a.Rhs[i]) {
				found = append(found, fmt.Errorf("go vet: %v: self-assignment of %s", fset.PositionFor(x.Pos(), false), types.ExprString(x)))
			}
		}
	}
	return found
}
