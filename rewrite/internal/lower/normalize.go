package lower

// Pass normalize.
//
// Purpose: make each suspension a statement of its own.
// Input: an annotated function declaration, colours, types.
// Output: ir.Func with Tree, Params, Results and Vars.
// Guarantees: no expression in the tree suspends; what Go evaluates before a
// suspension stands before it; a statement that can't suspend is one Leaf,
// untouched; every variable declared outside leaves is an ir.Var with a name
// of its own.
// Example: x := a(1) + s(2), where s suspends, becomes
//
//	t0 := a(1)
//	t1 <- suspend s(2)
//	x := t0 + t1

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

type normalizer struct {
	fn       *ir.Func
	info     *types.Info // fn.Info
	pkg      *types.Package
	colors   *color.Colors
	alias    map[types.Object]ir.Alias
	assigned map[types.Object]bool // see assigned
	sizes    types.Sizes
	declared map[string]int // how many things have a name in the function
	fresh    bool           // loop variables are per iteration (Go 1.22)

	seq     *ir.Seq // where nodes go
	targets []target
	gotos   map[types.Object]bool // labels that a goto names

	inLoop *ir.RangeFunc // the loop whose body is normalized, or nil
	exits  []bodyExit
}

// target is what an enclosing statement offers to break and continue.
type target struct {
	node  ir.Node
	label types.Object // of the labeled statement, or nil
	loop  bool
	plain bool // an unlabelled break leads here
}

func normalize(c *passContext) *ir.Func {
	u, info, decl, obj := c.unit, c.info, c.decl, c.obj
	n := &normalizer{
		fn: &ir.Func{
			Decl: decl, Obj: obj, Info: info,
			Lit: c.lit, Lits: c.lits, Values: c.values, Bodies: c.bodies,
			Refs:     map[*ast.Ident]*ir.Var{},
			Deferred: map[*ast.CallExpr]*ast.CallExpr{},
			ByObj:    map[types.Object]*ir.Var{},
			Types:    map[*ast.Ident]types.Type{},
			Renamed:  map[types.Object]string{},
			Aliases:  map[*types.TypeName]string{},
			Runtime:  map[*ast.Ident]string{},
			Targets:  map[*ast.BranchStmt]*ir.Block{},
		},
		info: info, pkg: u.Pkg, colors: c.colors,
		alias: aliased(decl, info, c.colors), assigned: assigned(decl.Body, info),
		sizes: u.Sizes,
		fresh: perIteration(u, decl),
		gotos: map[types.Object]bool{},
	}
	n.fn.Durable = c.colors.Directives().Durable(c.fn.Decl)
	n.fn.KeepsVariables = c.keeps && !n.fn.Durable
	n.names(decl)
	body := c.lit != nil && c.lit.Range != nil // what it defers and recovers is the function's around it
	n.fn.Defers = defers(decl.Body) && !body
	n.fn.Recovers = names.Recovers(decl.Body) && !body
	ast.Inspect(decl.Body, func(node ast.Node) bool {
		if b, ok := node.(*ast.BranchStmt); ok && b.Tok == token.GOTO {
			n.gotos[info.Uses[b.Label]] = true
		}
		return true
	})
	if c.lit != nil {
		n.captured(c.lit)
	}
	n.fn.LocalTypes = n.declaresTypes(decl.Body)
	sig := obj.Signature()
	if recv := sig.Recv(); recv != nil {
		n.fn.Params = append(n.fn.Params, n.param(recv, ir.Param))
	}
	for v := range sig.Params().Variables() {
		n.fn.Params = append(n.fn.Params, n.param(v, ir.Param))
	}
	for v := range sig.Results().Variables() {
		n.fn.Results = append(n.fn.Results, n.param(v, ir.Result))
	}
	if c.lit != nil && c.lit.Range != nil {
		n.inLoop = c.lit.Range
		n.fn.Tree = n.rangeBody(decl.Body)
		return n.fn
	}
	n.fn.Tree = n.block(decl.Body.List)
	n.aliasTypes()
	return n.fn
}

// declaresTypes reports whether the function declares types: not literals and bodies
// of loops that are functions of their own. In a block that passes through whole they
// count, too: each variant would have a type of its own.
func (n *normalizer) declaresTypes(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			return n.fn.Lits[node] == nil
		case *ast.RangeStmt:
			if n.fn.Bodies[node] != nil {
				found = found || n.declaresTypes(node.X)
				return false
			}
		case *ast.TypeSpec:
			found = true
		}
		return !found
	})
	return found
}

// defers reports whether a body has defer statements of its own.
func defers(body *ast.BlockStmt) bool {
	return ir.Contains(body, func(n ast.Node) bool {
		_, ok := n.(*ast.DeferStmt)
		return ok
	})
}

