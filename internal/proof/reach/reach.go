// Package reach makes programs that reach a resumable method in every way, for
// each kind of type that can have it.
//
// Input: an [Implementer], one value of each axis of who has the method.
// Output: the files of a program with a function for each of [Ways].
// Guarantee: each function suspends once in the method, and hands out what
// it has returned.
package reach

import (
	"fmt"
	"strings"
)

// An Implementer is who has the method: Elsewhere is the axis of its package.
type Implementer struct {
	Generic   bool // an instance of a generic type
	Pointer   bool // the receiver
	Late      bool // declared after all that reaches it
	Elsewhere bool // in the package impl, which the main package imports
	Embedded  bool // what has the method is in an interface that the type embeds
}

// Implementers are all of them in one package, or in two.
func Implementers(elsewhere bool) (list []Implementer) {
	for i := range 16 {
		m := Implementer{i&1 != 0, i&2 != 0, i&4 != 0, elsewhere, i&8 != 0}
		if !elsewhere || !m.Late {
			list = append(list, m)
		}
	}
	return list
}

// Some are a few of them: any two axes meet in all of their values, where Late and Elsewhere
// are one of three.
func Some() []Implementer {
	return []Implementer{
		{},
		{Generic: true, Pointer: true, Embedded: true},
		{Late: true, Pointer: true, Embedded: true},
		{Late: true, Generic: true},
		{Elsewhere: true, Generic: true, Embedded: true},
		{Elsewhere: true, Pointer: true},
	}
}

// String is a name for a test.
func (m Implementer) String() string {
	name := "plain"
	if m.Generic {
		name = "generic"
	}
	for _, axis := range []struct {
		set  bool
		name string
	}{{m.Pointer, "pointer"}, {m.Late, "late"}, {m.Elsewhere, "elsewhere"}, {m.Embedded, "embedded"}} {
		if axis.set {
			name += "_" + axis.name
		}
	}
	return name
}

// A Way reaches M of the value V, of type T. In its texts N is a number of its own.
type Way struct {
	Name string
	Decl string // declarations that it needs
	Body string // of func() int
	// Pointer says that only a pointer's method can be reached so; then B is what
	// T points to.
	Pointer bool
	// Shallow says that T must declare M itself.
	Shallow bool
}

const (
	iface   = "type iN interface{ M(int) int }"
	generic = "type gN[A any] interface{ M(A) A }"
	takes   = "//greenlet:resumable\nfunc takesN"
)

