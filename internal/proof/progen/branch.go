package progen

import (
	"fmt"
	"strings"
)

// clauses are the bodies of a switch or select.
func (g *gen) clauses(n int, body func(i int) string) (label string, bodies []string) {
	x := &exit{label: g.fresh("S")}
	g.exits = append(g.exits, x)
	for i := range n {
		bodies = append(bodies, body(i))
	}
	g.exits = g.exits[:len(g.exits)-1]
	if x.used {
		label = x.label + ":\n"
	}
	return label, bodies
}

func (g *gen) switchStatement() string {
	typ := []string{"int", "int", "string", "pair", ""}[g.IntN(5)]
	tag := ""
	if typ != "" {
		tag = "(" + g.expr(typ, 2) + ")"
	}
	if g.chance(4) {
		tag = g.simpleHeader() + "; " + tag
	}
	n := 2 + g.IntN(3)
	dflt := g.IntN(n + 1)
	label, bodies := g.clauses(n, func(int) string { return g.block(1) })
	var b strings.Builder
	fmt.Fprintf(&b, "%sswitch %s {\n", label, tag)
	for i, body := range bodies {
		switch {
		case i == dflt:
			b.WriteString("default:\n")
		case typ == "" && g.chance(4):
			fmt.Fprintf(&b, "case %s, (%s):\n", g.expr("any", 2), g.condition(1))
		case typ == "":
			fmt.Fprintf(&b, "case (%s):\n", g.condition(2))
		case g.chance(2):
			fmt.Fprintf(&b, "case %s, (%s):\n", g.variable0(typ), g.expr0(typ))
		default:
			fmt.Fprintf(&b, "case (%s):\n", g.expr0(typ))
		}
		b.WriteString(body)
		if i < n-1 && g.chance(4) {
			b.WriteString("fallthrough\n")
		}
	}
	return b.String() + "}\n"
}

// expr0 is an expression that is not constant.
func (g *gen) expr0(typ string) string {
	if typ == "int" && g.chance(2) {
		return fmt.Sprintf("(%s & 3)", g.place("int"))
	}
	if g.canSuspend() && g.chance(3) {
		return g.suspension(typ, 1)
	}
	return g.place(typ)
}

func (g *gen) variable0(typ string) string { return "(" + g.place(typ) + ")" }

// simpleHeader is a simple statement in a header.
func (g *gen) simpleHeader() string {
	switch g.IntN(3) {
	case 0:
		return g.notBlank("int") + "++"
	case 1:
		return fmt.Sprintf("p(%d, %s)", g.at(), g.expr("int", 2))
	}
	t := []string{"int", "string", "bool"}[g.IntN(3)]
	if v := g.assignable(t); v != "" {
		return fmt.Sprintf("%s = (%s)", v, g.expr(t, 2))
	}
	return fmt.Sprintf("gi += %s", wrap(g.expr("int", 2)))
}

func (g *gen) typeSwitch() string {
	x := g.expr("any", 2)
	bind := g.chance(2)
	types := []string{"int", "string", "pair", "nil", "[3]int, bool", "valuer"}
	g.Shuffle(len(types), func(i, j int) { types[i], types[j] = types[j], types[i] })
	n := 2 + g.IntN(3)
	name := localNames[g.IntN(len(localNames))]
	label, bodies := g.clauses(n, func(i int) string {
		if !bind {
			return g.block(1)
		}
		g.push()
		t := types[i]
		if strings.Contains(t, ",") || t == "nil" || i == n-1 {
			t = "any"
		}
		v := &variable{name: name, typ: t, used: true}
		g.vars[len(g.vars)-1] = append(g.vars[len(g.vars)-1], v)
		at := g.at()
		body := g.statements(1)
		use := g.pop()
		return fmt.Sprintf("p[any](%d, %s)\n%s%s", at, name, body, use)
	})
	var b strings.Builder
	head := x + ".(type)"
	if bind {
		head = name + " := " + head
	}
	fmt.Fprintf(&b, "%sswitch %s {\n", label, head)
	for i, body := range bodies {
		if i == n-1 {
			b.WriteString("default:\n" + body)
		} else {
			fmt.Fprintf(&b, "case %s:\n%s", types[i], body)
		}
	}
	return b.String() + "}\n"
}

// selectStatement has at most one case that is ready.
func (g *gen) selectStatement() string {
	ready := g.IntN(4)
	n := 1 + g.IntN(3)
	heads := make([]string, n)
	label, bodies := g.clauses(n, func(i int) string {
		ch := fmt.Sprintf("never(%s)", g.expr("int", 2))
		if i == ready {
			ch = fmt.Sprintf("mk(%s)", g.expr("int", 2))
		}
		switch g.IntN(4) {
		case 0:
			if i == ready {
				ch = fmt.Sprintf("room(%s)", g.expr("int", 2))
			}
			heads[i] = fmt.Sprintf("%s <- %s", ch, g.expr("int", 2))
		case 1:
			heads[i] = "<-" + ch
		case 2:
			heads[i] = fmt.Sprintf("%s, %s = <-%s", g.lvalue("int", 2), g.lvalue("bool", 2), ch)
		default:
			g.push()
			v := g.declare("int")
			v.used = true
			heads[i] = fmt.Sprintf("%s := <-%s", v.name, ch)
			at := g.at()
			body := g.statements(1)
			return fmt.Sprintf("p(%d, %s)\n", at, v.name) + body + g.pop()
		}
		return g.block(1)
	})
	var b strings.Builder
	b.WriteString(label + "select {\n")
	for i, body := range bodies {
		fmt.Fprintf(&b, "case %s:\n%s", heads[i], body)
	}
	return b.String() + "default:\n" + g.block(1) + "}\n"
}

func (g *gen) gotoStatement() string {
	l := g.fresh("G")
	if g.chance(2) {
		return fmt.Sprintf("{\nif (%s) {\ngoto %s\n}\n{\n%s}\n%s:\np(%d, %s)\n}\n", g.condition(2), l, g.block(2), l, g.at(), g.expr("int", 2))
	}
	c := g.fresh("c")
	return fmt.Sprintf("{\n%s := 0\n%s:\n%sif %s++; %s < 3 && !out() {\ngoto %s\n}\n}\n", c, l, g.block(2), c, c, l)
}
