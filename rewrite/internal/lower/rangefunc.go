package lower

// Range-over-func: the bodies of loops over iterator functions become literals,
// which the iterators call. What leaves a body is found here, by syntax: the
// function that the loop is in goes on there when the iterator has returned
// (spec, For statements with range clause; cmd/compile/internal/rangefunc).

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// rangeBodies makes the literals for the bodies of loops in fn. They are in
// source order, so that one comes before those in it.
func rangeBodies(u *unit.Unit, info *types.Info, colors *color.Colors, fn *color.Func, taken map[string]bool) (list []*ir.Lit) {
	frame, _ := colors.Frame(fn.Obj)
	b := &bodyMaker{unit: u, info: info, colors: colors, root: fn.Obj.Signature()}
	var visit func(n ast.Node, b *bodyMaker)
	visit = func(n ast.Node, b *bodyMaker) {
		ast.Inspect(n, func(c ast.Node) bool {
			switch c := c.(type) {
			case *ast.FuncLit:
				if c != n {
					inner := *b
					inner.root, inner.outer = info.TypeOf(c).(*types.Signature), nil
					inner.plain = colors.Literal(c) == nil
					visit(c, &inner)
					return false
				}
			case *ast.RangeStmt:
				if !b.plain && colors.OverFunc(c) {
					i := itoa(len(list) + 1)
					lit := &ir.Lit{
						Type:       literalType(u, frame, "range"+i, taken),
						Func:       names.InTraceback(fn.Obj) + "-range" + i,
						TypeParams: typeParams(fn.Obj),
						Types:      map[*ast.Ident]types.Type{},
					}
					b.make(lit, c)
					list = append(list, lit)
					inner := *b
					inner.outer = lit.Range
					visit(c.X, b)
					for _, part := range []ast.Expr{c.Key, c.Value} {
						if part != nil {
							visit(part, &inner) // is assigned to in the body
						}
					}
					visit(c.Body, &inner)
					return false
				}
			}
			return true
		})
	}
	visit(fn.Decl.Body, b)
	for _, lit := range list {
		own := []string{"loop", ir.AroundField, ir.DeferrerField}
		for _, v := range lit.Range.Cells {
			own = append(own, v.Name())
			lit.Captures = append(lit.Captures, &ir.Capture{Obj: v, Field: v.Name(), Use: (&valueMaker{info: info, pos: lit.Range.Stmt.For}).use(v)})
		}
		for _, v := range lit.Range.Results {
			own = append(own, v.Name())
		}
		lit.Captures = append(lit.Captures, captures(info, fn.Decl, lit.Syntax, own)...)
		for _, v := range lit.Range.Results {
			if lit.Range.Returns && lit.Range.HasResults {
				lit.Captures = append(lit.Captures, &ir.Capture{Obj: v, Field: v.Name(), Use: (&valueMaker{info: info, pos: lit.Range.Stmt.For}).use(v)})
			}
		}
	}
	return list
}

type bodyMaker struct {
	unit   *unit.Unit
	info   *types.Info
	colors *color.Colors
	root   *types.Signature // of the function or literal that return statements leave
	outer  *ir.RangeFunc    // the loop whose body this is in, or nil
	plain  bool             // in a literal that stays as it is
}

