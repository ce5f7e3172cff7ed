package progen

import (
	"fmt"
	"strings"
)

const iterator = "func(func(int) bool)"

// within writes a literal that has the results, named or not, and the variables
// of the innermost scope as parameters. It leaves that scope. What write returns
// is the literal from its results on.
//
// Half of the literals don't suspend but by what they call through variables.
func (g *gen) within(results []string, write func() string) string {
	saved := *g
	defer func() {
		g.lit, g.plain, g.result, g.named, g.exits, g.names = saved.lit, saved.plain, saved.result, saved.named, saved.exits, saved.names
	}()
	g.lit, g.result, g.exits, g.names = true, results, nil, nil
	g.plain = g.plain || g.chance(3)
	g.named = len(results) == 0 || g.chance(3)
	head := strings.Join(results, ", ")
	if g.named {
		var list []string
		for _, t := range results {
			if g.chance(6) {
				list = append(list, "_ "+t)
				continue
			}
			v := g.declare(t)
			v.used = true
			g.names = append(g.names, v)
			list = append(list, v.name+" "+t)
		}
		head = strings.Join(list, ", ")
	}
	if g.named || len(results) > 1 {
		head = "(" + head + ")"
	}
	body := write()
	return fmt.Sprintf("%s {\n%s%s}", head, body, g.pop())
}

// body is the results and statements of a literal.
func (g *gen) body(results []string) string {
	return g.within(results, func() string {
		b := ""
		if g.size > 0 {
			b = g.statements(1 + g.IntN(2))
		}
		return b + g.used() + g.returns() + "\n"
	})
}

// guard returns if the program has run for long enough.
func (g *gen) guard(also string) string {
	if g.named {
		return fmt.Sprintf("if %sout() {\nreturn\n}\n", also)
	}
	var zs []string
	for _, t := range g.result {
		zs = append(zs, g.zero(t))
	}
	return fmt.Sprintf("if %sout() {\nreturn %s\n}\n", also, strings.Join(zs, ", "))
}

// function0 is a call of a literal.
func (g *gen) function0(typ string, d int) string {
	g.push()
	v := g.declare("int")
	v.used = true
	body := g.body([]string{typ})
	return fmt.Sprintf("func(%s int) %s(%s)", v.name, body, g.expr("int", d-1))
}

// literalFunc is a literal that is not called at once.
func (g *gen) literalFunc() string {
	if g.nest >= 5 || g.size < -10 {
		return "mut"
	}
	g.push()
	v := g.declare("int")
	v.used = true
	return fmt.Sprintf("func(%s int) %s", v.name, g.within([]string{"int"}, func() string {
		b := g.guard("")
		if g.size > 0 {
			b += g.statements(1 + g.IntN(2))
		}
		return b + g.used() + g.returns() + "\n"
	}))
}

// funcValue is a function value that may suspend.
func (g *gen) funcValue(d int) string {
	switch g.IntN(14) {
	case 0:
		return []string{"maybe", "ask", "change", "boom"}[g.IntN(4)]
	case 1:
		return g.target("rec", d) + ".bump"
	case 2:
		return g.operand("rec", d) + ".total"
	case 3:
		return fmt.Sprintf("(&box[int]{v: %s}).swap", g.expr("int", d))
	case 4:
		return fmt.Sprintf("%s.call", g.operand("hold", d))
	case 5:
		return "greenlet.Exchange[int, int]"
	case 6:
		return g.operand("hold", d) + ".f"
	case 7:
		return fmt.Sprintf("%s[%s]", g.expr("map[string]func(int) int", d), g.key(d))
	case 8:
		if g.canSuspend() {
			return fmt.Sprintf("later(%s)", g.expr("int", d))
		}
	case 9:
		if g.canSuspend() {
			return fmt.Sprintf("%s.set(%s)", g.target("hold", d), g.expr("func(int) int", d))
		}
	case 10:
		return fmt.Sprintf("%s[%s]", g.expr("[]func(int) int", d), g.index(d))
	}
	return g.literalFunc()
}

// recursive is a literal that calls itself through its variable.
func (g *gen) recursive() string {
	name := g.fresh("again")
	self := &variable{name: name, typ: "func(int) int", fixed: true, used: true}
	g.vars[len(g.vars)-1] = append(g.vars[len(g.vars)-1], self)
	g.push()
	k := g.fresh("k")
	lit := fmt.Sprintf("func(%s int) %s", k, g.within([]string{"int"}, func() string {
		b := g.guard(k + " <= 0 || ")
		b += g.statements(1) + g.used()
		return b + fmt.Sprintf("return %s(%s-1) + %s\n", name, k, g.expr("int", 2))
	}))
	s := fmt.Sprintf("var %s func(int) int\n%s = %s\n", name, name, lit)
	return s + fmt.Sprintf("p(%d, %s(%d))\n", g.at(), name, 1+g.IntN(3))
}

// two is a call with an int and a string.
func (g *gen) two(d int) string {
	if g.chance(3) && g.nest < 4 {
		g.push()
		v := g.declare("string")
		v.used = true
		body := g.body([]string{"int", "string"})
		return fmt.Sprintf("func(%s string) %s(%s)", v.name, body, g.expr("string", d))
	}
	call := "both"
	if g.chance(4) {
		call = "id(both)"
	}
	return fmt.Sprintf("%s(%s, %s)", call, g.expr("int", d), g.expr("string", d))
}
