package reach

import (
	"fmt"
	"strings"
)

// A Placing says in which packages resumable functions are declared, and where values of
// them are made, which the main package calls.
type Placing struct {
	Name string
	Impl string // the package that declares; "" is the main one
	Made string // the one that makes the values
	// Plain says that the package Made has no directives.
	Plain bool
}

// Placings are all there are.
var Placings = []Placing{
	{Name: "own"},
	{Name: "used", Impl: "impl"},
	{Name: "made", Impl: "impl", Made: "impl"},
	{Name: "third", Impl: "impl", Made: "mid"},
	{Name: "plainly", Impl: "impl", Made: "mid", Plain: true},
}

// A Form is a way to write a function value. In its texts Q. stands before what is
// declared beside the functions.
type Form struct {
	Name, Expr, Type string
	Args             string // of the call
	// Lost says that the value is plain code whoever makes it, unless an annotated
	// function does.
	Lost bool
}

const (
	unary = "func(int) int"
	recvT = "func(Q.T, int) int"
)

// Forms are all forms of function values.
var Forms = []Form{
	{Name: "function", Expr: "Q.F", Type: unary, Args: "1"},
	{Name: "instance", Expr: "Q.FG[int]", Type: unary, Args: "1"},
	{Name: "inferred instance", Expr: "Q.FG", Type: unary, Args: "1"},
	{Name: "method value", Expr: "Q.T{5}.M", Type: unary, Args: "1"},
	{Name: "method value of a pointer", Expr: "(&Q.T{5}).P", Type: unary, Args: "1"},
	{Name: "method value by a pointer", Expr: "(&Q.T{5}).M", Type: unary, Args: "1"},
	{Name: "method expression", Expr: "Q.T.M", Type: recvT, Args: "Q.T{5}, 1"},
	{Name: "method expression of a pointer", Expr: "(*Q.T).P", Type: "func(*Q.T, int) int", Args: "&Q.T{5}, 1"},
	{Name: "method expression by a pointer", Expr: "(*Q.T).M", Type: "func(*Q.T, int) int", Args: "&Q.T{5}, 1"},
	{Name: "method value of an interface", Expr: "Q.I(Q.T{5}).M", Type: unary, Args: "1"},
	{Name: "method expression of an interface", Expr: "Q.I.M", Type: "func(Q.I, int) int", Args: "Q.T{5}, 1"},
	{Name: "method value of an interface without a name", Expr: "interface{ M(int) int }(Q.T{5}).M", Type: unary, Args: "1"},
	{Name: "method value of a generic interface", Expr: "Q.IG[int](Q.T{5}).M", Type: unary, Args: "1"},
	{Name: "method value of an instance", Expr: "Q.G[int]{5}.M", Type: unary, Args: "1"},
	{Name: "method value of a pointer to an instance", Expr: "(&Q.G[int]{5}).P", Type: unary, Args: "1"},
	{Name: "method expression of an instance", Expr: "Q.G[int].M", Type: "func(Q.G[int], int) int", Args: "Q.G[int]{5}, 1"},
	{Name: "promoted", Expr: "Q.S{Q.T{5}}.M", Type: unary, Args: "1"},
	{Name: "promoted by a pointer", Expr: "(&Q.S{Q.T{5}}).P", Type: unary, Args: "1"},
	{Name: "promoted expression", Expr: "Q.S.M", Type: "func(Q.S, int) int", Args: "Q.S{Q.T{5}}, 1"},
	{Name: "promoted expression of a pointer", Expr: "(*Q.S).P", Type: "func(*Q.S, int) int", Args: "&Q.S{Q.T{5}}, 1"},
	{Name: "promoted in a struct without a name", Expr: "struct{ Q.T }{Q.T{5}}.M", Type: unary, Args: "1"},
	{Name: "promoted from an instance", Expr: "Q.SG{Q.G[int]{5}}.M", Type: unary, Args: "1"},
	{Name: "promoted from an interface", Expr: "Q.SI{Q.T{5}}.M", Type: unary, Args: "1"},
	{Name: "promoted from an interface, expression", Expr: "Q.SI.M", Type: "func(Q.SI, int) int", Args: "Q.SI{Q.T{5}}, 1"},
	{Name: "alias", Expr: "Q.A{5}.M", Type: unary, Args: "1"},
	{Name: "result", Expr: "Q.NewT().M", Type: unary, Args: "1"},
	{Name: "literal", Expr: "func(k int) int { return Q.F(k) }", Type: unary, Args: "1", Lost: true},
}

// A Maker is where a value is made. N is a number of its own, E the form, X its type.
type Maker struct {
	Name, Decl, Use string
	Annotated       bool // by an annotated function
	Package         bool // by a package variable, which must be marked if that is a literal
}

// Makers are all of them.
var Makers = []Maker{
	{Name: "variable", Decl: "var ValueN = E", Use: "ValueN", Package: true},
	{Name: "table", Decl: `var TableN = map[string]X{"a": E}`, Use: `TableN["a"]`, Package: true},
	{Name: "result", Decl: "func ResultN() X { return E }", Use: "ResultN()"},
	{Name: "result of a literal", Decl: "var MakeN = func() X { return E }", Use: "MakeN()", Package: true},
	{Name: "annotated", Decl: "//greenlet:resumable\nfunc AnnotatedN() X { return E }", Use: "AnnotatedN()", Annotated: true},
	{Name: "annotated, run as plain code", Decl: "//greenlet:resumable\nfunc PlainlyN() X { return E }\n\nvar MadeN = PlainlyN()", Use: "MadeN", Annotated: true},
}

