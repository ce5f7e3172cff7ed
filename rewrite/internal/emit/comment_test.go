package emit

import (
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// layouts are gofmt'd functions that come out as they went in.
var layouts = []struct{ name, src string }{
	{"statements", `func f() { // opens f
	// leads a
	a() // behind a

	// its own paragraph

	// leads b, first
	// leads b, second
	/* leads b, third */
	b() /* behind b */ // also behind b
	/* in front of c */ c()

	// ends f
}
`}, {"empty bodies", `func f() {
	for { // nothing
	}
	for {
		// nothing
	}
	func() { /* nothing */ }()
	if x { // one
		// two
	} else { // three
		// four
	}
	select {
	// nothing
	}
}
`}, {"clauses", `func f() {
	switch x { // opens the switch
	// leads the first case
	case 1: // opens the first case
		// leads a
		a()
		// ends the first case
	// leads the second case
	case 2:
		// all of the second case

	case 3:
		// all of the third case
	// leads the default
	default:
		b() // behind b

		// ends the default
		// ends the switch
	}
	select {
	case <-c: // opens
	// leads
	case c <- 1:
	}
}
`}, {"labels", `func f() {
L: // behind the label
	for {
		break L
	}

	// leads M
M:
	// leads the loop
	for {
		continue M
	}
}
`}, {"declarations", `func f() {
	// leads a
	var a int // behind a
	const (
		// leads b
		b = iota // behind b
		c

		d // behind d
		// ends the group
	)
	var ( // opens
	// nothing
	)
	type T struct { // opens T
		// leads x
		x int // behind x

		y, z string
		// ends T
	}
	type I interface {
		// leads M
		M() // behind M
	}
	type S struct{ x int }
	var e struct{}
}
`}, {"expressions", `func f() {
	x := a && // behind a
		b || // behind b
		// leads c
		c
	y := []int{
		1, // one
		// leads two
		2, 3,

		4, /* four */
		// ends y
	}
	z := map[string]int{"a": 1,
		"b": 2}
	w(x, // behind x
		y,
	).
		// leads v
		v().
		u()
	t(func() { a() }, func() int { return 1 }, func() {
		// a literal's own
		b()
	})
	a. /* inside */ b()
	if a /* the brace */ {
	}
	return x,
		y
}
`}, {"paragraphs", `func f() {
	a()
	b()

	c()
	if x {
		d()

		e()
	}

	switch {
	case a:

	case b:
		c()

		d()
	}
}
`}}

func TestLayout(t *testing.T) {
	for _, test := range layouts {
		t.Run(test.name, func(t *testing.T) {
			formatted, err := format.Source([]byte(test.src))
			require.NoError(t, err)
			require.Equal(t, test.src, string(formatted), "the test is wrong")
			assert.Equal(t, test.src, convertText(t, test.src))
		})
	}
}

// convertText converts a function without hooks.
func convertText(t *testing.T, src string) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "in.go", "package p\n\n"+src, parser.ParseComments)
	require.NoError(t, err)
	text, err := convertFile(fset, file, true)
	require.NoError(t, err)
	return strings.TrimPrefix(string(text), "package p\n\n")
}

// TestMovedComments: a comment that has no place in the output moves before
// its statement.
func TestMovedComments(t *testing.T) {
	assert.Equal(t, `func f() {
	// leads
	/* a clause */
	// its line
	for i := 0; i < n; i++ {
		/* a result */
		return x
	}
	/* a label */
L:
	goto L
}
`, convertText(t, `func f() {
	// leads
	for i := 0 /* a clause */; // its line
		i < n; i++ {
		return /* a result */ x
	}
	L /* a label */ :
	goto L
}
`))
}

func TestDirectives(t *testing.T) {
	got := convertText(t, `func f() {
	//go:noinline
	//line other.go:1
	a() //greenlet:resumable
	/*line other.go:7:1*/ b()
	//export b
	//extern b
	// go:noinline with a space is none
	//nolint
	//TODO: neither
	//http://example.com
}
`)
	assert.Equal(t, `func f() {
	// go:noinline
	// line other.go:1
	a() // greenlet:resumable
	/* line other.go:7:1*/ b()
	// export b
	// extern b
	// go:noinline with a space is none
	//nolint
	//TODO: neither
	//http://example.com
}
`, got)
}

