package progen

import (
	"fmt"
	"strings"
)

// compound is an operation on operands no more than d deep.
func (g *gen) compound(typ string, d int) string {
	switch typ {
	case "int":
		return g.intExpr(d)
	case "float64":
		if g.chance(2) {
			return fmt.Sprintf("float64(%s)", g.place("int"))
		}
		return fmt.Sprintf("(%s / 2 + %s)", g.place("float64"), g.expr("float64", d))
	case "byte":
		if g.chance(2) {
			return fmt.Sprintf("byte(%s)", g.place("int"))
		}
		return fmt.Sprintf("(%s + 1)", g.place("byte"))
	case "string":
		switch g.IntN(5) {
		case 0:
			return fmt.Sprintf("fmt.Sprint(%s, %s)", g.expr("int", d), g.expr("string", d))
		case 1:
			return fmt.Sprintf("string([]byte(%s))", g.expr("string", d))
		case 2:
			return fmt.Sprintf("(%s + \"01\")[%s:]", g.expr("string", d), g.index(d))
		case 3:
			return g.operand("rec", d) + ".s"
		}
		return fmt.Sprintf("(%s + %s)", g.expr("string", d), g.expr("string", d))
	case "bool":
		return g.boolExpr(d)
	case "[]int":
		switch g.IntN(6) {
		case 0:
			return fmt.Sprintf("[]int{%s, %s, 2: %s}", g.expr("int", d), g.expr("int", d), g.expr("int", d))
		case 1:
			return fmt.Sprintf("append(%s, %s, %s)", g.expr("[]int", d), g.expr("int", d), g.expr("int", d))
		case 2:
			return fmt.Sprintf("append(%s[:1:1], %s...)", g.expr("[]int", d), g.expr("[]int", d))
		case 3:
			return fmt.Sprintf("%s[%s:]", g.expr("[]int", d), g.index(d))
		case 4:
			if v := g.assignable("[3]int"); v != "" {
				g.variable("[3]int")
				return fmt.Sprintf("%s[%s:]", v, g.index(d))
			}
			return fmt.Sprintf("ga[:%s]", g.index(d))
		}
		return g.operand("rec", d) + ".xs"
	case "[3]int":
		if g.chance(3) {
			return g.operand("rec", d) + ".arr"
		}
		return fmt.Sprintf("[...]int{%s, %s, %s}", g.expr("int", d), g.expr("int", d), g.expr("int", d))
	case "map[string]int":
		return fmt.Sprintf(`map[string]int{"a" + %s: %s}`, g.expr("string", d), g.expr("int", d))
	case "pair":
		switch g.IntN(3) {
		case 0:
			return g.operand("rec", d) + ".p"
		case 1:
			return fmt.Sprintf("*%s", g.expr("*pair", d))
		}
		return fmt.Sprintf("pair{b: %s, a: %s}", g.expr("int", d), g.expr("int", d))
	case "rec":
		if g.chance(3) {
			return fmt.Sprintf("*%s", g.expr("*rec", d))
		}
		return fmt.Sprintf("rec{n: %s, s: %s, p: pair{%s, 1}, xs: %s}", g.expr("int", d), g.expr("string", d), g.expr("int", d), g.expr("[]int", d))
	case "*int":
		switch g.IntN(6) {
		case 0:
			return fmt.Sprintf("&%s.n", g.target("rec", d))
		case 1:
			return fmt.Sprintf("&%s.a", g.target("pair", d))
		case 2:
			return fmt.Sprintf("&%s[%s]", g.expr("[]int", d), g.index(d))
		case 3:
			return fmt.Sprintf("&%s.arr[%s]", g.target("rec", d), g.index(d))
		}
		return g.address("int")
	case "*pair":
		if g.chance(3) {
			return fmt.Sprintf("&%s.p", g.target("rec", d))
		}
		return g.address("pair")
	case "*rec":
		return g.address("rec")
	case "func(int) int":
		return g.funcValue(d)
	case "hold":
		return fmt.Sprintf("hold{%s, %s}", g.expr("func(int) int", d), g.expr("int", d))
	case "*hold":
		return g.address("hold")
	case "map[string]func(int) int":
		return fmt.Sprintf(`map[string]func(int) int{"a" + %s: %s, "": %s}`, g.expr("string", d), g.expr("func(int) int", d), g.expr("func(int) int", d))
	case iterator:
		return g.iteratorValue(d)
	case "[]func(int) int":
		if g.chance(2) {
			return fmt.Sprintf("append(%s, %s)", g.expr(typ, d), g.expr("func(int) int", d))
		}
		return fmt.Sprintf("[]func(int) int{%s, %s}", g.expr("func(int) int", d), g.expr("func(int) int", d))
	case "any":
		t := []string{"int", "string", "pair", "[3]int", "bool"}[g.IntN(5)]
		return fmt.Sprintf("any(%s)", g.expr(t, d))
	case "valuer":
		return fmt.Sprintf("valuer(%s)", g.expr("rec", d))
	case "T":
		return fmt.Sprintf("[]T{%s, %s}[%s]", g.expr("T", d), g.expr("T", d), g.index(d))
	}
	panic("no expression of type " + typ)
}

