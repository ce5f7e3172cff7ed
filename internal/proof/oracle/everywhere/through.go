package everywhere

// Which expressions can be passed through a function: those whose value is all
// that matters, and whose type a parameter gets by inference.

import (
	"go/ast"
	"go/token"
	"go/types"
)

// bar leaves e as it is, but for its operands.
func (w *instrumenter) bar(e ast.Expr) {
	for e != nil {
		w.barred[e] = true
		paren, ok := e.(*ast.ParenExpr)
		if !ok {
			return
		}
		e = paren.X
	}
}

// address is bar for what must stay a variable: so must what it is part of.
func (w *instrumenter) address(e ast.Expr) {
	if e == nil {
		return
	}
	w.bar(e)
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		if w.info.Selections[e] != nil && !isPointer(w.info.TypeOf(e.X)) {
			w.address(e.X)
		}
	case *ast.IndexExpr:
		if isArray(w.info.TypeOf(e.X)) {
			w.address(e.X)
		}
	}
}

// bars finds the operands of a statement that are no values, or must be what
// they are.
func (w *instrumenter) bars(n ast.Node) {
	switch n := n.(type) {
	case *ast.ExprStmt:
		w.bar(n.X)
	case *ast.GoStmt:
		w.bar(n.Call)
	case *ast.DeferStmt:
		w.bar(n.Call)
	case *ast.IncDecStmt:
		w.address(n.X)
	case *ast.AssignStmt:
		for _, l := range n.Lhs {
			w.address(l)
		}
		if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
			w.bar(n.Rhs[0])
		}
	case *ast.ValueSpec:
		if len(n.Names) == 2 && len(n.Values) == 1 {
			w.bar(n.Values[0])
		}
	case *ast.RangeStmt:
		w.address(n.Key)
		w.address(n.Value)
		// Of an array the length is a constant: it may not be evaluated.
		if t := w.info.TypeOf(n.X); isArray(t) || isPointer(t) {
			w.address(n.X)
		}
	}
}

// expression wraps e if it can be, and reports whether to look at its operands.
func (w *instrumenter) expression(e ast.Expr) bool {
	tv, typed := w.info.Types[e]
	if typed && (tv.IsType() || tv.IsBuiltin() || tv.Value != nil) || !w.operands(e) {
		return false
	}
	if typed && !w.barred[e] && w.passes(e, tv) {
		w.wrapped[e] = true
		w.insert(e.Pos(), identity+"(")
	}
	return true
}

// operands bars those of e that must stay, and reports whether to look at them
// at all.
func (w *instrumenter) operands(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		if w.barred[e] {
			w.bar(e.X)
		}
	case *ast.SelectorExpr:
		s := w.info.Selections[e]
		w.bar(e.Sel)
		if s == nil || s.Kind() == types.MethodExpr {
			w.bar(e.X)
			break
		}
		if fn, ok := s.Obj().(*types.Func); ok && isPointer(fn.Signature().Recv().Type()) && !isPointer(w.info.TypeOf(e.X)) {
			w.address(e.X)
		}
	case *ast.IndexExpr:
		if _, generic := types.Unalias(w.info.TypeOf(e.X)).(*types.Signature); generic {
			return false
		}
		if isArray(w.info.TypeOf(e.X)) {
			w.address(e.X)
		}
		// The type checker looks twice at an index expression that is an argument,
		// so in a chain of them 2ⁿ times at the first.
		if _, chain := ast.Unparen(e.X).(*ast.IndexExpr); chain {
			w.bar(e.X)
		}
	case *ast.IndexListExpr, *ast.FuncType:
		return false
	case *ast.SliceExpr:
		if isArray(w.info.TypeOf(e.X)) {
			w.address(e.X)
		}
	case *ast.UnaryExpr:
		if e.Op == token.AND {
			w.address(e.X)
		}
	case *ast.CompositeLit:
		w.elements(e)
	case *ast.CallExpr:
		return w.call(e)
	}
	return true
}

// elements bars literals without a type.
func (w *instrumenter) elements(lit *ast.CompositeLit) {
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			w.elided(kv.Key)
			elt = kv.Value
		}
		w.elided(elt)
	}
}

func (w *instrumenter) elided(e ast.Expr) {
	if lit, ok := e.(*ast.CompositeLit); ok && lit.Type == nil {
		w.bar(lit)
	}
}

func (w *instrumenter) call(call *ast.CallExpr) bool {
	w.bar(call.Fun)
	fun := w.info.Types[call.Fun]
	switch {
	case fun.IsType():
		// What is made a number, or a pointer again, must not be kept in between.
		if b, ok := fun.Type.Underlying().(*types.Basic); ok && (b.Kind() == types.UnsafePointer || b.Kind() == types.Uintptr) {
			return false
		}
	case fun.IsBuiltin():
		if _, unsafe := ast.Unparen(call.Fun).(*ast.SelectorExpr); unsafe {
			return false
		}
		for _, arg := range call.Args {
			if isArray(w.info.TypeOf(arg)) {
				w.address(arg)
			}
		}
	}
	return true
}

// passes reports whether e is a value that can be passed on for what it is.
func (w *instrumenter) passes(e ast.Expr, tv types.TypeAndValue) bool {
	if !tv.IsValue() || tv.IsNil() || large(tv.Type) {
		return false
	}
	if _, tuple := tv.Type.(*types.Tuple); tuple {
		return false
	}
	switch e := e.(type) {
	case *ast.ParenExpr, *ast.FuncLit, *ast.KeyValueExpr:
		return false
	case *ast.Ident:
		// A variable is read as late as its use, and is to be so after other
		// operands have suspended.
		return false
	case *ast.SelectorExpr:
		_, ok := w.info.Uses[e.Sel].(*types.Var)
		return ok
	case *ast.TypeAssertExpr:
		return e.Type != nil
	}
	// An untyped value takes the type that its use wants; a parameter would get
	// the default one.
	return !w.untyped(e) || tv.Type == types.Typ[types.Bool] || tv.Type == types.Typ[types.UntypedBool]
}

// untyped reports whether e may have had no type before it was used.
func (w *instrumenter) untyped(e ast.Expr) bool {
	if w.info.Types[e].Value != nil {
		return true
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return w.untyped(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.ARROW && e.Op != token.AND && w.untyped(e.X)
	case *ast.BinaryExpr:
		switch e.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return true
		case token.SHL, token.SHR:
			return w.untyped(e.X)
		}
		return w.untyped(e.X) && w.untyped(e.Y)
	}
	return false
}

func isPointer(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

// isArray reports whether t is an array, or a type parameter that may be one.
func isArray(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case nil:
		return false
	case *types.TypeParam:
		return true
	default:
		_, ok := t.Underlying().(*types.Array)
		return ok
	}
}

// large reports whether values of type t are better not copied again and again.
func large(t types.Type) bool {
	var words func(types.Type) int64
	words = func(t types.Type) int64 {
		switch t := t.Underlying().(type) {
		case *types.Array:
			return min(t.Len(), 1<<20) * min(words(t.Elem()), 1<<20)
		case *types.Struct:
			var sum int64
			for f := range t.Fields() {
				sum += words(f.Type())
			}
			return sum
		}
		return 1
	}
	return words(t) > 256
}