const declared = `
//greenlet:resumable
func F(k int) int { greenlet.Yield(-1); return 5 + k }

//greenlet:resumable
func FG[X ~int](k X) X { greenlet.Yield(-1); return 5 + k }

type T struct{ N int }

//greenlet:resumable
func (t T) M(k int) int { greenlet.Yield(-1); return t.N + k }

//greenlet:resumable
func (t *T) P(k int) int { greenlet.Yield(-1); return t.N + k }

type G[X ~int] struct{ N X }

//greenlet:resumable
func (g G[X]) M(k X) X { greenlet.Yield(-1); return g.N + k }

//greenlet:resumable
func (g *G[X]) P(k X) X { greenlet.Yield(-1); return g.N + k }

type I interface{ M(int) int }

type IG[X any] interface{ M(X) X }

type S struct{ T }

type SG struct{ G[int] }

type SI struct{ I }

type A = T

func NewT() T { return T{5} }
`

// cases calls f for the values of a program, in the order in which it shows them: for those
// that plain code makes so that they can't be suspended if lost, else for the others.
func (p Placing) cases(lost bool, f func(n int, m Maker, form Form)) {
	n := 0
	for _, form := range Forms {
		for _, m := range Makers {
			n++
			if refused := form.Lost && m.Package && !p.Plain; refused { // literal-plain
				continue
			}
			if (form.Lost && !m.Annotated) == lost && !(m.Annotated && p.Plain) {
				f(n, m, form)
			}
		}
	}
}

// Told reports whether a call of the value that a program shows in the line may panic, if it
// says what can't be suspended.
func (p Placing) Told(line string) bool {
	told := false
	for _, lost := range []bool{false, true} {
		p.cases(lost, func(_ int, m Maker, form Form) {
			if strings.HasPrefix(line, form.Name+" by "+m.Name+":") {
				told = lost
			}
		})
	}
	return told
}

// Values is a program that calls all function values of a placing, or those that are lost.
func Values(p Placing, lost bool) map[string]string {
	path := "example/" + ValueProgram(p, lost) + "/"
	files := map[string]string{}
	texts := map[string]*strings.Builder{"": {}, "impl": {}, "mid": {}}
	qualifier := func(of, in string) string {
		if of == in || of == "" {
			return ""
		}
		return of + "."
	}
	texts[p.Impl].WriteString(declared)
	var list strings.Builder
	p.cases(lost, func(n int, m Maker, form Form) {
		number := fmt.Sprint(n)
		q := func(text, in string) string {
			return strings.ReplaceAll(text, "Q.", qualifier(p.Impl, in))
		}
		decl := strings.NewReplacer("= E", "= "+q(form.Expr, p.Made), "return E", "return "+q(form.Expr, p.Made), ": E}", ": "+q(form.Expr, p.Made)+"}",
			"() X", "() "+q(form.Type, p.Made), "]X{", "]"+q(form.Type, p.Made)+"{").Replace(m.Decl)
		if form.Name == "inferred instance" {
			decl = strings.Replace(decl, "FG}", "FG[int]}", 1) // there is no inference in composite literals
		}
		if form.Name == "inferred instance" && !strings.Contains(m.Decl, " X") && !strings.Contains(m.Decl, "]X") {
			decl = strings.Replace(decl, " = ", " "+form.Type+" = ", 1)
		}
		texts[p.Made].WriteString("\n" + numbered(decl, number) + "\n")
		args := form.Args
		if strings.Contains(args, "Q.") { // the main package may not name the types
			fmt.Fprintf(texts[p.Made], "\n"+numbered("func ArgumentN() %s { return %s }\n", number),
				q(strings.TrimSuffix(strings.TrimPrefix(form.Type, "func("), ", int) int"), p.Made), q(strings.TrimSuffix(args, ", 1"), p.Made))
			args = qualifier(p.Made, "") + "Argument" + number + "(), 1"
		}
		use := qualifier(p.Made, "") + numbered(m.Use, number)
		fmt.Fprintf(texts[""], "\n//greenlet:resumable\nfunc run%[1]d() { f := %[2]s; greenlet.Yield(f(%[3]s)) }\n", n, use, args)
		fmt.Fprintf(&list, "\tshow(%q, newRun%dFrame())\n", form.Name+" by "+m.Name, n)
	})
	fmt.Fprintf(texts[""], shows, list.String())
	for pkg, text := range texts {
		if text.Len() == 0 {
			continue
		}
		head, name := "package main\n\nimport (\n\t\"fmt\"\n", "in.go"
		if pkg != "" {
			head, name = "package "+pkg+"\n\nimport (\n", pkg+"/"+pkg+".go"
		}
		for _, imp := range []string{"impl", "mid"} {
			if strings.Contains(text.String(), imp+".") {
				head += "\t\"" + path + imp + "\"\n"
			}
		}
		if strings.Contains(text.String(), "greenlet.") {
			head += "\tgreenlet \"github.com/going-green/greenlet/runtime\"\n"
		}
		files[name] = head + ")\n" + text.String()
	}
	return files
}

// ValueProgram is the name of the program that Values makes.
func ValueProgram(p Placing, lost bool) string {
	if lost {
		return "values_" + p.Name + "_lost"
	}
	return "values_" + p.Name
}

// numbered replaces the N that ends words.
func numbered(text, n string) string { return replace(text, map[string]string{"N": n}) }
