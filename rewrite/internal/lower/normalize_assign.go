package lower

// Assignments and declarations. Both phases of an assignment stay in one
// statement: the operands on the left and the right are lifted in order, then
// the assignment is a leaf (spec, Assignment statements).

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

func (n *normalizer) assign(s *ast.AssignStmt) {
	if len(s.Rhs) == 1 && (s.Tok == token.ASSIGN || s.Tok == token.DEFINE) {
		if call, ok := n.suspension(s.Rhs[0]); ok {
			n.assignResults(s, call)
			return
		}
	}
	if n.appendsToElement(s) {
		s = n.heldElement(s)
	}
	lhs, rhs := n.assignOperands(s.Lhs, s.Rhs)
	if s.Tok == token.DEFINE {
		lhs = s.Lhs // new names, not operands
	}
	leaf := &ir.Leaf{Stmt: &ast.AssignStmt{Lhs: lhs, TokPos: s.TokPos, Tok: s.Tok, Rhs: rhs}}
	if s.Tok == token.DEFINE {
		leaf.Defs = n.defs(s.Lhs)
	}
	n.add(leaf)
}

// assignResults assigns the results of one suspension: directly to plain
// variables, by way of temporaries to everything else.
func (n *normalizer) assignResults(s *ast.AssignStmt, call *ast.CallExpr) {
	lhs := s.Lhs
	if s.Tok == token.ASSIGN {
		lhs = make([]ast.Expr, len(s.Lhs))
		for i, e := range s.Lhs {
			lhs[i] = n.pinPart(n.lift(e), true)
		}
	}
	node := &ir.Suspend{Source: call, Results: make([]*ir.Var, len(lhs))}
	susp, _ := n.colors.Suspension(call)
	node.Op, node.Callee = susp.Op, susp.Callee
	node.Call = n.prepared(susp.Op, call) // before the new names are in scope
	// The operands of the others are read before any of them is assigned.
	direct := !anyOf(lhs, func(e ast.Expr) bool { _, ok := e.(*ast.Ident); return !ok })
	rest := &ast.AssignStmt{TokPos: s.TokPos, Tok: s.Tok}
	leaf := &ir.Leaf{Stmt: rest}
	for i, e := range lhs {
		id, _ := e.(*ast.Ident)
		if id != nil && id.Name == "_" {
			continue
		}
		t := n.resultType(call, i)
		var v *ir.Var
		if id != nil && s.Tok == token.DEFINE && n.info.Defs[id] != nil {
			v = n.newVar(n.info.Defs[id], ir.Local)
			if !v.Aliased {
				node.Results[i] = v
				continue
			}
			leaf.Defs = append(leaf.Defs, v)
		} else if id != nil {
			v = n.fn.VarOf(id)
			// A named result of a function that defers must keep its value if
			// the call ends in a panic.
			kept := v != nil && v.Kind == ir.Result && n.fn.Defers
			if v != nil && !v.Aliased && !kept && types.Identical(v.Type, t) && direct {
				node.Results[i] = v
				continue
			}
		}
		tmp := n.temp(t, e.Pos())
		node.Results[i] = tmp
		rest.Lhs = append(rest.Lhs, e)
		rest.Rhs = append(rest.Rhs, n.ref(tmp, e.Pos()))
	}
	n.addSuspend(node)
	if len(rest.Lhs) == 0 {
		return
	}
	if len(leaf.Defs) == 0 {
		rest.Tok = token.ASSIGN
	}
	n.add(leaf)
}

// resultType is the type of result i of a call.
func (n *normalizer) resultType(call *ast.CallExpr, i int) types.Type {
	if tuple, ok := n.info.Types[call].Type.(*types.Tuple); ok {
		return tuple.At(i).Type()
	}
	return n.info.Types[call].Type
}