// TestLineDirective: the layout goes by real lines.
func TestLineDirective(t *testing.T) {
	src := `func f() {
	a()
	b() // behind b

	c()
}
`
	got := convertText(t, strings.Replace(src, "\tb()", "//line other.go:100\n\tb()", 1))
	assert.Equal(t, strings.Replace(src, "\tb()", "\t// line other.go:100\n\tb()", 1), got)
}

// TestPlacing is what a generator does that places statements itself.
func TestPlacing(t *testing.T) {
	fset, file := parseBody(t, `for { // opens
		// leads
		a() // behind
		b()
		// ends
	}`)
	c := &Converter{Comments: NewComments(fset, file)}
	loop := bodies(file)[0].Body.List[0].(*ast.ForStmt)
	list := loop.Body.List
	out := jen.NewFile("p")
	body := append(c.Before(list[0]), c.Stmt(list[0])...)
	line, end := c.Behind(list[0])
	body = append(append(body, line...), end...)
	body = append(body, jen.Id("made").Call())
	body = append(body, c.Block(list[1:])...)
	out.Func().Id("f").Params().Block(body...)
	assert.Equal(t, "package p\n\nfunc f() {\n\t// opens\n\t// leads\n\ta()\n\t// behind\n\tmade()\n\tb()\n\t// ends\n}\n", out.GoString())

	// A list's part has the comments of its statements only.
	out = jen.NewFile("p")
	out.Func().Id("f").Params().Block(c.Block(list[:1])...)
	assert.Equal(t, "package p\n\nfunc f() {\n\t// opens\n\t// leads\n\ta() // behind\n}\n", out.GoString())
}

// TestReplacedComments: a hook that replaces a statement has the comments
// around it kept, and decides about those within.
func TestReplacedComments(t *testing.T) {
	fset, file := parseBody(t, `
	// leads
	if a { // dropped
		// dropped
		b() // dropped
	} // behind
	for a { // kept
		b() // kept
	}
	return`)
	c := &Converter{Comments: NewComments(fset, file)}
	c.StmtHook = func(s ast.Stmt, _ bool) ([]jen.Code, bool) {
		switch s := s.(type) {
		case *ast.IfStmt:
			return []jen.Code{jen.Id("one").Call(), jen.Id("two").Call()}, true
		case *ast.ForStmt:
			return c.Body(s.Body), true
		}
		return nil, false
	}
	out := jen.NewFile("p")
	out.Func().Id("f").Params().Block(c.Body(bodies(file)[0].Body)...)
	assert.Equal(t, "// leads\none() // behind\ntwo()\n// kept\nb() // kept\nreturn", body(out.GoString()))
}

// TestForeignSyntax: syntax that was made up, or comes from another file, has
// no layout here.
func TestForeignSyntax(t *testing.T) {
	fset := token.NewFileSet()
	one, err := parser.ParseFile(fset, "one.go", "package p\n\nfunc f() {\n\t// one\n\tg()\n}\n", parser.ParseComments)
	require.NoError(t, err)
	two, err := parser.ParseFile(fset, "two.go", "package p\n\nfunc f() {\n\tx(1,\n\t\t// two\n\t\t2)\n}\n", parser.ParseComments)
	require.NoError(t, err)
	c := &Converter{Comments: NewComments(fset, one)}
	out := jen.NewFile("p")
	out.Func().Id("f").Params().Block(append(c.Body(bodies(two)[0].Body), c.Block([]ast.Stmt{
		&ast.ReturnStmt{Results: []ast.Expr{ast.NewIdent("x")}},
		&ast.BlockStmt{List: []ast.Stmt{&ast.EmptyStmt{}}},
	})...)...)
	assert.Equal(t, "package p\n\nfunc f() {\n\tx(1, 2)\n\treturn x\n\t{\n\t}\n}\n", out.GoString())
}
