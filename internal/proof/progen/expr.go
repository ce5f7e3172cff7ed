package progen

import (
	"fmt"
	"strconv"
	"strings"
)

// canSuspend reports whether what is being written may suspend.
func (g *gen) canSuspend() bool { return !g.plain }

// zero is a constant or empty value.
func (g *gen) zero(typ string) string {
	switch typ {
	case "int", "float64", "byte":
		return "0"
	case "string":
		return `""`
	case "bool":
		return "false"
	case "valuer":
		return fmt.Sprintf("valuer(rec{n: %d})", g.IntN(9))
	case "T":
		return "*new(T)"
	case "pair", "rec", "hold", "[3]int":
		return typ + "{}"
	}
	return "nil"
}

// literal is a value that reads no variable.
func (g *gen) literal(typ string) string {
	switch typ {
	case "int":
		return strconv.Itoa(g.IntN(5))
	case "float64":
		return []string{"0.5", "2.0", "float64(3)"}[g.IntN(3)]
	case "byte":
		return fmt.Sprintf("byte(%d)", g.IntN(100))
	case "string":
		return []string{`""`, `"a"`, `"bc"`, `"héß"`}[g.IntN(4)]
	case "bool":
		return []string{"true", "false"}[g.IntN(2)]
	case "[]int":
		return fmt.Sprintf("[]int{%d, %d, %d}", g.IntN(9), g.IntN(9), g.IntN(9))
	case "[3]int":
		return fmt.Sprintf("[3]int{%d, %d, %d}", g.IntN(9), g.IntN(9), g.IntN(9))
	case "map[string]int":
		return fmt.Sprintf(`map[string]int{"a": %d}`, g.IntN(9))
	case "pair":
		return fmt.Sprintf("pair{%d, %d}", g.IntN(9), g.IntN(9))
	case "rec":
		return fmt.Sprintf(`rec{n: %d, s: "r", xs: []int{7, 8}}`, g.IntN(9))
	case "*int":
		return "new(int)"
	case "*pair":
		return fmt.Sprintf("&pair{%d, 2}", g.IntN(9))
	case "*rec":
		return fmt.Sprintf("&rec{n: %d, xs: []int{1, 2, 3}}", g.IntN(9))
	case "func(int) int":
		return []string{"mut", "gr.inc", "gr.val", "(&rec{n: 3}).inc", "maybe", "(&rec{n: 4}).bump"}[g.IntN(6)]
	case "[]func(int) int":
		return "[]func(int) int{mut, maybe}"
	case "map[string]func(int) int":
		return `map[string]func(int) int{"": change}`
	case "hold":
		return "hold{maybe, 5}"
	case "*hold":
		return "&hold{mut, 6}"
	case iterator:
		return []string{"upto(3)", "gr.push"}[g.IntN(2)]
	case "any":
		return []string{"any(3)", `any("s")`, "any(pair{1, 2})", "any(nil)", "any(gx)", "any(ga)"}[g.IntN(6)]
	case "valuer":
		return fmt.Sprintf("valuer(rec{n: %d})", g.IntN(9))
	case "T":
		return "*new(T)"
	}
	panic("no literal of type " + typ)
}

var globals = map[string]string{
	"int": "gi", "string": "gs", "[]int": "gx", "map[string]int": "gm", "[3]int": "ga", "rec": "gr",
	"*int": "&gi", "*rec": "&gr", "*pair": "&gr.p", "func(int) int": "gf",
}

func (g *gen) atom(typ string) string {
	if !g.chance(5) {
		if v := g.variable(typ); v != "" {
			return v
		}
	}
	if s := globals[typ]; s != "" && g.chance(2) {
		return s
	}
	return g.literal(typ)
}

// place is a value that is not constant.
func (g *gen) place(typ string) string {
	if v := g.variable(typ); v != "" {
		return v
	}
	if s := globals[typ]; s != "" {
		return s
	}
	return fmt.Sprintf("p(%d, %s)", g.at(), g.literal(typ))
}

// expr is an expression of a type, no more than d deep.
func (g *gen) expr(typ string, d int) string {
	if d <= 0 || g.chance(5) {
		return g.atom(typ)
	}
	switch r := g.IntN(12); {
	case r < 2 && printable(typ):
		inst := ""
		if typ == "any" || typ == "float64" {
			inst = "[" + typ + "]"
		}
		return fmt.Sprintf("p%s(%d, %s)", inst, g.at(), g.expr(typ, d-1))
	case r < 5 && g.canSuspend():
		return g.suspension(typ, d-1)
	case r == 5 && g.nest < 4:
		return g.function0(typ, d)
	case r == 6:
		return fmt.Sprintf("id[%s](%s)", typ, g.expr(typ, d-1))
	}
	return g.compound(typ, d-1)
}

