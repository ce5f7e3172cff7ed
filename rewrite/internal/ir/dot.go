package ir

import (
	"fmt"
	"go/token"
	"io"
	"strings"
)

// Dot writes the control flow of f in the language of Graphviz. Dashed edges
// are those of branch statements inside leaves, bold ones those of
// suspensions. It returns an error if f has no blocks yet.
func Dot(w io.Writer, fset *token.FileSet, f *Func) error {
	if f.Blocks == nil {
		return fmt.Errorf("%s has no control-flow graph before the pass flatten", f.Obj.Name())
	}
	p := &printer{f: f, fset: fset, number: map[*Block]int{}}
	for i, b := range f.Blocks {
		p.number[b] = i
	}
	fmt.Fprintf(&p.out, "digraph %q {\n\tnode [shape=box, fontname=monospace];\n\tedge [fontname=monospace];\n", f.Obj.FullName())
	for _, b := range f.Blocks {
		fmt.Fprintf(&p.out, "\tb%d [label=%s];\n", p.number[b], p.label(b))
		for _, e := range p.edges(b) {
			fmt.Fprintf(&p.out, "\tb%d -> b%d%s;\n", p.number[b], p.number[e.to], e.attributes())
		}
	}
	p.out.WriteString("}\n")
	_, err := io.WriteString(w, p.out.String())
	return err
}

// label is the text of a block, in quotes: Graphviz breaks lines at \l.
func (p *printer) label(b *Block) string {
	sub := &printer{f: p.f, fset: p.fset, number: p.number}
	sub.println(0, p.name(b))
	for _, n := range b.List {
		sub.node(0, n)
	}
	switch t := b.Term.(type) {
	case *Jump:
	case *CondJump:
		sub.at(0, t.Pos, "if %s", p.text(t.Cond))
	case *Dispatch:
		sub.at(0, t.Head.Pos(), "%s", p.switchHead(t.Switch))
	case *Wait:
		sub.at(0, t.Source.Pos(), "%s", p.suspend(t.Suspend))
		if t.State > 0 {
			sub.println(0, fmt.Sprintf("state %d; live: %s", t.State, names(t.Live)))
		}
	case *Exit:
		if t.Return != nil {
			sub.node(0, t.Return)
		} else {
			sub.println(0, "return")
		}
	case *Never:
		sub.println(0, "never")
	}
	text := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", "  ", "\n", `\l`).Replace(sub.out.String())
	return `"` + text + `"`
}

type edge struct {
	to    *Block
	label string
	style string
}

func (e edge) attributes() string {
	var list []string
	if e.label != "" {
		list = append(list, "label=\""+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(e.label)+`"`)
	}
	if e.style != "" {
		list = append(list, "style="+e.style)
	}
	if len(list) == 0 {
		return ""
	}
	return " [" + strings.Join(list, ", ") + "]"
}

// edges lead to the successors of b, as Succs has them.
func (p *printer) edges(b *Block) []edge {
	var list []edge
	for _, n := range b.List {
		if leaf, ok := n.(*Leaf); ok {
			for _, br := range leaf.Branches {
				list = append(list, edge{p.f.Targets[br.Stmt], p.branch(br), "dashed"})
			}
		}
	}
	switch t := b.Term.(type) {
	case *Jump:
		list = append(list, edge{to: t.To})
	case *CondJump:
		list = append(list, edge{to: t.Then, label: "true"}, edge{to: t.Else, label: "false"})
	case *Dispatch:
		for i, to := range t.To {
			list = append(list, edge{to: to, label: strings.TrimSuffix(p.clause(t.Switch, i), ":")})
		}
		if t.None != nil {
			list = append(list, edge{to: t.None, label: "none"})
		}
	case *Wait:
		list = append(list, edge{to: t.Next, style: "bold"})
	}
	return list
}
