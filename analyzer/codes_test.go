package analyzer

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// TestCodes holds the codes of the analyzer to their documentation: each says what
// it means and what to do, is in the help, has a package in testdata, and draws
// itself and nothing else by its example. Codes that are about files have none.
func TestCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/diag/codes_vet.go", nil, parser.ParseComments)
	require.NoError(t, err)
	root := t.TempDir()
	var examples []string
	documented := map[diag.Code]bool{diag.SwitchInPlain: true}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		documented[diag.Code(text)] = true
		comment := spec.Doc.Text()
		assert.True(t, strings.HasPrefix(comment, spec.Names[0].Name+": "), text)
		assert.Contains(t, comment, "\nFix: ", text)
		assert.DirExists(t, filepath.Join(testdata, "src", text))
		if src := example(comment); src != "" {
			examples = append(examples, text)
			write(t, filepath.Join(root, "src", text, "p.go"), program(src))
		}
		return true
	})
	for _, c := range checks {
		assert.True(t, documented[c.code], c.code)
		assert.Contains(t, doc, "\n\t"+string(c.code), "the help")
	}
	assert.Len(t, documented, len(checks))

	stub, err := os.ReadFile(filepath.Join(testdata, "src", names.RuntimePath, "runtime.go"))
	require.NoError(t, err)
	write(t, filepath.Join(root, "src", names.RuntimePath, "runtime.go"), string(stub))
	simulator, err := os.ReadFile(filepath.Join(testdata, "src", simPath, "sim.go"))
	require.NoError(t, err)
	write(t, filepath.Join(root, "src", simPath, "sim.go"), string(simulator))
	a := skipping(t, diag.GeneratedMissing, diag.GeneratedStale, diag.NoGoGenerate)
	for _, r := range analysistest.Run(tolerant{t, []string{"unexpected"}}, root, a, examples...) {
		assert.NotEmpty(t, r.Diagnostics, r.Pass.Pkg.Path())
		for _, d := range r.Diagnostics {
			assert.Equal(t, r.Pass.Pkg.Path(), d.Category, d.Message)
		}
	}
}

// example is the indented text below Example: without its indentation.
func example(comment string) string {
	_, rest, _ := strings.Cut(comment, "\nExample:\n")
	rest, _, _ = strings.Cut(rest, "\nFix: ")
	return strings.ReplaceAll(rest, "\n\t", "\n")
}

func program(src string) string {
	head := "package p\n\n"
	for _, path := range []string{"maps", "sort", "sync", "time"} {
		if strings.Contains(src, path+".") {
			head += "import " + strconv.Quote(path) + "\n"
		}
	}
	if strings.Contains(src, "sim.") {
		head += "import " + strconv.Quote(simPath) + "\n"
	}
	if strings.Contains(src, "greenlet.") {
		head += "import greenlet " + strconv.Quote(names.RuntimePath) + "\n"
	}
	return head + src
}

func write(t *testing.T, name, text string) {
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
}