// decl is a declaration statement that suspends: a var with values.
func (n *normalizer) decl(s *ast.DeclStmt) {
	gen := s.Decl.(*ast.GenDecl)
	for _, spec := range gen.Specs {
		vs, ok := spec.(*ast.ValueSpec)
		if !ok || !n.colors.Suspends(vs) {
			n.declLeaf(&ast.DeclStmt{Decl: &ast.GenDecl{TokPos: gen.TokPos, Tok: gen.Tok, Specs: []ast.Spec{spec}}})
			continue
		}
		if vs.Type == nil {
			// A short declaration would have to declare something.
			tok := token.ASSIGN
			lhs := make([]ast.Expr, len(vs.Names))
			for i, id := range vs.Names {
				lhs[i] = id
				if id.Name != "_" {
					tok = token.DEFINE
				}
			}
			n.assign(&ast.AssignStmt{Lhs: lhs, TokPos: vs.Pos(), Tok: tok, Rhs: vs.Values})
			continue
		}
		c := *vs
		if call, ok := n.suspension(vs.Values[0]); ok && len(vs.Values) == 1 {
			temps := n.temps(call)
			n.suspend(call, temps)
			c.Values = nil
			for _, t := range temps {
				c.Values = append(c.Values, n.ref(t, call.Pos()))
			}
		} else {
			c.Values = n.operandsTo(vs.Values, func(int) types.Type { return n.info.TypeOf(vs.Type) })
		}
		n.varSpec(gen, &c)
	}
}

// declLeaf is a declaration statement without suspensions. Constants and
// types go to the top of the function, for they may be used across labels.
func (n *normalizer) declLeaf(s *ast.DeclStmt) {
	gen := s.Decl.(*ast.GenDecl)
	switch gen.Tok {
	case token.CONST:
		n.declConsts(s, gen)
	case token.TYPE:
		n.typeDecl(s, gen)
	default:
		for _, spec := range gen.Specs {
			n.varSpec(gen, spec.(*ast.ValueSpec))
		}
	}
}

// typeDecl hoists types, each by itself, for one may have to stand in a scope of
// its own.
func (n *normalizer) typeDecl(s *ast.DeclStmt, gen *ast.GenDecl) {
	if len(gen.Specs) == 1 {
		n.fn.Consts = append(n.fn.Consts, s)
		return
	}
	for _, spec := range gen.Specs {
		n.fn.Consts = append(n.fn.Consts, &ast.DeclStmt{Decl: &ast.GenDecl{TokPos: spec.Pos(), Tok: token.TYPE, Specs: []ast.Spec{spec}}})
	}
}

// aliasTypes gives names to hoisted types that share one, and to the types of
// the package that they hide.
func (n *normalizer) aliasTypes() {
	byName := map[string][]*types.TypeName{}
	var list []string
	for _, s := range n.fn.Consts {
		if name, obj := n.fn.TypeDecl(s); obj != nil {
			if byName[name] == nil {
				list = append(list, name)
			}
			byName[name] = append(byName[name], obj)
		}
	}
	for _, name := range list {
		if outer, ok := n.pkg.Scope().Lookup(name).(*types.TypeName); ok {
			n.fn.Aliases[outer] = n.fn.Names.Fresh(name)
		}
		if objs := byName[name]; len(objs) > 1 {
			for _, obj := range objs {
				n.fn.Aliases[obj] = n.fn.Names.Fresh(name)
			}
		}
	}
}

func (n *normalizer) varSpec(gen *ast.GenDecl, spec *ast.ValueSpec) {
	leaf := &ir.Leaf{Stmt: &ast.DeclStmt{Decl: &ast.GenDecl{Doc: gen.Doc, TokPos: spec.Pos(), Tok: token.VAR, Specs: []ast.Spec{spec}}}}
	for _, id := range spec.Names {
		if id.Name != "_" {
			leaf.Defs = append(leaf.Defs, n.newVar(n.info.Defs[id], ir.Local))
		}
	}
	n.add(leaf)
}
