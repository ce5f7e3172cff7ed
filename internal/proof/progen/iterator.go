package progen

import "fmt"

// iteratorValue is an iterator over ints.
func (g *gen) iteratorValue(d int) string {
	n := func() string { return g.expr("int", d) }
	switch g.IntN(9) {
	case 0:
		return fmt.Sprintf("upto(%s)", n())
	case 1, 2:
		return g.target("rec", d) + ".push"
	case 3:
		if g.canSuspend() {
			return fmt.Sprintf("guarded(%s)", n())
		}
	case 4:
		if g.canSuspend() {
			return fmt.Sprintf("odd(%s)", g.expr(iterator, d))
		}
	case 5, 6:
		if g.canSuspend() {
			return fmt.Sprintf("each(%s)", n())
		}
	}
	return g.iteratorLiteral()
}

// iteratorLiteral is a literal that yields now and then.
func (g *gen) iteratorLiteral() string {
	if g.nest >= 4 || g.size < 0 {
		return "upto(2)"
	}
	g.nest++
	defer func() { g.nest-- }()
	g.push()
	yield := g.declare("func(int) bool")
	yield.used, yield.fixed = true, true
	return fmt.Sprintf("func(%s func(int) bool) %s", yield.name, g.within(nil, func() string {
		call := func() string { return fmt.Sprintf("%s(%s)", yield.name, g.expr("int", 2)) }
		b := g.guard("")
		if g.chance(3) {
			b += g.deferStatement()
		}
		b += fmt.Sprintf("if !%s {\nreturn\n}\n", call())
		if g.chance(2) {
			b += g.statements(1)
		}
		switch g.IntN(4) {
		case 0:
			c := g.fresh("c")
			b += fmt.Sprintf("for %s := range 2 {\nif !%s {\nreturn\n}\np(%d, %s)\n}\n", c, call(), g.at(), c)
		case 1:
			b += fmt.Sprintf("p(%d, %s)\n", g.at(), call())
		case 2: // although the loop may be over
			b += call() + "\n"
		}
		return b
	}))
}

// overFunc is a loop over an iterator function.
func (g *gen) overFunc() string {
	values := []string{"int"}
	x := ""
	switch g.IntN(8) {
	case 0:
		x, values = fmt.Sprintf("seq(%s & 3)", g.place("int")), []string{"int", "string"}
	case 1:
		if g.canSuspend() {
			x, values = fmt.Sprintf("each2(%s, %s)", g.expr("int", 2), g.expr("string", 2)), []string{"int", "string"}
		}
	case 2:
		x, values = "thrice", nil
	case 3:
		x = g.iteratorLiteral()
	}
	if x == "" {
		x = g.expr(iterator, 2)
	}
	saved := g.plain
	g.plain = g.plain || g.chance(3) // the body may not suspend
	defer func() { g.plain = saved }()
	g.push()
	names := ""
	if g.chance(4) && len(values) > 0 { // places
		for i, t := range values {
			if i > 0 {
				names += ", "
			}
			names += g.lvalue(t, 1)
		}
		names += " ="
	} else {
		for i, t := range values {
			if i > 0 && g.chance(3) {
				break
			}
			if i > 0 {
				names += ", "
			}
			v := g.declare(t)
			v.used = true
			names += v.name
		}
		if names != "" {
			names += " :="
		}
	}
	leaves := ""
	label, body := g.inLoop(2)
	if g.chance(5) {
		leaves = g.fresh("G")
		body += fmt.Sprintf("if (%s) {\ngoto %s\n}\n", g.condition(2), leaves)
	}
	body = g.pop() + body
	s := fmt.Sprintf("%sfor %s range %s {\nif out() {\nbreak\n}\n%s}\n", label, names, wrap(x), body)
	if leaves != "" {
		s = fmt.Sprintf("{\n%s%s:\np(%d, %s)\n}\n", s, leaves, g.at(), g.place("int"))
	}
	return s
}
