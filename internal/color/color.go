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
	"sync"

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
	// Deps are packages that Pkg imports, directly or not, if more are known than those
	// that are seen from it by their types.
	Deps []*types.Package
	// Named are names of functions and methods that files which are not in Files, but may
	// be compiled with them, use as values.
	Named []string
	// Plain is how plain functions suspend, as far as that is known: of other packages, and of
	// this one, too.
	Plain *PlainCode
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
	OpDispatch                   // call of an interface method that may reach a resumable one
	OpLiteral                    // call of a literal where it stands
	OpIndirect                   // call of a function value
	OpRange                      // call of an iterator by a loop
)

// A Suspension is a call at which the calling function may suspend.
type Suspension struct {
	Op     Op
	Callee *types.Func // the generic function if instantiated; for runtime operations that of the runtime; nil for OpLiteral, OpIndirect and OpRange
}

// Colors holds the colours of one package. After New, only what reaches
// remembers is added to.
type Colors struct {
	pkg       *Package
	deps      []*types.Package // reached by imports, that can have companions
	set       *directive.Set
	annotated []*Func
	byObj     map[*types.Func]*Func
	decls     map[*types.Func]*ast.FuncDecl // written by the user, with a body
	notRun    map[*ast.CallExpr]bool        // see findNotRun
	suspends  map[ast.Node]bool             // for every node of an annotated function
	dispatch  sync.Map                      // of bool by *types.Func; see reaches
	selected  map[*ast.Ident]*types.Selection
	held      map[*types.Var][]*ast.FuncLit // see holdLiterals

	yieldsOnce sync.Once
	handsOut   map[*types.Func]*handedOut // see findYields
	literals   map[*Func][]*Literal
	byLit      map[*ast.FuncLit]*Literal
	indirect   map[*ast.CallExpr]bool // calls of function values that may suspend
	overFunc   map[*ast.RangeStmt]bool
	asValue    map[*types.Func]bool // functions that are named without being called
	named      map[string]bool      // names of functions and methods of the package that are named
	next       map[*types.Func]Step // the first step of Why, for annotated functions
}

// New colours a package.
func New(p *Package, set *directive.Set) *Colors {
	c := &Colors{
		pkg:      p,
		deps:     p.resumable(),
		set:      set,
		byObj:    map[*types.Func]*Func{},
		decls:    map[*types.Func]*ast.FuncDecl{},
		notRun:   map[*ast.CallExpr]bool{},
		suspends: map[ast.Node]bool{},
		literals: map[*Func][]*Literal{},
		byLit:    map[*ast.FuncLit]*Literal{},
		indirect: map[*ast.CallExpr]bool{},
		overFunc: map[*ast.RangeStmt]bool{},
		asValue:  map[*types.Func]bool{},
		named:    map[string]bool{},
		next:     map[*types.Func]Step{},
		selected: map[*ast.Ident]*types.Selection{},
		held:     map[*types.Var][]*ast.FuncLit{},
	}
	for sel, s := range p.Info.Selections {
		c.selected[sel.Sel] = s
	}
	for _, f := range set.Funcs() {
		obj, _ := p.Info.Defs[f.Decl.Name].(*types.Func)
		if obj == nil {
			continue // a redeclaration: the type checker has reported it
		}
		fn := &Func{Decl: f.Decl, Obj: obj, Pos: f.Pos}
		c.annotated = append(c.annotated, fn)
		c.byObj[obj] = fn
	}
	for _, file := range p.Files {
		c.findNotRun(file)
		if directive.IsGenerated(file) {
			continue
		}
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok && decl.Body != nil {
				if obj, _ := p.Info.Defs[decl.Name].(*types.Func); obj != nil {
					c.decls[obj] = decl
				}
			}
		}
	}
	for _, fn := range c.annotated {
		c.findLiterals(fn)
	}
	for _, fn := range c.annotated {
		c.mark(fn.Decl)
	}
	c.findValues()
	c.explain()
	return c
}

// Annotated are the annotated functions, in the order of the files and in
// source order within a file. One that has no object, because its declaration
// is in error, is left out.
func (c *Colors) Annotated() []*Func { return c.annotated }

// Annotation is the annotated function that fn is, or nil.
func (c *Colors) Annotation(fn *types.Func) *Func { return c.byObj[fn.Origin()] }

// Directives are those that New was given.
func (c *Colors) Directives() *directive.Set { return c.set }

// Decl is the declaration of a function of the package that has a body, or nil.
func (c *Colors) Decl(fn *types.Func) *ast.FuncDecl { return c.decls[fn] }