func (b *bodyMaker) make(lit *ir.Lit, s *ast.RangeStmt) {
	r := &ir.RangeFunc{Stmt: s, Out: map[*ast.BranchStmt]int{}, Outer: b.outer, Suspends: b.colors.BodySuspends(s)}
	lit.Range = r
	pos := s.For
	m := &valueMaker{info: b.info, lit: lit, pos: pos, pkg: b.unit.Pkg}
	r.Loop = types.NewVar(pos, b.unit.Pkg, "loop", &ir.LoopState{})
	lit.Captures = []*ir.Capture{{Obj: r.Loop, Field: "loop", Use: m.use(r.Loop), ByValue: true}}
	b.leaving(r)
	if b.outer != nil {
		r.Results = b.outer.Results
	} else {
		i := 0
		for v := range b.root.Results().Variables() {
			r.Results = append(r.Results, types.NewVar(pos, b.unit.Pkg, "result"+itoa(i), v.Type()))
			i++
		}
	}
	r.Named = b.root.Results().Len() > 0 && b.root.Results().At(0).Name() != ""

	// The literal: its parameters are the iteration variables, if these are new.
	sig := coreType(b.info.TypeOf(s.X))
	yield := coreType(sig.Params().At(0).Type())
	hidden := b.hidden(yield.Params())
	typ := &ast.FuncType{Func: pos, Params: &ast.FieldList{Opening: pos, Closing: pos}}
	typ.Results = &ast.FieldList{List: []*ast.Field{{Type: m.typeName(types.Typ[types.Bool])}}}
	body := s.Body
	var assigns []ast.Stmt // gc assigns one after the other, which shows if one panics
	var params []*types.Var
	i := 0
	for p := range yield.Params().Variables() {
		part := s.Key
		if i == 1 {
			part = s.Value
		}
		id, ok := part.(*ast.Ident)
		declares := ok && s.Tok == token.DEFINE && id.Name != "_"
		assign := func(tok token.Token, from *types.Var) {
			assigns = append(assigns, &ast.AssignStmt{Lhs: []ast.Expr{part}, TokPos: s.TokPos, Tok: tok, Rhs: []ast.Expr{m.use(from)}})
		}
		var obj *types.Var
		switch {
		case hidden:
			obj = types.NewVar(pos, b.unit.Pkg, "yielded"+itoa(i), p.Type())
			r.Cells = append(r.Cells, obj)
			if part != nil && !isBlank(part) {
				assign(s.Tok, obj)
			}
		case declares:
			obj = b.info.Defs[id].(*types.Var)
		case part != nil && !isBlank(part):
			obj = types.NewParam(pos, b.unit.Pkg, "p"+itoa(i), p.Type())
			assign(token.ASSIGN, obj)
		default:
			obj = types.NewParam(pos, b.unit.Pkg, "_", p.Type())
		}
		i++
		if hidden {
			continue
		}
		if !declares {
			id = &ast.Ident{Name: obj.Name(), NamePos: pos}
			b.info.Defs[id] = obj
		}
		params = append(params, obj)
		typ.Params.List = append(typ.Params.List, &ast.Field{Names: []*ast.Ident{id}, Type: m.typeName(p.Type())})
	}
	if len(assigns) > 0 {
		body = &ast.BlockStmt{Lbrace: s.Body.Lbrace, List: append(assigns, s.Body), Rbrace: s.Body.Rbrace}
	}
	lit.Syntax = &ast.FuncLit{Type: typ, Body: body}
	result := types.NewParam(token.NoPos, b.unit.Pkg, "", types.Typ[types.Bool])
	b.info.Types[lit.Syntax] = types.TypeAndValue{Type: types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), types.NewTuple(result), false)}
}

// hidden reports whether a value has a type without a name in the package.
func (b *bodyMaker) hidden(params *types.Tuple) bool {
	conv := &emit.Converter{Info: b.info, Pkg: b.unit.Pkg, Frame: b.colors.Frame}
	for p := range params.Variables() {
		if !conv.CanName(p.Type()) {
			return true
		}
	}
	return false
}

// leaving finds the statements that leave the body of r: branches to r itself,
// to what is around it, and returns.
func (b *bodyMaker) leaving(r *ir.RangeFunc) {
	inside := map[types.Object]bool{}
	ast.Inspect(r.Stmt.Body, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok {
			inside[b.info.Defs[l.Label]] = true
		}
		_, lit := n.(*ast.FuncLit)
		return !lit
	})
	codes := map[ir.ExitTo]int{}
	code := func(s *ast.BranchStmt) int {
		if s.Label == nil || b.info.Uses[s.Label] == b.label(r.Stmt) && s.Tok != token.GOTO {
			if s.Tok == token.BREAK {
				return ir.LeaveLoop
			}
			return ir.NextIteration
		}
		to := ir.ExitTo{Tok: s.Tok, Label: b.info.Uses[s.Label]}
		if codes[to] == 0 {
			r.Exits = append(r.Exits, ir.LoopExit{ExitTo: to, Stmt: s})
			codes[to] = len(r.Exits)
		}
		return codes[to]
	}
	var walk func(node ast.Node, inLoop, inBreak bool)
	walk = func(node ast.Node, inLoop, inBreak bool) {
		ast.Inspect(node, func(c ast.Node) bool {
			if c == node {
				return true
			}
			switch c := c.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				walk(c, true, true)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				walk(c, inLoop, true)
				return false
			case *ast.DeferStmt:
				r.Defers = true
			case *ast.ReturnStmt:
				r.Returns = true
				r.HasResults = r.HasResults || len(c.Results) > 0
			case *ast.BranchStmt:
				switch {
				case c.Label != nil:
					if inside[b.info.Uses[c.Label]] {
						return true
					}
				case c.Tok == token.FALLTHROUGH, c.Tok == token.BREAK && inBreak, c.Tok == token.CONTINUE && inLoop:
					return true
				}
				r.Out[c] = code(c)
			}
			return true
		})
	}
	walk(r.Stmt.Body, false, false)
	r.Recovers = names.Recovers(r.Stmt.Body)
}

// label is the label of a loop, or nil.
func (b *bodyMaker) label(s *ast.RangeStmt) types.Object {
	for _, file := range b.unit.Files {
		if file.FileStart > s.Pos() || s.Pos() >= file.FileEnd {
			continue
		}
		var found types.Object
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.LabeledStmt); ok && l.Stmt == ast.Stmt(s) {
				found = b.info.Defs[l.Label]
			}
			return found == nil && n != nil && n.Pos() <= s.Pos() && s.Pos() < n.End()
		})
		return found
	}
	return nil
}
