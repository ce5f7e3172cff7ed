package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/subset"
)

// Check switch-in-plain: a plain function that suspends is on the way from
// resumable code to a switch. Within a package the generator refuses it; what
// is added here is the fix, and what only facts show: a plain function of another
// package that yields. One there that switches to a greenlet may be meant to
// drive it, and is let go.

func (k *checker) findLeaks() {
	k.leaks = k.colors.Unannotated()
	k.leaky = map[*types.Func]bool{}
	for _, leak := range k.leaks {
		k.leaky[leak.Fn] = true
		for _, step := range leak.Path {
			k.leaky[step.Callee] = true
		}
	}
	for _, h := range k.colors.Handed() {
		k.leaky[h.Fn] = true
		for _, step := range h.Chain {
			k.leaky[step.Callee] = true
		}
	}
}

func (k *checker) switchInPlain() {
	for _, leak := range k.leaks {
		f := finding{
			pos: leak.At.Pos, code: diag.SwitchInPlain,
			message: subset.Leaks(k.colors, leak),
		}
		var plain, missing []string
		caller, what := k.colors.Name(leak.Root.Obj), ", which is resumable, calls "
		for _, step := range leak.Path {
			callee := k.colors.Name(step.Callee)
			f.related = append(f.related, related(step.Pos, caller+what+callee))
			caller, what = callee, " calls "
			plain = append(plain, callee)
			if decl := k.decls[step.Callee]; decl != nil {
				missing = append(missing, callee)
				f.edits = append(f.edits, k.annotate(decl)...)
			}
		}
		f.remedy = "annotate " + list(plain) + " with " + directive.Resumable + subset.OrOnStack(plain[0])
		f.fix = "annotate " + list(missing)
		k.report(f)
	}
	k.handedOver()
	reported := map[*types.Func]bool{}
	k.resumable(func(_ *color.Func, n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		fn := k.colors.Callee(call)
		if fn == nil || fn.Pkg() == k.pass.Pkg || reported[fn] || k.colors.Resumable(fn) || color.Operation(fn) != 0 {
			return
		}
		if c := k.yield(call); c != nil {
			reported[fn] = true
			name := k.colors.Name(fn)
			k.report(finding{
				pos: c.pos, code: diag.SwitchInPlain,
				message: name + " yields (" + c.String() + ") but is not resumable, and resumable code calls it",
				remedy:  "annotate it with " + directive.Resumable + " and generate its package anew" + subset.OrOnStack("it"),
			})
		}
	})
}

// handedOver reports the functions that are given away to be called by resumable code.
func (k *checker) handedOver() {
	for _, d := range subset.HandedOver(k.colored, k.colors) {
		f := finding{pos: k.place(d.Pos), code: d.Code, message: d.Message, remedy: d.Remedy}
		var names []string
		for _, u := range d.Annotate {
			for fn, decl := range k.decls {
				if k.pass.Fset.PositionFor(decl.Name.Pos(), false) == u.Pos {
					names = append(names, k.colors.Name(fn))
					f.edits = append(f.edits, k.annotate(decl)...)
				}
			}
		}
		f.fix = "annotate " + list(names)
		k.report(f)
	}
}

// annotate makes a function resumable.
func (k *checker) annotate(decl *ast.FuncDecl) []analysis.TextEdit {
	src, err := k.pass.ReadFile(k.pass.Fset.File(decl.Pos()).Name())
	if err != nil {
		return nil
	}
	pos, text, ok := directive.Insertion(k.pass.Fset, src, decl)
	if !ok {
		return nil
	}
	return []analysis.TextEdit{insert(pos, text)}
}

func insert(pos token.Pos, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: pos, End: pos, NewText: []byte(text)}
}

// list is "a", "a and b", "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
