package load

// Mark finds out what the functions of a package yield, and says so in their stubs.
//
// Input: a node, type-checked with stubs that say nothing, or with errors.
// Output: the node, type-checked with stubs whose frames have the markers that generated ones
// will have.
// Guarantee: what the stubs say is what package color says of the node's functions, or
// nothing in the node or its importers can tell.
//
// The user's code may need the markers to have types at all:
//
//	for n := range greenlet.Seq(newFibFrame(9)) {
//		greenlet.Yield(n * n)
//	}
//
// So n has a type once it is known what fib yields, and then it is known what this function
// yields. Each round adds to what is known. A round is a type check; the first is the only one
// where there are no errors and no package checked from source imports this one.
//
// What has a type error is taken to yield nothing, so that a function may loop over frames of
// itself. That may turn out to be wrong in the next round; what a function yields changes a few
// times at most, and then isn't known.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
)

// A mark is what was found last of what a function yields.
type mark struct {
	text    string // "" if it isn't known
	changes int
}

const maxChanges = 4

func markText(y *color.Yields) string {
	switch {
	case y == nil:
		return ""
	case y.Answer == nil:
		return types.TypeString(y.Value, nil)
	}
	return types.TypeString(y.Answer, nil) + " " + types.TypeString(y.Value, nil)
}

// mark goes on for as long as there is more to say.
func (c *Checker) mark(n *Loaded) {
	if n.a == nil || n.a.broken {
		return
	}
	if len(n.wants) > 0 {
		for (n.imported || len(n.errs) > 0 || n.marks != nil) && c.restub(n) {
			c.checkOnce(n, true)
		}
		if len(n.errs) > 0 && n.pkg != nil {
			c.explainUnknown(n)
		}
		return
	}
	// Of such a node the bodies don't count, but for what they yield.
	errs, again := n.errs, false
	if len(errs) > 0 || !n.imported {
		return
	}
	for c.checkOnce(n, true); c.restub(n); c.checkOnce(n, true) {
		again = true
	}
	n.errs = errs
	if again {
		c.checkOnce(n, false)
	}
	n.info = nil
}

func (c *Checker) colors(n *Loaded) *color.Colors {
	return color.New(&color.Package{Fset: c.fset, Files: n.files, Pkg: n.pkg, Info: n.info, Deps: c.deps(n)}, n.a.set)
}

// restub writes the stubs of n anew if more is known of what its functions yield, and reports
// whether that is so.
func (c *Checker) restub(n *Loaded) bool {
	if n.info == nil || n.pkg == nil {
		return false
	}
	colors := c.colors(n)
	st := newStubber(c.sources, n.a)
	st.yields = map[*ast.FuncDecl]*color.Yields{}
	if n.marks == nil {
		n.marks = map[*ast.FuncDecl]mark{}
	}
	for _, fn := range colors.Annotated() {
		y, _ := colors.Yields(fn.Obj)
		m := n.marks[fn.Decl]
		if text := markText(y); text != m.text {
			m = mark{text, m.changes + 1}
			n.marks[fn.Decl] = m
		}
		if y != nil && m.changes <= maxChanges {
			st.yields[fn.Decl] = st.renamed(colors, y, names.IsTest(c.fset.PositionFor(fn.Decl.Pos(), false).Filename))
		}
	}
	said := map[string]string{}
	for _, src := range n.a.targets {
		if path := names.Generated(src.path); n.stubs[path] != nil {
			said[path] = string(st.stub(src))
		}
	}
	if maps.Equal(said, n.said) || n.said == nil && len(st.yields) == 0 {
		return false
	}
	n.said = said
	for _, path := range slices.Sorted(maps.Keys(said)) {
		n.stubs[path] = c.parseStub(path, []byte(said[path]))
	}
	return true
}

// marker is the embedded field of a function's frame that says what it yields, or "".
func (w *stubWriter) marker(decl *ast.FuncDecl) string {
	y := w.yields[decl]
	if y == nil {
		return ""
	}
	runtime := w.importName(names.GenPath)
	if y.Answer == nil {
		return fmt.Sprintf("%s.Yields[%s]; ", runtime, w.typeText(y.Value))
	}
	return fmt.Sprintf("%s.Exchanges[%s, %s]; ", runtime, w.typeText(y.Answer), w.typeText(y.Value))
}

// renamed is y, of a function of a test file or not, with the names that the stub gives to type
// parameters.
func (st *stubber) renamed(colors *color.Colors, y *color.Yields, test bool) *color.Yields {
	fresh := func(p *types.TypeParam) types.Type {
		name := types.NewTypeName(token.NoPos, nil, st.typeParam(p.Index()), nil)
		return types.NewNamed(name, types.Typ[types.Int], nil)
	}
	stub := &color.Yields{Value: colors.Spelled(y.Value, test, fresh)}
	if y.Answer != nil {
		stub.Answer = colors.Spelled(y.Answer, test, fresh)
	}
	return stub
}

func (w *stubWriter) typeText(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == w.pkg.path {
			return ""
		}
		return w.importName(p.Path())
	})
}
