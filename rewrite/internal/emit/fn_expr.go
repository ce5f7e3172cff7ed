package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// expr is the converter's hook: it puts variables where they live now.
func (e *funcEmitter) expr(x ast.Expr) (*jen.Statement, bool) {
	if name := e.held[x]; name != "" {
		return jen.Id(name), true
	}
	switch x := x.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return e.usedValue(color.CalleeIdent(x), nil)
	case *ast.FuncLit:
		if lit := e.fn.Lits[x]; lit != nil {
			return e.literal(lit), true
		}
	case *ast.Ident:
		if code, ok := e.usedValue(x, nil); ok {
			return code, true
		}
		if name := e.renamed(x); name != "" {
			return jen.Id(name), true
		}
		if code, ok := e.constant(x); ok {
			return code, true
		}
		if obj, ok := e.Info.Uses[x].(*types.TypeName); ok {
			if code, ok := e.typeParamName(obj); ok {
				return code, true
			}
		}
		if t := e.fn.Types[x]; t != nil {
			return e.typ(t), true
		}
		if name := e.fn.Runtime[x]; name != "" {
			return e.rt(name), true
		}
		if v := e.fn.VarOf(x); v != nil {
			return e.variable(v), true
		}
	case *ast.SelectorExpr:
		if code, ok := e.usedValue(x.Sel, x); ok {
			return code, true
		}
		// A boxed struct: x.f says (*x).f.
		if id, ok := ast.Unparen(x.X).(*ast.Ident); ok {
			if v := e.fn.VarOf(id); v != nil && v.Box {
				if _, ok := v.Type.Underlying().(*types.Struct); ok && e.Info.Selections[x] != nil {
					return e.box(v).Dot(x.Sel.Name), true
				}
			}
		}
	case *ast.UnaryExpr:
		if x.Op == token.AND {
			if id, ok := ast.Unparen(x.X).(*ast.Ident); ok {
				if v := e.fn.VarOf(id); v != nil && v.Box {
					return e.box(v), true
				}
			}
		}
	case *ast.CallExpr:
		if !e.InLit() {
			if e.recovers(x) {
				return e.deferrer().Dot("Recover").Call(), true
			}
			return e.runtimeCall(x)
		}
	}
	return nil, false
}

// renamed is the new name of a hoisted constant, or "".
func (e *funcEmitter) renamed(id *ast.Ident) string {
	if obj := e.Info.Uses[id]; obj != nil {
		return e.fn.Renamed[obj]
	}
	return e.fn.Renamed[e.Info.Defs[id]]
}

// box is the pointer of a boxed variable.
func (e *funcEmitter) box(v *ir.Var) *jen.Statement {
	if name := e.alias[v]; name != "" && e.InLit() {
		return jen.Id(name)
	}
	if v.Place == ir.InClosure {
		field := jen.Id(e.fn.Lit.Self).Dot(v.Name)
		if v.Witness != nil {
			return e.rt("Load").Call(field, e.pointerTo(v.Witness))
		}
		return field
	}
	return e.place(v)
}

// inFrame reports whether v, in the code being emitted, is a field of the frame. Debuggers
// show variables, not fields; those of a long function would be too much code.
func (e *funcEmitter) inFrame(v *ir.Var) bool {
	return v.Place == ir.InFrame || v.Resident && e.variant.resumes() && (!e.debugger || e.fn.Long)
}

// place is the Go variable of v, or its field; of a boxed one it is the pointer.
func (e *funcEmitter) place(v *ir.Var) *jen.Statement {
	switch {
	case e.inFrame(v):
		return jen.Id(e.f).Dot(v.Field)
	case v.Place != ir.AsResult:
		return jen.Id(v.Name)
	case e.variant.mayBeHot(), e.nested():
		return jen.Id(e.rets[v.Number])
	}
	return jen.Id(e.f).Dot(e.fn.Frame.Results[v.Number])
}

func (e *funcEmitter) variable(v *ir.Var) *jen.Statement {
	if v.Place == ir.InClosure && !v.Box {
		return e.box(v)
	}
	if v.Box {
		return jen.Parens(jen.Op("*").Add(e.box(v)))
	}
	return e.place(v)
}

// target is a variable as the whole of an assignment's left side.
func (e *funcEmitter) target(x ast.Expr) *jen.Statement {
	if id, ok := x.(*ast.Ident); ok {
		if v := e.fn.VarOf(id); v != nil && v.Box {
			return jen.Op("*").Add(e.box(v))
		}
	}
	return e.Expr(x)
}

// runtimeCall rewrites the calls of the runtime that ask who runs.
func (e *funcEmitter) runtimeCall(x *ast.CallExpr) (*jen.Statement, bool) {
	fn := e.calleeOf(x)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != names.RuntimePath || fn.Signature().Recv() != nil {
		return nil, false
	}
	switch fn.Name() {
	case "Current":
		return jen.Id(e.r).Dot("Current").Call(), true
	case "New", "Caller", "Callers":
		return jen.Id(e.r).Dot(fn.Name()).Call(e.callArgs(x.Args, x)...), true
	}
	return nil, false
}

