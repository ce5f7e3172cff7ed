package emit

import (
	"go/ast"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Where control divides: conditions, and what is left of switches and selects.

func (e *funcEmitter) condJump(t *ir.CondJump, next *ir.Block) []jen.Code {
	// arm is the body of an if that leads to b.
	arm := func(b, behind *ir.Block) []jen.Code {
		if !e.inlined[b] {
			return []jen.Code{e.jump(b)}
		}
		return e.inline(b, behind)
	}
	// behind is what follows the if, when its other arm needs no goto.
	behind := func(other *ir.Block) *ir.Block {
		if other == next {
			return next
		}
		return nil
	}
	switch {
	case e.inlined[t.Then]:
		return append([]jen.Code{jen.If(e.cond(t.Cond)).Block(arm(t.Then, behind(t.Else))...)}, e.goOn(t.Else, next)...)
	case e.inlined[t.Else] || t.Then == next:
		return append([]jen.Code{jen.If(e.not(t.Cond)).Block(arm(t.Else, behind(t.Then))...)}, e.goOn(t.Then, next)...)
	}
	return append([]jen.Code{jen.If(e.cond(t.Cond)).Block(e.jump(t.Then))}, e.goOn(t.Else, next)...)
}

// inline emits a block inside an if or case; behind follows that.
func (e *funcEmitter) inline(b, behind *ir.Block) []jen.Code {
	outer := e.scoped
	code := e.block(b, behind)
	e.scoped = outer
	return code
}

// cond is an expression in the header of an if: a composite literal there is
// put in parentheses.
func (e *funcEmitter) cond(x ast.Expr) jen.Code {
	defer e.heading()()
	return e.Expr(x)
}

// dispatch emits what is left of a switch or select: its header, with a jump
// to each clause, or the clause itself.
func (e *funcEmitter) dispatch(d *ir.Dispatch, next *ir.Block) []jen.Code {
	// Where clauses that end go on, if that is one place: behind the switch.
	after := d.None
	for _, to := range d.To {
		if j, ok := to.Term.(*ir.Jump); ok && e.inlined[to] && after == nil {
			after = j.To
		}
	}
	arm := func(i int) []jen.Code {
		var code []jen.Code
		if v := bind(d, i); v != nil && v.Place != ir.Unused {
			switch {
			case v.Box:
				code = append(code,
					e.newBox(v),
					jen.Op("*").Add(e.place(v)).Op("=").Id(d.Bind))
			default:
				code = append(code, e.place(v).Op("=").Id(d.Bind))
			}
		}
		if e.inlined[d.To[i]] {
			return append(code, e.inline(d.To[i], after)...)
		}
		if d.To[i] == after {
			return code
		}
		return append(code, e.jump(d.To[i]))
	}
	defer e.heading()()
	var clauses []jen.Code
	var head *jen.Statement
	enclosed := e.enclosed
	list := func(exprs []ast.Expr) []jen.Code {
		defer enclosed()()
		var code []jen.Code
		for _, x := range exprs {
			code = append(code, e.Expr(x))
		}
		return code
	}
	body := func(i int) []jen.Code {
		defer enclosed()()
		return arm(i)
	}
	clause := func(exprs []ast.Expr, i int) {
		if exprs == nil {
			clauses = append(clauses, jen.Default().Block(body(i)...))
			return
		}
		clauses = append(clauses, jen.Case(list(exprs)...).Block(body(i)...))
	}
	switch h := d.Head.(type) {
	case *ast.SwitchStmt:
		head = jen.Switch()
		if h.Tag != nil {
			head = jen.Switch(e.Expr(h.Tag))
		}
		for i, c := range h.Body.List {
			clause(c.(*ast.CaseClause).List, i)
		}
	case *ast.TypeSwitchStmt:
		head = e.typeSwitchHead(h, d)
		for i, c := range h.Body.List {
			clause(c.(*ast.CaseClause).List, i)
		}
	case *ast.SelectStmt:
		head = jen.Select()
		for i, c := range h.Body.List {
			comm := c.(*ast.CommClause).Comm
			if comm == nil {
				clauses = append(clauses, jen.Default().Block(body(i)...))
				continue
			}
			clauses = append(clauses, jen.Case(e.single(comm)).Block(body(i)...))
		}
	}
	code := []jen.Code{head.Block(clauses...)}
	if after != nil {
		code = append(code, e.goOn(after, next)...)
	}
	return code // else each clause leaves by itself
}

func bind(d *ir.Dispatch, i int) *ir.Var {
	if d.Binds == nil {
		return nil
	}
	return d.Binds[i]
}

func (e *funcEmitter) typeSwitchHead(h *ast.TypeSwitchStmt, d *ir.Dispatch) *jen.Statement {
	used := slices.ContainsFunc(d.Binds, func(v *ir.Var) bool { return v != nil && v.Place != ir.Unused })
	var x ast.Expr
	switch a := h.Assign.(type) {
	case *ast.ExprStmt:
		x = a.X
	case *ast.AssignStmt:
		x = a.Rhs[0]
	}
	guard := e.Expr(ast.Unparen(x).(*ast.TypeAssertExpr).X).Assert(jen.Type())
	if used {
		return jen.Switch(jen.Id(d.Bind).Op(":=").Add(guard))
	}
	return jen.Switch(guard)
}
