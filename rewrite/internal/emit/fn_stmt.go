package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// leaf emits a statement that passes through.
func (e *funcEmitter) leaf(n *ir.Leaf) []jen.Code {
	code := e.share(n.Stmt)
	lines := e.Block([]ast.Stmt{n.Stmt})
	return append(code, lines...)
}

// stmtHook rewrites, at any depth of a statement that passes through, what
// leaves it, and the declarations of variables that moved.
func (e *funcEmitter) stmtHook(s ast.Stmt, inLit bool) ([]jen.Code, bool) {
	if inLit {
		return nil, false
	}
	switch s := s.(type) {
	case *ast.ReturnStmt:
		if lit := e.fn.Lit; lit != nil && lit.Range != nil {
			return append(e.setLoopResults(s.Results), e.done([]jen.Code{e.falseValue()})...), true
		}
		return e.returns(s.Results), true
	case *ast.BranchStmt:
		if to := e.fn.Targets[s]; to != nil {
			return []jen.Code{e.jump(to)}, true
		}
	case *ast.AssignStmt:
		switch s.Tok {
		case token.DEFINE:
			return e.define(s)
		case token.ASSIGN:
			return e.assignTo(s)
		}
	case *ast.DeclStmt:
		return e.declare(s)
	case *ast.DeferStmt:
		return e.deferred(s), true
	case *ast.GoStmt:
		if e.recovers(s.Call) {
			return []jen.Code{jen.Go().Add(jen.Id("recover").Call())}, true // of a goroutine that does not panic
		}
	}
	return nil, false
}

// varOf is the variable that an identifier declares at function level, or nil.
func (e *funcEmitter) varOf(x ast.Expr) *ir.Var {
	id, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	return e.fn.VarOf(id)
}

// define emits a := that declares variables at function level. If all of them
// stay in the block it is left as it is; else it becomes an assignment.
func (e *funcEmitter) define(s *ast.AssignStmt) ([]jen.Code, bool) {
	keep := Keeps(e.fn, s)
	if !slices.ContainsFunc(s.Lhs, func(l ast.Expr) bool { return e.varOf(l) != nil }) {
		return nil, false
	}
	var unread []jen.Code
	for _, l := range s.Lhs {
		if v := e.varOf(l); v != nil && v.Place == ir.InBlock {
			e.scoped = true
			if !e.reads[v] {
				unread = append(unread, jen.Id("_").Op("=").Id(v.Name))
			}
		}
	}
	if keep {
		return append([]jen.Code{e.assign(s)}, unread...), true
	}
	var code []jen.Code
	for _, l := range s.Lhs {
		v := e.varOf(l)
		switch {
		case v == nil || e.Info.Defs[l.(*ast.Ident)] == nil && v.Kind != ir.Temp:
		case v.Box:
			code = append(code, e.newBox(v))
		case v.Place == ir.InBlock:
			code = append(code, e.newVar(v))
		}
	}
	return append(append(code, e.set(s.Lhs, s.Rhs)), unread...), true
}

// Keeps reports whether a declaration at function level is emitted as it is:
// all its variables stay in the block.
func Keeps(fn *ir.Func, s ast.Stmt) bool {
	stays := func(v *ir.Var) bool { return v == nil || v.Place == ir.InBlock && !v.Box }
	switch s := s.(type) {
	case *ast.AssignStmt:
		for _, l := range s.Lhs {
			id, ok := l.(*ast.Ident)
			if !ok {
				continue
			}
			v := fn.VarOf(id)
			if !stays(v) || v != nil && v.Kind == ir.Temp && !infers(fn, s, v) {
				return false
			}
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if spec, ok := spec.(*ast.ValueSpec); ok {
				for _, id := range spec.Names {
					if !stays(fn.VarOf(id)) {
						return false
					}
				}
			}
		}
	}
	return true
}

// infers reports whether := gives the temporary v the type it must have.
func infers(fn *ir.Func, s *ast.AssignStmt, v *ir.Var) bool {
	if len(s.Lhs) != len(s.Rhs) {
		return true
	}
	for i, l := range s.Lhs {
		if id, ok := l.(*ast.Ident); !ok || fn.VarOf(id) != v {
			continue
		}
		tv := fn.Info.Types[s.Rhs[i]]
		if tv.Value != nil {
			return false
		}
		switch ast.Unparen(s.Rhs[i]).(type) {
		case *ast.BinaryExpr, *ast.BasicLit, *ast.UnaryExpr, *ast.ParenExpr:
			return false // may be untyped in itself
		}
		return tv.Type == nil || types.Identical(tv.Type, v.Type)
	}
	return true
}

// assignTo emits an assignment to variables as a whole, without the
// parentheses that boxed ones have elsewhere.
func (e *funcEmitter) assignTo(s *ast.AssignStmt) ([]jen.Code, bool) {
	for i, l := range s.Lhs {
		if v := e.varOf(l); v != nil && v.Box || len(s.Lhs) == len(s.Rhs) && e.isIn(l, s.Rhs[i]) {
			return []jen.Code{e.set(s.Lhs, s.Rhs)}, true
		}
	}
	return nil, false
}