// findReads notes the variables that the variant's blocks name, and those of
// them that are read: Go refuses to compile the others.
func (e *funcEmitter) findReads() {
	e.reads, e.named = map[*ir.Var]bool{}, map[*ir.Var]bool{}
	all := func(n ast.Node, skip map[ast.Expr]bool) {
		assigned := map[ast.Expr]bool{}
		ofLiteral := map[ast.Node]bool{} // return statements
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok {
				ast.Inspect(lit.Body, func(n ast.Node) bool {
					if _, ok := n.(*ast.ReturnStmt); ok {
						ofLiteral[n] = true
					}
					return true
				})
			}
			if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.ASSIGN {
				for _, l := range a.Lhs {
					assigned[l] = true // not read, in a literal either
				}
			}
			if id, ok := n.(*ast.Ident); ok {
				if v := e.fn.VarOf(id); v != nil {
					e.named[v] = true
					e.reads[v] = e.reads[v] || !skip[id] && !assigned[id]
				}
			}
			if ret, ok := n.(*ast.ReturnStmt); ok && !ofLiteral[ret] && (len(ret.Results) == 0 || e.fn.KeepsResults()) {
				e.readResults()
			}
			return true
		})
	}
	stmt := func(s ast.Stmt) {
		skip := map[ast.Expr]bool{}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.ASSIGN || s.Tok == token.DEFINE {
				for _, l := range s.Lhs {
					skip[l] = true
				}
			}
		case *ast.DeclStmt:
			for _, spec := range s.Decl.(*ast.GenDecl).Specs {
				if vs, ok := spec.(*ast.ValueSpec); ok {
					for _, id := range vs.Names {
						skip[id] = true
					}
				}
			}
		}
		all(s, skip)
	}
	for _, w := range e.waits() {
		for _, v := range slices.Concat(w.Live, w.Results) {
			if v != nil {
				e.named[v] = true // the dispatch assigns it
			}
		}
	}
	for _, b := range e.list {
		for _, n := range b.List {
			switch n := n.(type) {
			case *ir.Leaf:
				stmt(n.Stmt)
			case *ir.Fresh:
				e.named[n.Var], e.reads[n.Var] = true, true
			}
		}
		switch t := b.Term.(type) {
		case *ir.CondJump:
			all(t.Cond, nil)
		case *ir.Wait:
			all(t.Call, nil)
			for _, v := range t.Live {
				e.named[v] = true
				e.reads[v] = e.reads[v] || e.variant.mayBeHot() || !t.Clean.Has(v)
			}
			for _, v := range t.Results {
				if v != nil && (t.IsCall() || e.variant != hot) {
					e.named[v] = true
				}
			}
		case *ir.Exit:
			if t.Return == nil || len(t.Results) == 0 || e.fn.KeepsResults() {
				e.readResults()
			}
			if t.Return == nil {
				break
			}
			for _, x := range t.Results {
				all(x, nil)
			}
		case *ir.Dispatch:
			switch h := t.Head.(type) {
			case *ast.SwitchStmt:
				if h.Tag != nil {
					all(h.Tag, nil)
				}
				for _, c := range h.Body.List {
					for _, x := range c.(*ast.CaseClause).List {
						all(x, nil)
					}
				}
			case *ast.TypeSwitchStmt:
				all(h.Assign, nil)
				for _, v := range t.Binds {
					if v != nil && v.Place != ir.Unused {
						e.named[v] = true
					}
				}
			case *ast.SelectStmt:
				for _, c := range h.Body.List {
					if comm := c.(*ast.CommClause).Comm; comm != nil {
						stmt(comm)
					}
				}
			}
		}
	}
}

// readResults notes that a bare return reads the named results.
func (e *funcEmitter) readResults() {
	for _, v := range e.fn.Results {
		if v != nil {
			e.named[v], e.reads[v] = true, true
		}
	}
}

// capturedIn are the boxed variables that literals in nodes capture.
func (e *funcEmitter) capturedIn(nodes []ast.Node) []*ir.Var {
	var vars []*ir.Var
	inLit := func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v := e.fn.VarOf(id); v != nil && v.Box && !slices.Contains(vars, v) {
				vars = append(vars, v)
			}
		}
		return true
	}
	for _, n := range nodes {
		ast.Inspect(n, func(n ast.Node) bool {
			if lit, ok := n.(*ast.FuncLit); ok {
				if e.fn.Lits[lit] == nil { // else it gets the pointer
					ast.Inspect(lit, inLit)
				}
				return false
			}
			return true
		})
	}
	return vars
}

// share makes aliases for what the literals in nodes capture. A literal must not
// capture the Go variable, which is assigned again when the function resumes
// or declares it anew: that would make Go allocate it, and show the literal
// the next one.
func (e *funcEmitter) share(nodes ...ast.Node) []jen.Code {
	var code []jen.Code
	for _, v := range e.capturedIn(nodes) {
		name := e.fn.Names.Fresh(v.Name + "Ref")
		e.alias[v] = name
		code = append(code, jen.Id(name).Op(":=").Add(e.box(v)))
		e.scoped = true
	}
	return code
}

// zero is the zero value of a type.
func (e *funcEmitter) zero(t types.Type) *jen.Statement {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return jen.Op("*").Add(e.newOf(e.typ(t)))
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return jen.Lit("")
		case u.Info()&types.IsBoolean != 0:
			return e.falseValue()
		case u.Info()&types.IsNumeric != 0:
			return jen.Lit(0)
		}
	case *types.Struct, *types.Array:
		return e.typ(t).Values()
	}
	return jen.Nil()
}

// anyType, newOf and falseValue say any, new(t) and false, also where the package
// declares these names anew.
func (c *Converter) anyType() *jen.Statement { return c.predeclared("any") }

func (c *Converter) newOf(t jen.Code) *jen.Statement {
	if c.hides("new") {
		return c.rt("NewLike").Call(jen.Parens(jen.Op("*").Add(t)).Call(jen.Nil()))
	}
	return jen.New(t)
}

func (e *funcEmitter) falseValue() *jen.Statement {
	if e.hides("false") {
		return jen.Lit(0).Op("!=").Lit(0)
	}
	return jen.False()
}
