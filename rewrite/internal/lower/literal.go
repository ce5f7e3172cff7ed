package lower

// Literals: the resumable function literals of a function. Each goes through
// the passes as a function of its own; what it captures of the functions around
// it is in fields of a generated type, by reference.

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// lowering is one function for the passes: an annotated one, or a literal.
type lowering struct {
	fn     *color.Func // annotated
	decl   *ast.FuncDecl
	obj    *types.Func
	lit    *ir.Lit // or nil
	lits   map[*ast.FuncLit]*ir.Lit
	values map[*ast.Ident]*ir.Lit
	bodies map[*ast.RangeStmt]*ir.Lit
	hidden map[*types.Var]ir.Witness // of variables that literals may capture, if their types have no name
}

// lowerings are an annotated function, its resumable literals, in source order,
// and those that stand for values. Type names are noted in taken.
func lowerings(u *unit.Unit, info *types.Info, colors *color.Colors, fn *color.Func, taken map[string]bool) []*lowering {
	lits := map[*ast.FuncLit]*ir.Lit{}
	values := map[*ast.Ident]*ir.Lit{}
	bodies := map[*ast.RangeStmt]*ir.Lit{}
	ast.Inspect(fn.Decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			taken[id.Name] = true // a local would hide a type
		}
		return true
	})
	hidden := map[*types.Var]ir.Witness{}
	list := []*lowering{{fn: fn, decl: fn.Decl, obj: fn.Obj, lits: lits, values: values, bodies: bodies, hidden: hidden}}
	frame, _ := colors.Frame(fn.Obj)
	for _, l := range colors.Literals(fn) {
		lit := &ir.Lit{
			Syntax:     l.Syntax,
			Type:       literalType(u, frame, l.Name, taken),
			Func:       names.InTraceback(fn.Obj) + "." + l.Name,
			TypeParams: typeParams(fn.Obj),
			Captures:   captures(info, fn.Decl, l.Syntax, nil),
		}
		lits[l.Syntax] = lit
	}
	all := make([]*ir.Lit, 0, len(lits))
	for _, l := range colors.Literals(fn) {
		all = append(all, lits[l.Syntax])
	}
	for _, lit := range valueLiterals(u, info, colors, fn, taken) {
		values[lit.Value] = lit
		lits[lit.Syntax] = lit
		all = append(all, lit)
	}
	for _, lit := range rangeBodies(u, info, colors, fn, taken) {
		bodies[lit.Range.Stmt] = lit
		lits[lit.Syntax] = lit
		all = append(all, lit)
	}
	for _, lit := range all {
		lit.Around = typesAround(info, lit)
		sig := info.TypeOf(lit.Syntax).(*types.Signature)
		name := &ast.Ident{Name: lit.Type, NamePos: lit.Syntax.Pos()}
		list = append(list, &lowering{
			fn:     fn,
			decl:   &ast.FuncDecl{Name: name, Type: lit.Syntax.Type, Body: lit.Syntax.Body},
			obj:    types.NewFunc(lit.Syntax.Pos(), u.Pkg, lit.Type, sig),
			lit:    lit,
			lits:   lits,
			values: values,
			bodies: bodies,
			hidden: hidden,
		})
	}
	return list
}

// typeParams are those of a function or of its receiver.
func typeParams(fn *types.Func) *types.TypeParamList {
	sig := fn.Signature()
	if sig.RecvTypeParams().Len() > 0 {
		return sig.RecvTypeParams()
	}
	return sig.TypeParams()
}

// typesAround are the types declared in functions around a literal that it is
// spelled with.
func typesAround(info *types.Info, lit *ir.Lit) map[*types.TypeName]bool {
	found := map[*types.TypeName]bool{}
	seen := map[types.Type]bool{}
	add := func(t types.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		color.MentionsLocal(t, func(obj *types.TypeName) bool {
			if obj.Pos() < lit.Syntax.Pos() || obj.Pos() >= lit.Syntax.End() {
				found[obj] = true
			}
			return false
		})
	}
	ast.Inspect(lit.Syntax, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok {
			add(info.TypeOf(e))
		}
		if id, ok := n.(*ast.Ident); ok {
			for t := range info.Instances[id].TypeArgs.Types() {
				add(t)
			}
		}
		return true
	})
	for _, t := range lit.Types {
		add(t)
	}
	for _, c := range lit.Captures {
		add(c.Obj.Type())
	}
	return found
}

// literalType names the type of a literal after the frame of its function and
// the name that gc gives it: serveFunc1_2 for serve.func1.2.
func literalType(u *unit.Unit, frame, name string, taken map[string]bool) string {
	base := names.Helper(strings.TrimSuffix(frame, "Frame"), strings.ReplaceAll(name, ".", "_"))
	free := base
	for i := 2; taken[free] || u.Pkg.Scope().Lookup(free) != nil || u.Pkg.Scope().Lookup(free+"Frame") != nil; i++ {
		free = base + "_" + itoa(i)
	}
	taken[free] = true
	return free
}

// captures are the variables of decl that lit names and does not declare, in
// the order in which it names them. Other fields have names from taken.
func captures(info *types.Info, decl *ast.FuncDecl, lit *ast.FuncLit, taken []string) []*ir.Capture {
	var list []*ir.Capture
	seen := map[*types.Var]bool{}
	fields := ir.NewNames(nil, nil, nil)
	for _, name := range append([]string{"Closure", "self", "value", "CallResumable", "CallDeferred", "step", "deferred"}, taken...) {
		fields.Keep(name)
	}
	ast.Inspect(lit, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		obj, ok := info.Uses[id].(*types.Var)
		if !ok || obj.IsField() || seen[obj] ||
			obj.Pos() < decl.Pos() || obj.Pos() >= decl.End() || lit.Pos() <= obj.Pos() && obj.Pos() < lit.End() {
			return true
		}
		seen[obj] = true
		list = append(list, &ir.Capture{Obj: obj, Field: fields.Keep(obj.Name()), Use: id})
		return true
	})
	return list
}
