package subset

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// leaks refuses plain functions that suspend and that resumable code calls. The
// message points at the suspension; the calls that lead to it follow. If one of the
// functions can't be annotated as it is, the message says why and what to do first.
func (k *checker) leaks() {
	leaks := k.colors.Unannotated()
	against := k.against(leaks)
	for _, leak := range leaks {
		var related, reasons []diag.Related
		var annotate []diag.Unmarked
		var plain, first []string
		caller, what := k.colors.Name(leak.Root.Obj), ", which is resumable, calls "
		for i, step := range leak.Path {
			callee := k.colors.Name(step.Callee)
			next := leak.At
			if i+1 < len(leak.Path) {
				next = leak.Path[i+1]
			}
			related = append(related, k.related(step.Pos, caller+what+callee))
			plain = append(plain, callee)
			annotate = append(annotate, k.unmarked(step.Callee, "calls "+k.colors.Name(next.Callee)))
			caller, what = callee, " calls "
			for _, d := range against[step.Callee] {
				reasons = append(reasons, diag.Related{Pos: d.Pos, Message: callee + " can't be resumable as it is: " + d.Message + " [" + string(d.Code) + "]"})
				first = append(first, "in "+callee+", "+d.Remedy)
			}
		}
		remedy := "annotate " + list(plain) + " with //greenlet:resumable"
		if len(first) > 0 {
			remedy = strings.Join(first, "; ") + "; then " + remedy
		}
		remedy += OrOnStack(plain[0])
		k.report(leak.At.Pos, diag.SwitchInPlain,
			Leaks(k.colors, leak),
			remedy, append(related, reasons...)...)
		if len(reasons) == 0 {
			k.diags[len(k.diags)-1].Annotate = annotate
		}
	}
}

// Leaks is what there is to say of a leak.
func Leaks(c *color.Colors, leak color.Leak) string {
	does := " calls " + c.Name(leak.At.Callee)
	switch leak.At.Op {
	case color.OpCall:
		does += ", which is resumable,"
	case color.OpDispatch:
		if m := c.Implementation(leak.At.Callee); m != nil {
			does += ", which the resumable " + c.Name(m) + " implements,"
		}
	}
	return c.Name(leak.Fn) + does + " but is not resumable, and resumable code calls it"
}

// unmarked is fn, which lacks the directive.
func (k *checker) unmarked(fn *types.Func, why string) diag.Unmarked {
	return diag.Unmarked{Pos: k.Fset.PositionFor(fn.Pos(), false), Why: why}
}

// OrOnStack is the other remedy where plain code is in the way: what to do with the call of fn.
func OrOnStack(fn string) string {
	return "; or call " + fn + " on a stack of its own, in greenlet.OnStack(func(greenlet.Section) { … })"
}

// against is what would be reported of the functions that want the directive if they
// had it.
func (k *checker) against(leaks []color.Leak) map[*types.Func]diag.List {
	wanted := map[*types.Func]*ast.FuncDecl{}
	var decls []*ast.FuncDecl
	for _, leak := range leaks {
		for _, step := range leak.Path {
			if decl := k.colors.Decl(step.Callee); decl != nil && wanted[step.Callee] == nil {
				wanted[step.Callee] = decl
				decls = append(decls, decl)
			}
		}
	}
	if len(decls) == 0 {
		return nil
	}
	set, diags := k.colors.Directives().With(k.Fset, k.Files, decls)
	with := &checker{Package: k.Package, colors: color.New(k.Package, set), diags: diags}
	with.functions()
	with.diags.Sort()
	found := map[*types.Func]diag.List{}
	for fn, decl := range wanted {
		from, to := k.Fset.Position(decl.Pos()), k.Fset.Position(decl.End())
		for _, d := range with.diags {
			if d.Pos.Filename == from.Filename && from.Offset <= d.Pos.Offset && d.Pos.Offset < to.Offset {
				found[fn] = append(found[fn], d)
			}
		}
	}
	return found
}

// list is "a", "a and b", "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