func (g *gen) address(typ string) string {
	if v := g.assignable(typ); v != "" {
		g.variable(typ)
		return "&" + v
	}
	return g.atom("*" + typ)
}

func (g *gen) intExpr(d int) string {
	e := func() string { return g.expr("int", d) }
	switch g.IntN(28) {
	case 26:
		if g.canSuspend() {
			return fmt.Sprintf("int(rank(%s) + pass(%s, rank(%s)))", e(), g.place("int"), e())
		}
	case 27:
		if g.canSuspend() {
			return fmt.Sprintf("plus(state(%s).n, len(word(%s) + pass(%s, word(%s))), pass(2, state(%s)).n)",
				e(), g.expr("string", d), g.place("int"), g.expr("string", d), e())
		}
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", g.place("int"), []string{"+", "-", "*", "&", "|", "^"}[g.IntN(6)], e())
	case 3, 4:
		return fmt.Sprintf("(%s %s %s)", e(), []string{"+", "-", "*"}[g.IntN(3)], g.place("int"))
	case 5:
		return fmt.Sprintf("(%s %s (%s | 1))", e(), []string{"/", "%"}[g.IntN(2)], g.place("int"))
	case 6:
		return fmt.Sprintf("(%s %s %d)", g.place("int"), []string{"<<", ">>"}[g.IntN(2)], g.IntN(3))
	case 7, 8:
		return fmt.Sprintf("%s[%s]", g.expr("[]int", d), g.index(d))
	case 9:
		return fmt.Sprintf("%s[%s]", g.expr("[3]int", d), g.index(d))
	case 10:
		return fmt.Sprintf("%s.n", g.operand("rec", d))
	case 11:
		return fmt.Sprintf("%s.arr[%s]", g.operand("rec", d), g.index(d))
	case 12:
		return fmt.Sprintf("%s.b", g.operand("pair", d))
	case 13:
		return fmt.Sprintf("*%s", g.expr("*int", d))
	case 14:
		return fmt.Sprintf("%s[%s]", g.expr("map[string]int", d), g.key(d))
	case 15, 24, 25:
		return fmt.Sprintf("%s(%s)", g.expr("func(int) int", d), e())
	case 16:
		return fmt.Sprintf("%s.inc(%s)", g.target("rec", d), e())
	case 17:
		return fmt.Sprintf("valuer(%s).val(%s)", g.expr("rec", d), e())
	case 18:
		return fmt.Sprintf("plus(%s, %s, %s)", e(), e(), e())
	case 19:
		if g.canSuspend() {
			return fmt.Sprintf("sum(both(%s, %s))", e(), g.expr("string", d))
		}
		return fmt.Sprintf("mut(%s)", e())
	case 20:
		return fmt.Sprintf("len(%s)", g.expr([]string{"string", "[]int", "map[string]int"}[g.IntN(3)], d))
	case 21:
		return fmt.Sprintf("%s(%s, %s)", []string{"min", "max"}[g.IntN(2)], g.place("int"), e())
	case 22:
		return fmt.Sprintf("<-mk(%s, %s)", e(), e())
	}
	return fmt.Sprintf("(%s)(%s, %s)", "plus", e(), g.place("int"))
}

