package oracle

import (
	"go/format"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stubs are what Stub adds to a file.
func stubs(t *testing.T, source string) string {
	t.Helper()
	files, err := Stub("example/p", Files{"in.go": source}, nil)
	require.NoError(t, err)
	_, added, found := strings.Cut(files["in.go"], "\n//line in_oracle.go:1\n")
	require.True(t, found)
	formatted, err := format.Source([]byte(added))
	require.NoError(t, err)
	return string(formatted)
}

func TestStubFunction(t *testing.T) {
	got := stubs(t, `package main

//greenlet:resumable
func fib(n int, rest ...string) (int, error) { return n, nil }
`)
	assert.Equal(t, `type fibFrame struct {
	oracle_.Activation
	ret0 int
	ret1 error
}

func (f_ *fibFrame) Results() (int, error) { f_.Over(f_); return f_.ret0, f_.ret1 }
func newFibFrame(p0_ int, p1_ ...string) *fibFrame {
	f_ := &fibFrame{}
	_ = oracle_known0_
	f_.Bind(&oracle_.Func{Name: "main.fib", File: "example/p/in.go", Line: 4}, 2,
		func() { f_.ret0, f_.ret1 = fib(p0_, p1_...) },
		func() interface{} { return oracle_.Values{f_.ret0, f_.ret1} },
		func(args_ []interface{}) {
			oracle_.Count(f_, args_, 2)
			p0_, p1_ = oracle_.Arg[int](f_, args_, 0), oracle_.Arg[[]string](f_, args_, 1)
		})
	return f_
}

var oracle_known0_ = oracle_.Annotate("example/p.fib")
`, got)
}

func TestStubGenericMethod(t *testing.T) {
	got := stubs(t, `package main

type pair[K comparable, V interface{ Less(K) bool }] struct{}

//greenlet:resumable
func (p *pair[A, _]) get(a A) {}
`)
	for _, want := range []string{
		"type pairGetFrame[A interface {\n\tcomparable\n}, type1_ interface {\n\tinterface{ Less(A) bool }\n}] struct {",
		"func (recv_ *pair[A, type1_]) newGetFrame(p0_ A) *pairGetFrame[A, type1_] {",
		"func() { recv_.get(p0_) }",
		`oracle_.Annotate("example/p.(*pair[...]).get")`,
	} {
		assert.Contains(t, got, want)
	}
	assert.NotContains(t, got, "Results()")
}

// TestStubKeepsLines checks that the user's code stays where it is.
func TestStubKeepsLines(t *testing.T) {
	const source = "package main\n\nimport g \"github.com/going-green/greenlet/runtime\"\n\n//greenlet:resumable\nfunc f() { g.Yield(1) }\n"
	files, err := Stub("example/p", Files{"in.go": source}, nil)
	require.NoError(t, err)
	lines := strings.Split(files["in.go"], "\n")
	assert.Equal(t, `package main; import oracle_ "example/oracle/greenlet"`, lines[0])
	assert.Equal(t, `import g "example/oracle/greenlet"`, lines[2])
	assert.Equal(t, "func f() { g.Yield(1) }", lines[5])
}
