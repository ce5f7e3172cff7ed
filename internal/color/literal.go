package color

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
)

// Function literals and calls of function values.
//
// A literal inside an annotated function is resumable if its body suspends, or if it is
// started by value; it needs no directive. A call of a function value suspends if the value is such
// a literal, or a resumable function: which it is, is known when it is made. So
// each counts as a suspension, but for those of local variables that only ever
// hold functions which don't suspend.

// A Literal is a function literal that is resumable.
type Literal struct {
	Syntax *ast.FuncLit
	Func   *Func    // the annotated function that it is in
	Outer  *Literal // the innermost resumable literal around it, or nil
	Name   string   // as gc names it in the function: func1, func1.2
}

// Literals are the resumable literals of an annotated function, in source
// order.
func (c *Colors) Literals(fn *Func) []*Literal { return c.literals[fn] }

// Literal is what is known of a resumable literal, or nil for another one.
func (c *Colors) Literal(lit *ast.FuncLit) *Literal { return c.byLit[lit] }

// findLiterals finds the resumable literals of fn, and the calls of function
// values in it.
func (c *Colors) findLiterals(fn *Func) {
	v := &values{Colors: c, started: c.started(fn.Decl), durable: c.Directives().Durable(fn.Decl), assigned: map[*types.Var][]ast.Expr{}, never: map[*types.Var]bool{}}
	v.collect(fn.Decl)
	v.holdLiterals()
	v.settle()
	ast.Inspect(fn.Decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			c.indirect[n] = v.indirect(n)
		case *ast.RangeStmt:
			c.overFunc[n] = v.overFunc(n)
		}
		return true
	})
	c.nameLiterals(fn, fn.Decl.Body, nil, "", v)
}

// nameLiterals lists the literals in n, numbered as gc does.
func (c *Colors) nameLiterals(fn *Func, n ast.Node, outer *Literal, prefix string, v *values) {
	count := 0
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if !ok {
			return true
		}
		count++
		name := "func" + strconv.Itoa(count)
		if prefix != "" {
			name = prefix + "." + strconv.Itoa(count)
		}
		inner := outer
		if !v.plain[lit] && (v.started[lit] || v.durable || v.suspends(lit)) {
			inner = &Literal{Syntax: lit, Func: fn, Outer: outer, Name: name}
			c.literals[fn] = append(c.literals[fn], inner)
			c.byLit[lit] = inner
		}
		c.nameLiterals(fn, lit.Body, inner, name, v)
		return false
	})
}

// values knows which function values of an annotated function can't suspend.
type values struct {
	*Colors
	assigned map[*types.Var][]ast.Expr // local variables of func types and all that they are given
	never    map[*types.Var]bool       // those that never hold a function that suspends
	plain    map[*ast.FuncLit]bool     // only plain code calls them
	started  map[*ast.FuncLit]bool     // a call starts them by value
	gone     map[*ast.RangeStmt]bool   // run by another goroutine
	durable  bool                      // of a durable function: what it keeps must have a type
	within   []*ast.FuncLit            // literals being asked about
}

