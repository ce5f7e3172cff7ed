package rewrite

import (
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// passContext is what the passes of one function share. They only read it, but
// for info, to which normalize adds the types of the syntax it copies.
type passContext struct {
	unit   *Unit
	info   *types.Info
	colors *color.Colors
	fn     *color.Func
}

// A pass takes the function a step further.
type pass struct {
	name string
	run  func(c *passContext, f *ir.Func) *ir.Func
}

// passes are run in this order for each annotated function; load, color and
// subset come before, for the package, and emit and finish after, for the file.
var passes = [...]pass{
	{"normalize", func(c *passContext, _ *ir.Func) *ir.Func {
		return normalize(c.unit, c.info, c.colors, c.fn.Decl, c.fn.Obj)
	}},
	{"flatten", func(_ *passContext, f *ir.Func) *ir.Func { flatten(f); return f }},
	{"simplify", func(_ *passContext, f *ir.Func) *ir.Func { simplify(f); return f }},
	{"liveness", func(_ *passContext, f *ir.Func) *ir.Func { liveness(f); return f }},
	{"frame", func(c *passContext, f *ir.Func) *ir.Func { frame(f, c.unit.Sizes); return f }},
	{"spill", func(_ *passContext, f *ir.Func) *ir.Func { spill(f); return f }},
}

// PassNames are the names of the passes, in the order they run, for -debug and
// -dot.
func PassNames() []string {
	var list []string
	for _, p := range passes {
		list = append(list, p.name)
	}
	return list
}
