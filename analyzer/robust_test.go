package analyzer

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/names"
)

// TestBroken takes each line out of the test packages in turn, as somebody who
// edits them might: nothing may panic on what is left, errors and all.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testdata, "src", "*", "p.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	runtime := analyze(t, nil, names.RuntimePath, filepath.Join(testdata, "src", names.RuntimePath, "runtime.go"))
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		lines := strings.SplitAfter(string(data), "\n")
		for i := range lines {
			src := strings.Join(slices.Concat(lines[:i], lines[i+1:]), "")
			analyze(t, runtime, "p", name, src)
		}
	}
}

// imports has no packages but the runtime; all others are errors.
type imports struct{ runtime *types.Package }

func (i imports) Import(path string) (*types.Package, error) {
	if path == names.RuntimePath {
		return i.runtime, nil
	}
	return importer.Default().Import("no/such/package")
}

// analyze type-checks a file, or what it would be like, and runs the analyzer.
func analyze(t *testing.T, runtime *types.Package, path, name string, src ...string) *types.Package {
	fset := token.NewFileSet()
	var text any
	if len(src) > 0 {
		text = src[0]
	}
	file, _ := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if file == nil {
		return nil
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
		Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}
	conf := types.Config{Importer: imports{runtime}, Error: func(error) {}}
	pkg, _ := conf.Check(path, fset, []*ast.File{file}, info)
	pass := &analysis.Pass{
		Fset: fset, Files: []*ast.File{file}, Pkg: pkg, TypesInfo: info, ReadFile: os.ReadFile,
		Report:            func(analysis.Diagnostic) {},
		ImportPackageFact: func(*types.Package, analysis.Fact) bool { return false },
		ExportPackageFact: func(analysis.Fact) {},
		ImportObjectFact:  func(types.Object, analysis.Fact) bool { return false },
		ExportObjectFact:  func(types.Object, analysis.Fact) {},
	}
	require.NoError(t, run(pass, skipped{}))
	return pkg
}
