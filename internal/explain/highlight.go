package explain

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A segment is a part of a line that is shown in one way.
type segment struct {
	Text  string
	Class string // keyword, string, comment, or ""
	Field string // of the variable that it names, or ""
}

// pageLine is a line of the source on a page.
type pageLine struct {
	Number   int
	States   []*State // that suspend in it
	Segments []segment
}

// Marks are the numbers of the states, for attributes.
func (l *pageLine) Marks() string {
	var s []string
	for _, state := range l.States {
		s = append(s, state.Name())
	}
	return strings.Join(s, " ")
}

// pageLines are the lines of the source, with what is known of their parts.
func pageLines(x *Explanation) []*pageLine {
	lines := make([]*pageLine, len(x.Source.Lines))
	for i := range lines {
		lines[i] = &pageLine{Number: x.Source.First + i}
	}
	for i := range x.States {
		s := &x.States[i]
		for n := s.Pos.Line; n <= s.End.Line && n-x.Source.First < len(lines); n++ {
			if n < x.Source.First || n > s.Pos.Line && n < s.End.Line && s.End.Line-s.Pos.Line > 3 {
				continue // of a long call, such as one with a literal, its ends
			}
			line := lines[n-x.Source.First]
			line.States = append(line.States, s)
		}
	}
	fields := map[[2]int]string{}
	for _, m := range x.Source.Mentions {
		fields[[2]int{m.Line, m.Column}] = m.Field
	}
	cut(strings.Join(x.Source.Lines, "\n"), lines, fields)
	return lines
}

// cut divides text, which begins with the first of lines, into segments.
func cut(text string, lines []*pageLine, fields map[[2]int]string) {
	if len(lines) == 0 {
		return
	}
	line, start, done := 0, 0, 0 // the current line, where it starts, up to where it is cut
	put := func(end int, class, field string) {
		for done < end {
			stop := end
			if i := strings.IndexByte(text[done:end], '\n'); i >= 0 {
				stop = done + i
			}
			if stop > done {
				s := strings.ReplaceAll(text[done:stop], "\r", "")
				lines[line].Segments = append(lines[line].Segments, segment{s, class, field})
			}
			if done = stop; done < end { // a newline
				done++
				line, start = line+1, done
			}
		}
	}
	var s scanner.Scanner
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		class, field := "", ""
		from := file.Offset(pos)
		put(from, "", "")
		switch {
		case tok == token.COMMENT:
			class = "comment"
		case tok == token.STRING || tok == token.CHAR:
			class = "string"
		case tok.IsKeyword():
			class = "keyword"
		case tok == token.IDENT:
			field = fields[[2]int{lines[line].Number, from - start + 1}]
		default:
			continue
		}
		put(min(from+len(lit), len(text)), class, field)
	}
	put(len(text), "", "")
}