// Ways are all ways to reach a method.
var Ways = []Way{
	{Name: "call", Body: "v := V; return v.M(1)"},
	{Name: "interface", Decl: iface, Body: "var i iN = V; return i.M(1)"},
	{Name: "interface parameter", Decl: iface + "\n" + takes + "(i iN) int { return i.M(1) }", Body: "return takesN(V)"},
	{Name: "interface without a name", Body: "var i interface{ M(int) int } = V; return i.M(1)"},
	{Name: "embedding interface", Decl: iface + "\ntype jN interface{ iN }", Body: "var i jN = V; return i.M(1)"},
	{Name: "alias of an interface", Decl: generic + "\ntype jN = gN[int]", Body: "var i jN = V; return i.M(1)"},
	{Name: "generic interface", Decl: generic, Body: "var i gN[int] = V; return i.M(1)"},
	{Name: "generic interface without its parameter", Decl: "type gN[A any] interface{ M(int) int }", Body: "var i gN[string] = V; return i.M(1)"},
	{Name: "field", Decl: generic + "\ntype sN struct{ i gN[int] }", Body: "s := sN{V}; return s.i.M(1)"},
	{Name: "generic field", Decl: generic + "\ntype sN[A any] struct{ i gN[A] }", Body: "s := sN[int]{V}; return s.i.M(1)"},
	{Name: "map", Decl: iface, Body: `return map[string]iN{"a": V}["a"].M(1)`},
	{Name: "channel", Decl: iface, Body: "c := make(chan iN, 1); c <- V; return (<-c).M(1)"},
	{Name: "slice", Decl: iface, Body: "for _, i := range []iN{V} { return i.M(1) }; return 0"},
	{Name: "array", Decl: generic, Body: "return [1]gN[int]{V}[0].M(1)"},
	{Name: "assertion", Body: "var a any = V; return a.(interface{ M(int) int }).M(1)"},
	{Name: "type switch", Decl: iface, Body: "var a any = V; switch a := a.(type) { case iN: return a.M(1) }; return 0"},
	{Name: "constraint", Decl: iface + "\n" + takes + "[P iN](p P) int { return p.M(1) }", Body: "return takesN(V)"},
	{Name: "generic constraint", Decl: generic + "\n" + takes + "[A any, P gN[A]](p P, a A) A { return p.M(a) }", Body: "return takesN(V, 1)"},
	{Name: "constraint without a name", Decl: takes + "[A any, P interface{ M(A) A }](p P, a A) A { return p.M(a) }", Body: "return takesN(V, 1)"},
	{Name: "constraint with a type", Decl: takes + "[P interface{ T; M(int) int }](p P) int { return p.M(1) }", Body: "return takesN(V)"},
	{Name: "constraint with types", Decl: takes + "[P interface{ T | string; M(int) int }](p P) int { return p.M(1) }", Body: "return takesN(V)"},
	{Name: "pointer constraint", Pointer: true, Decl: takes + "[A any, P interface{ *A; M(int) int }](p *A) int { return P(p).M(1) }", Body: "return takesN[B, *B](V)"},
	{Name: "method value of a type parameter", Decl: iface + "\n" + takes + "[P iN](p P) int { f := p.M; return f(1) }", Body: "return takesN(V)"},
	{Name: "method expression of a type parameter", Decl: iface + "\n" + takes + "[P iN](p P) int { return P.M(p, 1) }", Body: "return takesN(V)"},
	{Name: "receiver of a generic type", Decl: iface + "\ntype sN[P iN] struct{ p P }\n//greenlet:resumable\nfunc (s sN[P]) takes() int { return s.p.M(1) }", Body: "return sN[T]{V}.takes()"},
	{Name: "embedding", Decl: "type sN struct{ T }", Body: "s := sN{V}; return s.M(1)"},
	{Name: "deep embedding", Decl: "type sN struct{ T }\ntype tN struct{ *sN }", Body: "s := tN{&sN{V}}; return s.M(1)"},
	{Name: "promotion", Decl: generic + "\ntype sN struct{ T }", Body: "var i gN[int] = sN{V}; return i.M(1)"},
	{Name: "promotion to a constraint", Decl: "type sN struct{ T }\n" + takes + "[P interface{ M(int) int }](p P) int { return p.M(1) }", Body: "return takesN(&sN{V})"},
	{Name: "promotion in a local type", Decl: generic, Body: "type s struct{ T }; var i gN[int] = s{V}; return i.M(1)"},
	{Name: "promotion without a name", Decl: generic, Body: "var i gN[int] = struct{ T }{V}; return i.M(1)"},
	{Name: "embedded interface", Decl: generic + "\ntype sN struct{ gN[int] }", Body: "s := sN{V}; return s.M(1)"},
	{Name: "promotion from an interface", Decl: generic + "\ntype sN struct{ gN[int] }", Body: "var i interface{ M(int) int } = sN{V}; return i.M(1)"},
	{Name: "promotion from an interface, deep", Decl: iface + "\ntype sN struct{ iN }\ntype tN struct{ *sN }", Body: "var i interface{ M(int) int } = tN{&sN{V}}; return i.M(1)"},
	{Name: "promotion from an interface to a constraint", Decl: iface + "\ntype sN[A any] struct{ iN }\n" + takes + "[P interface{ M(int) int }](p P) int { return p.M(1) }", Body: "return takesN(&sN[string]{V})"},
	{Name: "promotion from an interface beside another", Decl: iface + "\ntype sN struct{ iN }\ntype tN struct{ sN; T }", Body: "var i interface{ M(int) int } = tN{sN{nil}, V}; return i.M(1)", Shallow: true},
	{Name: "promotion from an interface, deferred", Decl: iface + "\ntype sN struct{ iN }", Body: "var i interface{ M(int) int } = sN{V}; defer i.M(1); return 6"},
	{Name: "deferred method expression of a struct", Decl: iface + "\ntype sN struct{ iN }", Body: "defer sN.M(sN{V}, 1); return 6"},
	{Name: "method value of a struct that embeds an interface", Decl: iface + "\ntype sN struct{ iN }", Body: "f := sN{V}.M; return f(1)"},
	{Name: "value of a method expression of a struct", Decl: iface + "\ntype sN struct{ iN }", Body: "f := sN.M; return f(sN{V}, 1)"},
	{Name: "alias", Decl: "type aN = T", Body: "var a aN = V; return a.M(1)"},
	{Name: "generic alias", Decl: "type aN[A any] = struct{ v A; i interface{ M(A) A } }", Body: "a := aN[int]{1, V}; return a.i.M(a.v)"},
	{Name: "method value", Body: "f := V.M; return f(1)"},
	{Name: "method expression", Body: "return (T).M(V, 1)"},
	{Name: "value of a method expression", Body: "f := (T).M; return f(V, 1)"},
	{Name: "method value of an interface", Decl: generic, Body: "var i gN[int] = V; f := i.M; return f(1)"},
	{Name: "method expression of an interface", Decl: generic, Body: "return gN[int].M(V, 1)"},
	{Name: "value of a method expression of an interface", Decl: generic, Body: "f := gN[int].M; return f(V, 1)"},
	{Name: "function field", Decl: "type sN struct{ f func(int) int }", Body: "s := sN{V.M}; return s.f(1)"},
	{Name: "function in a map", Body: `return map[string]func(int) int{"a": V.M}["a"](1)`},
	{Name: "function in a channel", Body: "c := make(chan func(int) int, 1); c <- V.M; return (<-c)(1)"},
	{Name: "function parameter", Decl: takes + "[A any](f func(A) A, a A) A { return f(a) }", Body: "return takesN(V.M, 1)"},
	{Name: "function of a named type", Decl: "type fN func(int) int\n//greenlet:resumable\nfunc (f fN) run() int { return f(1) }", Body: "return fN(V.M).run()"},
	{Name: "literal", Decl: generic, Body: "var i gN[int] = V; return func() int { return i.M(1) }()"},
	{Name: "deferred", Decl: generic, Body: "var i gN[int] = V; defer i.M(1); return 6"},
	{Name: "deferred by a type parameter", Decl: takes + "[P interface{ M(int) int }](p P) int { defer p.M(1); return 6 }", Body: "return takesN(V)"},
	{Name: "iterator", Decl: generic, Body: "var i gN[int] = V; for x := range func(yield func(int) bool) { yield(i.M(1)) } { return x }; return 0"},
}