// set assigns to variables as a whole, but for those that have the values already.
func (e *funcEmitter) set(lhs, rhs []ast.Expr) jen.Code {
	var l, r []jen.Code
	for i, x := range lhs {
		if len(lhs) == len(rhs) {
			if e.isIn(x, rhs[i]) {
				continue
			}
			r = append(r, e.Expr(rhs[i]))
		}
		l = append(l, e.target(x))
	}
	if len(lhs) != len(rhs) {
		r = append(r, e.Expr(rhs[0]))
	}
	if len(l) == 0 {
		return jen.Null()
	}
	return jen.List(l...).Op("=").List(r...)
}

// isIn reports whether two variables are one field, so that to assign y to x changes
// nothing: x has taken the place of y, which dies. go vet would report it.
func (e *funcEmitter) isIn(x, y ast.Expr) bool {
	v, w := e.varOf(x), e.varOf(ast.Unparen(y))
	return v != nil && w != nil && v != w && !v.Box && !w.Box && e.inFrame(v) && e.inFrame(w) && v.Field == w.Field
}

// declare emits a var declaration at function level: one specification, by
// normalize.
func (e *funcEmitter) declare(s *ast.DeclStmt) ([]jen.Code, bool) {
	gen := s.Decl.(*ast.GenDecl)
	if gen.Tok != token.VAR || len(gen.Specs) != 1 {
		return nil, false
	}
	spec := gen.Specs[0].(*ast.ValueSpec)
	keep := Keeps(e.fn, s)
	if !slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return e.varOf(id) != nil }) {
		e.scoped = true
		return nil, false
	}
	var code []jen.Code
	if keep {
		e.scoped = true
		code = append(code, e.decl(s))
		for _, id := range spec.Names {
			if v := e.varOf(id); v != nil && !e.reads[v] {
				code = append(code, jen.Id("_").Op("=").Id(v.Name))
			}
		}
		return code, true
	}
	var lhs []ast.Expr
	for _, id := range spec.Names {
		lhs = append(lhs, id)
		v := e.varOf(id)
		switch {
		case v == nil:
		case v.Box:
			code = append(code, e.newBox(v))
		case v.Place == ir.InBlock || v.Place == ir.Unused:
			e.scoped = true
			code = append(code, e.newVar(v))
			if !e.reads[v] {
				code = append(code, jen.Id("_").Op("=").Id(v.Name))
			}
		case len(spec.Values) == 0:
			code = append(code, e.place(v).Op("=").Add(e.zero(v.Type)))
		}
	}
	if len(spec.Values) > 0 {
		code = append(code, e.set(lhs, spec.Values))
	}
	return code, true
}

// fresh gives a boxed loop variable a box of its own for the next iteration.
func (e *funcEmitter) fresh(n *ir.Fresh) []jen.Code {
	if !n.Var.Box {
		return nil
	}
	return []jen.Code{e.place(n.Var).Op("=").Add(e.rt("Copy")).Call(e.place(n.Var))}
}

// returns emits a return from the function.
func (e *funcEmitter) returns(results []ast.Expr) []jen.Code {
	if e.fn.Defers {
		return e.returnByUnwinding(results)
	}
	sig := e.fn.Obj.Signature()
	if len(results) > 0 && e.fn.KeepsResults() {
		return append(e.setResults(results), e.returnsKept(true)...)
	}
	if len(results) == 0 {
		return e.returnsKept(false)
	}
	if len(results) == 1 && sig.Results().Len() > 1 {
		if e.variant.resumes() {
			return e.done([]jen.Code{e.Expr(results[0])})
		}
		var rets []jen.Code
		for _, name := range e.rets {
			rets = append(rets, jen.Id(name))
		}
		return append([]jen.Code{jen.List(rets...).Op("=").Add(e.Expr(results[0]))}, e.done(rets)...)
	}
	var values []jen.Code
	for _, x := range results {
		if e.asResult(x) && e.variant.resumes() {
			values = append(values, nil) // it is there
			continue
		}
		values = append(values, e.Expr(x))
	}
	return e.done(values)
}

// returnsKept returns what the results are: set by setResults, or as they stand at a
// return without operands. There a blank one, which nothing else can set, is zero. A
// recycled frame may have another value, unless its function takes it at the start.
func (e *funcEmitter) returnsKept(set bool) []jen.Code {
	var values []jen.Code
	for i, v := range e.fn.Results {
		switch {
		case v != nil:
			values = append(values, e.variableAlone(v))
		case e.variant.mayBeHot():
			values = append(values, jen.Id(e.rets[i]))
		case e.variant == resumedCall && !set:
			values = append(values, e.zero(e.fn.Obj.Signature().Results().At(i).Type()))
		default:
			values = append(values, nil) // as the field is
		}
	}
	return e.done(values)
}

// asResult reports whether x is a variable that stands for a result.
func (e *funcEmitter) asResult(x ast.Expr) bool {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok {
		return false
	}
	v := e.fn.VarOf(id)
	return v != nil && v.Place == ir.AsResult
}

// variableAlone is a variable as a whole expression.
func (e *funcEmitter) variableAlone(v *ir.Var) *jen.Statement {
	if v.Box && v.Place != ir.InFrame {
		return jen.Op("*").Add(e.box(v))
	}
	return e.variable(v)
}