// captured makes the variables that a literal captures. They are none of its
// own: what lives across its suspensions is the pointer to them all.
func (n *normalizer) captured(lit *ir.Lit) {
	lit.Self = n.fn.Names.Fresh("c")
	maps.Copy(n.fn.Types, lit.Types)
	for _, c := range lit.Captures {
		n.fn.ByObj[c.Obj] = &ir.Var{
			Name: c.Field, Type: c.Obj.Type(), Obj: c.Obj, Kind: ir.Captured, Pos: c.Obj.Pos(),
			Aliased: true, Box: !c.ByValue, Place: ir.InClosure,
		}
	}
}

// param makes the variable of a parameter or named result. Blank ones keep a
// place in the lists: nil.
func (n *normalizer) param(v *types.Var, kind ir.Kind) *ir.Var {
	if v.Name() == "" || v.Name() == "_" {
		return nil
	}
	return n.newVar(v, kind)
}

func (n *normalizer) newVar(obj types.Object, kind ir.Kind) *ir.Var {
	alias := n.alias[obj]
	if alias.How == ir.NotAliased && sizeof(n.sizes, obj.Type()) > largeValue {
		// A large variable is treated as an aliased one: it is not copied to
		// the frame at every suspension, but lives in a box of its own.
		alias.How = ir.Large
	}
	v := &ir.Var{
		Name: n.fn.Names.Keep(obj.Name()), Type: obj.Type(), Obj: obj,
		Kind: kind, Index: len(n.fn.Vars), Pos: obj.Pos(),
		Aliased: alias.How != ir.NotAliased, Alias: alias,
		Assigned: kind == ir.Param && n.assigned[obj],
	}
	if kind == ir.Result && n.declared[obj.Name()] > 1 {
		// A return sets it wherever it stands, also where another hides it.
		v.Name = n.fn.Names.Fresh(obj.Name() + "Result")
	}
	n.fn.Vars = append(n.fn.Vars, v)
	n.fn.ByObj[obj] = v
	return v
}

func (n *normalizer) temp(t types.Type, pos token.Pos) *ir.Var {
	v := &ir.Var{Name: n.fn.Names.Temp(), Type: types.Default(t), Kind: ir.Temp, Index: len(n.fn.Vars), Pos: pos}
	n.fn.Vars = append(n.fn.Vars, v)
	return v
}

// ref is an identifier that stands for v.
func (n *normalizer) ref(v *ir.Var, pos token.Pos) *ast.Ident {
	id := &ast.Ident{Name: v.Name, NamePos: pos}
	n.fn.Refs[id] = v
	n.info.Types[id] = types.TypeAndValue{Type: v.Type}
	return id
}

// typeName is a type expression for t.
func (n *normalizer) typeName(t types.Type, pos token.Pos) *ast.Ident {
	id := &ast.Ident{Name: "_", NamePos: pos}
	n.fn.Types[id] = t
	return id
}

func (n *normalizer) add(node ir.Node) { n.seq.List = append(n.seq.List, node) }

// block normalizes a list of statements into a sequence of its own.
func (n *normalizer) block(list []ast.Stmt) *ir.Seq {
	return n.in(func() {
		for _, s := range list {
			n.stmt(s, nil)
		}
	})
}

// whole adds a statement of which nothing suspends but the header, which s has
// lost: its body stays as it is.
func (n *normalizer) whole(s ast.Stmt, label types.Object) {
	leaf := &ir.Leaf{Stmt: s}
	if label != nil && n.breaks(s, label) {
		// The label is only ours to give if something in the body uses it.
		id := &ast.Ident{Name: label.Name(), NamePos: s.Pos()}
		leaf.Stmt = &ast.LabeledStmt{Label: id, Colon: s.Pos(), Stmt: s}
	}
	n.escapes(s, leaf, map[types.Object]bool{label: true})
	n.add(leaf)
}

// body normalizes the body of a statement that is taken apart. If that is not
// for a suspension in the body, the types declared there stay there.
func (n *normalizer) body(b *ast.BlockStmt) *ir.Seq {
	if n.colors.Suspends(b) || !anyOf(b.List, declaresType) {
		return n.block(b.List)
	}
	list := b.List
	last, falls := list[len(list)-1].(*ast.BranchStmt)
	falls = falls && last.Tok == token.FALLTHROUGH // must end the clause, not the block
	if falls {
		list = list[:len(list)-1]
	}
	return n.in(func() {
		n.leaf(&ast.BlockStmt{Lbrace: b.Lbrace, List: list, Rbrace: b.Rbrace}, nil)
		if falls {
			n.leaf(last, nil)
		}
	})
}

