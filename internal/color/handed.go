package color

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// A Handed is a plain function that suspends, given as a value to what calls it in resumable
// code.
type Handed struct {
	At    token.Pos
	Fn    *types.Func // nil if it is a literal
	Chain []Step      // by which it suspends
	To    string      // the function that it is given to, or the type that it is converted to
	Plain bool        // To is a plain function, of which it isn't known what it does with it
}

// Handed are those of the package that are given to functions of packages with resumable ones,
// or converted to types of theirs, unless these run plain ones on stacks. How plain functions
// suspend is known by Package.Plain, those of this package included.
func (c *Colors) Handed() (list []Handed) {
	c.givenAway(func(call *ast.CallExpr, arg ast.Expr, to string, onStack bool) {
		if onStack {
			return
		}
		if h, ok := c.handed(arg); ok {
			fn := callee(c.pkg.Info, call)
			h.To, h.Plain = to, fn != nil && !c.Resumable(fn)
			list = append(list, h)
		}
	})
	return list
}

// givenAway calls f for the functions that are given to code of another package which calls
// functions where they can suspend: arg, of call, to what has the name to. With onStack that
// runs plain ones on stacks of their own.
func (c *Colors) givenAway(f func(call *ast.CallExpr, arg ast.Expr, to string, onStack bool)) {
	for _, file := range c.pkg.Files {
		if directive.IsGenerated(file) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			to, pkg, named := c.callsValues(call)
			if to == "" {
				return true
			}
			for _, arg := range call.Args {
				arg = ast.Unparen(arg)
				sig, ok := c.pkg.Info.TypeOf(arg).(*types.Signature)
				if ok && !IsSection(sig) {
					f(call, arg, to, named != nil && hasOnStack(named) || named == nil && runsOnStacks(pkg, sig))
				}
			}
			return true
		})
	}
}

// callsValues is what call gives its arguments to, if that is code of another package that
// calls functions it is given where they can suspend: as a name, or "", its package, and the
// type if it is a conversion.
func (c *Colors) callsValues(call *ast.CallExpr) (string, *types.Package, *types.Named) {
	if tv := c.pkg.Info.Types[call.Fun]; tv.IsType() {
		named, ok := types.Unalias(tv.Type).(*types.Named)
		if ok && isFuncType(named) && c.suspendsElsewhere(named.Obj().Pkg()) {
			return named.Obj().Pkg().Name() + "." + named.Obj().Name(), named.Obj().Pkg(), named
		}
		return "", nil, nil
	}
	if fn := callee(c.pkg.Info, call); fn != nil && c.suspendsElsewhere(fn.Pkg()) {
		if _, _, start := c.Start(call); !start { // what is started is looked at by itself
			return c.Name(fn), fn.Pkg(), nil
		}
	}
	return "", nil, nil
}

// runsOnStacks reports whether a package runs plain functions of type sig on stacks of their
// own: it declares a type of these that can make one a function for OnStack, as
// httpd.HandlerFunc does. That is all of a package's ways that its export data tell.
func runsOnStacks(pkg *types.Package, sig *types.Signature) bool {
	for _, named := range declaredTypes(pkg) {
		if types.Identical(named.Underlying(), sig) && hasOnStack(named) {
			return true
		}
	}
	return false
}

// hasOnStack reports whether a type of functions has a method whose only result is a function
// for OnStack.
func hasOnStack(named *types.Named) bool {
	for m := range named.Methods() {
		if results := m.Signature().Results(); results.Len() == 1 && IsSection(results.At(0).Type()) {
			return true
		}
	}
	return false
}

func (c *Colors) suspendsElsewhere(pkg *types.Package) bool {
	return pkg != nil && pkg != c.pkg.Pkg && !names.IsRuntime(pkg.Path()) && usesRuntime(pkg)
}

