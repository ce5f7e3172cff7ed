package progen

import "fmt"

func (g *gen) deferStatement() string {
	if g.fn == nil && !g.lit {
		return g.simple()
	}
	switch g.IntN(17) {
	case 15:
		if g.canSuspend() {
			return fmt.Sprintf("defer %s\n", g.methodExpression())
		}
	case 16:
		return fmt.Sprintf("defer rec.show(%s, %s, %s)\n", g.expr("rec", 2), g.expr("int", 2), g.expr("string", 2))
	case 0:
		return fmt.Sprintf("defer p[int](%d, %s)\n", g.at(), g.expr("int", 2))
	case 1:
		return fmt.Sprintf("defer %s.inc(%s)\n", g.target("rec", 2), g.expr("int", 2))
	case 2, 3:
		if g.canSuspend() {
			call := ""
			switch g.IntN(6) {
			case 0:
				call = "maybe("
			case 1:
				call = "boom("
			case 2:
				call = fmt.Sprintf("poke(%s, ", g.expr("*int", 2))
			case 3:
				call = g.target("rec", 2) + ".bump("
			case 4:
				call = "greenlet.Yield("
			default:
				call = fmt.Sprintf("apply(%s, ", g.expr("func(int) int", 2))
			}
			return fmt.Sprintf("defer %s%s)\n", call, g.expr("int", 2))
		}
	case 4:
		return fmt.Sprintf("defer %s(%s)\n", g.expr("func(int) int", 2), g.expr("int", 1))
	case 5:
		g.push()
		v := g.declare("int")
		v.used = true
		return fmt.Sprintf("defer func(%s int) %s(%s)\n", v.name, g.body(nil), g.expr("int", 1))
	case 6, 7:
		if g.canSuspend() {
			f := ""
			switch g.IntN(3) {
			case 0:
				f = "rescue"
			case 1:
				f = "again"
			default:
				f = g.target("rec", 2) + ".save"
			}
			if g.chance(3) {
				f = "id(" + f + ")"
			}
			return fmt.Sprintf("defer %s(%s)\n", f, g.expr("int", 2))
		}
	case 8, 9, 10:
		return fmt.Sprintf("defer %s(%s)\n", g.shown(), g.changing())
	}
	return g.recovering()
}

// methodExpression is a call whose first argument is the receiver.
func (g *gen) methodExpression() string {
	n := g.expr("int", 2)
	switch g.IntN(5) {
	case 0:
		return fmt.Sprintf("rec.tell(%s, %s, %s)", g.expr("rec", 2), n, g.expr("string", 2))
	case 1:
		return fmt.Sprintf("teller.tell(%s, %s, gs)", g.expr("rec", 2), n)
	case 2:
		return fmt.Sprintf("(*rec).bump(gr.self(%d), %s)", g.at(), n)
	case 3:
		return fmt.Sprintf("(*rec).save(gr.self(%d), %s)", g.at(), n)
	}
	return fmt.Sprintf("(*box[int]).swap(&box[int]{v: %s}, %s)", g.expr("int", 2), n)
}

// shown is a function whose receiver may be changed by what changing gives.
func (g *gen) shown() string {
	method := "show"
	if g.canSuspend() && g.chance(2) {
		method = "tell"
	}
	recv := ""
	switch g.IntN(6) {
	case 0:
		recv = g.target("rec", 2)
	case 1:
		recv = "id(gr)"
	case 2:
		recv = fmt.Sprintf("gr.self(%d)", g.at())
	case 3:
		recv = "gtell"
		if method == "show" {
			return "gshow"
		}
	case 4:
		recv = method + "er(gr)"
	default:
		recv = "gr"
	}
	return recv + "." + method
}

// changing is two arguments, often of calls that assign to variables of the package.
func (g *gen) changing() string {
	switch g.IntN(4) {
	case 0:
		return fmt.Sprintf("mutate(%s)", g.expr("int", 2))
	case 1:
		if g.canSuspend() {
			return fmt.Sprintf("both(change(%s), gs)", g.expr("int", 1))
		}
	case 2:
		return fmt.Sprintf("mut(%s), gs", g.expr("int", 1))
	}
	return g.expr("int", 2) + ", " + g.expr("string", 2)
}

// recovering is a deferred literal that recovers.
func (g *gen) recovering() string {
	names := g.names // of the function that defers
	g.push()
	lit := g.within(nil, func() string {
		e := g.fresh("e")
		b := fmt.Sprintf("%s := recover()\n", e)
		if g.canSuspend() && g.chance(2) {
			b = fmt.Sprintf("greenlet.Yield(%s)\n", g.expr("int", 1)) + b
		}
		b += fmt.Sprintf("if %s != nil {\np(%d, fmt.Sprint(%s))\n", e, g.at(), e)
		if g.chance(2) {
			b += g.block(1)
		}
		for _, v := range names {
			if g.seen(v) && g.chance(2) {
				b += fmt.Sprintf("%s = %s\n", v.name, g.expr(v.typ, 2))
			}
		}
		switch g.IntN(8) {
		case 0:
			b += fmt.Sprintf("panic(%s)\n", e)
		case 1:
			b += fmt.Sprintf("panic(%s)\n", g.expr([]string{"int", "string", "pair"}[g.IntN(3)], 2))
		case 2:
			b += fmt.Sprintf("p[any](%d, recover())\n", g.at())
		}
		return b + "}\n"
	})
	return fmt.Sprintf("defer func() %s()\n", lit)
}

// seen reports whether v is not shadowed.
func (g *gen) seen(v *variable) bool {
	for _, w := range g.visible(v.typ, false) {
		if w == v {
			return true
		}
	}
	return false
}
