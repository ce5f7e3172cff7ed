// Package progen makes random programs with resumable functions, runs them
// rewritten and as they are, and reduces those that print something else.
//
// Input: a seed.
// Output: a program, always the same for a seed.
// Guarantee: it is well-typed Go, it ends, and what it prints depends on
// nothing but the order in which Go evaluates it: not on map order, addresses
// or time.
//
// A program is a fixed prelude (prelude.go) and random functions, methods and
// generic functions that call it and each other. Everything that is evaluated
// leaves a trace through p, so that a change of order shows.
package progen

import (
	"fmt"
	"go/format"
	"math/rand/v2"
	"strings"
)

// Generate is the text of the program with a seed.
func Generate(seed uint64) string {
	for try := uint64(0); ; try++ {
		text := prune(generate(rand.New(rand.NewPCG(seed, try))))
		formatted, err := format.Source([]byte(text))
		if err != nil {
			panic(fmt.Sprintf("progen: seed %d: %v\n%s", seed, err, text))
		}
		// Constant expressions that overflow, duplicate cases and the like are
		// not avoided but thrown away.
		err = typeCheck(string(formatted))
		if err == nil {
			return string(formatted)
		}
		if onInvalid != nil {
			onInvalid(string(formatted), err)
		}
		if try == 100 {
			panic(fmt.Sprintf("progen: seed %d: no program is valid: %v\n%s", seed, err, formatted))
		}
	}
}

// onInvalid is told of programs that are thrown away.
var onInvalid func(text string, err error)

// gen is the state of generating one program.
type gen struct {
	*rand.Rand
	funcs  []*function
	fn     *function // whose body is being written; nil in run
	vars   [][]*variable
	lit    bool        // in a literal
	plain  bool        // what may not suspend
	result []string    // types that a return needs
	named  bool        // a bare return is possible
	names  []*variable // named results
	exits  []*exit     // that break and continue may mean, innermost last
	trace  int         // last number given to p
	unique int         // last number of a name
	nest   int         // of statements
	size   int         // statements that may still be made
}

// function is a random resumable function.
type function struct {
	name    string
	recv    string   // type of the receiver or ""
	generic bool     // over T
	params  []string // types, after d
	results []string
	named   bool
}

type variable struct {
	name, typ string
	fixed     bool // not assigned to by random statements
	used      bool
}

// exit is a statement that break leaves.
type exit struct {
	label string
	loop  bool
	used  bool // label
}

func (g *gen) chance(n int) bool { return g.IntN(n) == 0 }

// at is a new number for the trace.
func (g *gen) at() int { g.trace++; return g.trace }

func (g *gen) fresh(prefix string) string {
	g.unique++
	return fmt.Sprint(prefix, g.unique)
}

// used uses the variables of the innermost scope that nothing else does, before
// it is left.
func (g *gen) used() string {
	scope := g.vars[len(g.vars)-1]
	var b strings.Builder
	for _, v := range scope {
		if !v.used && v.name != "_" {
			fmt.Fprintf(&b, "_ = %s\n", v.name)
			v.used = true
		}
	}
	return b.String()
}

func (g *gen) push() { g.vars = append(g.vars, nil) }

// pop leaves a scope; what it returns uses the variables that nothing uses.
func (g *gen) pop() string {
	last := g.vars[len(g.vars)-1]
	g.vars = g.vars[:len(g.vars)-1]
	var b strings.Builder
	for _, v := range last {
		if !v.used && v.name != "_" {
			fmt.Fprintf(&b, "_ = %s\n", v.name)
		}
	}
	return b.String()
}

// names are few, so that they shadow each other and what is generated.
var localNames = []string{"x", "y", "z", "i", "v", "s", "t", "q", "f", "r", "st", "t0", "ret0", "x2", "iRef", "callee", "n", "ok", "yield", "loop", "result0", "recv", "self", "more", "c"}

// declare adds a variable with a random name to the innermost scope. The
// statement must not be one that reads variables after this call.
func (g *gen) declare(typ string) *variable {
	scope := &g.vars[len(g.vars)-1]
	name := localNames[g.IntN(len(localNames))]
	for _, v := range *scope {
		if v.name == name {
			name = g.fresh("w")
			break
		}
	}
	v := &variable{name: name, typ: typ}
	*scope = append(*scope, v)
	return v
}

// visible are the variables of a type that are not shadowed.
func (g *gen) visible(typ string, assignable bool) []*variable {
	var list []*variable
	seen := map[string]bool{}
	for i := len(g.vars) - 1; i >= 0; i-- {
		scope := g.vars[i]
		for j := len(scope) - 1; j >= 0; j-- {
			v := scope[j]
			if !seen[v.name] && v.typ == typ && !(assignable && v.fixed) {
				list = append(list, v)
			}
			seen[v.name] = true
		}
	}
	return list
}

// variable is one to read, or "".
func (g *gen) variable(typ string) string {
	list := g.visible(typ, false)
	if len(list) == 0 {
		return ""
	}
	v := list[g.IntN(len(list))]
	v.used = true
	return v.name
}

// assignable is a variable to write to, or "".
func (g *gen) assignable(typ string) string {
	list := g.visible(typ, true)
	if len(list) == 0 {
		return ""
	}
	return list[g.IntN(len(list))].name
}

var valueTypes = []string{
	"int", "int", "int", "int", "string", "string", "bool", "[]int", "map[string]int", "pair", "rec", "[3]int",
	"*int", "*pair", "*rec", "func(int) int", "func(int) int", "func(int) int", "hold", "map[string]func(int) int", iterator, "[]func(int) int", "any", "float64", "byte",
}

func (g *gen) typ() string {
	if g.fn != nil && g.fn.generic && g.chance(5) {
		return "T"
	}
	return valueTypes[g.IntN(len(valueTypes))]
}

