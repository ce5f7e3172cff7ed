package lower

import (
	"go/ast"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// What the tables of durable functions do not say, and a process must know that restores one: the
// functions that they name without a call, and the instances of generic functions that they call. Where a
// snapshot stands in do(charge), that process may never have come by the line.

// durableNames fills what a file has of these. Each is said once in a package.
func durableNames(u *unit.Unit, colors *color.Colors, files []*Lowered) {
	said := map[string]bool{}
	for _, l := range files {
		seen := map[*ast.FuncDecl]bool{}
		for _, f := range l.Funcs {
			if f.Durable && !seen[f.Decl] {
				seen[f.Decl] = true
				l.durableNamesOf(u, colors, f, said)
			}
		}
	}
}

func (l *Lowered) durableNamesOf(u *unit.Unit, colors *color.Colors, f *ir.Func, said map[string]bool) {
	test := names.IsTest(u.Path(l.File))
	called := map[*ast.Ident]bool{}
	ast.Inspect(f.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			id := color.CalleeIdent(n.Fun)
			if id == nil {
				break
			}
			called[id] = true
			if s, ok := colors.Suspension(n); ok && s.Op == color.OpCall {
				l.durableInstance(u, colors, id, test, said)
			}
		case *ast.Ident:
			fn, ok := u.Info.Uses[n].(*types.Func)
			if !ok || called[n] || !named(u, fn, test) {
				break
			}
			if key := "func " + fn.FullName(); !said[key] {
				said[key] = true
				l.named = append(l.named, fn)
			}
		}
		return true
	})
}

// named reports whether fn is a declared function of which there is one, which any file of the
// package can name.
func named(u *unit.Unit, fn *types.Func, test bool) bool {
	sig := fn.Signature()
	if sig.Recv() != nil || sig.TypeParams().Len() > 0 || fn.Pkg() == nil || names.IsRuntime(fn.Pkg().Path()) {
		return false
	}
	if fn.Pkg() == u.Pkg {
		return fn.Parent() == u.Pkg.Scope() && (test || !inTest(u, fn.Pos()))
	}
	return fn.Exported()
}

// durableInstance notes the frame of the generic function or method that id names.
func (l *Lowered) durableInstance(u *unit.Unit, colors *color.Colors, id *ast.Ident, test bool, said map[string]bool) {
	fn, ok := u.Info.Uses[id].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return
	}
	args := u.Info.Instances[id].TypeArgs
	if recv := fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		n, ok := t.(*types.Named)
		if !ok {
			return
		}
		args = n.TypeArgs()
	}
	if args.Len() == 0 {
		return
	}
	frame, ok := colors.Frame(fn)
	if !ok || fn.Pkg() != u.Pkg && !ast.IsExported(frame) {
		return
	}
	i := emit.DurableInstance{Pkg: fn.Pkg(), Frame: frame}
	key := fn.Pkg().Path() + "." + frame
	for a := range args.Types() {
		a = colors.Spelled(a, test, func(*types.TypeParam) types.Type { return nil })
		if a == nil {
			return // it is not known here which they are, or they can't be named: see durable.Register
		}
		i.Args = append(i.Args, a)
		key += "," + types.TypeString(a, nil)
	}
	if !said[key] {
		said[key] = true
		l.instances = append(l.instances, i)
	}
}
