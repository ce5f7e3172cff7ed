package emit

import (
	"fmt"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// The code of a function is emitted twice, of the same blocks: as a hot call,
// up to its first suspension, and as the resumption of a frame. Each has only
// the blocks it can reach. One function for both, with a nil frame for hot
// calls, cost a call more for each resumption and a test for each suspension:
// a fifth of the time of a one-frame generator.
//
// A function that takes its frame at the start has one variant only, the step.

type variant uint8

const (
	hot         variant = iota // parameters are parameters; the frame is taken where it suspends
	resumedCall                // there is a frame f; also the start of one made by the constructor
	step                       // of a function that takes its frame at the start: results by way of the frame
)

// succs are the blocks that may follow b in this variant.
func (e *funcEmitter) succs(b *ir.Block) []*ir.Block {
	s := e.fn.Succs(b)
	if w, ok := b.Term.(*ir.Wait); ok && e.variant == hot && !w.IsCall() {
		return s[:len(s)-1] // a switch always suspends
	}
	return s
}

// reach finds the blocks of the variant.
func (e *funcEmitter) reach() []*ir.Block {
	seen := map[*ir.Block]bool{}
	var visit func(b *ir.Block)
	visit = func(b *ir.Block) {
		if seen[b] {
			return
		}
		seen[b] = true
		for _, s := range e.succs(b) {
			visit(s)
		}
	}
	visit(e.fn.Blocks[0])
	var list []*ir.Block
	for _, b := range e.fn.Blocks {
		if seen[b] {
			list = append(list, b)
		}
	}
	return list
}

// hotCall emits the companion: the call as resumable code makes it.
func (e *funcEmitter) hotCall(out *jen.File) {
	var results []jen.Code
	i := 0
	for v := range e.fn.Obj.Signature().Results().Variables() {
		results = append(results, jen.Id(e.rets[i]).Add(e.Type(v.Type())))
		i++
	}
	results = append(results, jen.Id(e.st).Add(e.rt("Status")))
	body := e.body(hot)
	e.companionDecl(out, results).Block(body...)
}

// resumption emits Resume: the driver's way in.
func (e *funcEmitter) resumption(out *jen.File) {
	if e.asker != nil {
		e.ask(out)
		return
	}
	body := e.body(resumedCall)
	e.beginDeclarations(out, fmt.Sprintf("Resume continues %s where it is suspended, or starts it.", e.sourceName()))
	out.Func().Add(e.receiver(e.f)).Id("Resume").Params(e.runParam(e.r)).Params(jen.Id(e.st).Add(e.rt("Status"))).Block(body...)
}

// paramLoads makes parameters locals of a resumption.
func (e *funcEmitter) paramLoads() []jen.Code {
	if e.variant != resumedCall {
		return nil
	}
	var lhs, rhs, unread []jen.Code
	if lit := e.fn.Lit; lit != nil && len(lit.Captures) > 0 {
		lhs = append(lhs, jen.Id(lit.Self))
		rhs = append(rhs, jen.Id(e.f).Dot(e.fn.Frame.Self))
		unread = append(unread, jen.Id("_").Op("=").Id(lit.Self)) // its suspensions may be all that is left
	}
	for i, v := range e.fn.Params {
		if v == nil || v.Box || !e.named[v] || e.inFrame(v) {
			continue
		}
		lhs = append(lhs, jen.Id(v.Name))
		rhs = append(rhs, jen.Id(e.f).Dot(e.fn.Frame.Params[i]))
		if !e.reads[v] {
			unread = append(unread, jen.Id("_").Op("=").Id(v.Name))
		}
	}
	if len(lhs) == 0 {
		return nil
	}
	return append([]jen.Code{jen.List(lhs...).Op(":=").List(rhs...)}, unread...)
}

// inField is the field that holds what a parameter was at the start.
func (e *funcEmitter) inField(v *ir.Var) string {
	for i, p := range e.fn.Params {
		if p == v {
			return e.fn.Frame.Params[i]
		}
	}
	panic("no parameter " + strconv.Quote(v.Name))
}

// done returns from the function, whose results are values; nil is what the frame has.
func (e *funcEmitter) done(values []jen.Code) []jen.Code {
	if e.variant == hot {
		return []jen.Code{jen.Return(append(values, e.rt("Done"))...)}
	}
	var lhs, rhs []jen.Code
	each := len(values) == len(e.fn.Frame.Results)
	if !each { // none, or those of one call
		rhs = values
	}
	for i, field := range e.fn.Frame.Results {
		if each {
			if values[i] == nil {
				continue
			}
			rhs = append(rhs, values[i])
		}
		lhs = append(lhs, jen.Id(e.f).Dot(field))
	}
	ret := jen.Return(jen.Id(e.r).Dot("Return").Call(jen.Id(e.f), jen.Op("&").Id(e.f).Dot("Header")))
	switch {
	case e.variant == step:
		ret = jen.Return(e.rt("Done"))
	case e.asker != nil:
		ret = jen.Return(e.askedOut())
	}
	return append(assignment(lhs, rhs), ret)
}

// assignment assigns values, if there are any.
func assignment(lhs, values []jen.Code) []jen.Code {
	if len(values) == 0 {
		return nil
	}
	return []jen.Code{jen.List(lhs...).Op("=").List(values...)}
}
