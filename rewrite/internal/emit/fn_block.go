package emit

import (
	"slices"

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
	if e.nested() {
		e.recursion.again, e.recursion.returned = e.freeLabel("again"), e.freeLabel("returned")
		e.findReturns()
	}
	e.layOut()
	e.typeNames = true
	defer func() { e.typeNames = false }()
	e.below = nil
	dispatch := e.dispatchStates()
	var back []jen.Code
	if e.nested() && e.recursion.returns {
		back = e.goesBack()
	}
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
		body = append(body, jen.Id(e.suspended).Op(":"), jen.Return(append(e.retIDs(), e.linked(jen.Id(e.f).Dot("PC"), e.st))...))
	}
	if e.nested() {
		body = append(body, back...)
		return append(append(e.results0(), jen.Id(e.recursion.again).Op(":")), e.declared(body)...)
	}
	return e.declared(body)
}

// dispatchStates is the dispatch over states: it reloads what is live and goes
// to where the state goes on.
func (e *funcEmitter) dispatchStates() []jen.Code {
	if e.variant == hot {
		return nil
	}
	var cases []jen.Code
	if !e.begins() && e.canStart {
		cases = append(cases, e.start())
	}
	waits := e.waits()
	// If all code is in the cases, one of them must be the default for Go to see that
	// nothing is behind them.
	whole := !slices.ContainsFunc(e.list, func(b *ir.Block) bool { return !e.inlined[b] && e.returned(b) == nil })
	if len(waits) == 1 && len(cases) == 0 && e.variant == resumedCall && !e.begins() {
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
	if e.nested() {
		fields = slices.DeleteFunc(slices.Clone(fields), e.isNeeded)
		if len(fields) == 0 {
			return nil
		}
	}
	if e.variant.resumes() {
		return []jen.Code{e.zeroFields(fields)}
	}
	if e.variant == hot {
		fields = slices.DeleteFunc(slices.Clone(fields), func(f ir.Field) bool { return f.Var == nil || f.Var.Kind != ir.Param })
		if len(fields) == 0 || !e.canStart || !e.hasBody() {
			return nil
		}
	}
	return []jen.Code{jen.If(jen.Id(e.f).Op("!=").Nil()).Block(e.zeroFields(fields))}
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