// collect finds the local variables that hold nothing but literals and declared
// functions, and the literals that plain code gets to call.
func (v *values) collect(decl *ast.FuncDecl) {
	info := v.pkg.Info
	v.plain, v.gone = map[*ast.FuncLit]bool{}, map[*ast.RangeStmt]bool{}
	other := map[types.Object]bool{} // variables with values from elsewhere
	local := func(e ast.Expr) *types.Var {
		id, ok := ast.Unparen(e).(*ast.Ident)
		if !ok {
			return nil
		}
		obj := info.Defs[id]
		if obj == nil {
			obj = info.Uses[id]
		}
		x, ok := obj.(*types.Var)
		if !ok || x.IsField() || x.Pos() < decl.Body.Pos() || x.Pos() >= decl.Body.End() || !isFuncType(x.Type()) {
			return nil
		}
		return x
	}
	assign := func(lhs, rhs ast.Expr) {
		if x := local(lhs); x != nil {
			if rhs == nil {
				other[x] = true
			} else {
				v.assigned[x] = append(v.assigned[x], rhs)
			}
		}
	}
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if len(n.Lhs) == len(n.Rhs) {
					assign(l, n.Rhs[i])
				} else {
					assign(l, nil)
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				switch {
				case len(n.Values) == 0:
					if x := local(id); x != nil && v.assigned[x] == nil {
						v.assigned[x] = []ast.Expr{}
					}
				case len(n.Names) == len(n.Values):
					assign(id, n.Values[i])
				default:
					assign(id, nil)
				}
			}
		case *ast.RangeStmt:
			assign(n.Key, nil)
			assign(n.Value, nil)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				assign(n.X, nil)
			}
		case *ast.FuncLit:
			if IsSection(info.TypeOf(n)) {
				v.leaves(n)
			}
			for _, field := range n.Type.Params.List {
				for _, id := range field.Names {
					assign(id, nil)
				}
			}
			if n.Type.Results != nil {
				for _, field := range n.Type.Results.List {
					for _, id := range field.Names {
						assign(id, nil)
					}
				}
			}
		case *ast.TypeSwitchStmt:
			for _, clause := range n.Body.List {
				if x, ok := info.Implicits[clause].(*types.Var); ok {
					other[x] = true
				}
			}
		case *ast.GoStmt:
			if lit, ok := ast.Unparen(n.Call.Fun).(*ast.FuncLit); ok {
				v.leaves(lit)
			}
		case *ast.CallExpr:
			v.callbacks(n)
		}
		return true
	})
	for x, list := range v.assigned {
		ok := !other[x]
		for _, e := range list {
			ok = ok && v.knownValue(e)
		}
		if ok {
			v.never[x] = true
		}
	}
}

// leaves notes that lit is run by another goroutine, or on another stack, with all that is in it.
func (v *values) leaves(lit *ast.FuncLit) {
	ast.Inspect(lit, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			v.plain[n] = true
		case *ast.RangeStmt:
			v.gone[n] = true
		}
		return true
	})
}

// knownValue reports whether e is nil, a literal, or a declared function that
// doesn't suspend.
func (v *values) knownValue(e ast.Expr) bool {
	e = ast.Unparen(e)
	if tv := v.pkg.Info.Types[e]; tv.IsNil() {
		return true
	}
	if _, ok := e.(*ast.FuncLit); ok {
		return true
	}
	id := CalleeIdent(e)
	if id == nil {
		return false
	}
	fn, ok := v.pkg.Info.Uses[id].(*types.Func)
	return ok && v.classify(fn, id).Op == 0 && !AsksWhoRuns(fn)
}

// callbacks notes the literals that are arguments of a function of the standard
// library, for parameters that are declared as functions: it is plain code that
// will call them.
func (v *values) callbacks(call *ast.CallExpr) {
	fn := callee(v.pkg.Info, call)
	if fn == nil || fn.Pkg() == nil || !standard(fn.Pkg().Path()) {
		return
	}
	params := fn.Signature().Params()
	for i, arg := range call.Args {
		lit, ok := ast.Unparen(arg).(*ast.FuncLit)
		if !ok || params.Len() == 0 {
			continue
		}
		t := params.At(min(i, params.Len()-1)).Type()
		if s, ok := t.(*types.Slice); ok && fn.Signature().Variadic() && i >= params.Len()-1 {
			t = s.Elem()
		}
		if _, ok := t.Underlying().(*types.Signature); ok {
			v.plain[lit] = true
		}
	}
}

// CallsBack reports whether fn is a function of the standard library that takes
// functions: plain code, which calls them as such.
func CallsBack(fn *types.Func) bool { return fn.Pkg() != nil && standard(fn.Pkg().Path()) }

// KeepsHandlers reports whether fn does no more with functions than keep them, as handlers. Who
// calls them then is who serves: hub/httpd runs the mux that does it on a stack.
func KeepsHandlers(fn *types.Func) bool { return fn.Pkg() != nil && fn.Pkg().Path() == "net/http" }

