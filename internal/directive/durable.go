package directive

import (
	"go/ast"
	"go/token"
	"strconv"
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
// A point and a former name are of what stands before them on their line or, if nothing does, on
// the next that is no comment's.
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

// note is what a point or a former name is of: what stands on a line.
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
	return s.notes[note{what, at.Filename, at.Line}]
}

func isDurable(c *ast.Comment) bool {
	d, ok := ast.ParseDirective(c.Pos(), c.Text)
	return ok && d.Tool == tool && d.Name == verb && strings.TrimSpace(d.Args) == durable
}

// note keeps a point or a former name, and reports whether it is well formed.
func (p *parser) note(file *ast.File, c *ast.Comment, d ast.Directive) bool {
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
	if p.lines == nil {
		p.lines = p.linesOf(file)
	}
	at := p.fset.PositionFor(c.Pos(), false)
	line, ok := p.lines.named(at.Line, at.Column)
	of := note{d.Name, at.Filename, line}
	switch {
	case !ok:
		p.report(c.Pos(), diag.DirectiveMisplaced, prefix+d.Name+" is of nothing: the next line is empty", "put it behind what it is of, or on the line above")
		return false
	case p.set.notes[of] != "":
		p.report(c.Pos(), diag.DirectiveTwice, "line "+strconv.Itoa(line)+" has "+prefix+d.Name+" twice", "remove one, or give what it is of a line of its own")
		return false
	}
	p.set.notes[of] = name
	return true
}

// lines says what the lines of a file have.
type lines struct {
	code    map[int]int // the column where code begins
	comment map[int]bool
}

func (p *parser) linesOf(file *ast.File) *lines {
	l := &lines{map[int]int{}, map[int]bool{}}
	at := func(pos token.Pos) {
		if pos.IsValid() {
			p := p.fset.PositionFor(pos, false)
			if column, ok := l.code[p.Line]; !ok || p.Column < column {
				l.code[p.Line] = p.Column
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.Comment, *ast.CommentGroup:
			return false
		case *ast.File:
			return true
		}
		at(n.Pos())
		at(n.End() - 1)
		return true
	})
	for _, group := range file.Comments {
		for line := p.fset.PositionFor(group.Pos(), false).Line; line <= p.fset.PositionFor(group.End(), false).Line; line++ {
			l.comment[line] = true
		}
	}
	return l
}

// named is the line that a comment is of which begins there; ok is false if that has no code.
func (l *lines) named(line, column int) (of int, ok bool) {
	if begin, ok := l.code[line]; ok && begin < column {
		return line, true
	}
	for line++; l.comment[line] && l.code[line] == 0; line++ {
	}
	return line, l.code[line] > 0
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