func (g *gen) boolExpr(d int) string {
	switch g.IntN(9) {
	case 0, 1:
		return fmt.Sprintf("(%s && %s)", g.condition(d), g.condition(d))
	case 2, 3:
		return fmt.Sprintf("(%s || %s)", g.condition(d), g.condition(d))
	case 4:
		return fmt.Sprintf("!(%s)", g.condition(d))
	case 5:
		return fmt.Sprintf("(%s == (%s))", g.expr("pair", d), g.expr("pair", d))
	case 6:
		return fmt.Sprintf("(%s == (%s))", g.place("string"), g.expr("string", d))
	case 7:
		return fmt.Sprintf("(%s == any(%s))", g.expr("any", 0), g.expr("int", d))
	}
	return fmt.Sprintf("(%s %s %s)", g.place("int"), []string{"<", "<=", "==", "!=", ">"}[g.IntN(5)], g.expr("int", d))
}

// condition is a bool that is not constant.
func (g *gen) condition(d int) string {
	if d > 0 && g.chance(3) {
		return g.boolExpr(d - 1)
	}
	if g.canSuspend() && g.chance(3) {
		return fmt.Sprintf("maybe(%s) > %d", g.expr("int", d), g.IntN(4))
	}
	if v := g.variable("bool"); v != "" && g.chance(2) {
		return v
	}
	return fmt.Sprintf("(%s %s %d)", g.place("int"), []string{"<", ">", "!="}[g.IntN(3)], g.IntN(4))
}

// lvalue is something to assign to. Maps and pointers in it may be nil.
func (g *gen) lvalue(typ string, d int) string {
	if v := g.assignable(typ); v != "" && !g.chance(3) {
		return v
	}
	switch typ {
	case "int":
		switch g.IntN(9) {
		case 0:
			return fmt.Sprintf("%s[%s]", g.expr("[]int", d), g.index(d))
		case 1:
			return fmt.Sprintf("%s.arr[%s]", g.target("rec", d), g.index(d))
		case 2:
			return fmt.Sprintf("%s.n", g.target("rec", d))
		case 3:
			return fmt.Sprintf("%s.p.a", g.target("rec", d))
		case 4:
			return fmt.Sprintf("*%s", paren(g.expr("*int", d)))
		case 5, 6:
			return fmt.Sprintf("%s[%s]", g.expr("map[string]int", d), g.key(d))
		case 7:
			return fmt.Sprintf("%s.b", g.target("pair", d))
		}
		return "gi"
	case "func(int) int":
		switch g.IntN(4) {
		case 0:
			return fmt.Sprintf("%s.f", g.target("hold", d))
		case 1:
			return fmt.Sprintf("%s[%s]", g.expr("map[string]func(int) int", d), g.key(d))
		}
		return "gf"
	case "string":
		return fmt.Sprintf("%s.s", g.target("rec", d))
	case "[]int":
		return fmt.Sprintf("%s.xs", g.target("rec", d))
	case "pair":
		return fmt.Sprintf("%s.p", g.target("rec", d))
	case "[3]int":
		return fmt.Sprintf("%s.arr", g.target("rec", d))
	case "rec":
		return fmt.Sprintf("*%s", paren(g.expr("*rec", d)))
	}
	return "_"
}

func paren(s string) string {
	if strings.ContainsAny(s, "& ") {
		return "(" + s + ")"
	}
	return s
}
