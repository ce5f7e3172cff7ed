package lower

// Debug looks at what the passes make of a function: it prints it, and holds
// it to what the passes promise.

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// AlwaysCheck makes all runs those of DebugCheck. Tests set it.
var AlwaysCheck bool

// inspect does what is asked for after pass p, which has left f. The properties
// of f are those that p and the passes before it establish.
func inspect(c *passContext, opt *Options, p pass, f *ir.Func, holds ir.Properties) error {
	if AlwaysCheck || slices.Contains(opt.Debug, DebugCheck) {
		suspends := func(call *ast.CallExpr) bool {
			_, ok := c.colors.Suspension(call)
			return ok
		}
		if err := ir.Check(f, holds, suspends); err != nil {
			return fmt.Errorf("internal error: after pass %s, function %s (%s): %w",
				p.name, f.Obj.Name(), c.unit.Fset.Position(f.Decl.Pos()), err)
		}
	}
	if opt.DebugOut == nil || opt.Func != "" && !names.Matches(c.fn.Decl, opt.Func) {
		return nil
	}
	if slices.Contains(opt.Debug, p.name) {
		if err := dump(c, opt, p, f); err != nil {
			return err
		}
	}
	if opt.Dot == p.name {
		return ir.Dot(opt.DebugOut, c.unit.Fset, f)
	}
	return nil
}

// dump prints f under a line that says after which pass.
func dump(c *passContext, opt *Options, p pass, f *ir.Func) error {
	pos := c.unit.Fset.PositionFor(f.Decl.Pos(), false)
	_, err := fmt.Fprintf(opt.DebugOut, "# %s: %s (%s:%d)\n", p.name, c.colors.Name(f.Obj), filepath.Base(pos.Filename), pos.Line)
	if err == nil {
		err = ir.Print(opt.DebugOut, c.unit.Fset, f)
	}
	if err == nil {
		_, err = fmt.Fprintln(opt.DebugOut)
	}
	return err
}
