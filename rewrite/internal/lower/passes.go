// Package lower takes the annotated functions of a unit through the passes, and emits
// what they become. The design is told in the comment of package rewrite.
package lower

import (
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// passContext is what the passes of one function share. They only read it, but
// for info, to which normalize adds the types of the syntax it copies.
type passContext struct {
	unit   *unit.Unit
	info   *types.Info
	colors *color.Colors
	*lowering
	keeps bool // variables, for a debugger: see kept
}

// A pass takes the function a step further.
type pass struct {
	name string
	run  func(c *passContext, f *ir.Func) *ir.Func
	// establishes is what holds from here on; ir.Check looks after each pass.
	establishes ir.Properties
}

// passes are run in this order for each annotated function; load, color and
// subset come before, for the package, and emit and finish after, for the file.
var passes = [...]pass{
	{"normalize", func(c *passContext, _ *ir.Func) *ir.Func {
		return normalize(c)
	}, ir.Ordered},
	{"flatten", func(_ *passContext, f *ir.Func) *ir.Func { flatten(f); return f }, ir.Flat},
	{"simplify", func(_ *passContext, f *ir.Func) *ir.Func { simplify(f); return f }, ir.Simple},
	{"liveness", func(_ *passContext, f *ir.Func) *ir.Func { liveness(f); return f }, ir.Lively},
	{"frame", func(c *passContext, f *ir.Func) *ir.Func { frame(f, c.unit.Sizes); return f }, ir.Framed},
	{"infer", func(c *passContext, f *ir.Func) *ir.Func { infer(c, f); return f }, ir.Inferred},
	{"spill", func(c *passContext, f *ir.Func) *ir.Func { spill(f); durableVars(c, f); return f }, ir.Spilled},
}

// passOrder says why a pass may not come before another.
var passOrder = [...]struct{ first, then, because string }{
	{"normalize", "flatten", "a suspension can end a block only once it is a statement of its own"},
	{"flatten", "simplify", "there must be blocks to simplify"},
	{"simplify", "liveness", "what cannot be reached would keep variables alive, and has nothing to be live in"},
	{"simplify", "frame", "merging blocks lets variables stay in one; states are not given to dead suspensions"},
	{"liveness", "frame", "only what is live across a suspension gets a field"},
	{"frame", "infer", "only what is declared away from its value needs its type"},
	{"infer", "spill", "that a field is an any decides whether it is cleared"},
	{"frame", "spill", "what is clean or to be cleared is a field"},
}

// DebugCheck stands among the passes in Options.Debug for holding the result of
// each to what it promises. That prints nothing unless a promise is broken.
const DebugCheck = "check"

// PassNames are the names of the passes, in the order they run, for
// Options.Debug and Options.Dot.
func PassNames() []string {
	var list []string
	for _, p := range passes {
		list = append(list, p.name)
	}
	return list
}
