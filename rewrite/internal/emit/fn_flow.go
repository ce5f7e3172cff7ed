package emit

import (
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// How blocks are laid out: which stand inside the if, switch or case that leads to them,
// which have labels, and how one leads to the next.

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
		if w, ok := b.Term.(*ir.Wait); ok && e.variant != hot && (!w.IsCall() || e.callsItself(w) && !(e.asking() && w == e.recursion.tail) && e.goesOn(w) == nil) {
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
		if !e.comesBack(w) && preds[w.Next] == 0 && !targeted[w.Next] && w.Next != e.fn.Blocks[0] {
			e.inlined[w.Next] = true // in the case that leads there, unless there is another
		} else {
			delete(e.inlined, w.Next)
		}
		preds[w.Next] += 2
	}
	for _, w := range e.comeBack() {
		delete(e.inlined, w.Next)
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
		if t.IsCall() && (!e.callsItself(t) || e.goesOn(t) != nil) {
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
		if scoped[i] && (len(order) > 1 || e.fn.Defers || e.nested()) {
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