func (c *Colors) handed(arg ast.Expr) (Handed, bool) {
	if lit, ok := arg.(*ast.FuncLit); ok {
		if c.byLit[lit] != nil || c.inAnnotated(lit.Pos()) {
			return Handed{}, false
		}
		h := Handed{At: arg.Pos()}
		c.Executed(lit.Body, func(call *ast.CallExpr) {
			if fn := callee(c.pkg.Info, call); fn != nil && h.Chain == nil {
				step := Step{c.CallPos(call), Operation(fn), fn}
				if rest := c.pkg.Plain.Chain(fn); rest != nil && !c.Resumable(fn) {
					h.Chain = append([]Step{step}, rest...)
				} else if step.Op == OpYield || step.Op == OpExchange || step.Op == 0 && c.Resumable(fn) {
					h.Chain = []Step{step}
				}
			}
		})
		return h, h.Chain != nil
	}
	id := CalleeIdent(arg)
	if id == nil {
		return Handed{}, false
	}
	fn, _ := c.pkg.Info.Uses[id].(*types.Func)
	if fn == nil || c.Resumable(fn) || OnSection(fn) {
		return Handed{}, false
	}
	fn = fn.Origin()
	chain := c.pkg.Plain.Chain(fn)
	return Handed{At: arg.Pos(), Fn: fn, Chain: chain}, chain != nil
}

// inAnnotated reports whether pos is in an annotated function.
func (c *Colors) inAnnotated(pos token.Pos) bool {
	for _, fn := range c.annotated {
		if fn.Decl.Pos() <= pos && pos < fn.Decl.End() {
			return true
		}
	}
	return false
}

// DispatchedCalls calls f for the methods of interfaces that annotated functions call, or plain
// ones that they call by name.
func (c *Colors) DispatchedCalls(f func(*types.Func)) {
	seen := map[*types.Func]bool{}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		fn := callee(c.pkg.Info, call)
		switch {
		case fn == nil || seen[fn]:
		case IsInterfaceMethod(fn):
			seen[fn] = true
			f(fn)
		case !c.Resumable(fn) && !OnSection(fn):
			seen[fn] = true
			if decl := c.decls[fn]; decl != nil {
				ast.Inspect(decl.Body, visit)
			}
			c.pkg.Plain.callsOf(fn, f)
		}
		return true
	}
	for _, fn := range c.annotated {
		ast.Inspect(fn.Decl.Body, visit)
	}
}

// OnStacks are the plain functions of the package that run on stacks of their own, or are called
// by name by what does, and the literals that other packages run so.
func (c *Colors) OnStacks() (map[*ast.FuncDecl]bool, map[*ast.FuncLit]bool) {
	found, literals := map[*ast.FuncDecl]bool{}, map[*ast.FuncLit]bool{}
	var visit func(body ast.Node)
	visit = func(body ast.Node) {
		c.Executed(body, func(call *ast.CallExpr) {
			if fn := callee(c.pkg.Info, call); fn != nil {
				if decl := c.decls[fn]; decl != nil && c.byObj[fn] == nil && !found[decl] {
					found[decl] = true
					visit(decl.Body)
				}
			}
		})
	}
	c.givenAway(func(_ *ast.CallExpr, arg ast.Expr, _ string, onStack bool) {
		if !onStack {
			return
		}
		if lit, ok := arg.(*ast.FuncLit); ok {
			literals[lit] = true
			visit(lit.Body)
		} else if id := CalleeIdent(arg); id != nil {
			if fn, ok := c.pkg.Info.Uses[id].(*types.Func); ok {
				if decl := c.decls[fn.Origin()]; decl != nil && c.byObj[fn.Origin()] == nil && !found[decl] {
					found[decl] = true
					visit(decl.Body)
				}
			}
		}
	})
	for fn, decl := range c.decls {
		if OnSection(fn) {
			visit(decl.Body)
		}
		ast.Inspect(decl.Body, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok && IsSection(c.pkg.Info.TypeOf(lit)) {
				visit(lit.Body)
			}
			return true
		})
	}
	return found, literals
}
