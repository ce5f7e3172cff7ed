package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// Check yield-type: a generator yields values that its SeqOf, PullOf or ExchangerOf doesn't take;
// what Seq, Pull and Exchanger take, the compiler checks.
// Generators whose values differ in type are in order as long as who drives them
// takes any: those are what Switch returns. So it is the typed consumer that is
// asked. A value of an interface type may hold what fits, and one of a type
// parameter's is not known: neither counts.

// yielded is a type of values that a function yields, itself or by those it
// calls.
type yielded struct {
	Type  string // with the path of its package
	Where string // a line of the first such yield
	typ   types.Type
	pos   token.Pos
}

// yieldsOf are what fn yields: each type once, in the order in which calls of it
// stand in fn.
func (k *checker) yieldsOf(fn *types.Func) []yielded {
	var list []yielded
	add := func(y yielded) {
		if !slices.ContainsFunc(list, func(o yielded) bool { return o.Type == y.Type }) {
			list = append(list, y)
		}
	}
	seen := map[*types.Func]bool{}
	var visit func(fn *types.Func)
	visit = func(fn *types.Func) {
		decl := k.decls[fn]
		if seen[fn] || decl == nil || !k.colors.Resumable(fn) {
			return
		}
		seen[fn] = true
		k.colors.Executed(decl.Body, func(call *ast.CallExpr) {
			callee := k.colors.Callee(call)
			switch {
			case callee == nil:
			case needsParent(color.Operation(callee)):
				if y, ok := k.yieldedBy(call); ok {
					add(y)
				}
			case callee.Pkg() == k.pass.Pkg:
				visit(callee)
			case k.colors.Resumable(callee):
				if f := k.fact(callee); f != nil {
					for _, y := range f.Types {
						y.pos = k.colors.CallPos(call)
						add(y)
					}
				}
			}
		})
	}
	visit(fn)
	return list
}

// yieldedBy is what a call of Yield or Exchange yields, if its type is known.
func (k *checker) yieldedBy(call *ast.CallExpr) (yielded, bool) {
	args := k.pass.TypesInfo.Instances[color.CalleeIdent(call.Fun)].TypeArgs
	if args.Len() == 0 {
		return yielded{}, false
	}
	t := args.At(args.Len() - 1)
	if types.IsInterface(t) || hasTypeParam(t) {
		return yielded{}, false
	}
	at := k.pass.Fset.Position(call.Pos())
	where := filepath.Base(at.Filename) + ":" + strconv.Itoa(at.Line)
	return yielded{types.TypeString(t, nil), where, t, k.colors.CallPos(call)}, true
}

// hasTypeParam reports whether a type is made of a type parameter, going by how
// it is written.
func hasTypeParam(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Pointer:
		return hasTypeParam(t.Elem())
	case *types.Slice:
		return hasTypeParam(t.Elem())
	case *types.Array:
		return hasTypeParam(t.Elem())
	case *types.Chan:
		return hasTypeParam(t.Elem())
	case *types.Map:
		return hasTypeParam(t.Key()) || hasTypeParam(t.Elem())
	case *types.Named:
		for a := range t.TypeArgs().Types() {
			if hasTypeParam(a) {
				return true
			}
		}
		return false
	case *types.Basic:
		return false
	}
	return true // for want of a look inside
}

func (k *checker) yieldTypes() {
	frames := map[*types.TypeName]*types.Func{}
	for _, fn := range k.colors.Annotated() {
		if name, ok := k.colors.Frame(fn.Obj); ok {
			if tn, ok := k.pass.Pkg.Scope().Lookup(name).(*types.TypeName); ok {
				frames[tn] = fn.Obj
			}
		}
	}
	for _, file := range k.files {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				k.consumer(call, frames)
			}
			return true
		})
	}
}

// consumer looks at a call of SeqOf, PullOf or ExchangerOf, whose last type argument is what
// they take.
func (k *checker) consumer(call *ast.CallExpr, frames map[*types.TypeName]*types.Func) {
	fn := k.colors.Callee(call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != names.RuntimePath || len(call.Args) == 0 || !slices.Contains([]string{"SeqOf", "PullOf", "ExchangerOf"}, fn.Name()) {
		return
	}
	targs := k.pass.TypesInfo.Instances[color.CalleeIdent(call.Fun)].TypeArgs
	frame := frameOf(k.pass.TypesInfo.TypeOf(call.Args[0]))
	byValue := k.startedFunc(call)
	if targs.Len() == 0 || frame == nil && byValue == nil {
		return
	}
	want := targs.At(targs.Len() - 1)
	if hasTypeParam(want) && !types.IsInterface(want) {
		return
	}
	var list []yielded
	var name string
	gen := byValue
	if frame != nil {
		gen = frames[frame.Obj()]
	}
	switch {
	case gen != nil && gen.Pkg() == k.pass.Pkg:
		list, name = k.yieldsOf(gen), k.colors.Name(gen)
	case gen != nil:
		f := k.fact(gen)
		if f == nil {
			return
		}
		list, name = f.Types, k.colors.Name(gen)
	default:
		f := new(frameFact)
		if !k.pass.ImportObjectFact(frame.Obj(), f) {
			return
		}
		list, name = f.Types, f.Func
	}
	for _, y := range list {
		if k.takes(want, y) {
			continue
		}
		wants := types.TypeString(want, types.RelativeTo(k.pass.Pkg))
		f := finding{
			pos: k.colors.CallPos(call), end: call.End(), code: diag.YieldType,
			message: name + " yields values of type " + k.short(y) + " (" + y.Where + "), but " + k.colors.Name(fn) + "[" + k.listed(targs) + "] takes " + wants,
			remedy:  "convert what is yielded, or take " + k.short(y),
		}
		for _, o := range list {
			if o.pos.IsValid() {
				f.related = append(f.related, analysis.RelatedInformation{Pos: o.pos, Message: "this yields " + k.short(o)})
			}
		}
		k.report(f)
		return
	}
}

// startedFunc is the declared function that call starts by value, or nil.
func (k *checker) startedFunc(call *ast.CallExpr) *types.Func {
	run, _, ok := k.colors.Start(call)
	if !ok {
		return nil
	}
	if fn := k.colors.Started(run); fn != nil && k.colors.Resumable(fn) {
		return fn.Origin()
	}
	return nil
}

// listed is type arguments as they are written.
func (k *checker) listed(targs *types.TypeList) string {
	var list []string
	for t := range targs.Types() {
		list = append(list, types.TypeString(t, types.RelativeTo(k.pass.Pkg)))
	}
	return strings.Join(list, ", ")
}

func (k *checker) short(y yielded) string {
	if y.typ != nil {
		return types.TypeString(y.typ, types.RelativeTo(k.pass.Pkg))
	}
	return y.Type
}

// takes reports whether a variable of type want takes what was yielded, or
// whether that can't be told.
func (k *checker) takes(want types.Type, y yielded) bool {
	if y.typ != nil {
		return types.AssignableTo(y.typ, want)
	}
	if types.TypeString(want, nil) == y.Type {
		return true
	}
	// Only its name is known: two that are basic can't be assigned to each other.
	_, basic := types.Unalias(want).(*types.Basic)
	return !basic || types.Universe.Lookup(y.Type) == nil
}
