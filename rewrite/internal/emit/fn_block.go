package emit

import (
	"go/ast"
	"go/types"
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// body is the code of the function in a variant: declarations, the dispatch
// over states, the blocks.
func (e *funcEmitter) body(v variant) []jen.Code {
	e.variant = v
	e.list = e.reach()
	e.labels, e.isLabel = map[*ir.Block]string{}, map[string]bool{}
	e.used, e.fallenInto = map[*ir.Block]bool{}, map[*ir.Block]bool{}
	e.alias, e.suspended = map[*ir.Var]string{}, ""
	e.findReads()
	e.layOut()
	e.typeNames = true
	defer func() { e.typeNames = false }()
	e.below = nil
	dispatch := e.dispatchStates()
	blocks := e.blocks()

	var body []jen.Code
	body = append(body, e.paramLoads()...)
	body = append(body, e.hoisted()...)
	body = append(body, e.endDeclarations()...)
	body = append(body, dispatch...)
	if e.begins() {
		body = append(body, e.boxParams()...)
	}
	body = append(body, blocks...)
	if e.suspended != "" {
		body = append(body, jen.Id(e.suspended).Op(":"), e.link())
	}
	return e.declared(body)
}

// declared puts the hoisted constants and types before code. A type whose name
// is taken begins a scope of its own, and has an alias by which the code can
// tell it from the others:
//
//	type item struct{ a int }
//	type item2 = item
//	{
//		type item []int
//		type item3 = item
//		...
//	}
func (e *funcEmitter) declared(code []jen.Code) []jen.Code {
	scopes := [][]jen.Code{nil}
	names := map[string]bool{} // of the innermost scope
	outer := map[string]bool{} // of all
	alias := func(name string, obj *types.TypeName) {
		if as := e.fn.Aliases[obj]; as != "" {
			last := len(scopes) - 1
			scopes[last] = append(scopes[last], jen.Type().Id(as).Op("=").Id(name))
		}
	}
	for _, s := range e.fn.Consts {
		name, obj := e.fn.TypeDecl(s)
		switch {
		case obj == nil:
		case names[name]:
			scopes = append(scopes, nil)
			clear(names)
		case !outer[name]:
			if hidden, ok := e.Pkg.Scope().Lookup(name).(*types.TypeName); ok {
				alias(name, hidden)
			}
		}
		names[name], outer[name] = true, true
		last := len(scopes) - 1
		e.declaring = obj
		scopes[last] = append(scopes[last], e.Block([]ast.Stmt{s})...)
		e.declaring = nil
		if obj != nil {
			alias(name, obj)
		}
	}
	for i := len(scopes) - 1; i >= 0; i-- {
		if i < len(scopes)-1 {
			code = []jen.Code{jen.Block(code...)}
		}
		code = append(scopes[i], code...)
	}
	return code
}

// hoisted declares the variables that live across labels.
func (e *funcEmitter) hoisted() []jen.Code {
	var vars []*ir.Var
	var unread []jen.Code
	for _, v := range e.fn.Vars {
		if v.Place != ir.Hoisted || v.Kind == ir.Param && !v.Box || !e.named[v] || e.inFrame(v) {
			continue
		}
		if v.Witness != nil {
			if !e.reads[v] {
				unread = append(unread, jen.Id("_").Op("=").Id(v.Name))
			}
			continue
		}
		vars = append(vars, v)
		if !e.reads[v] {
			unread = append(unread, jen.Id("_").Op("=").Id(v.Name))
		}
	}
	var defs, code []jen.Code
	for _, group := range alike(vars, func(v, of *ir.Var) bool { return v.Box == of.Box && alikeTypes(v.Type, of.Type) }) {
		var ids []jen.Code
		for _, v := range group {
			ids = append(ids, jen.Id(v.Name))
		}
		t := e.typ(group[0].Type)
		if group[0].Box {
			t = jen.Op("*").Add(t)
		}
		defs = append(defs, jen.List(ids...).Add(t))
	}
	if len(defs) > 3 {
		code = []jen.Code{jen.Var().Defs(defs...)}
	} else {
		for _, def := range defs {
			code = append(code, jen.Var().Add(def))
		}
	}
	return append(append(code, e.inferred()...), unread...)
}

// boxParams gives boxed parameters and results their boxes.
func (e *funcEmitter) boxParams() []jen.Code {
	var code []jen.Code
	for _, v := range e.fn.Params {
		if v != nil && v.Box {
			in := jen.Id(v.In)
			if e.variant == resumedCall {
				in = jen.Id(e.f).Dot(e.inField(v))
			}
			if !e.named[v] {
				continue
			}
			code = append(code,
				e.place(v).Op("=").Add(e.newOf(e.typ(v.Type))),
				jen.Op("*").Add(e.place(v)).Op("=").Add(in))
		}
	}
	for _, v := range e.fn.Results {
		if v != nil && v.Box && (e.named[v] || e.fn.Defers) {
			code = append(code, jen.Id(v.Name).Op("=").Add(e.newOf(e.typ(v.Type))))
			if e.fn.Defers {
				code = append(code, jen.Id(e.f).Dot(v.Field).Op("=").Id(v.Name))
			}
		}
	}
	return code
}

// dispatchStates is the dispatch over states: it reloads what is live and goes
// to where the state goes on.
func (e *funcEmitter) dispatchStates() []jen.Code {
	if e.variant == hot {
		return nil
	}
	var cases []jen.Code
	if !e.begins() && e.fn.Lit == nil {
		cases = append(cases, e.start())
	}
	waits := e.waits()
	// If all code is in the cases, one of them must be the default for Go to see that
	// nothing is behind them.
	whole := !slices.ContainsFunc(e.list, func(b *ir.Block) bool { return !e.inlined[b] && e.returned(b) == nil })
	if whole && len(waits) == 1 && len(cases) == 0 {
		return e.resumed(waits[0])
	}
	for i, w := range waits {
		c := jen.Case(jen.Lit(w.State))
		if whole && i == len(waits)-1 {
			c = jen.Default()
		}
		cases = append(cases, c.Block(e.resumed(w)...))
	}
	if e.fn.Defers {
		return e.stepResumption(cases)
	}
	if len(cases) == 0 {
		return nil
	}
	dispatch := jen.Switch(jen.Id(e.f).Dot("PC")).Block(cases...)
	if e.variant == both {
		dispatch = jen.If(jen.Id(e.f).Op("!=").Nil()).Block(dispatch)
	}
	if whole {
		return []jen.Code{dispatch}
	}
	return []jen.Code{dispatch, jen.Line()}
}

// layOut decides which blocks stand inside the if or case that leads to them.
func (e *funcEmitter) layOut() {
	e.inlined = map[*ir.Block]bool{}
	targeted := map[*ir.Block]bool{}
	for _, b := range e.fn.Targets {
		targeted[b] = true
	}
	preds := map[*ir.Block]int{}
	for _, b := range e.list {
		seen := map[*ir.Block]bool{}
		succs := e.succs(b)
		if w, ok := b.Term.(*ir.Wait); ok && e.variant != hot && !w.IsCall() {
			succs = succs[:len(succs)-1] // by the dispatch only
		}
		for _, s := range succs {
			if !seen[s] {
				seen[s] = true
				preds[s]++
			}
		}
	}
	for _, w := range e.waits() {
		if preds[w.Next] == 0 && !targeted[w.Next] && w.Next != e.fn.Blocks[0] {
			e.inlined[w.Next] = true // in the case that leads there, unless there is another
		} else {
			delete(e.inlined, w.Next)
		}
		preds[w.Next] += 2
	}
	defer func() {
		// What only a block inside another leads to stands there, too.
		for _, b := range e.list {
			for to := b; e.inlined[to]; {
				next := e.behind(to)
				if next == nil || preds[next] != 1 || targeted[next] || next == e.fn.Blocks[0] || e.inlined[next] {
					break
				}
				e.inlined[next] = true
				to = next
			}
		}
	}()
	simple := func(b *ir.Block) bool {
		if preds[b] != 1 || targeted[b] || b == e.fn.Blocks[0] {
			return false
		}
		switch b.Term.(type) {
		case *ir.Jump, *ir.Exit, *ir.Never:
			return true
		}
		return false
	}
	for _, b := range e.list {
		switch t := b.Term.(type) {
		case *ir.CondJump:
			if t.Then != t.Else && simple(t.Then) {
				e.inlined[t.Then] = true
			} else if t.Then != t.Else && simple(t.Else) {
				e.inlined[t.Else] = true
			}
		case *ir.Dispatch:
			for i, to := range t.To {
				if simple(to) && !slices.Contains(t.To[:i], to) && !slices.Contains(t.To[i+1:], to) && to != t.None {
					e.inlined[to] = true
				}
			}
		}
	}
}

// behind is the block whose code comes behind that of b, if b is inside another, or nil.
func (e *funcEmitter) behind(b *ir.Block) *ir.Block {
	switch t := b.Term.(type) {
	case *ir.Jump:
		return t.To
	case *ir.CondJump:
		switch {
		case e.inlined[t.Then] && t.Then != t.Else:
			return t.Else
		case e.inlined[t.Else]:
			return t.Then
		}
	case *ir.Wait:
		if t.IsCall() {
			return t.Next
		}
	}
	return nil
}

// blocks emits all blocks, in order, with the labels that are used.
func (e *funcEmitter) blocks() []jen.Code {
	var order []*ir.Block
	for _, b := range e.list {
		if !e.inlined[b] {
			order = append(order, b)
		}
	}
	codes := make([][]jen.Code, len(order))
	scoped := make([]bool, len(order))
	for i, b := range order {
		var next *ir.Block
		if i+1 < len(order) {
			next = order[i+1]
		}
		e.scoped, e.below = false, next
		codes[i] = e.block(b, next)
		scoped[i] = e.scoped
	}
	var all []jen.Code
	for i, b := range order {
		if !(i == 0 && e.begins()) && !e.used[b] && !e.fallenInto[b] && e.returned(b) != nil {
			continue // each jump to it is the return
		}
		code := codes[i]
		if scoped[i] && (len(order) > 1 || e.fn.Defers) {
			code = []jen.Code{jen.Block(code...)}
		}
		if e.used[b] {
			all = append(all, jen.Id(e.label(b)).Op(":"))
		}
		all = append(all, code...)
	}
	return all
}

// use makes the label of b be emitted.
func (e *funcEmitter) use(b *ir.Block) { e.used[b] = true }

// label is the label of a block: what it is, and the line of its statement,
// with a letter or a number behind it where that is not enough: loop_17,
// loop_17b … loop_17z, loop_17_27.
func (e *funcEmitter) label(b *ir.Block) string {
	if name := e.labels[b]; name != "" {
		return name
	}
	name := b.Label + "_" + strconv.Itoa(e.line(b.Pos))
	e.labels[b] = e.freeLabel(name)
	return e.labels[b]
}

// freeLabel is name, or, if that is taken, with something behind it.
func (e *funcEmitter) freeLabel(name string) string {
	free := name
	users := e.userLabels()
	for i := 2; users[free] || e.isLabel[free]; i++ {
		if free = name + string(rune('a'+i-1)); i > 26 {
			free = name + "_" + strconv.Itoa(i)
		}
	}
	e.isLabel[free] = true
	return free
}

// returned is the return that is all that b does, or nil.
func (e *funcEmitter) returned(b *ir.Block) jen.Code {
	if x, ok := b.Term.(*ir.Exit); ok && x.Return == nil && len(b.List) == 0 {
		if code := e.returns(nil); len(code) == 1 {
			return code[0]
		}
	}
	return nil
}

// jump leads to a block: by its label, or by what it does if that is to return.
func (e *funcEmitter) jump(to *ir.Block) jen.Code {
	if ret := e.returned(to); ret != nil {
		return ret
	}
	e.use(to)
	return jen.Goto().Id(e.label(to))
}

// block emits a block and its end; next is the one that will stand behind it.
func (e *funcEmitter) block(b, next *ir.Block) []jen.Code {
	var code []jen.Code
	for _, n := range b.List {
		switch n := n.(type) {
		case *ir.Leaf:
			code = append(code, e.leaf(n)...)
		case *ir.Fresh:
			code = append(code, e.fresh(n)...)
		case *ir.Drop:
			code = append(code, e.drop(n.Fields)...)
		case *ir.Mark:
			code = append(code, e.Before(n.Stmt)...)
			if m := e.mark(n.Stmt); m != nil {
				code = append(code, m)
			}
		}
	}
	return append(code, e.term(b.Term, next)...)
}

// drop clears fields, if there is a frame. A hot call may have the constructor's, which
// holds parameters.
func (e *funcEmitter) drop(fields []ir.Field) []jen.Code {
	if e.variant.resumes() {
		return []jen.Code{e.zeroFields(fields)}
	}
	if e.variant == hot {
		fields = slices.DeleteFunc(slices.Clone(fields), func(f ir.Field) bool { return f.Var == nil || f.Var.Kind != ir.Param })
		if len(fields) == 0 || !e.hasBody() {
			return nil
		}
	}
	return []jen.Code{jen.If(jen.Id(e.f).Op("!=").Nil()).Block(e.zeroFields(fields))}
}

func (e *funcEmitter) goOn(to, next *ir.Block) []jen.Code {
	switch {
	case to == next:
		if to == e.below {
			e.fallenInto[to] = true
		}
		return nil
	case e.inlined[to]:
		return e.inline(to, next)
	}
	return []jen.Code{e.jump(to)}
}

func (e *funcEmitter) term(t ir.Term, next *ir.Block) []jen.Code {
	switch t := t.(type) {
	case *ir.Jump:
		return e.goOn(t.To, next)
	case *ir.CondJump:
		code := append(e.share(t.Cond), e.lineOf(t.Cond.Pos()))
		return append(code, e.condJump(t, next)...)
	case *ir.Dispatch:
		code := append(e.share(ir.Header(t.Head)...), e.lineOf(t.Head.Pos()))
		return append(code, e.dispatch(t, next)...)
	case *ir.Wait:
		code := append(e.share(t.Call), e.lineOf(callPos(t.Source)))
		return append(code, e.wait(t, next)...)
	case *ir.Exit:
		if t.Return == nil {
			return e.returns(nil)
		}
		code := e.Before(t.Stmt)
		for _, x := range t.Results {
			code = append(code, e.share(x)...)
		}
		return append(append(code, e.lineOf(t.Pos)), e.returns(t.Results)...)
	case *ir.Never:
		if t.After != nil {
			return nil // go vet would find it unreachable, too
		}
		return []jen.Code{jen.Panic(jen.Lit("unreachable"))}
	}
	panic("terminator")
}

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
