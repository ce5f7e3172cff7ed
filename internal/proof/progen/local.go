package progen

import "fmt"

// localType declares a type, a variable of it, and what meets it in functions of its
// own: literals, bodies of loops over iterators, functions with type arguments.
func (g *gen) localType() string {
	t, v := g.fresh("local"), g.fresh("l")
	if g.chance(3) {
		t = []string{"item", "kind"}[g.IntN(2)]
	}
	s := fmt.Sprintf("{\ntype %s struct { a int; b string }\n", t)
	s += fmt.Sprintf("%s := %s{%s, %s}\n", v, t, g.expr("int", 2), g.expr("string", 2))
	for range 1 + g.IntN(2) {
		switch g.IntN(5) {
		case 0:
			s += "{\n" + g.block(1) + "}\n"
		case 1:
			f := g.fresh("lf")
			s += fmt.Sprintf("%s := %s\np(%d, %s(%s))\n", f, g.localLiteral(t, v), g.at(), f, v)
			if g.canSuspend() {
				s += fmt.Sprintf("greenlet.Yield(%s(%s))\n", f, v)
			}
		case 2:
			s += fmt.Sprintf("p(%d, %s(%s))\n", g.at(), g.localLiteral(t, v), v)
		case 3:
			s += g.overLocals(v)
		case 4:
			if g.canSuspend() {
				s += g.localArgument(t, v)
			}
		}
	}
	return s + fmt.Sprintf("%s.a += %s\np(%d, %s)\n}\n", v, g.expr("int", 2), g.at(), v)
}

// localLiteral is a literal with a parameter of the local type t that captures v.
func (g *gen) localLiteral(t, v string) string {
	x := g.fresh("lx")
	g.push()
	return fmt.Sprintf("func(%s %s) %s", x, t, g.within([]string{"int"}, func() string {
		b := g.guard("")
		b += fmt.Sprintf("list := []%s{%s, %s}\n", t, x, v)
		if g.canSuspend() {
			b += fmt.Sprintf("greenlet.Yield(%s.a)\n", x)
		}
		if g.size > 0 {
			b += g.block(1)
		}
		b += fmt.Sprintf("%s.a += list[%d].a\n", v, g.IntN(2))
		b += fmt.Sprintf("if e, ok := any(list[0]).(%s); ok {\np(%d, e)\n}\n", t, g.at())
		return b + g.used() + g.returns() + "\n"
	}))
}

// overLocals is a loop over values of a local type, like v.
func (g *gen) overLocals(v string) string {
	of := "allOf"
	if g.canSuspend() && g.chance(2) {
		of = "eachOf"
	}
	saved := g.plain
	g.plain = g.plain || g.chance(3) // the body may not suspend
	defer func() { g.plain = saved }()
	i, x := g.fresh("li"), g.fresh("lx")
	g.push()
	label, body := g.inLoop(1)
	body = g.pop() + body
	if g.canSuspend() {
		body += fmt.Sprintf("greenlet.Yield(%s.a)\n", x)
	}
	return fmt.Sprintf("%sfor %s, %s := range %s(%s, %s) {\nif out() {\nbreak\n}\n%sp(%d, %s)\n%s = %s\n}\n", label, i, x, of, v, v, body, g.at(), i, v, x)
}

// localArgument calls a function whose type argument is a local type, as a value.
func (g *gen) localArgument(t, v string) string {
	f := g.fresh("lf")
	switch g.IntN(3) {
	case 0:
		return fmt.Sprintf("%s := shown[%s]\np(%d, %s(%s))\n", f, t, g.at(), f, v)
	case 1:
		return fmt.Sprintf("%s := shown[map[int][]%s]\np(%d, %s(nil))\n", f, t, g.at(), f)
	}
	x := g.fresh("lx")
	lit := fmt.Sprintf("func(%s %s) %s {\n%s.a += %s\ngreenlet.Yield(%s.a)\nreturn %s\n}", x, t, t, x, g.expr("int", 1), x, x)
	return fmt.Sprintf("%s := fold[%s]\np(%d, %s(%s, %s))\n", f, t, g.at(), f, lit, v)
}
