package diag_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/diagnostics.md")

const referenceFile = "../../docs/diagnostics.md"

// TestReference requires that docs/diagnostics.md is what the comments of the codes say;
// -update makes it so.
func TestReference(t *testing.T) {
	var text strings.Builder
	text.WriteString(`# Diagnostics

What the generator and ` + "`greenletvet`" + ` report, by its code. The text is that of the codes in
[internal/diag](../internal/diag), where a test holds each example to its code; ` + "`go test ./internal/diag -update`" + ` writes this file.
`)
	for _, part := range []struct{ file, title string }{
		{"codes_load.go", "Packages that can't be loaded"},
		{"codes.go", "Directives, and what resumable functions can't do"},
		{"codes_packages.go", "Where packages meet"},
		{"codes_rewrite.go", "What shows when a function is taken apart"},
		{"codes_vet.go", "Programs that hardly mean what they say"},
	} {
		fmt.Fprintf(&text, "\n## %s\n", part.title)
		list := codesIn(t, part.file)
		require.NotEmpty(t, list, part.file)
		for _, c := range list {
			fmt.Fprintf(&text, "\n### %s\n\n%s", c.code, markdown(t, c))
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(referenceFile, []byte(text.String()), 0o666))
		return
	}
	got, err := os.ReadFile(referenceFile)
	require.NoError(t, err)
	assert.Equal(t, text.String(), string(got))
}

// code is a code with its comment.
type code struct{ name, code, doc string }

// codesIn are the codes that a file declares, sorted.
func codesIn(t *testing.T, name string) (list []code) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			list = append(list, code{v.Names[0].Name, text, v.Doc.Text()})
		}
	}
	slices.SortFunc(list, func(a, b code) int { return strings.Compare(a.code, b.code) })
	return list
}

// markdown is the comment of a code, without its name in front.
func markdown(t *testing.T, c code) string {
	text, ok := strings.CutPrefix(c.doc, c.name+": ")
	require.True(t, ok, "the comment of %s begins with its name", c.name)
	var out strings.Builder
	indented := false
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		code := strings.HasPrefix(line, "\t") || indented && line == "" && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t")
		switch {
		case code && !indented:
			out.WriteString("```go\n")
		case !code && indented:
			out.WriteString("```\n")
		}
		indented = code
		out.WriteString(strings.TrimPrefix(line, "\t") + "\n")
	}
	if indented {
		out.WriteString("```\n")
	}
	s := out.String()
	s = strings.ToUpper(s[:1]) + s[1:]
	return strings.Replace(s, "\nFix: ", "\n**Fix:** ", 1)
}
