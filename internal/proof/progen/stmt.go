package progen

import (
	"fmt"
	"strings"
)

// statements is about n statements and more.
func (g *gen) statements(n int) string {
	var b strings.Builder
	for range n + g.IntN(3) {
		b.WriteString(g.statement())
	}
	return b.String()
}

// block is statements in a scope of their own, without the braces.
func (g *gen) block(n int) string {
	g.push()
	body := g.statements(n)
	return body + g.pop()
}

func (g *gen) statement() string {
	g.size--
	if g.size < 0 || g.nest > 4 {
		return g.simple()
	}
	g.nest++
	defer func() { g.nest-- }()
	switch g.IntN(36) {
	case 0, 1, 2, 3:
		return g.define()
	case 4, 5:
		return g.ifStatement()
	case 6, 7, 8:
		return g.loop()
	case 9, 10:
		return g.rangeLoop()
	case 11, 12:
		return g.switchStatement()
	case 13:
		return g.typeSwitch()
	case 14:
		return g.selectStatement()
	case 15:
		return g.gotoStatement()
	case 16, 17:
		return g.deferStatement()
	case 18:
		return g.leave()
	case 19:
		return "{\n" + g.block(2) + "}\n"
	case 20:
		return g.collect()
	case 21:
		return g.localType()
	case 22, 23, 24:
		return g.overFunc()
	case 25:
		return g.recursive()
	}
	return g.simple()
}

// simple is an assignment or a call.
func (g *gen) simple() string {
	switch g.IntN(16) {
	case 0, 1, 2:
		t := g.typ()
		return fmt.Sprintf("%s = %s\n", g.lvalue(t, 2), g.expr(t, 3))
	case 3, 4:
		return fmt.Sprintf("%s %s= %s\n", g.notBlank("int"), []string{"+", "-", "*", "^"}[g.IntN(4)], g.expr("int", 3))
	case 5:
		return fmt.Sprintf("%s += %s\n", g.notBlank("string"), g.expr("string", 2))
	case 6:
		return g.notBlank("int") + []string{"++", "--"}[g.IntN(2)] + "\n"
	case 7, 8:
		t, u := g.typ(), g.typ()
		return fmt.Sprintf("%s, %s = %s, %s\n", g.lvalue(t, 2), g.lvalue(u, 2), g.expr(t, 3), g.expr(u, 2))
	case 9:
		if g.canSuspend() {
			return fmt.Sprintf("%s, %s = %s\n", g.lvalue("int", 2), g.lvalue("string", 2), g.two(2))
		}
	case 10:
		return fmt.Sprintf("%s, %s = %s[%s]\n", g.lvalue("int", 2), g.lvalue("bool", 2), g.expr("map[string]int", 2), g.key(2))
	case 11:
		if g.canSuspend() {
			return fmt.Sprintf("greenlet.Yield(%s)\n", g.expr("int", 3))
		}
	case 12:
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("delete(%s, %s)\n", g.expr("map[string]int", 2), g.key(2))
		case 1:
			return fmt.Sprintf("copy(%s, %s)\n", g.expr("[]int", 2), g.expr("[]int", 2))
		case 2:
			return fmt.Sprintf("clear(%s)\n", g.expr("[]int", 2))
		}
		return fmt.Sprintf("%s, %s = %s.(int)\n", g.lvalue("int", 2), g.lvalue("bool", 2), g.expr("any", 2))
	case 13:
		if fns := g.variable("[]func(int) int"); fns != "" {
			return fmt.Sprintf("for _, fn := range %s {\np(%d, fn(%s))\n}\n", fns, g.at(), g.expr("int", 1))
		}
	case 14:
		if g.canSuspend() && g.fn != nil {
			fn := g.funcs[g.IntN(len(g.funcs))]
			return g.callOf(fn, 2, "d-1", map[string]string{"T": "string"}) + "\n"
		}
	}
	t := g.typ()
	for !printable(t) {
		t = g.typ()
	}
	return fmt.Sprintf("p[%s](%d, %s)\n", t, g.at(), g.expr(t, 3))
}

func (g *gen) notBlank(typ string) string {
	if s := g.lvalue(typ, 2); s != "_" {
		return s
	}
	return globals[typ]
}

