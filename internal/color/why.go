package color

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// A Step is one call of a chain that explains a colour.
type Step struct {
	Pos    token.Pos   // of the call, see CallPos
	Op     Op          // 0: a call of a plain function
	Callee *types.Func // of another package, a runtime operation, or declared here
}

// Why is the shortest chain of calls by which fn may suspend: each step is made
// in the callee of the one before, the first in fn. The last is a runtime
// operation, or a function of another package, whose body is not seen. It is
// nil if fn has no body here, or never suspends, annotated though it may be.
func (c *Colors) Why(fn *types.Func) []Step {
	if fn == nil {
		return nil
	}
	fn = fn.Origin()
	if c.byObj[fn] == nil {
		return c.whyPlain(fn)
	}
	var chain []Step
	for {
		step, ok := c.next[fn]
		if !ok {
			return chain
		}
		chain = append(chain, step)
		fn = step.Callee
	}
}

// whyPlain is Why for a function that is not annotated.
func (c *Colors) whyPlain(fn *types.Func) []Step {
	decl := c.decls[fn]
	if decl == nil {
		return nil
	}
	var best []Step
	for _, step := range c.steps(decl.Body) {
		chain := []Step{step}
		if step.Callee != nil && c.byObj[step.Callee] != nil {
			rest := c.Why(step.Callee)
			if rest == nil {
				continue // it calls something that never suspends
			}
			chain = append(chain, rest...)
		}
		if best == nil || len(chain) < len(best) {
			best = chain
		}
	}
	return best
}

// explain finds the first step of each annotated function's shortest chain:
// those that suspend by themselves, then those that call them, and so on.
// Among equals the first in the source wins.
func (c *Colors) explain() {
	todo := c.annotated
	steps := map[*Func][]Step{}
	for _, fn := range todo {
		steps[fn] = c.steps(fn.Decl.Body)
	}
	for {
		found := map[*types.Func]Step{}
		var rest []*Func
		for _, fn := range todo {
			if step, ok := c.firstKnown(steps[fn]); ok {
				found[fn.Obj] = step
			} else {
				rest = append(rest, fn)
			}
		}
		if len(found) == 0 {
			return
		}
		for obj, step := range found {
			c.next[obj] = step
		}
		todo = rest
	}
}

// firstKnown is the first step that ends a chain or that has one already.
func (c *Colors) firstKnown(steps []Step) (Step, bool) {
	for _, step := range steps {
		if _, ok := c.next[step.Callee]; ok || c.byObj[step.Callee] == nil {
			return step, true
		}
	}
	return Step{}, false
}

// steps are the suspensions in n outside function literals, in source order.
func (c *Colors) steps(n ast.Node) []Step {
	var steps []Step
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if s, ok := c.Suspension(n); ok {
				steps = append(steps, Step{c.CallPos(n), s.Op, s.Callee})
			}
		case *ast.RangeStmt:
			if c.overFunc[n] {
				steps = append(steps, Step{n.X.Pos(), OpRange, nil})
			}
		}
		return true
	})
	return steps
}

// CallPos is where a message about call points: the name of the called
// function, with its package. The start of a chain of calls may be lines away.
func (c *Colors) CallPos(call *ast.CallExpr) token.Pos {
	id := CalleeIdent(call.Fun)
	if id == nil {
		return call.Pos()
	}
	return c.namePos(call.Fun, id)
}

func (c *Colors) namePos(e ast.Expr, id *ast.Ident) token.Pos {
	pos := id.Pos()
	ast.Inspect(e, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel != id {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok {
			if _, ok := c.pkg.Info.Uses[x].(*types.PkgName); ok {
				pos = x.Pos()
			}
		}
		return false
	})
	return pos
}

// Name is how a message calls fn: fetch, Server.Serve, dep.Fetch,
// greenlet.Yield, Greenlet.Switch. No function stands for one that is not known
// before it is called.
func (c *Colors) Name(fn *types.Func) string {
	if fn == nil {
		return "a function value"
	}
	return c.Qualifier(fn) + fn.Name()
}

// Qualifier is what Name puts ahead of the name of fn, with the dot. It may
// stand ahead of a name that is generated for fn as well.
func (c *Colors) Qualifier(fn *types.Func) string {
	var s string
	recv := fn.Signature().Recv()
	if pkg := fn.Pkg(); pkg != nil && pkg != c.pkg.Pkg && !(recv != nil && pkg.Path() == names.RuntimePath) {
		s = pkg.Name() + "."
	}
	if recv != nil {
		if named := receiverBase(recv.Type()); named != nil {
			s += named.Obj().Name() + "."
		}
	}
	return s
}

// Chain is a chain of calls on one line: "fetch → poll → greenlet.Yield".
func (c *Colors) Chain(steps []Step) string {
	parts := make([]string, len(steps))
	for i, step := range steps {
		parts[i] = c.Name(step.Callee)
	}
	return strings.Join(parts, " → ")
}
