package directive

import (
	"go/ast"
	"go/token"
	"strings"
	"unicode"

	"github.com/going-green/greenlet/internal/diag"
)

// What a program says of functions whose suspended calls outlive it:
//
//	//greenlet:resumable durable
//	//greenlet:was dispatch             the function's name in snapshots taken before
//	func order(o Item) error {
//		tries := 0 //greenlet:was n     the variable's
//		//greenlet:point charge         the name of the suspension on the next line
//		err := pay(o)
//		…
//
// A point and a former name are of what stands on their line or, if nothing does, on the next.
const (
	durable = "durable"
	point   = "point"
	was     = "was"
)

// The points that no suspension is at, as tables call them.
const (
	Start  = "start"
	Unwind = "unwind" // where deferred calls are made
)

// Durable is the directive of durable functions, as it is written.
const Durable = Resumable + " " + durable

// note is where a point or a former name stands.
type note struct {
	what string // point or was
	file string
	line int
}

// Durable reports whether decl is marked as durable.
func (s *Set) Durable(decl *ast.FuncDecl) bool { return s != nil && s.durable[decl] }

// Point is the name that the program gives to the suspension in a statement that begins at pos,
// or "".
func (s *Set) Point(fset *token.FileSet, pos token.Pos) string { return s.noted(fset, point, pos) }

// Was is the former name of the function or variable declared at pos, or "".
func (s *Set) Was(fset *token.FileSet, pos token.Pos) string { return s.noted(fset, was, pos) }

func (s *Set) noted(fset *token.FileSet, what string, pos token.Pos) string {
	if s == nil || len(s.notes) == 0 {
		return ""
	}
	at := fset.PositionFor(pos, false)
	if name := s.notes[note{what, at.Filename, at.Line}]; name != "" {
		return name
	}
	return s.notes[note{what, at.Filename, at.Line - 1}]
}

func isDurable(c *ast.Comment) bool {
	d, ok := ast.ParseDirective(c.Pos(), c.Text)
	return ok && d.Tool == tool && d.Name == verb && strings.TrimSpace(d.Args) == durable
}

// note keeps a point or a former name, and reports whether it is well formed.
func (p *parser) note(c *ast.Comment, d ast.Directive) bool {
	name := strings.TrimSpace(d.Args)
	if !isName(name) {
		what := "the name of the suspension on its line or the next"
		if d.Name == was {
			what = "a former name"
		}
		p.report(c.Pos(), diag.DirectiveArgs, prefix+d.Name+" wants "+what, "write it "+prefix+d.Name+" name")
		return false
	}
	if d.Name == point && (name == Start || name == Unwind) {
		p.report(c.Pos(), diag.DirectiveArgs, "a suspension cannot be named "+name+": tables of durable functions have a point of that name", "give it another name")
		return false
	}
	at := p.fset.PositionFor(c.Pos(), false)
	p.set.notes[note{d.Name, at.Filename, at.Line}] = name
	return true
}

// isName reports whether s may stand in a table of points, which is words in a raw string
// literal: a mark of the table's own, a space or a quote would be read as that. Names of
// functions, and the labels that suspensions without a name have, may.
func isName(s string) bool {
	for _, r := range s {
		if r <= ' ' || unicode.IsSpace(r) || strings.ContainsRune(";,|<>=^`", r) {
			return false
		}
	}
	return s != ""
}
