package lower

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// unitOf is a package of one file, which imports nothing.
func unitOf(t *testing.T, text string) (*unit.Unit, *color.Colors) {
	const path = "a.go"
	data := []byte("package a\n" + text)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, data, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	files := []*ast.File{file}
	set, errs := directive.Parse(fset, files)
	require.Empty(t, errs)
	info := unit.NewInfo()
	sizes := types.SizesFor("gc", "amd64")
	pkg, err := (&types.Config{Sizes: sizes}).Check("a", fset, files, info)
	require.NoError(t, err)
	u := &unit.Unit{
		PkgPath: "a", Name: "a", Fset: fset, Files: files, Pkg: pkg, Info: info, Sizes: sizes, Directives: set,
		Source: map[string][]byte{path: data}, Wanted: map[string]bool{path: true},
	}
	return u, color.New(&color.Package{Fset: fset, Files: files, Pkg: pkg, Info: info}, set)
}

const checked = `
//greenlet:resumable
func s(n int) int { return n }

//greenlet:resumable
func f(list []int, p *int) (sum int) {
loop:
	for i, x := range list {
		switch {
		case x == 1:
			continue loop
		case x == s(2):
			if x > 1 {
				break loop
			}
			y := x
			sum += y
		}
		sum += s(x) + i
		if i > 10 {
			break
		}
		p = nil
	}
	return sum
}
`

// TestCheck: each property is missed when it does not hold.
func TestCheck(t *testing.T) {
	waits := func(f *ir.Func) (list []*ir.Wait) {
		for _, b := range f.Blocks {
			if w, ok := b.Term.(*ir.Wait); ok {
				list = append(list, w)
			}
		}
		return list
	}
	variable := func(f *ir.Func, name string) *ir.Var {
		for _, v := range f.Vars {
			if v.Name == name {
				return v
			}
		}
		panic(name)
	}
	for _, test := range []struct {
		after  string
		damage func(f *ir.Func)
		want   string
	}{
		{"normalize", func(f *ir.Func) { f.Tree = nil }, "there is no tree"},
		{"normalize", func(f *ir.Func) {
			f.Tree.List = append(f.Tree.List, &ir.Leaf{Stmt: f.Decl.Body})
		}, "a suspension is left: s(2)"},
		{"normalize", func(f *ir.Func) {
			f.Tree.List = append(f.Tree.List, ir.Branch{Tok: token.BREAK, To: &ir.Loop{}})
		}, "a break leads to a node that is not around it"},
		{"normalize", func(f *ir.Func) {
			f.Tree.List = append(f.Tree.List, ir.Branch{Tok: token.GOTO, Label: types.NewLabel(0, nil, "L")})
		}, "a goto leads to a label that is nowhere"},
		{"normalize", func(f *ir.Func) { f.Vars[1].Name = f.Vars[0].Name }, "two variables are named list"},
		{"normalize", func(f *ir.Func) { f.Vars[1].Index = 0 }, "has index 0, not 1"},
		{"normalize", func(f *ir.Func) { f.Vars = f.Vars[1:] }, "parameter list is not among the variables"},
		{"normalize", func(f *ir.Func) { f.Tree.List = append(f.Tree.List, f.Tree.List...) }, "is declared twice"},
		{"flatten", func(f *ir.Func) { f.Blocks = nil }, "there are no blocks"},
		{"flatten", func(f *ir.Func) { f.Blocks[2].Term = nil }, "has no end"},
		{"flatten", func(f *ir.Func) { waits(f)[0].Next = nil }, "leads to a block that is not listed"},
		{"flatten", func(f *ir.Func) { clear(f.Targets) }, "has no target"},
		{"flatten", func(f *ir.Func) { f.Blocks = append(f.Blocks, f.Blocks[0]) }, "block entry is listed twice"},
		{"flatten", func(f *ir.Func) {
			f.Blocks[0].List = append(f.Blocks[0].List, waits(f)[0].Suspend)
		}, "block entry has a *ir.Suspend among its statements"},
		{"simplify", func(f *ir.Func) {
			f.Blocks = append(f.Blocks, &ir.Block{Label: "island", Term: &ir.Never{}})
		}, "block island can't be reached"},
		{"simplify", func(f *ir.Func) { f.Blocks[1].Preds = nil }, "has the wrong predecessors"},
		{"simplify", func(f *ir.Func) { f.Blocks[1].Index = 7 }, "has index 7, not 1"},
		{"liveness", func(f *ir.Func) { waits(f)[0].Live = nil }, "is live behind s(2) but not across it"},
		{"liveness", func(f *ir.Func) {
			waits(f)[0].Live = append(waits(f)[0].Live, variable(f, "p"))
		}, "p is live across s(2) but not behind it"},
		{"liveness", func(f *ir.Func) {
			f.Blocks[0].LiveIn.Add(variable(f, "x"))
		}, "x may be read before it is written"},
		{"frame", func(f *ir.Func) { f.Frame = nil }, "there is no frame"},
		{"frame", func(f *ir.Func) { waits(f)[1].State = 1 }, "s(x) has no state of its own"},
		{"frame", func(f *ir.Func) { variable(f, "sum").Field = "" }, "sum is live across s(2) but has no field"},
		{"frame", func(f *ir.Func) { variable(f, "sum").Field = "total" }, "sum does not have field total"},
		{"frame", func(f *ir.Func) { variable(f, "x").Place = ir.InBlock }, "x stays in its block but is named in two"},
		{"frame", func(f *ir.Func) { f.Frame.Results = nil }, "the frame has 0 results, not 1"},
		{"spill", func(f *ir.Func) { waits(f)[1].Clean.Add(variable(f, "p")) }, "p is clean at s(x) but not live across it"},
		{"spill", func(f *ir.Func) {
			waits(f)[0].Clear = []ir.Field{{Name: "sum", Var: variable(f, "sum")}}
		}, "s(2) clears sum, which is live across it"},
	} {
		t.Run(test.after+"/"+test.want, func(t *testing.T) {
			u, colors := unitOf(t, checked)
			c := contextOf(u, colors, 1)
			var f *ir.Func
			var holds ir.Properties
			for _, p := range passes {
				f = p.run(c, f)
				holds |= p.establishes
				require.NoError(t, inspect(c, &Options{}, p, f, holds))
				if p.name == test.after {
					test.damage(f)
					require.ErrorContains(t, inspect(c, &Options{}, p, f, holds), test.want)
					// It can be printed all the same.
					assert.NoError(t, ir.Print(&bytes.Buffer{}, u.Fset, f))
					break
				}
			}
		})
	}
}

// contextOf is what the passes share for the annotated function i.
func contextOf(u *unit.Unit, colors *color.Colors, i int) *passContext {
	info := OwnInfo(u.Info)
	return &passContext{u, info, colors, lowerings(u, info, colors, colors.Annotated()[i], map[string]bool{})[0], false}
}

// TestCheckNames: the error says after which pass, and of which function.
func TestCheckNames(t *testing.T) {
	u, colors := unitOf(t, checked)
	c := contextOf(u, colors, 0)
	f := passes[0].run(c, nil)
	f.Tree = nil
	assert.EqualError(t, inspect(c, &Options{}, passes[0], f, passes[0].establishes),
		"internal error: after pass normalize, function s (a.go:4:1): there is no tree")
}
