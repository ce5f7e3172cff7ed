package emit

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Line directives.
//
// Input: formatted code with marks, comments of their own that say from which
// line of the source the next line of code comes. Output: the code with
// //line directives where, by counting lines, Go would say another one.
// Guarantees: each marked line has the user's file and line in tracebacks,
// profiles and debuggers, those of the user's own //line directives if there are any
// (place.go); what stands outside marks, the generated file's. The
// code is still formatted, unless placeLines says that it may not be.
//
// A directive says a column, too, though that means nothing: of positions without one,
// blocks of statements of two forms of a function may be the same to go tool cover, which
// refuses such a profile.
//
// The directives are added last, since jennifer would report a mistake of ours
// in the user's file.

const (
	lineMark = "// @line "
	ownMark  = lineMark + "0"
)

// lineOf marks the next line of code as that of pos.
func (e *funcEmitter) lineOf(pos token.Pos) jen.Code {
	p := e.directives.at(pos, e.debugger)
	text := lineMark + strconv.Itoa(p.line)
	if p.file != "" {
		text += " " + p.file
	}
	return jen.Comment(text)
}

func (e *funcEmitter) mark(s ast.Stmt) jen.Code {
	if !s.Pos().IsValid() || !e.debugger && !e.leads(s.Pos()) {
		return nil
	}
	return e.lineOf(s.Pos())
}

// leads reports whether what is at pos is the first on its line, or in the body
// of the function: the body of a literal on one line stays on one.
func (e *funcEmitter) leads(pos token.Pos) bool {
	if body := e.fn.Decl.Body; pos > body.Lbrace && e.blank(body.Lbrace+1, pos) {
		return true
	}
	p := e.fset.PositionFor(pos, false)
	return e.blank(pos-token.Pos(p.Column-1), pos)
}

// blank reports whether there is nothing between two places of the source, or only a
// /*line*/ directive.
func (e *funcEmitter) blank(from, to token.Pos) bool {
	start, end := e.fset.PositionFor(from, false).Offset, e.fset.PositionFor(to, false).Offset
	if start < 0 || start > end || end > len(e.source) {
		return false
	}
	text := bytes.TrimSpace(e.source[start:end])
	return len(text) == 0 || bytes.HasPrefix(text, []byte("/*line ")) && bytes.Index(text, []byte("*/")) == len(text)-2
}

// placeLines turns marks into directives. source and own are the names of the
// files, without directories; skip is the number of lines that will stand
// before code. With each, all lines up to the next mark have the line of the mark, as a
// debugger wants: what a statement was made into is one step. Without the marks gofmt
// may have something to do: it aligns comments behind code on adjacent lines, and
// removes blank lines beside others or a brace. If there is none of these where a mark
// was, formatted reports that it has not.
func placeLines(code []byte, source, own string, skip int, each bool) (placed []byte, formatted bool) {
	var out bytes.Buffer
	out.Grow(len(code) + len(code)/8)
	formatted = true
	last, joined := "", false // the line before, and whether a mark stood behind it
	written := skip           // lines so far
	put := func(line string) {
		out.WriteString(line)
		out.WriteByte('\n')
		written++
	}
	mapped := place{}       // what Go will give to the next line; line 0 is the file's own
	want := place{line: -1} // that it shall have, or line -1
	text := strings.TrimSuffix(string(code), "\n")
	for line := range strings.SplitSeq(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if mark, ok := strings.CutPrefix(trimmed, lineMark); ok {
			number, file, _ := strings.Cut(mark, " ")
			want.line, _ = strconv.Atoi(number)
			want.file = cmp.Or(file, source)
			joined = true
			continue
		}
		if joined && (trimmed == "" || trimmed[0] == '}' || commented(last) && commented(trimmed)) {
			formatted = false
		}
		last, joined = trimmed, false
		switch {
		case want.line == 0 && mapped.line != 0 && trimmed != "":
			// A blank line keeps it out of the doc comment that follows.
			put(fmt.Sprintf("//line %s:%d:1", own, written+2))
			put("")
			mapped = place{}
		case want.line > 0 && want != mapped && trimmed != "" && !remark(trimmed):
			put(fmt.Sprintf("//line %s:%d:1", want.file, want.line))
			mapped = want
		}
		if trimmed != "" && !remark(trimmed) && (!each || want.line <= 0) {
			want.line = -1
		}
		put(line)
		if mapped.line > 0 {
			mapped.line++
		}
	}
	return out.Bytes(), formatted
}

// commented reports whether there may be a comment in a line behind code.
func commented(line string) bool {
	return len(line) > 2 && (strings.Contains(line[1:], "//") || strings.Contains(line[1:], "/*") || strings.Contains(line, "*/"))
}

// remark reports whether a line holds a comment and no code.
func remark(line string) bool {
	return strings.HasPrefix(line, "//") || strings.HasPrefix(line, "/*") && strings.Index(line, "*/") == len(line)-2
}
