package subset

import (
	"go/ast"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Wanting lists plain functions that want the directive though nothing resumable is seen to
// call them: that yield, other than in tests, and that are given to code which calls them so. The generator has no
// quarrel with them; for those who look for what is missing. So it is with what resumable functions
// give to plain code to call. They are sorted.
func Wanting(p *color.Package, c *color.Colors) diag.List {
	k := &checker{Package: p, colors: c}
	onStacks, _ := c.OnStacks()
	for _, file := range p.Files {
		if directive.IsGenerated(file) || names.IsTest(p.Fset.Position(file.FileStart).Filename) {
			continue
		}
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok && decl.Body != nil && !onStacks[decl] {
				k.plainYields(decl)
			}
		}
	}
	k.diags = append(k.diags, HandedOver(p, c)...)
	k.callbacks()
	k.diags.Sort()
	return k.diags
}

// HandedOver lists plain functions that suspend and are given to code which calls them as
// resumable code does.
func HandedOver(p *color.Package, c *color.Colors) diag.List {
	k := &checker{Package: p, colors: c}
	for _, h := range c.Handed() {
		k.handed(h)
	}
	return k.diags
}

func (k *checker) plainYields(decl *ast.FuncDecl) {
	fn, _ := k.Info.Defs[decl.Name].(*types.Func)
	set := k.colors.Directives()
	if fn == nil || set.Has(decl) || set.Refused(decl) || color.OnSection(fn) || decl.Recv == nil && (decl.Name.Name == "main" || decl.Name.Name == "init") {
		return
	}
	found := false
	k.colors.Executed(decl.Body, func(call *ast.CallExpr) {
		callee := k.colors.Callee(call)
		if op := color.Operation(callee); !found && (op == color.OpYield || op == color.OpExchange) {
			found = true
			name := k.colors.Name(fn)
			k.report(k.colors.CallPos(call), diag.YieldWithoutParent, name+" calls "+k.colors.Name(callee)+", but is plain code, which has no parent to yield to",
				"annotate "+name+" with //greenlet:resumable")
			k.diags[len(k.diags)-1].Annotate = []diag.Unmarked{k.unmarked(fn, "calls "+k.colors.Name(callee))}
		}
	})
}

func (k *checker) handed(h color.Handed) {
	k.suspending(h, h.To+" gets it to call")
}

// suspending reports h, which gets called as clause says.
func (k *checker) suspending(h color.Handed, clause string) {
	what, remedy := "this literal", "give a function annotated //greenlet:resumable, or make the literal in one"
	var plain []string
	var annotate []diag.Unmarked
	mark := func(fn *types.Func, why string) {
		plain = append(plain, k.colors.Name(fn))
		annotate = append(annotate, k.unmarked(fn, why))
	}
	if h.Fn != nil {
		what = k.colors.Name(h.Fn)
		mark(h.Fn, "suspends ("+k.colors.Chain(h.Chain)+"), and "+clause)
	}
	for i, step := range h.Chain[:len(h.Chain)-1] {
		mark(step.Callee, "calls "+k.colors.Name(h.Chain[i+1].Callee))
	}
	if h.Fn != nil {
		remedy = "annotate " + list(plain) + " with //greenlet:resumable, or give a function with the directive that calls " + what + " in greenlet.OnStack(func(greenlet.Section) { … })"
	}
	if h.Plain {
		remedy += "; if it is plain code that will call it, such as a loop, start a task in it"
	}
	k.report(h.At, diag.SwitchInPlain, what+" suspends ("+k.colors.Chain(h.Chain)+") but is not resumable, and "+clause, remedy)
	k.diags[len(k.diags)-1].Annotate = annotate
}

// Implementing lists plain methods that suspend, and that resumable code may call through an
// interface: calls are the methods of interfaces that it calls.
func Implementing(p *color.Package, c *color.Colors, calls map[*types.Func]bool) diag.List {
	k := &checker{Package: p, colors: c}
	for _, file := range p.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Recv == nil {
				continue
			}
			fn, _ := k.Info.Defs[decl.Name].(*types.Func)
			if fn == nil || c.Directives().Refused(decl) {
				continue
			}
			chain := p.Plain.Chain(fn)
			if chain == nil {
				continue
			}
			recv := fn.Signature().Recv().Type()
			var by []string
			for m := range calls {
				iface, ok := m.Signature().Recv().Type().Underlying().(*types.Interface)
				if m.Id() == fn.Id() && ok && types.Implements(recv, iface) {
					by = append(by, k.colors.Name(m))
				}
			}
			if len(by) > 0 {
				k.suspending(color.Handed{Fn: fn, At: fn.Pos(), Chain: chain}, "resumable code calls it by way of "+slices.Min(by))
			}
		}
	}
	k.diags.Sort()
	return k.diags
}
