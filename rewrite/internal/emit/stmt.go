package emit

import (
	"fmt"
	"go/ast"
	"go/token"

	"github.com/dave/jennifer/jen"
)

// Statements.
//
// Input: an ast.Stmt. Output: lines of code, one per statement unless the hook
// says otherwise. Every statement of a list goes through Converter.Stmt.
// Empty statements vanish, save behind a label.

// DefaultStmt converts s without asking the hook for s itself; it is asked for
// the parts of s.
func (c *Converter) DefaultStmt(s ast.Stmt) []jen.Code {
	if _, ok := s.(*ast.EmptyStmt); ok {
		return nil
	}
	return []jen.Code{c.stmt(s)}
}

func (c *Converter) stmt(s ast.Stmt) *jen.Statement {
	switch s := s.(type) {
	case *ast.ExprStmt:
		if assert, ok := typeSwitchGuard(s.X); ok {
			return c.typeAssert(assert)
		}
		return c.Expr(s.X)
	case *ast.SendStmt:
		return c.Expr(s.Chan).Op("<-").Add(c.gap(s.Arrow, s.Value.Pos())).Add(c.Expr(s.Value))
	case *ast.IncDecStmt:
		return c.Expr(s.X).Op(s.Tok.String())
	case *ast.AssignStmt:
		return c.assign(s)
	case *ast.GoStmt:
		return jen.Go().Add(c.Expr(s.Call))
	case *ast.DeferStmt:
		return jen.Defer().Add(c.Expr(s.Call))
	case *ast.ReturnStmt:
		return c.returnStmt(s)
	case *ast.BranchStmt:
		return c.branch(s)
	case *ast.BlockStmt:
		return c.block(jen.Null(), s)
	case *ast.LabeledStmt:
		return c.labeled(s)
	case *ast.DeclStmt:
		return c.decl(s)
	case *ast.IfStmt:
		return c.ifStmt(s)
	case *ast.ForStmt:
		return c.forStmt(s)
	case *ast.RangeStmt:
		return c.rangeStmt(s)
	case *ast.SwitchStmt:
		return c.switchStmt(s.Init, s.Tag, nil, s.Body)
	case *ast.TypeSwitchStmt:
		return c.switchStmt(s.Init, nil, s.Assign, s.Body)
	case *ast.SelectStmt:
		return c.clauses(jen.Select(), s.Body)
	}
	panic(unexpected(s))
}

func (c *Converter) assign(s *ast.AssignStmt) *jen.Statement {
	code := jen.List(c.exprs(token.NoPos, s.Lhs)...).Op(s.Tok.String())
	if assert, ok := typeSwitchGuard(s.Rhs[0]); ok {
		return code.Add(c.typeAssert(assert))
	}
	return code.List(c.exprs(s.TokPos, s.Rhs)...)
}

// typeSwitchGuard reports whether e is the x.(type) of a type switch, which is
// no expression.
func typeSwitchGuard(e ast.Expr) (*ast.TypeAssertExpr, bool) {
	assert, ok := e.(*ast.TypeAssertExpr)
	return assert, ok && assert.Type == nil
}

// exprs converts a list of expressions without brackets, as in assignments;
// that the header of a statement ends with it keeps mattering.
func (c *Converter) exprs(from token.Pos, elems []ast.Expr) []jen.Code {
	header := c.header
	return list(c, from, elems, token.NoPos, func(e ast.Expr) *jen.Statement {
		defer c.setHeader(header)()
		return c.Expr(e)
	})
}

func (c *Converter) returnStmt(s *ast.ReturnStmt) *jen.Statement {
	// A line break behind the keyword would end the statement.
	return jen.Return(c.exprs(token.NoPos, s.Results)...)
}

func (c *Converter) branch(s *ast.BranchStmt) *jen.Statement {
	code := jen.Id(s.Tok.String())
	if s.Label != nil {
		code.Id(s.Label.Name)
	}
	return code
}

// labeled puts the label before the first line of its statement.
func (c *Converter) labeled(s *ast.LabeledStmt) *jen.Statement {
	label := jen.Id(s.Label.Name).Op(":")
	code := c.Stmt(s.Stmt)
	if len(code) == 0 {
		return label.Op(";")
	}
	if gap := c.gap(s.Colon+1, s.Stmt.Pos()); gap != nil {
		label.Add(gap)
	} else {
		label.Line()
	}
	return label.Custom(jen.Options{Separator: "\n"}, code...)
}

// decl converts a local declaration. Constants keep their group, as iota and
// implicit repetition depend on it.
func (c *Converter) decl(s *ast.DeclStmt) *jen.Statement {
	d, ok := s.Decl.(*ast.GenDecl)
	if !ok {
		panic(unexpected(s.Decl))
	}
	head := jen.Id(d.Tok.String())
	if !d.Lparen.IsValid() && len(d.Specs) == 1 {
		return head.Add(c.spec(d.Specs[0]))
	}
	code := lines(c, d.Specs, false, func(s ast.Spec) ([]jen.Code, bool) {
		return []jen.Code{c.spec(s)}, false
	})
	return c.braced(head, "(", d, ")", code, false)
}