func (g *gen) define() string {
	t := g.typ()
	switch g.IntN(8) {
	case 7: // of nothing
		if g.canSuspend() && g.chance(3) {
			return fmt.Sprintf("var _, _ = %s\n", g.two(2))
		}
		u := g.typ()
		return fmt.Sprintf("var _, _ = %s(%s), %s(%s)\n", conversion(t), g.expr(t, 3), conversion(u), g.expr(u, 2))
	case 0:
		v := g.declare(t)
		return fmt.Sprintf("var %s %s\n", v.name, t)
	case 1:
		e := g.expr(t, 3)
		v := g.declare(t)
		return fmt.Sprintf("var %s %s = %s\n", v.name, t, e)
	case 2:
		u := g.typ()
		e, f := g.expr(t, 3), g.expr(u, 3)
		v, w := g.declare(t), g.declare(u)
		return fmt.Sprintf("var %s, %s = %s(%s), %s(%s)\n", v.name, w.name, conversion(t), e, conversion(u), f)
	case 3:
		if g.canSuspend() {
			call := g.two(2)
			v, w := g.declare("int"), g.declare("string")
			return fmt.Sprintf("%s, %s := %s\n", v.name, w.name, call)
		}
	case 4: // of an old variable and a new one
		scope := g.vars[len(g.vars)-1]
		if len(scope) > 0 {
			old := scope[g.IntN(len(scope))]
			if !old.fixed {
				e, f := g.expr(old.typ, 2), g.expr(t, 3)
				v := g.declare(t)
				return fmt.Sprintf("%s, %s := %s(%s), %s(%s)\n", old.name, v.name, conversion(old.typ), e, conversion(t), f)
			}
		}
	}
	e := g.expr(t, 3)
	v := g.declare(t)
	return fmt.Sprintf("%s := %s(%s)\n", v.name, conversion(t), e)
}

// conversion is a type as it is written before an operand.
func conversion(t string) string {
	if t[0] == '*' || strings.Contains(t, "func") {
		return "(" + t + ")"
	}
	return t
}

func (g *gen) ifStatement() string {
	g.push()
	head := ""
	if g.chance(3) {
		e := g.expr("int", 2)
		v := g.declare("int")
		head = fmt.Sprintf("%s := %s; ", v.name, e)
	}
	s := fmt.Sprintf("if %s(%s) {\n%s}", head, g.condition(2), g.block(2))
	switch g.IntN(4) {
	case 0:
		s += fmt.Sprintf(" else {\n%s}", g.block(1))
	case 1:
		s += fmt.Sprintf(" else if (%s) {\n%s} else {\n%s}", g.condition(2), g.block(1), g.block(1))
	}
	use := g.pop()
	if head != "" && use != "" { // the variable's scope is the statement
		return "{\n" + strings.Replace(s, "{\n", "{\n"+use, 1) + "\n}\n"
	}
	return s + "\n"
}

// inLoop is the body of a loop and the label before it, if it needs one.
func (g *gen) inLoop(n int) (label, body string) {
	x := &exit{label: g.fresh("L"), loop: true}
	g.exits = append(g.exits, x)
	body = g.block(n)
	g.exits = g.exits[:len(g.exits)-1]
	if x.used {
		label = x.label + ":\n"
	}
	return label, body
}

func (g *gen) loop() string {
	switch g.IntN(4) {
	case 0: // while
		c := g.fresh("c")
		cond := g.condition(2)
		label, body := g.inLoop(2)
		return fmt.Sprintf("%s := 0\n%sfor %s++; %s < 4 && !out() && (%s); %s++ {\n%s}\n", c, label, c, c, cond, c, body)
	case 1: // endless but for a break
		c := g.fresh("c")
		label, body := g.inLoop(2)
		return fmt.Sprintf("%s := 0\n%sfor {\nif %s++; %s > 3 || out() {\nbreak\n}\n%s}\n", c, label, c, c, body)
	}
	e := g.expr("int", 2)
	g.push()
	v := g.declare("int")
	v.fixed, v.used = true, true
	init := fmt.Sprintf("%s := %s & 1", v.name, e)
	var post string
	cond := fmt.Sprintf("%s < %d", v.name, 2+g.IntN(3))
	if g.chance(3) {
		w := g.declare("int")
		init = fmt.Sprintf("%s, %s := %d, %s", v.name, w.name, g.IntN(2), e)
		post = fmt.Sprintf("%s, %s = %s+1, %s", v.name, w.name, v.name, g.expr("int", 2))
	} else if g.canSuspend() && g.chance(3) {
		post = fmt.Sprintf("%s += 1 + maybe(%s)&1", v.name, v.name)
	} else {
		post = v.name + "++"
	}
	if g.chance(3) {
		cond += " && (" + g.condition(2) + ")"
	}
	label, body := g.inLoop(2)
	body = g.pop() + body
	if g.chance(4) {
		body += v.name + "++\n"
	}
	return fmt.Sprintf("%sfor %s; %s && !out(); %s {\n%s}\n", label, init, cond, post, body)
}