// returns is a return statement.
func (g *gen) returns() string {
	if g.named && (len(g.result) == 0 || g.chance(3)) {
		return "return"
	}
	if len(g.result) == 2 && g.result[0] == "int" && g.result[1] == "string" && g.canSuspend() && g.chance(2) {
		return "return " + g.two(2)
	}
	var es []string
	for _, t := range g.result {
		es = append(es, g.expr(t, 3))
	}
	return "return " + strings.Join(es, ", ")
}

// suspension is a call that may suspend.
func (g *gen) suspension(typ string, d int) string {
	if g.fn != nil && g.chance(3) {
		subst := map[string]string{"T": "int"}
		fn := g.funcs[g.IntN(len(g.funcs))]
		if len(fn.results) == 1 {
			switch {
			case fn.results[0] == "T":
				subst["T"] = typ
				return g.callOf(fn, d, "d-1", subst)
			case fn.results[0] == typ:
				subst["T"] = []string{"int", "string", "pair"}[g.IntN(3)]
				return g.callOf(fn, d, "d-1", subst)
			}
		}
	}
	if typ == "int" {
		switch g.IntN(13) {
		case 10, 11:
			return fmt.Sprintf("apply(%s, %s)", g.expr("func(int) int", d), g.expr("int", d))
		case 12:
			return fmt.Sprintf("fold(%s, %s)", g.expr("func(int) int", d), g.expr("int", d))
		case 0:
			return fmt.Sprintf("ask(%s)", g.expr("int", d))
		case 1:
			return fmt.Sprintf("greenlet.Exchange[int](%s)", g.expr("int", d))
		case 2, 3:
			return fmt.Sprintf("maybe(%s)", g.expr("int", d))
		case 4:
			return fmt.Sprintf("poke(%s, %s)", g.expr("*int", d), g.expr("int", d))
		case 5, 6:
			return fmt.Sprintf("change(%s)", g.expr("int", d))
		case 7:
			return fmt.Sprintf("boom(%s | 1)", g.place("int"))
		case 8:
			return fmt.Sprintf("%s.bump(%s)", g.target("rec", d), g.expr("int", d))
		default:
			return fmt.Sprintf("%s.total(%s)", g.operand("rec", d), g.expr("int", d))
		}
	}
	if g.chance(4) {
		return fmt.Sprintf("(&box[%s]{v: %s}).swap(%s)", typ, g.expr(typ, d), g.expr(typ, d))
	}
	return fmt.Sprintf("pass[%s](%s, %s)", typ, g.expr("int", d-1), g.expr(typ, d))
}

// callOf is a call of a random function.
func (g *gen) callOf(fn *function, d int, depth string, subst map[string]string) string {
	s := func(t string) string {
		if to, ok := subst[t]; ok {
			return to
		}
		return t
	}
	args := []string{depth}
	for _, t := range fn.params {
		args = append(args, g.expr(s(t), d))
	}
	call := fn.name
	switch fn.recv {
	case "*rec":
		call = g.target("rec", d) + "." + fn.name
		if g.chance(4) {
			call = "(*rec)." + fn.name
			args = append([]string{g.expr("*rec", d)}, args...)
		}
	case "rec":
		call = g.operand("rec", d) + "." + fn.name
	case "*box[T]":
		call = fmt.Sprintf("(&box[%s]{v: %s})", s("T"), g.expr(s("T"), d)) + "." + fn.name
	default:
		if fn.generic {
			call += "[" + s("T") + "]"
		}
	}
	if g.chance(6) { // a value
		call = "id(" + call + ")"
	}
	return call + "(" + strings.Join(args, ", ") + ")"
}

// operand is an expression to select of: a value or a pointer to one.
func (g *gen) operand(typ string, d int) string {
	switch g.IntN(4) {
	case 0:
		return "(" + g.expr("*"+typ, d) + ")"
	case 1:
		return "(" + g.expr(typ, d) + ")"
	}
	return g.target(typ, d)
}

// target is an addressable value or a pointer.
func (g *gen) target(typ string, d int) string {
	if v := g.assignable(typ); v != "" && !g.chance(3) {
		g.variable(typ)
		return v
	}
	if typ == "rec" && g.chance(3) {
		return fmt.Sprintf("%s.self(%d)", g.target("rec", d-1), g.at())
	}
	return "(" + g.expr("*"+typ, d) + ")"
}

// index is an index that is mostly in range.
func (g *gen) index(d int) string {
	switch g.IntN(3) {
	case 0:
		return strconv.Itoa(g.IntN(2))
	case 1:
		return fmt.Sprintf("(%s & 1)", g.place("int"))
	}
	return fmt.Sprintf("(%s & 1)", g.expr("int", d))
}

func (g *gen) key(d int) string { return g.expr("string", d) }
