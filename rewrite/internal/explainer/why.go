package explainer

import (
	"go/ast"
	"go/types"
	"io"
	"iter"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// Why writes why the function called name suspends, in each of the units that
// has one: the calls, one a line, that lead to a switch. It reports how many
// functions it found.
func Why(w io.Writer, u *unit.Unit, dir, name string) (found int, err error) {
	colors := color.New(lower.ToColor(u), u.Directives)
	for fn, obj := range declarations(u, name) {
		found++
		d := whyResumable(u, colors, fn, obj)
		if err := (diag.List{d}).Relative(dir).Format(w, false); err != nil {
			return found, err
		}
	}
	return found, nil
}

// declarations are the functions of the user's that name names.
func declarations(u *unit.Unit, name string) iter.Seq2[*ast.FuncDecl, *types.Func] {
	return func(yield func(*ast.FuncDecl, *types.Func) bool) {
		for _, file := range u.Files {
			if directive.IsGenerated(file) {
				continue
			}
			for _, decl := range file.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok || !names.Matches(fn, name) {
					continue
				}
				if obj, ok := u.Info.Defs[fn.Name].(*types.Func); ok && !yield(fn, obj) {
					return
				}
			}
		}
	}
}

// whyResumable is the answer in the form of a diagnostic, for it is read as one.
func whyResumable(u *unit.Unit, colors *color.Colors, fn *ast.FuncDecl, obj *types.Func) diag.Diagnostic {
	chain := colors.Why(obj)
	name := colors.Name(obj)
	message := name + " is resumable"
	switch {
	case u.Directives.Has(fn) && chain == nil:
		message += ", but nothing in it suspends"
	case !u.Directives.Has(fn) && chain == nil:
		message = name + " is a plain function; nothing in it suspends"
	case !u.Directives.Has(fn):
		message = name + " is a plain function; it cannot suspend where it calls what can"
	}
	d := diag.Diagnostic{Pos: u.Fset.Position(fn.Name.Pos()), Message: message}
	for _, step := range chain {
		what := "calls " + colors.Name(step.Callee)
		switch callee := step.Callee; {
		case callee == nil || step.Op == color.OpDispatch:
			what += ", which may suspend"
		case callee.Pkg() != nil && callee.Pkg().Path() == names.RuntimePath:
			what += ", which suspends"
		case callee.Pkg() != u.Pkg:
			what += ", which is resumable"
		}
		d.Related = append(d.Related, diag.Related{Pos: u.Fset.Position(step.Pos), Message: what})
	}
	return d
}
