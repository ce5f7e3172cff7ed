package color

import (
	"go/ast"
	"go/types"
)

// A Leak is a plain function that suspends although it can't: it is reached
// from resumable code, so a greenlet runs on its stack, and it holds a call
// that is meant to suspend that greenlet.
type Leak struct {
	Fn   *types.Func
	Decl *ast.FuncDecl // nil if it is another package's
	At   Step          // the first such call
	Root *Func         // the annotated function it is reached from
	Path []Step        // from Root to Fn, whose call is the last step
}

// Unannotated finds, in the order in which they are reached, the functions of
// the package that want the directive for being called by resumable functions,
// directly or through other plain ones.
//
// Calls by name count, and those of interface methods if a type is seen that implements
// the interface by a resumable one. What is called through a variable or an interface is not
// known; a literal counts where it is called or deferred at once; a go
// statement leaves the greenlet. A plain function that no resumable one reaches
// drives greenlets from outside and is in order, and so does one that has a Section: it
// runs on a stack of its own. Functions that a diagnosed
// directive was meant for are left out. Of plain functions of other packages
// it is known by Package.Plain how they suspend; of interfaces that these call by, too, those of
// the packages that it knows.
func (c *Colors) Unannotated() []Leak {
	type node struct {
		fn   *types.Func
		body *ast.BlockStmt
		root *Func
		path []Step
	}
	var queue []node
	for _, fn := range c.annotated {
		queue = append(queue, node{fn.Obj, fn.Decl.Body, fn, nil})
	}
	seen := map[*types.Func]bool{}
	var leaks []Leak
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		reported := c.byObj[n.fn] != nil
		c.Executed(n.body, func(call *ast.CallExpr) {
			fn := callee(c.pkg.Info, call)
			if fn == nil {
				return
			}
			step := Step{c.CallPos(call), c.classify(fn, CalleeIdent(call.Fun)).Op, fn}
			if step.Op != 0 && (step.Op != OpDispatch || c.Implementation(fn) != nil) {
				if !reported {
					leaks = append(leaks, Leak{n.fn, c.decls[n.fn], step, n.root, n.path})
					reported = true
				}
				return
			}
			decl := c.decls[fn]
			if seen[fn] || OnSection(fn) || c.set.Refused(decl) {
				return
			}
			path := append(n.path[:len(n.path):len(n.path)], step)
			if decl == nil {
				if rest := c.chainInto(call, fn); len(rest) > 0 {
					seen[fn] = true
					path = append(path, rest[:len(rest)-1]...)
					leaks = append(leaks, Leak{path[len(path)-1].Callee, nil, rest[len(rest)-1], n.root, path})
				}
				return
			}
			seen[fn] = true
			queue = append(queue, node{fn, decl.Body, n.root, path})
		})
	}
	return leaks
}

// Executed calls f for the calls that running body makes on the goroutine that
// runs it, deferred ones included.
func (c *Colors) Executed(body ast.Node, f func(*ast.CallExpr)) {
	c.executed(body, func(n ast.Node) {
		if call, ok := n.(*ast.CallExpr); ok {
			f(call)
		}
	})
}

// executed is Executed for all nodes.
func (c *Colors) executed(body ast.Node, f func(ast.Node)) {
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.GoStmt:
			for _, arg := range n.Call.Args {
				ast.Inspect(arg, visit)
			}
			if _, lit := ast.Unparen(n.Call.Fun).(*ast.FuncLit); !lit {
				ast.Inspect(n.Call.Fun, visit)
			}
			return false
		case *ast.CallExpr:
			if unevaluated(c.pkg.Info, n) {
				return false
			}
			f(n)
			if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
				ast.Inspect(lit.Body, visit)
			}
		case ast.Node:
			f(n)
		}
		return true
	}
	ast.Inspect(body, visit)
}
