package directive_test

import (
	"go/ast"
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
)

// A former name behind a variable is not that of the one on the next line, which would get the
// other's value.
func TestWhatNotesAreOf(t *testing.T) {
	fset := token.NewFileSet()
	file := parse(t, fset, `package p

// f is.
//
//greenlet:resumable durable
//greenlet:was before
func f() {
	a := 1 //greenlet:was b
	c := 2
	//greenlet:was e
	//greenlet:point here

	g := 3
	//greenlet:was i
	//greenlet:point there
	// It stands above both.
	h := 4 /* k */ //greenlet:point also
	if h > 0 { //greenlet:was l
		m := 5
	} //greenlet:was n
	o := 6
}
`)
	set, diags := directive.Parse(fset, []*ast.File{file})
	want := map[string]string{"a": "b", "h": "i"}
	points := map[string]string{"h": "there"}
	ast.Inspect(file, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok {
			name := as.Lhs[0].(*ast.Ident).Name
			assert.Equal(t, want[name], set.Was(fset, as.Pos()), name)
			assert.Equal(t, points[name], set.Point(fset, as.Pos()), name)
		}
		return true
	})
	assert.Equal(t, "before", set.Was(fset, function(t, file, "f").Pos()))
	var got []diag.Code
	for _, d := range diags {
		got = append(got, d.Code)
	}
	assert.Equal(t, []diag.Code{diag.DirectiveMisplaced, diag.DirectiveMisplaced, diag.DirectiveTwice}, got)
	assert.Equal(t, []int{10, 11, 17}, []int{diags[0].Pos.Line, diags[1].Pos.Line, diags[2].Pos.Line})
}