// Companion is the name of the resumable form of fn.
func (c *Colors) Companion(fn *types.Func) string { return names.Companion(fn.Name()) }

// DeferredName is the name of the form in which resumable code defers the
// resumable function fn: its companion, unless it recovers.
func (c *Colors) DeferredName(fn *types.Func) string {
	if c.Recovers(fn) {
		return names.Deferred(fn.Name())
	}
	return c.Companion(fn)
}

// Frame is the name of the frame type of the resumable function fn, or false if
// it can't be told: another package may have two functions of which either may
// have got the name.
func (c *Colors) Frame(fn *types.Func) (string, bool) {
	if f := c.byObj[fn.Origin()]; f != nil {
		return c.set.Frame(f.Decl), true
	}
	name, ok := names.FrameOf(fn)
	if !ok || fn.Pkg() == nil {
		return "", false
	}
	if _, ok := fn.Pkg().Scope().Lookup(name).(*types.TypeName); !ok {
		return "", false
	}
	return name, fn.Signature().Recv() == nil || sharesFrame(fn.Pkg(), name) == 1
}

// sharesFrame is the number of resumable functions of a package that would call
// their frame types name.
func sharesFrame(pkg *types.Package, name string) (n int) {
	count := func(fn *types.Func) {
		if f, ok := names.FrameOf(fn); ok && f == name && LookupCompanion(fn) != nil {
			n++
		}
	}
	for _, id := range pkg.Scope().Names() {
		switch obj := pkg.Scope().Lookup(id).(type) {
		case *types.Func:
			count(obj)
		case *types.TypeName:
			if named, ok := obj.Type().(*types.Named); ok && !obj.IsAlias() {
				for m := range named.Methods() {
					count(m)
				}
			}
		}
	}
	return n
}

// Resumable reports whether fn may suspend: it is annotated in this package,
// or comes from another one and has a companion there. An instantiated
// function has the colour of the generic one. A method of an interface is not
// resumable, whatever implements it.
func (c *Colors) Resumable(fn *types.Func) bool {
	if fn == nil {
		return false
	}
	fn = fn.Origin()
	if fn.Pkg() == c.pkg.Pkg {
		return c.byObj[fn] != nil
	}
	return LookupCompanion(fn) != nil
}

// Recovers reports whether the resumable function fn has, besides its companion,
// a form in which resumable code defers it, as it calls recover.
func (c *Colors) Recovers(fn *types.Func) bool {
	if !c.Resumable(fn) {
		return false
	}
	fn = fn.Origin()
	if f := c.byObj[fn]; f != nil {
		return names.Recovers(f.Decl.Body)
	}
	return LookupDeferred(fn) != nil
}

// Suspension tells how call suspends the function that executes it. A call
// that this function does not execute is none: that of a go or defer statement
// (its operands may hold suspensions), what stands in a literal that a go
// statement starts, and the operands of unsafe.Sizeof and its like.
func (c *Colors) Suspension(call *ast.CallExpr) (Suspension, bool) {
	if call == nil || c.notRun[call] {
		return Suspension{}, false
	}
	return c.Deferred(call)
}

// Deferred is Suspension for the call of a defer statement: it tells how the
// call will suspend the function when that makes its deferred calls.
func (c *Colors) Deferred(call *ast.CallExpr) (Suspension, bool) {
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		if c.byLit[lit] == nil {
			return Suspension{}, false
		}
		return Suspension{Op: OpLiteral}, true
	}
	if c.indirect[call] {
		return Suspension{Op: OpIndirect}, true
	}
	s := c.classify(callee(c.pkg.Info, call), CalleeIdent(call.Fun))
	return s, s.Op != 0
}

// Operation is the runtime operation that fn is, or 0 if it is none.
func Operation(fn *types.Func) Op {
	if fn == nil {
		return 0
	}
	return runtimeOp(fn.Origin())
}

// classify tells how a call of fn, where id names it, suspends.
func (c *Colors) classify(fn *types.Func, id *ast.Ident) Suspension {
	if op := Operation(fn); op != 0 {
		return Suspension{op, fn}
	}
	if fn == nil {
		return Suspension{}
	}
	if IsInterfaceMethod(fn) {
		if c.dispatches(fn, id) {
			return Suspension{OpDispatch, fn}
		}
		return Suspension{}
	}
	if c.Resumable(fn) {
		return Suspension{OpCall, fn}
	}
	return Suspension{}
}
