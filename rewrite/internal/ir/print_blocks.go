package ir

import (
	"fmt"
	"slices"
	"strings"
)

// name is a block's number and label.
func (p *printer) name(b *Block) string {
	if b == nil {
		return "nowhere"
	}
	i, ok := p.number[b]
	if !ok {
		return "lost_" + b.Label
	}
	text := fmt.Sprintf("b%d_%s", i, b.Label)
	if b.Pos.IsValid() {
		text += fmt.Sprintf("_%d", p.fset.PositionFor(b.Pos, false).Line)
	}
	return text
}

func (p *printer) blocks() {
	for i, b := range p.f.Blocks {
		p.number[b] = i
	}
	for _, b := range p.f.Blocks {
		var remarks []string
		if len(b.Preds) > 0 {
			remark := "from"
			for _, pred := range b.Preds {
				remark += fmt.Sprintf(" b%d", p.number[pred])
			}
			remarks = append(remarks, remark)
		}
		if !b.LiveIn.Empty() {
			remarks = append(remarks, "live: "+p.set(b.LiveIn))
		}
		head := p.name(b) + ":"
		if len(remarks) > 0 {
			head += "\t// " + strings.Join(remarks, "; ")
		}
		p.println(0, head)
		for _, n := range b.List {
			p.node(1, n)
		}
		p.term(b.Term)
	}
}

func (p *printer) term(t Term) {
	switch t := t.(type) {
	case *Jump:
		p.println(1, "→ "+p.name(t.To))
	case *CondJump:
		p.at(1, t.Pos, "if %s → %s else → %s", p.text(t.Cond), p.name(t.Then), p.name(t.Else))
	case *Dispatch:
		p.at(1, t.Head.Pos(), "%s", p.switchHead(t.Switch))
		for i, to := range t.To {
			p.println(1, p.clause(t.Switch, i)+" → "+p.name(to))
		}
		if t.None != nil {
			p.println(1, "none: → "+p.name(t.None))
		}
	case *Wait:
		p.wait(t)
	case *Exit:
		if t.Return == nil {
			p.println(1, "return")
		} else {
			p.node(1, t.Return)
		}
	case *Never:
		p.println(1, "never")
	case nil:
		p.println(1, "open")
	default:
		p.println(1, fmt.Sprintf("? %T", t))
	}
}

func (p *printer) wait(w *Wait) {
	text := p.suspend(w.Suspend) + " → " + p.name(w.Next)
	if w.State > 0 {
		text += fmt.Sprintf("\t// state %d", w.State)
	}
	p.at(1, w.Source.Pos(), "%s", text)
	if len(w.Live) > 0 {
		p.println(2, "live: "+names(w.Live))
	}
	if !w.Clean.Empty() {
		p.println(2, "clean: "+p.set(w.Clean))
	}
	if len(w.Clear) > 0 {
		p.println(2, "clear: "+fieldNames(w.Clear))
	}
}

func fieldNames(list []Field) string {
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

func (p *printer) frame() {
	if p.f.Frame == nil {
		return
	}
	var rows [][]string
	for _, f := range p.f.Frame.Fields {
		typ := p.typ(f.Type)
		switch {
		case f.Any:
			typ = "any // " + typ
		case f.Box:
			typ = "*" + typ
		}
		of := ""
		switch {
		case f.Var != nil && slices.Contains(p.f.Frame.Params, f.Name):
			of = "parameter"
		case f.Var == nil:
			of = "result"
		case len(f.Also) > 0:
			of = "also " + names(f.Also)
		}
		rows = append(rows, []string{f.Name, typ, of})
	}
	p.table("frame:", rows)
}
