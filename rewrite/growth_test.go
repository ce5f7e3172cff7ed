package rewrite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/rewrite/internal/lower"
)

// manyLocals are n variables that live across up to n suspensions.
func manyLocals(n int) string {
	var b, sum strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\tx%d := e(%d)\n", i, i)
		fmt.Fprintf(&sum, "+x%d", i)
	}
	return b.String() + "\treturn 0" + sum.String() + "\n"
}

// manyOperands is one expression of n suspensions.
func manyOperands(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "+e(%d)", i)
	}
	return "\treturn 0" + b.String() + "\n"
}

// someLocals are live variables across n suspensions.
func someLocals(live, n int) string {
	var b, sum strings.Builder
	for i := range live {
		fmt.Fprintf(&b, "\tx%d := e(%d)\n", i, i)
		fmt.Fprintf(&sum, "+x%d", i)
	}
	for i := range n {
		fmt.Fprintf(&b, "\te(%d)\n", i)
	}
	return b.String() + "\treturn 0" + sum.String() + "\n"
}

// generatedSize is the number of bytes that are generated for a function with the body.
func generatedSize(t *testing.T, body string) int {
	dir := workspace(t, "-- a.go --\npackage a\n\nimport greenlet \"github.com/going-green/greenlet/runtime\"\n\n"+
		"//greenlet:resumable\nfunc e(n int) int { greenlet.Yield(n); return n }\n\n//greenlet:resumable\nfunc f() int {\n"+body+"}\n")
	_, err := generate(t, Options{Dir: dir, compile: lower.Compile})
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "a_greenlet.go"))
	require.NoError(t, err)
	return len(text)
}

// TestGrowth watches that code grows as its source does, however many variables live
// across however many suspensions.
func TestGrowth(t *testing.T) {
	for name, body := range map[string]func(int) string{"locals": manyLocals, "operands": manyOperands} {
		few, many := generatedSize(t, body(50)), generatedSize(t, body(1000))
		t.Logf("%s: %d bytes for 50, %d for 1000", name, few, many)
		assert.Less(t, many, 2*20*few, "%s: 20 times the source is more than twice 20 times the code", name)
	}
	one, some := generatedSize(t, someLocals(1, 200)), generatedSize(t, someLocals(15, 200))
	t.Logf("live: %d bytes for one variable, %d for 15", one, some)
	assert.Less(t, some, 2*one, "15 variables across 200 suspensions make more than twice the code of one")
}