// printable reports whether all that is printed of a value is the same in
// every run.
func printable(typ string) bool {
	return typ[0] != '*' && typ != "hold" && !strings.Contains(typ, "func")
}

// firstOwn stands before what a program has of its own.
const firstOwn = "\n// Random from here on.\n"

func generate(r *rand.Rand) string {
	g := &gen{Rand: r}
	var b strings.Builder
	b.WriteString(prelude)
	b.WriteString(preludeFunc)
	b.WriteString(firstOwn)
	for range []int{1, 1, 1, 2, 2, 3}[g.IntN(6)] {
		g.funcs = append(g.funcs, g.signature())
	}
	for _, fn := range g.funcs {
		b.WriteString(g.function(fn))
	}
	g.fn, g.names = nil, nil
	b.WriteString("\n//greenlet:resumable\nfunc run() {\n\td := 3\n\t_ = d\n")
	for i := range g.funcs {
		fmt.Fprintf(&b, "\ttry%d()\n", i)
		if g.chance(3) {
			g.size, g.result, g.named, g.vars = 3, nil, true, nil
			g.push()
			body := g.statements(1)
			b.WriteString("\t{\n" + body + g.pop() + "\t}\n")
		}
	}
	b.WriteString("}\n")
	for i, fn := range g.funcs {
		g.vars = nil
		g.push()
		call := g.callOf(fn, 2, "3", map[string]string{"T": "int"})
		uses := g.pop()
		body := call
		if len(fn.results) > 0 {
			var names, prints []string
			for j, t := range fn.results {
				if printable(t) {
					names = append(names, fmt.Sprint("w", j))
					prints = append(prints, fmt.Sprint("w", j))
				} else {
					names = append(names, "_")
				}
			}
			op := ":="
			if len(prints) == 0 {
				op = "="
			}
			body = strings.Join(names, ", ") + op + call + "\nfmt.Println(" + strings.Join(prints, ", ") + ")"
		}
		fmt.Fprintf(&b, "\n//greenlet:resumable\nfunc try%d() {\n\td := 3\n\t_ = d\n"+
			"\tdefer func() {\n\t\tif v := recover(); v != nil {\n\t\t\tfmt.Println(\"recovered\", v)\n\t\t}\n\t}()\n%s\n%s}\n", i, body, uses)
	}
	b.WriteString(drivers[g.IntN(len(drivers))])
	return b.String()
}

var paramTypes = []string{"int", "int", "string", "bool", "[]int", "pair", "rec", "*int", "*rec", "func(int) int", "func(int) int", iterator, "hold", "any", "[3]int", "map[string]int"}

func (g *gen) signature() *function {
	fn := &function{name: fmt.Sprint("f", len(g.funcs)), named: g.chance(2)}
	switch g.IntN(6) {
	case 0:
		fn.recv = "*rec"
	case 1:
		fn.recv = "rec"
	case 2:
		fn.recv, fn.generic = "*box[T]", true
	case 3:
		fn.generic = true
	}
	for range g.IntN(4) {
		t := paramTypes[g.IntN(len(paramTypes))]
		if fn.generic && g.chance(2) {
			t = "T"
		}
		fn.params = append(fn.params, t)
	}
	if fn.generic && fn.recv == "" {
		fn.params = append(fn.params, "T") // to infer it
	}
	for range []int{1, 1, 1, 1, 2, 2, 3, 0}[g.IntN(8)] {
		t := []string{"int", "int", "int", "string", "pair", "any", "[]int", "bool", "rec", "func(int) int", "float64", iterator}[g.IntN(12)]
		if fn.generic && g.chance(2) {
			t = "T"
		}
		fn.results = append(fn.results, t)
	}
	return fn
}

func (g *gen) function(fn *function) string {
	g.fn, g.lit, g.plain, g.vars, g.exits, g.nest, g.names = fn, false, false, nil, nil, 0, nil
	g.result, g.named = fn.results, fn.named || len(fn.results) == 0
	g.size = 2 + g.IntN(5) // what a program takes to compile is mostly what its statements take
	if g.chance(4) {
		g.size = 5 + g.IntN(13)
	}
	g.push()
	var head, params, results []string
	if fn.recv != "" {
		name := "recv"
		g.vars[0] = append(g.vars[0], &variable{name: name, typ: fn.recv, used: true, fixed: fn.generic})
		head = append(head, fmt.Sprintf("(%s %s) ", name, fn.recv))
	}
	params = append(params, "d int")
	for _, t := range fn.params {
		v := g.declare(t)
		v.used = true
		params = append(params, v.name+" "+t)
	}
	for _, t := range fn.results {
		if fn.named && g.chance(6) {
			results = append(results, "_ "+t)
		} else if fn.named {
			v := g.declare(t)
			v.used = true
			g.names = append(g.names, v)
			results = append(results, v.name+" "+t)
		} else {
			results = append(results, t)
		}
	}
	tp := ""
	if fn.generic && fn.recv == "" {
		tp = "[T any]"
	}
	result := ""
	if len(results) > 0 {
		result = "(" + strings.Join(results, ", ") + ")"
	}
	var zero string
	if !g.named {
		var zs []string
		for _, t := range fn.results {
			zs = append(zs, g.zero(t))
		}
		zero = strings.Join(zs, ", ")
	}
	body := fmt.Sprintf("if d <= 0 || out() { return %s }\n", zero)
	body += g.statements(4)
	ret := g.returns()
	return fmt.Sprintf("\n//greenlet:resumable\nfunc %s%s%s(%s) %s {\n%s%s%s\n}\n",
		strings.Join(head, ""), fn.name, tp, strings.Join(params, ", "), result, body, g.pop(), ret)
}
