package color

import (
	"go/ast"
	"go/types"
	"maps"
	"slices"

	"github.com/going-green/greenlet/internal/directive"
)

// PlainCode is how the plain functions of some packages suspend whoever calls them: by the shortest
// chains of calls, as Why has them, through plain functions only, to a Yield, an Exchange or a
// resumable function. What switches to a greenlet, or kills it, may well drive it from outside:
// within a package that is refused, elsewhere nobody can tell. Functions that have a Section
// are left out, and those that a diagnosed directive was meant for. The keys are full names: a
// package may be checked more than once.
type PlainCode struct {
	suspends map[string][]Step
	calls    map[string][][]Step // to methods of interfaces, one chain to each
	packages map[string]bool     // the functions of which are known
}

// NewPlainCode is what is known by those of the packages that one imports.
func NewPlainCode(imported ...*PlainCode) *PlainCode {
	code := &PlainCode{map[string][]Step{}, map[string][][]Step{}, map[string]bool{}}
	for _, imp := range imported {
		if imp != nil {
			maps.Copy(code.suspends, imp.suspends)
			maps.Copy(code.calls, imp.calls)
			maps.Copy(code.packages, imp.packages)
		}
	}
	return code
}

// Chain is that of a function, or nil if it is not known to suspend.
func (code *PlainCode) Chain(fn *types.Func) []Step {
	if code == nil {
		return nil
	}
	return code.suspends[fn.Origin().FullName()]
}

// callsOf calls f for the methods of interfaces that a function is known to call.
func (code *PlainCode) callsOf(fn *types.Func, f func(*types.Func)) {
	if code != nil {
		for _, chain := range code.calls[fn.FullName()] {
			f(chain[len(chain)-1].Callee)
		}
	}
}

// Add makes the functions of p known, after those of the packages that it imports.
func (code *PlainCode) Add(p *Package, set *directive.Set) {
	if p.Pkg == nil {
		return
	}
	code.packages[p.Pkg.Path()] = true
	functions, annotated := plainFunctions(p, set)
	code.findChains(functions, func(step Step) []Step {
		fn := step.Callee
		switch {
		case step.Op == OpYield || step.Op == OpExchange:
			return []Step{step}
		case step.Op != 0:
			return nil
		case annotated[fn] || fn.Pkg() != p.Pkg && LookupCompanion(fn) != nil:
			step.Op = OpCall
			return []Step{step}
		}
		if rest := code.Chain(fn); rest != nil {
			return append([]Step{step}, rest...)
		}
		return nil
	})
	for again := true; again; {
		again = false
		for _, f := range functions {
			for _, step := range f.calls {
				again = code.callsBy(f.obj, step) || again
			}
		}
	}
}

// A plainFunction is one with its calls by name.
type plainFunction struct {
	obj   *types.Func
	calls []Step
}

// plainFunctions are those of p that Add looks at, and the annotated ones.
func plainFunctions(p *Package, set *directive.Set) (plain []plainFunction, annotated map[*types.Func]bool) {
	c := &Colors{pkg: p}
	annotated = map[*types.Func]bool{}
	for _, file := range p.Files {
		if directive.IsGenerated(file) {
			continue
		}
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil {
				continue
			}
			obj, _ := p.Info.Defs[decl.Name].(*types.Func)
			switch {
			case obj == nil || set.Refused(decl) || OnSection(obj):
			case set.Has(decl):
				annotated[obj] = true
			default:
				f := plainFunction{obj: obj}
				c.Executed(decl.Body, func(call *ast.CallExpr) {
					if fn := callee(p.Info, call); fn != nil {
						f.calls = append(f.calls, Step{c.CallPos(call), Operation(fn), fn})
					}
				})
				plain = append(plain, f)
			}
		}
	}
	return plain, annotated
}

// findChains finds the shortest chains, given what a step begins.
func (code *PlainCode) findChains(todo []plainFunction, chain func(Step) []Step) {
	for {
		found := map[string][]Step{}
		var left []plainFunction
		for _, f := range todo {
			for _, step := range f.calls {
				if steps := chain(step); steps != nil {
					found[f.obj.FullName()] = steps
					break
				}
			}
			if found[f.obj.FullName()] == nil {
				left = append(left, f)
			}
		}
		if len(found) == 0 {
			return
		}
		maps.Copy(code.suspends, found)
		todo = left
	}
}

// callsBy adds the methods of interfaces that fn calls by a step, and reports whether there are
// news.
func (code *PlainCode) callsBy(fn *types.Func, step Step) (news bool) {
	add := func(chain []Step) {
		m := chain[len(chain)-1].Callee
		for _, known := range code.calls[fn.FullName()] {
			if known[len(known)-1].Callee == m {
				return
			}
		}
		code.calls[fn.FullName()] = append(code.calls[fn.FullName()], chain)
		news = true
	}
	switch {
	case step.Op != 0 || code.suspends[fn.FullName()] != nil:
	case IsInterfaceMethod(step.Callee):
		step.Op = OpDispatch
		add([]Step{step})
	default:
		for _, rest := range code.calls[step.Callee.FullName()] {
			add(append([]Step{step}, rest...))
		}
	}
	return news
}

// chainInto is the chain by which a call of fn, a plain function of another package, is known to
// suspend, or nil. It may end in a method of an interface: of a package of PlainCode, if a type is
// seen that implements it by a resumable one, and of any other, if such a type is an argument.
func (c *Colors) chainInto(call *ast.CallExpr, fn *types.Func) []Step {
	code := c.pkg.Plain
	if rest := code.Chain(fn); rest != nil || code == nil {
		return rest
	}
	for _, rest := range code.calls[fn.FullName()] {
		m := rest[len(rest)-1].Callee
		if m.Pkg() != nil && code.packages[m.Pkg().Path()] && c.Implementation(m) != nil || c.isGiven(call, m) {
			return rest
		}
	}
	return nil
}

// isGiven reports whether an argument of call implements the interface that declares m, with a
// resumable method. The receiver does not count: a reader that reads from another is one as well.
func (c *Colors) isGiven(call *ast.CallExpr, m *types.Func) bool {
	iface, ok := m.Signature().Recv().Type().Underlying().(*types.Interface)
	return ok && slices.ContainsFunc(call.Args, func(e ast.Expr) bool {
		t := c.pkg.Info.TypeOf(e)
		if t == nil || types.IsInterface(t) {
			return false
		}
		set := types.NewMethodSet(t)
		sel := set.Lookup(m.Pkg(), m.Name())
		if sel == nil || !hasMethods(set, iface) {
			return false
		}
		fn, ok := sel.Obj().(*types.Func)
		return ok && !IsInterfaceMethod(fn) && c.Resumable(fn)
	})
}
