package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
)

// Colours say what can suspend. To call something a mistake takes more: a chain
// of calls by name, at the end of which the runtime switches. Calls of function
// values and of interface methods are in no chain.

// A chain is how a call comes to switch.
type chain struct {
	pos   token.Pos // of the first call, if it is in this package
	names []string  // poll, greenlet.Yield
}

func (c *chain) String() string { return strings.Join(c.names, " → ") }

// chains are those of the functions of a package, the shortest of each.
type chains struct {
	// suspends are the chains of annotated functions that switch, through
	// annotated functions.
	suspends map[*types.Func]*chain
	// yields are the chains of all functions that yield whenever they are called:
	// through plain ones, too, since what yields in plain code fails there. A
	// call counts that is under no condition, loops aside.
	yields map[*types.Func]*chain
}

// needsParent reports whether an operation has to have a parent to switch to.
func needsParent(op color.Op) bool { return op == color.OpYield || op == color.OpExchange }

// findChains goes from those that switch by themselves to those that call
// these, and so on.
func (k *checker) findChains() *chains {
	type call struct {
		expr  *ast.CallExpr
		fn    *types.Func
		maybe bool // it is made under a condition
	}
	calls := map[*types.Func][]call{}
	for fn, decl := range k.decls {
		maybe := conditional(decl.Body)
		k.colors.Executed(decl.Body, func(c *ast.CallExpr) {
			if callee := k.colors.Callee(c); callee != nil {
				calls[fn] = append(calls[fn], call{c, callee, maybe(c)})
			}
		})
	}
	cs := &chains{map[*types.Func]*chain{}, map[*types.Func]*chain{}}
	solve := func(m map[*types.Func]*chain, take func(caller *types.Func, c call) *chain) {
		for {
			found := map[*types.Func]*chain{}
			for fn, list := range calls {
				if m[fn] != nil {
					continue
				}
				for _, c := range list {
					if ch := take(fn, c); ch != nil {
						found[fn] = ch
						break
					}
				}
			}
			if len(found) == 0 {
				return
			}
			for fn, ch := range found {
				m[fn] = ch
			}
		}
	}
	solve(cs.suspends, func(caller *types.Func, c call) *chain {
		if !k.colors.Resumable(caller) {
			return nil
		}
		return k.chainOf(cs, c.fn, k.colors.CallPos(c.expr), false)
	})
	solve(cs.yields, func(_ *types.Func, c call) *chain {
		if c.maybe {
			return nil
		}
		return k.chainOf(cs, c.fn, k.colors.CallPos(c.expr), true)
	})
	return cs
}

// conditional tells which nodes of body are executed under a condition other than
// that of a loop. That something before them returns is not seen.
func conditional(body ast.Node) func(ast.Node) bool {
	var parts []ast.Node
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			parts = append(parts, n.Body)
			if n.Else != nil {
				parts = append(parts, n.Else)
			}
		case *ast.CaseClause, *ast.CommClause:
			parts = append(parts, n)
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR {
				parts = append(parts, n.Y)
			}
		}
		return true
	})
	return func(n ast.Node) bool {
		for _, p := range parts {
			if p.Pos() <= n.Pos() && n.End() <= p.End() {
				return true
			}
		}
		return false
	}
}

// chainOf is the chain of a call of fn at pos: one that ends in a yield, or one
// that suspends the resumable function that makes the call.
func (k *checker) chainOf(cs *chains, fn *types.Func, pos token.Pos, yields bool) *chain {
	name := k.colors.Name(fn)
	if op := color.Operation(fn); op != 0 {
		if yields && !needsParent(op) {
			return nil
		}
		return &chain{pos, []string{name}}
	}
	if !yields && !k.colors.Resumable(fn) {
		return nil
	}
	var rest []string
	if fn.Pkg() == k.pass.Pkg {
		m := cs.suspends
		if yields {
			m = cs.yields
		}
		if c := m[fn.Origin()]; c != nil {
			rest = c.names
		}
	} else if f := k.fact(fn); f != nil {
		rest = f.Suspends
		if yields {
			rest = f.Yields
		}
	}
	if rest == nil {
		return nil
	}
	return &chain{pos, append([]string{name}, rest...)}
}

// suspension is the chain by which call suspends resumable code, or nil. A
// literal that is called where it stands is part of what calls it.
func (k *checker) suspension(call *ast.CallExpr) *chain {
	fn := k.colors.Callee(call)
	if fn == nil {
		return nil
	}
	return k.chainOf(k.chains, fn, k.colors.CallPos(call), false)
}

// yield is the chain by which call yields, or nil.
func (k *checker) yield(call *ast.CallExpr) *chain {
	fn := k.colors.Callee(call)
	if fn == nil {
		return nil
	}
	return k.chainOf(k.chains, fn, k.colors.CallPos(call), true)
}

// first is the first chain in what is executed with n.
func (k *checker) first(n ast.Node, of func(*ast.CallExpr) *chain) (c *chain) {
	k.colors.Executed(n, func(call *ast.CallExpr) {
		if c == nil {
			c = of(call)
		}
	})
	return c
}
