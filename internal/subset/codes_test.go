package subset_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/proof/colortest"
)

type documented struct {
	name string // of the constant
	code diag.Code
	doc  string
}

// codes are the constants of codes.go, as they stand in the source.
func codes(t *testing.T) []documented {
	file, err := parser.ParseFile(token.NewFileSet(), "../diag/codes.go", nil, parser.ParseComments)
	require.NoError(t, err)
	var list []documented
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			spec := spec.(*ast.ValueSpec)
			require.Len(t, spec.Values, 1, spec.Names[0].Name)
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			list = append(list, documented{spec.Names[0].Name, diag.Code(text), spec.Doc.Text()})
		}
	}
	require.NotEmpty(t, list)
	return list
}

// TestCodes checks that codes are named alike, documented alike, different from
// each other, and have a golden.
func TestCodes(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, c := range codes(t) {
		assert.Equal(t, kebab(c.name), string(c.code))
		assert.False(t, seen[c.code], "%s is used twice", c.code)
		seen[c.code] = true
		assert.True(t, strings.HasPrefix(c.doc, c.name+": "), "the comment of %s starts with its name and a colon", c.name)
		assert.Contains(t, c.doc, "\nFix: ", c.name)
		assert.FileExists(t, filepath.Join(errorsDir, string(c.code)+".txtar"))
	}
}

func kebab(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// TestExamples holds the documentation of each code to its word: the example
// compiles and draws that code and no other.
func TestExamples(t *testing.T) {
	for _, c := range codes(t) {
		t.Run(string(c.code), func(t *testing.T) {
			src := example(c.doc)
			require.NotEmpty(t, src, "no example")
			list := diagnose(colortest.LoadSource(t, program(src)))
			require.NotEmpty(t, list)
			for _, d := range list {
				assert.Equal(t, c.code, d.Code, "%s: %s", d.Pos, d.Message)
				assert.NotEmpty(t, d.Remedy)
			}
		})
	}
}

// example is the indented text below Example: without its indentation.
func example(doc string) string {
	_, rest, _ := strings.Cut(doc, "\nExample:\n")
	var b strings.Builder
	for line := range strings.Lines(rest) {
		switch {
		case strings.HasPrefix(line, "\t"):
			b.WriteString(line[1:])
		case line == "\n":
			b.WriteString(line)
		default:
			return b.String()
		}
	}
	return b.String()
}

func program(src string) string {
	head := "package p\n\n"
	if strings.Contains(src, "greenlet.") {
		head += "import greenlet " + strconv.Quote(names.RuntimePath) + "\n\n"
	}
	return head + src
}