// standard reports whether a path is that of a package of the standard library
// that takes or makes functions. (Other packages of it that do are taken for the
// user's, which is never wrong. A look at the path alone would be: a module may
// have a name without a dot.)
func standard(path string) bool { return standardPackages[path] }

var standardPackages = map[string]bool{
	"bufio": true, "bytes": true, "context": true, "flag": true, "go/ast": true, "go/types": true, "io/fs": true, "iter": true,
	"log/slog": true, "maps": true, "net/http": true, "os/signal": true, "path/filepath": true, "reflect": true,
	"regexp": true, "runtime": true, "slices": true, "sort": true, "strings": true, "sync": true, "testing": true, "time": true,
}

// settle takes out of never the variables that hold a literal that suspends:
// first those that do so for other reasons than calling such variables, then
// those that call these, and so on.
func (v *values) settle() {
	for again := true; again; {
		again = false
		for x, list := range v.assigned {
			if !v.never[x] {
				continue
			}
			for _, e := range list {
				if lit, ok := ast.Unparen(e).(*ast.FuncLit); ok && v.suspends(lit) {
					delete(v.never, x)
					again = true
					break
				}
			}
		}
	}
}

// suspends reports whether the body of lit suspends, literals that it calls at
// once included, defers what suspends, or asks who runs.
func (v *values) suspends(lit *ast.FuncLit) bool {
	for _, l := range v.within {
		if l == lit {
			return false
		}
	}
	v.within = append(v.within, lit)
	defer func() { v.within = v.within[:len(v.within)-1] }()
	return v.suspendsIn(lit.Body)
}

func (v *values) suspendsIn(n ast.Node) bool {
	if isNil(n) {
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.RangeStmt:
			found = found || v.overFunc(n)
		case *ast.DeferStmt:
			found = found || v.call(n.Call)
		case *ast.CallExpr:
			found = found || !v.notRun[n] && v.call(n)
		}
		return !found
	})
	return found
}

// call reports whether a call, if it is made, may suspend.
func (v *values) call(call *ast.CallExpr) bool {
	if lit, ok := ast.Unparen(call.Fun).(*ast.FuncLit); ok {
		return v.suspends(lit)
	}
	fn := callee(v.pkg.Info, call)
	if AsksWhoRuns(fn) {
		return true // in plain code it would mean Main
	}
	s := v.classify(fn, CalleeIdent(call.Fun))
	return s.Op != 0 || v.indirect(call)
}

// indirect reports whether a call is of a function value that may suspend.
func (v *values) indirect(call *ast.CallExpr) bool {
	info := v.pkg.Info
	fun := ast.Unparen(call.Fun)
	tv := info.Types[fun]
	if tv.IsType() || tv.IsBuiltin() || tv.Type == nil || !isFuncType(tv.Type) {
		return false
	}
	switch fun := fun.(type) {
	case *ast.FuncLit:
		return false
	case *ast.Ident:
		if x, ok := info.Uses[fun].(*types.Var); ok {
			return !v.never[x]
		}
	}
	return callee(info, call) == nil
}

// isFuncType reports whether values of type t are functions.
func isFuncType(t types.Type) bool {
	if t == nil {
		return false
	}
	if tp, ok := types.Unalias(t).(*types.TypeParam); ok {
		return hasFunc(tp.Constraint(), map[types.Type]bool{})
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}

// hasFunc reports whether a constraint has a term that is a function type. A
// mixture can neither be called nor ranged over, so one is enough.
func hasFunc(constraint types.Type, seen map[types.Type]bool) bool {
	if constraint == nil || seen[constraint] {
		return false
	}
	seen[constraint] = true
	switch t := constraint.Underlying().(type) {
	case *types.Signature:
		return true
	case *types.Interface:
		for i := range t.NumEmbeddeds() {
			if hasFunc(t.EmbeddedType(i), seen) {
				return true
			}
		}
	case *types.Union:
		for i := range t.Len() {
			if hasFunc(t.Term(i).Type(), seen) {
				return true
			}
		}
	}
	return false
}