func (g *gen) rangeLoop() string {
	type over struct{ x, key, value string }
	var o over
	switch g.IntN(8) {
	case 0:
		o = over{fmt.Sprintf("%s & 3", g.place("int")), "int", ""}
	case 1, 2:
		o = over{g.expr("[]int", 2) + "[:2]", "int", "int"}
	case 3:
		o = over{g.expr("[3]int", 2), "int", "int"}
	case 4:
		if v := g.assignable("[3]int"); v != "" {
			g.variable("[3]int")
			o = over{"&" + v, "int", "int"}
		} else {
			o = over{"&gr.arr", "int", "int"}
		}
	case 5:
		o = over{g.expr("string", 2), "int", "rune"}
	case 6:
		o = over{fmt.Sprintf("map[string]int{%s: %s}", g.expr("string", 2), g.expr("int", 2)), "string", "int"}
	case 7:
		o = over{fmt.Sprintf("mk(%s, %s)", g.expr("int", 2), g.expr("int", 2)), "int", ""}
	}
	if g.chance(4) { // existing variables or places
		places := g.lvalue(o.key, 1)
		if o.value != "" && o.value != "rune" && g.chance(2) {
			places += ", " + g.lvalue(o.value, 1)
		}
		label, body := g.inLoop(2)
		return fmt.Sprintf("%sfor %s = range %s {\nif out() {\nbreak\n}\n%s}\n", label, places, wrap(o.x), body)
	}
	g.push()
	v := g.declare(o.key)
	names := v.name
	if o.value != "" && g.chance(2) {
		w := g.declare(o.value)
		if g.chance(4) {
			names, v.name, v.typ = "_", "_", "_"
		}
		names += ", " + w.name
	}
	label, body := g.inLoop(2)
	body = g.pop() + body
	return fmt.Sprintf("%sfor %s := range %s {\nif out() {\nbreak\n}\n%s}\n", label, names, wrap(o.x), body)
}

// wrap keeps composite literals out of headers.
func wrap(s string) string { return "(" + s + ")" }

// leave is a conditional return, break, continue or panic.
func (g *gen) leave() string {
	cond := g.condition(2)
	what := ""
	switch g.IntN(4) {
	case 0:
		what = fmt.Sprintf("panic(%s)", g.expr([]string{"int", "string", "pair"}[g.IntN(3)], 2))
	case 1:
		if g.fn != nil || g.lit {
			what = g.returns()
		}
	}
	if what == "" && len(g.exits) > 0 {
		x := g.exits[g.IntN(len(g.exits))]
		inner := g.exits[len(g.exits)-1] == x
		op := "break"
		if x.loop && g.chance(2) {
			op = "continue"
		}
		if inner && g.chance(2) {
			what = op
		} else {
			x.used = true
			what = op + " " + x.label
		}
	}
	if what == "" {
		return g.simple()
	}
	return fmt.Sprintf("if (%s) {\n%s\n}\n", cond, what)
}

// collect makes closures in a loop and calls them afterwards.
func (g *gen) collect() string {
	fs := g.fresh("fs")
	g.push()
	v := g.declare("int")
	v.used = true
	g.vars[len(g.vars)-1] = append(g.vars[len(g.vars)-1], &variable{name: fs, typ: "[]func(int) int", used: true})
	n := 2 + g.IntN(2)
	label, body := g.inLoop(1)
	lit := fmt.Sprintf("%s = append(%s, %s)\n", fs, fs, g.literalFunc())
	lit += fmt.Sprintf("%s = append(%s, func(by int) int { %s += by; return %s })\n", fs, fs, v.name, v.name)
	g.pop()
	head := fmt.Sprintf("for %s := range %d", v.name, n)
	if g.chance(2) {
		head = fmt.Sprintf("for %s := 0; %s < %d && !out(); %s++", v.name, v.name, n, v.name)
	}
	after := fmt.Sprintf("for _, fn := range %s {\np(%d, fn(2))\n", fs, g.at())
	if g.canSuspend() && g.chance(2) {
		after += "greenlet.Yield(fn(1))\n"
	}
	return fmt.Sprintf("var %s []func(int) int\n%s%s {\n%s%s}\n%s}\n", fs, label, head, body, lit, after)
}