// clause is the body of a clause as a block.
func clause(s ast.Stmt) *ast.BlockStmt {
	switch s := s.(type) {
	case *ast.CaseClause:
		return &ast.BlockStmt{Lbrace: s.Colon, List: s.Body, Rbrace: s.End()}
	case *ast.CommClause:
		return &ast.BlockStmt{Lbrace: s.Colon, List: s.Body, Rbrace: s.End()}
	}
	panic(fmt.Sprintf("clause %T", s))
}

func declaresType(s ast.Stmt) bool {
	if l, ok := s.(*ast.LabeledStmt); ok {
		return declaresType(l.Stmt)
	}
	d, ok := s.(*ast.DeclStmt)
	return ok && d.Decl.(*ast.GenDecl).Tok == token.TYPE
}

// in collects the nodes that body adds.
func (n *normalizer) in(body func()) *ir.Seq {
	outer := n.seq
	seq := &ir.Seq{}
	n.seq = seq
	body()
	n.seq = outer
	return seq
}

// stmt normalizes one statement; label is its label, if it has one.
func (n *normalizer) stmt(s ast.Stmt, label types.Object) {
	if !n.colors.Suspends(s) {
		n.leaf(s, label)
		return
	}
	n.add(&ir.Mark{Stmt: s})
	switch s := s.(type) {
	case *ast.ExprStmt:
		if call, ok := n.suspension(s.X); ok {
			n.suspend(call, make([]*ir.Var, n.results(call)))
		} else {
			n.add(&ir.Leaf{Stmt: &ast.ExprStmt{X: n.lift(s.X)}})
		}
	case *ast.AssignStmt:
		n.assign(s)
	case *ast.DeclStmt:
		n.decl(s)
	case *ast.IncDecStmt:
		n.add(&ir.Leaf{Stmt: &ast.IncDecStmt{X: n.lift(s.X), TokPos: s.TokPos, Tok: s.Tok}})
	case *ast.SendStmt:
		ops := n.operands([]ast.Expr{s.Chan, s.Value})
		n.add(&ir.Leaf{Stmt: &ast.SendStmt{Chan: ops[0], Arrow: s.Arrow, Value: ops[1]}})
	case *ast.GoStmt:
		n.add(&ir.Leaf{Stmt: &ast.GoStmt{Go: s.Go, Call: n.operandsOf(s.Call, notDevirtualized)}})
	case *ast.DeferStmt:
		call := n.deferredOperands(s.Call)
		n.fn.Deferred[call] = s.Call
		n.add(&ir.Leaf{Stmt: &ast.DeferStmt{Defer: s.Defer, Call: call}})
	case *ast.ReturnStmt:
		n.returns(s)
	case *ast.LabeledStmt:
		n.labeled(s)
	case *ast.BlockStmt:
		n.scope(s, label)
	case *ast.IfStmt:
		n.ifStmt(s)
	case *ast.ForStmt:
		n.forStmt(s, label)
	case *ast.RangeStmt:
		n.rangeStmt(s, label)
	case *ast.SwitchStmt:
		n.switchStmt(s, label)
	case *ast.TypeSwitchStmt:
		n.typeSwitch(s, label)
	case *ast.SelectStmt:
		n.selectStmt(s, label)
	default:
		panic(fmt.Sprintf("statement %T suspends", s))
	}
}

// leaf passes a statement through whole.
func (n *normalizer) leaf(s ast.Stmt, label types.Object) {
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return
	case *ast.LabeledStmt:
		n.labeled(s)
		return
	case *ast.ReturnStmt:
		if n.inLoop != nil {
			n.returnFromBody(s)
			return
		}
		n.add(&ir.Return{Stmt: s, Results: s.Results, Pos: s.Pos()})
		return
	case *ast.BranchStmt:
		n.add(n.branch(s))
		return
	case *ast.DeclStmt:
		n.declLeaf(s)
		return
	case *ast.BlockStmt:
		if len(s.List) == 0 {
			return
		}
	}
	leaf := &ir.Leaf{Stmt: s}
	if a, ok := s.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		leaf.Defs = n.defs(a.Lhs)
	}
	n.escapes(s, leaf, nil)
	n.add(leaf)
}

// defs makes the variables that a := declares.
func (n *normalizer) defs(lhs []ast.Expr) []*ir.Var {
	var vars []*ir.Var
	for _, e := range lhs {
		if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
			if obj := n.info.Defs[id]; obj != nil {
				vars = append(vars, n.newVar(obj, ir.Local))
			}
		}
	}
	return vars
}