// Program is a program that goes all ways that reach M of m.
func Program(m Implementer) map[string]string {
	typ, base := "impl", "impl"
	params, args, recv := "", "", "i impl"
	if m.Elsewhere {
		typ, base = "Impl", "dep.Impl"
		recv = "i Impl"
	}
	if m.Generic {
		params, args = "[A any]", "[int]"
		recv += "[A]"
	}
	base += args
	value, whole := "make1()", base
	result, lit := typ+args, typ+args+"{5}"
	if m.Pointer {
		whole, result, lit = "*"+base, "*"+result, "&"+lit
		recv = strings.Replace(recv, "i ", "i *", 1)
	}
	maker := "make1"
	if m.Elsewhere {
		maker, value = "Make", "dep.Make()"
	}
	implementer := fmt.Sprintf(`
type %s%s struct{ n int }

//greenlet:resumable
func (%s) M(k int) int {
	greenlet.Yield(-1)
	return i.n + k
}

func %s() %s { return %s }
`, typ, params, recv, maker, result, lit)
	if m.Embedded {
		lit = strings.Replace(lit, "{5}", "{inner{5}}", 1)
		name := "of"
		if m.Elsewhere {
			name = "Of" // a method value keeps it
		}
		iface := name
		if m.Generic {
			iface += "[A]"
		}
		implementer = fmt.Sprintf(`
type %[7]s%[2]s interface{ M(k int) int }

type %[1]s%[2]s struct{ %[3]s }

type inner struct{ n int }

//greenlet:resumable
func (i inner) M(k int) int {
	greenlet.Yield(-1)
	return i.n + k
}

func %[4]s() %[5]s { return %[6]s }
`, typ, params, iface, maker, result, lit, name)
	}

	var ways, list strings.Builder
	for i, w := range Ways {
		if w.Pointer && !m.Pointer || w.Shallow && m.Embedded {
			continue
		}
		n := fmt.Sprint(i)
		text := fmt.Sprintf("\n%s\n\n//greenlet:resumable\nfunc reachesN() int { %s }\n\n//greenlet:resumable\nfunc runN() { greenlet.Yield(reachesN()) }\n", w.Decl, w.Body)
		ways.WriteString(replace(text, map[string]string{"N": n, "V": value, "T": whole, "B": base}))
		fmt.Fprintf(&list, "\tshow(%q, newRun%sFrame())\n", w.Name, n)
	}
	main := fmt.Sprintf(shows, list.String())
	head := "package main\n\nimport (\n\t\"fmt\"\n\n"
	const runtime = "\tgreenlet \"github.com/going-green/greenlet/runtime\"\n)\n"
	switch {
	case m.Elsewhere:
		return map[string]string{
			"in.go":      head + "\t\"example/" + m.String() + "/dep\"\n" + runtime + ways.String() + main,
			"dep/dep.go": "package dep\n\nimport (\n" + runtime + implementer,
		}
	case m.Late:
		return map[string]string{"in.go": head + runtime + ways.String() + main + implementer}
	}
	return map[string]string{"in.go": head + runtime + implementer + ways.String() + main}
}

// shows is the end of a program that calls show for each way: what it yields, and a panic.
const shows = `
func show(way string, frame greenlet.Frame) {
	fmt.Print(way, ":")
	defer func() { fmt.Println("", recover()) }()
	for v := range greenlet.SeqOf[int](frame) {
		fmt.Print(" ", v)
	}
}

func main() {
%s}
`

// replace replaces the upper-case letters of placeholders: N wherever it ends a word,
// the others where they are words.
func replace(text string, by map[string]string) string {
	var out strings.Builder
	word := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= 'A' && text[i] <= 'Z' || text[i] >= '0' && text[i] <= '9')
	}
	for i := range len(text) {
		c := text[i : i+1]
		if to, ok := by[c]; ok && !word(i+1) && (c == "N" || !word(i-1)) {
			out.WriteString(to)
		} else {
			out.WriteString(c)
		}
	}
	return out.String()
}
