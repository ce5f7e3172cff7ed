package emit

import (
	"go/ast"
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// The code of a function is emitted twice where that is worth it, of the same blocks: as
// body, the call up to its first suspension, which is hot if it has no frame yet, and as
// Resume, from the suspensions on. Each has only the blocks it can reach: of code without
// loops hardly any is in both. One function for both, with a nil frame for hot calls,
// costs a call more for each resumption and a test for each suspension: a fifth of a tree
// walk's instructions. So it is what a function gets of which much would be there twice.
//
// An asker is resumed by Ask, which knows of no run, and so begins there, too.
//
// A function that takes its frame at the start has one variant only, the step.

type variant uint8

const (
	hot         variant = iota // up to the first suspension; the frame is taken there, unless a constructor has made it
	both                       // hot, and resumed if it is called with a frame that is suspended
	resumedCall                // from a suspension on; of an asker also from the start
	step                       // of a function that takes its frame at the start: results by way of the frame
)

// mayBeHot reports whether the code may run without a frame: it gets parameters and
// returns results.
func (v variant) mayBeHot() bool { return v == hot || v == both }

// resumes reports whether the code has a frame, which has parameters and results.
func (v variant) resumes() bool { return !v.mayBeHot() }

// begins reports whether the variant has the beginning of the function.
func (e *funcEmitter) begins() bool {
	return e.variant != resumedCall || e.asker != nil || e.recursion != nil
}

// maxTwice is how much code, by weight, is emitted in two variants rather than in one.
const maxTwice = 23

// unified reports whether hot calls and resumptions have the same code.
func (e *funcEmitter) unified() bool {
	if e.asker != nil || e.recursion != nil || e.fn.Eager() {
		return false
	}
	if !slices.ContainsFunc(e.fn.Blocks, func(b *ir.Block) bool { _, ok := b.Term.(*ir.Wait); return ok }) {
		return true // there is nothing to go on from
	}
	e.variant = hot
	first := map[*ir.Block]bool{}
	for _, b := range e.reach() {
		first[b] = true
	}
	e.variant = resumedCall
	twice := 0
	for _, b := range e.reach() {
		if first[b] {
			twice += weight(b)
		}
	}
	return twice > maxTwice
}

// weight is about the number of lines that a block takes.
func weight(b *ir.Block) int {
	n := 1
	for _, node := range b.List {
		if leaf, ok := node.(*ir.Leaf); ok {
			ast.Inspect(leaf.Stmt, func(n2 ast.Node) bool {
				if _, ok := n2.(ast.Stmt); ok {
					n++
				}
				return true
			})
		}
	}
	switch t := b.Term.(type) {
	case *ir.Wait:
		n += 5
	case *ir.CondJump:
		n += 2
	case *ir.Dispatch:
		n += 2 * len(t.To)
	}
	return n
}

// hasBody reports whether calls run the method body of the frame type.
func (e *funcEmitter) hasBody() bool {
	return e.asker == nil && e.recursion == nil && !e.fn.Eager() && (e.canStart || e.oneCode)
}

// waits are the suspensions from which the variant goes on.
func (e *funcEmitter) waits() []*ir.Wait {
	blocks := e.list
	switch {
	case e.variant == hot:
		return nil
	case !e.begins():
		blocks = e.fn.Blocks
	}
	list := e.waitsIn(blocks)
	if e.asking() {
		list = slices.DeleteFunc(list, e.recursion.has) // nobody else goes on behind its calls
	}
	return list
}

// waitsIn are the suspensions that blocks end in.
func (e *funcEmitter) waitsIn(blocks []*ir.Block) (list []*ir.Wait) {
	for _, b := range blocks {
		if w, ok := b.Term.(*ir.Wait); ok {
			list = append(list, w)
		}
	}
	return list
}

// succs are the blocks that may follow b in this variant.
func (e *funcEmitter) succs(b *ir.Block) []*ir.Block {
	s := e.fn.Succs(b)
	if w, ok := b.Term.(*ir.Wait); ok && (e.variant == hot && !w.IsCall() || e.asking() && e.recursion != nil && w == e.recursion.tail && e.goesOn(w) == nil) {
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
	if !e.begins() {
		for _, b := range e.fn.Blocks {
			if w, ok := b.Term.(*ir.Wait); ok {
				visit(w.Next)
			}
		}
	} else {
		visit(e.fn.Blocks[0])
	}
	var list []*ir.Block
	for _, b := range e.fn.Blocks {
		if seen[b] {
			list = append(list, b)
		}
	}
	return list
}

// namedResults are the results of a hot call, with the status.
func (e *funcEmitter) namedResults() []jen.Code {
	var results []jen.Code
	i := 0
	for v := range e.fn.Obj.Signature().Results().Variables() {
		results = append(results, jen.Id(e.rets[i]).Add(e.Type(v.Type())))
		i++
	}
	return append(results, jen.Id(e.st).Add(e.rt("Status")))
}

// code emits the function: its body, and Resume.
func (e *funcEmitter) code(out *jen.File) {
	if e.asker != nil && e.recursion != nil {
		e.begun(out)
		e.ask(out)
		return
	}
	if !e.hasBody() { // the companion is all that is called without a frame
		body := e.body(hot)
		e.companionDecl(out, e.namedResults()).Block(body...)
		out.Comment(ownMark)
		if e.asker != nil {
			e.ask(out)
			return
		}
		e.resumption(out)
		return
	}
	e.companion(out)
	v := hot
	if e.oneCode {
		v = both
	}
	params := []jen.Code{e.runParam(e.r)}
	if lit := e.fn.Lit; lit != nil {
		params = append(params, jen.Id(lit.Self).Op("*").Add(e.litType(lit)))
	}
	for _, p := range e.fn.Params {
		if p != nil {
			params = append(params, jen.Id(p.In).Add(e.Type(p.Type)))
		}
	}
	body := e.body(v)
	out.Line()
	e.beginDeclarations(out, "")
	out.Func().Add(e.receiver(e.f)).Id("body").Params(params...).Params(e.namedResults()...).Block(body...)
	out.Comment(ownMark)
	if v == both {
		e.resume(out, "body", nil)
		return
	}
	e.resumption(out)
}

// resumption emits Resume, where hot calls have code of their own.
func (e *funcEmitter) resumption(out *jen.File) {
	body := e.body(resumedCall)
	e.beginDeclarations(out, "")
	out.Func().Add(e.receiver(e.f)).Id("Resume").Params(e.runParam(e.r)).Params(jen.Id(e.st).Add(e.rt("Status"))).Block(body...)
}

// start is the state in which a frame of a constructor is.
func (e *funcEmitter) start() jen.Code {
	return jen.Case(jen.Lit(0)).Block(e.resuming("body", e.r, e.f, e.st, nil)...)
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
	if e.variant.mayBeHot() {
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
		if e.nested() {
			lhs = append(lhs, jen.Id(e.rets[i]))
		} else {
			lhs = append(lhs, jen.Id(e.f).Dot(field))
		}
	}
	ret := jen.Return(jen.Id(e.f).Dot("Return").Call(jen.Id(e.r), jen.Id(e.f)))
	switch {
	case e.variant == step:
		ret = jen.Return(e.rt("Done"))
	case e.nested():
		ret = jen.Goto().Id(e.recursion.returned)
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
