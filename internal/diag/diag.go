// Package diag is how the tool tells a user that a program cannot be
// rewritten: a position, a cause, the places that led to it, and what to do.
//
// A diagnostic is about the user's program. A fault of the tool itself is a
// panic or an error of another type, never a Diagnostic.
package diag

import (
	"cmp"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Diagnostic is one reason why a program cannot be rewritten. One cause has
// one Diagnostic, however many places show it.
type Diagnostic struct {
	Pos     token.Position
	Code    Code      // stable; users search for it
	Message string    // lower case, no final stop
	Related []Related // in the order in which they explain the message
	Remedy  string    // what to do, or "" if nothing short can be said

	// Annotate are the functions that lack the directive, if to give it to them is what mends this.
	Annotate []Unmarked
}

// An Unmarked is a function that lacks the directive.
type Unmarked struct {
	Pos token.Position // of the name, where it is declared: in the file, whatever //line says
	Why string         // what it does that wants the directive: calls greenlet.Yield
}

// Related is a place that takes part in a Diagnostic.
type Related struct {
	Pos     token.Position
	Message string
}

// A List holds the diagnostics of one or more packages.
type List []Diagnostic

// Sort orders the list by file, line and column, then by code and message,
// and drops exact repetitions (a file that belongs to two variants of a
// package is looked at twice).
func (l *List) Sort() {
	slices.SortStableFunc(*l, compare)
	*l = slices.CompactFunc(*l, func(a, b Diagnostic) bool { return compare(a, b) == 0 })
}

func compare(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(a.Pos.Filename, b.Pos.Filename),
		cmp.Compare(a.Pos.Line, b.Pos.Line),
		cmp.Compare(a.Pos.Column, b.Pos.Column),
		cmp.Compare(a.Code, b.Code),
		cmp.Compare(a.Message, b.Message),
	)
}

// Err is nil for an empty list and an [*Error] that holds a sorted copy of the
// list otherwise.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	sorted := slices.Clone(l)
	sorted.Sort()
	return &Error{List: sorted}
}

// Relative is a copy of the list in which file names below dir are relative
// to it, as the go command prints them.
func (l List) Relative(dir string) List {
	out := slices.Clone(l)
	for i := range out {
		d := &out[i]
		d.Pos = relative(dir, d.Pos)
		d.Related = slices.Clone(d.Related)
		for j := range d.Related {
			d.Related[j].Pos = relative(dir, d.Related[j].Pos)
		}
	}
	return out
}

func relative(dir string, pos token.Position) token.Position {
	if !filepath.IsAbs(pos.Filename) {
		return pos
	}
	rel, err := filepath.Rel(dir, pos.Filename)
	if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		pos.Filename = rel
	}
	return pos
}

// Error is a non-empty List as an error.
type Error struct{ List List }

// Error is the text of the list as Format prints it, without colour and
// without the final newline.
func (e *Error) Error() string {
	var b strings.Builder
	_ = e.List.Format(&b, false) // a Builder does not fail
	return strings.TrimSuffix(b.String(), "\n")
}
