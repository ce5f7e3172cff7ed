package explain

import (
	"fmt"
	"io"
	"strings"
)

// Dot writes the graphs in the language of Graphviz, each a cluster.
func Dot(w io.Writer, list []*Explanation) error {
	var out strings.Builder
	out.WriteString("digraph states {\n\tnode [shape=box, fontname=monospace];\n")
	for i, x := range All(list) {
		fmt.Fprintf(&out, "\tsubgraph cluster_%d {\n\t\tlabel=%s;\n", i, quote(x.Func))
		if x.Graph.Omitted != "" {
			fmt.Fprintf(&out, "\t\tm%d [label=%s];\n\t}\n", i, quote("no graph: "+x.Graph.Omitted))
			continue
		}
		node := func(name string) string { return fmt.Sprintf("m%d_%s", i, name) }
		for _, name := range x.nodes() {
			style := ", shape=ellipse"
			label := name
			if s := x.state(name); s != nil {
				label = fmt.Sprintf("%s  line %d\n%s", name, s.Pos.Line, clip(s.Call, 40))
				style = ""
				if !s.Always {
					style = ", style=dashed" // may be passed without a suspension
				}
			}
			fmt.Fprintf(&out, "\t\t%s [label=%s%s];\n", node(name), quote(label), style)
		}
		for _, e := range x.Graph.Edges {
			fmt.Fprintf(&out, "\t\t%s -> %s;\n", node(e.From), node(e.To))
		}
		out.WriteString("\t}\n")
	}
	out.WriteString("}\n")
	_, err := io.WriteString(w, out.String())
	return err
}

// nodes are the nodes of the graph: start, the states, what comes at the end.
func (x *Explanation) nodes() []string {
	list := []string{Start}
	for i := range x.States {
		list = append(list, x.States[i].Name())
	}
	for _, end := range []string{Unwind, Return} {
		for _, e := range x.Graph.Edges {
			if e.To == end {
				list = append(list, end)
				break
			}
		}
	}
	return list
}

// state is the state that a node stands for, or nil.
func (x *Explanation) state(node string) *State {
	n := 0
	if _, err := fmt.Sscan(node, &n); err != nil || n < 1 || n > len(x.States) {
		return nil
	}
	return &x.States[n-1]
}

// quote is a string of Graphviz, with lines set to the left.
func quote(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
	if strings.Contains(s, "\n") {
		s = strings.ReplaceAll(s, "\n", `\l`) + `\l`
	}
	return `"` + s + `"`
}

// clip shortens s to n characters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}
