package directive_test

import (
	"go/ast"
	"go/format"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/directive"
)

// Wherever a function stands, and whatever stands above it, it is marked by what is inserted,
// on a line of its own; nothing else is told of another line, and gofmt has no wish.
func TestInsertion(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"no comment", "package p\n\nfunc f() {}\n", "package p\n\n//greenlet:resumable\nfunc f() {}\n"},
		{"a comment", "package p\n\n// f is f.\nfunc f() {}\n", "package p\n\n// f is f.\n//\n//greenlet:resumable\nfunc f() {}\n"},
		{"a directive", "package p\n\n//go:noinline\nfunc f() {}\n", "package p\n\n//go:noinline\n//greenlet:resumable\nfunc f() {}\n"},
		{"both", "package p\n\n// f is f.\n//\n//go:noinline\nfunc f() {}\n", "package p\n\n// f is f.\n//\n//go:noinline\n//greenlet:resumable\nfunc f() {}\n"},
		{"an exported function", "package p\n\n//export f\nfunc f() {}\n", "package p\n\n//export f\n//greenlet:resumable\nfunc f() {}\n"},
		{"another's comment", "package p\n\n// f is f.\n\nfunc f() {}\n", "package p\n\n// f is f.\n\n//greenlet:resumable\nfunc f() {}\n"},
		{"a block comment", "package p\n\n/* f is\nf. */\nfunc f() {}\n", "package p\n\n/* f is\nf. */\n//greenlet:resumable\nfunc f() {}\n"},
		{"a block comment on the line", "package p\n\n/* f is f. */ func f() {}\n", "package p\n\n/* f is f. */\n//greenlet:resumable\nfunc f() {}\n"},
		{"behind another", "package p\n\nvar x = 1; func f() {}\n", "package p\n\nvar x = 1\n\n//greenlet:resumable\nfunc f() {}\n"},
		{"behind the clause", "package p; func f() {}\n", "package p\n\n//greenlet:resumable\nfunc f() {}\n"},
		{"indented", "package p\n\n\tfunc f() {}\n", "package p\n\n//greenlet:resumable\nfunc f() {}\n"},
		{"a line", "package p\n\n// f is f.\n//\n//line x.y:7\nfunc f() {}\n", "package p\n\n// f is f.\n//\n//greenlet:resumable\n//line x.y:7\nfunc f() {}\n"},
		{"a line in a block", "package p\n\n/*line x.y:7:1*/\nfunc f() {}\n", "package p\n\n//greenlet:resumable\n/*line x.y:7:1*/\nfunc f() {}\n"},
		{"marked", "package p\n\n//greenlet:resumable\n//go:noinline\nfunc f() {}\n", "package p\n\n//greenlet:resumable\n//go:noinline\nfunc f() {}\n"},
		{"marked, with a space", "package p\n\n//greenlet:resumable \nfunc f() {}\n", "package p\n\n//greenlet:resumable\nfunc f() {}\n"},
		{"marked as durable", "package p\n\n//greenlet:resumable durable\nfunc f() {}\n", "package p\n\n//greenlet:resumable durable\nfunc f() {}\n"},
	} {
		for _, newline := range []string{"\n", "\r\n"} {
			src := strings.ReplaceAll(test.src, "\n", newline)
			t.Run(test.name, func(t *testing.T) {
				fset := token.NewFileSet()
				file := parse(t, fset, src)
				at, text, ok := directive.Insertion(fset, []byte(src), last(file))
				line := fset.Position(last(file).Pos()).Line
				if ok {
					offset := fset.PositionFor(at, false).Offset
					src = src[:offset] + text + src[offset:]
				}
				assert.Equal(t, strings.Count(src, "\n"), strings.Count(src, newline), "the ends of lines are as they were")

				fset = token.NewFileSet()
				file = parse(t, fset, src)
				set, diags := directive.Parse(fset, []*ast.File{file})
				assert.Empty(t, diags)
				assert.True(t, set.Has(last(file)), src)
				_, _, again := directive.Insertion(fset, []byte(src), last(file))
				assert.False(t, again)
				if strings.Contains(src, "line x.y") {
					assert.Equal(t, line, fset.Position(last(file).Pos()).Line)
				}
				formatted, err := format.Source([]byte(src))
				require.NoError(t, err)
				assert.Equal(t, test.want, string(formatted))
			})
		}
	}
}

func last(file *ast.File) *ast.FuncDecl { return file.Decls[len(file.Decls)-1].(*ast.FuncDecl) }