func (c *Converter) ifStmt(s *ast.IfStmt) *jen.Statement {
	var parts []jen.Code
	if init := c.simple(s.Init); init != nil {
		parts = append(parts, init)
	}
	parts = append(parts, c.headerExpr(s.Cond))
	code := c.block(jen.If(parts...).Add(c.gapInLine(s.Cond.End(), s.Body.Pos())), s.Body)
	switch e := s.Else.(type) {
	case nil:
		return code
	case *ast.BlockStmt:
		return c.block(code.Else(), e)
	default:
		if lines, ok := c.hooked(e); ok {
			return code.Else().Block(lines...)
		}
		return code.Else().Add(c.stmt(e))
	}
}

func (c *Converter) forStmt(s *ast.ForStmt) *jen.Statement {
	init, cond, post := c.simple(s.Init), c.headerExpr(s.Cond), c.simple(s.Post)
	if init == nil && post == nil {
		return c.block(jen.For(cond), s.Body)
	}
	return c.block(jen.For(orEmpty(init), orEmpty(cond), orEmpty(post)), s.Body)
}

func (c *Converter) rangeStmt(s *ast.RangeStmt) *jen.Statement {
	clause := jen.Null()
	if s.Key != nil {
		vars := []jen.Code{c.headerExpr(s.Key)}
		if s.Value != nil {
			vars = append(vars, c.headerExpr(s.Value))
		}
		clause.List(vars...).Op(s.Tok.String())
	}
	return c.block(jen.For(clause.Range().Add(c.headerExpr(s.X))), s.Body)
}

// switchStmt converts both kinds of switch: one has at most a tag, the other
// the statement x := y.(type) or y.(type).
func (c *Converter) switchStmt(init ast.Stmt, tag ast.Expr, assign ast.Stmt, body *ast.BlockStmt) *jen.Statement {
	first, subject := c.simple(init), c.headerExpr(tag)
	if assign != nil {
		subject = c.simple(assign)
	}
	if first == nil {
		return c.clauses(jen.Switch(subject), body)
	}
	return c.clauses(jen.Switch(first, orEmpty(subject)), body)
}

// clauses converts the body of a switch or select.
func (c *Converter) clauses(head *jen.Statement, body *ast.BlockStmt) *jen.Statement {
	defer c.enclosed()()
	code := lines(c, body.List, false, func(s ast.Stmt) ([]jen.Code, bool) {
		return []jen.Code{c.clause(s)}, false
	})
	return c.braced(head, "{", body, "}", code, false)
}

func (c *Converter) clause(s ast.Stmt) *jen.Statement {
	var body []ast.Stmt
	head := jen.Default()
	switch s := s.(type) {
	case *ast.CaseClause:
		body = s.Body
		if s.List != nil {
			head = jen.Case(c.exprs(token.NoPos, s.List)...)
		}
	case *ast.CommClause:
		body = s.Body
		if s.Comm != nil {
			head = jen.Case(orEmpty(c.single(s.Comm)))
		}
	default:
		panic(unexpected(s))
	}
	return c.braced(head, "", s, "", c.statements(body, false), false)
}

// simple converts a statement in the header of another one. It is nil if there
// is none.
func (c *Converter) simple(s ast.Stmt) *jen.Statement {
	defer c.heading()()
	return c.single(s)
}

// single converts a statement for which there is one place.
func (c *Converter) single(s ast.Stmt) *jen.Statement {
	if s == nil {
		return nil
	}
	code := c.Stmt(s)
	switch len(code) {
	case 0:
		return nil
	case 1:
		return jen.Add(code[0])
	}
	panic(fmt.Sprintf("emit: hook replaces %T in the header of a statement by %d lines", s, len(code)))
}

// headerExpr converts an expression in the header of a statement. It is nil if
// there is none.
func (c *Converter) headerExpr(e ast.Expr) *jen.Statement {
	if e == nil {
		return nil
	}
	defer c.heading()()
	return c.Expr(e)
}

// orEmpty stands for an omitted part of a header, whose semicolon stays.
func orEmpty(code *jen.Statement) jen.Code {
	if code == nil {
		return jen.Empty()
	}
	return code
}

// block converts a block behind its head, which may be empty.
func (c *Converter) block(head *jen.Statement, b *ast.BlockStmt) *jen.Statement {
	return c.braced(head, "{", b, "}", c.statements(b.List, false), false)
}

// statements converts a list. With opening, it has the comments behind the
// opening brace.
func (c *Converter) statements(list []ast.Stmt, opening bool) []jen.Code {
	defer c.enclosed()()
	return lines(c, list, opening, func(s ast.Stmt) ([]jen.Code, bool) {
		if code, ok := c.hooked(s); ok {
			return code, true
		}
		return c.DefaultStmt(s), false
	})
}
