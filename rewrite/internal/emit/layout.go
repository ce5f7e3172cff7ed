package emit

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Comments and line breaks in the output.
//
// Input: nodes and what Comments knows about them. Output: lines of code with
// their comments and the blank lines between them; within an expression, the
// comments and line breaks wherever Go allows a line to end.
//
// A comment that has no such place, as in for i := 0 /* first */; i < n; {,
// moves before the statement it is in. So no comment is lost as long as no
// hook drops it. Before a clause it keeps its meaning:
//
//	case 1:
//		f()
//		// indented: ends case 1
//	// not indented: leads to case 2
//	case 2:

// Before has the comments that lead to a statement, for a hook that places
// them itself. For the first of a list they include those behind the brace.
func (c *Converter) Before(s ast.Stmt) []jen.Code {
	near := c.Comments.at(s)
	return c.comments(slices.Concat(c.Comments.at(near.list).opening, near.before), s.Pos())
}

// Behind has the comments behind a statement on its last line and, if it is
// the last of its list, those that end the list.
func (c *Converter) Behind(s ast.Stmt) (line, end []jen.Code) {
	near := c.Comments.at(s)
	return c.comments(near.behind, token.NoPos), c.comments(near.after, token.NoPos)
}

// lines converts the nodes of a list, one below the other, with their
// comments and the blank lines between them. With opening, it has the comments
// behind the opening bracket, too. What conv has replaced keeps no comments
// but those that conv converts.
func lines[N ast.Node](c *Converter, list []N, opening bool, conv func(n N) (code []jen.Code, replaced bool)) []jen.Code {
	cm := c.Comments
	var out []jen.Code
	for i, n := range list {
		c.forget(n)
		code, replaced := conv(n)
		near := cm.at(n)
		before := near.before
		if opening {
			before = slices.Concat(cm.at(near.list).opening, before)
		}
		if i > 0 && cm.blank(list[i-1].End(), cm.start(n)) {
			out = append(out, jen.Line())
		}
		if !replaced {
			before = slices.Concat(before, c.missed(n))
		}
		behind := c.comments(near.behind, token.NoPos)
		if len(code) == 0 {
			out = append(append(out, c.comments(before, n.Pos())...), behind...)
		} else {
			// A hook's first line is what the user's statement became.
			above, line := c.leading(before, n)
			line.Add(code[0]).Add(behind...)
			out = append(append(append(out, above...), line), code[1:]...)
		}
		if len(near.after) > 0 && cm.blank(n.End(), near.after[0].Pos()) {
			out = append(out, jen.Line())
		}
		out = append(out, c.ending(near.after)...)
	}
	return out
}

// lineBefore asks the LineHook about a node, if that is a statement.
func (c *Converter) lineBefore(n ast.Node) jen.Code {
	s, ok := n.(ast.Stmt)
	if !ok || c.LineHook == nil {
		return nil
	}
	switch s.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return nil
	}
	return c.LineHook(s)
}

// leading converts the comments before a node, with what the LineHook puts
// there, and starts the line of the node itself: with a comment before it on
// its line, if there is one.
func (c *Converter) leading(list []*ast.Comment, n ast.Node) (above []jen.Code, line *jen.Statement) {
	cm := c.Comments
	line = jen.Null()
	if len(list) > 0 && cm.has(n.Pos()) {
		last := list[len(list)-1]
		switch {
		case last.End() <= n.Pos() && cm.line(last.End()) == cm.line(n.Pos()):
			line = c.comment(last)
			list = list[:len(list)-1]
		case cm.position(last.Pos()).Column == cm.position(n.Pos()).Column:
			line = jen.Empty()
		}
	}
	above = c.comments(list, n.Pos())
	if mark := c.lineBefore(n); mark != nil {
		above = append(above, jen.Empty().Add(mark)) // not in the first column, see comment
	}
	return above, line
}

// ending converts the comments at the end of a list.
func (c *Converter) ending(list []*ast.Comment) []jen.Code {
	out := c.comments(list, token.NoPos)
	for i, code := range out {
		out[i] = jen.Empty().Add(code)
	}
	return out
}

// comments converts comments that stand one below the other, above next if
// that is valid, keeping blank lines.
func (c *Converter) comments(list []*ast.Comment, next token.Pos) []jen.Code {
	var out []jen.Code
	for i, k := range list {
		out = append(out, c.comment(k))
		if i+1 < len(list) && c.Comments.blank(k.End(), list[i+1].Pos()) || i+1 == len(list) && c.Comments.blank(k.End(), next) {
			out = append(out, jen.Line())
		}
	}
	return out
}

// comment converts one comment. A directive becomes a remark: in generated
// code it would speak of another place than it was written for.
func (c *Converter) comment(k *ast.Comment) *jen.Statement {
	if c.placed == nil {
		c.placed = map[*ast.Comment]bool{}
	}
	c.placed[k] = true
	text := k.Text
	_, directive := ast.ParseDirective(token.NoPos, text)
	for _, prefix := range []string{"//line ", "/*line ", "//extern ", "//export "} {
		directive = directive || strings.HasPrefix(text, prefix)
	}
	if directive {
		text = text[:2] + " " + text[2:]
	}
	// Gofmt looks at columns, and jennifer does not indent. A comment in the
	// first column would be taken for a doc comment and reformatted; one in
	// the column of the case below it belongs there. So comments are
	// in the second column, those at the end of a list in the third, and a line
	// in the first or, if the source aligns it with its comment, the second.
	return jen.Empty().Comment(text)
}

// forget and missed find the comments within a node that its conversion,
// between the two calls, has no place for.
func (c *Converter) forget(n ast.Node) {
	for _, k := range c.Comments.between(n.Pos(), n.End()) {
		delete(c.placed, k)
	}
}

func (c *Converter) missed(n ast.Node) (list []*ast.Comment) {
	for _, k := range c.Comments.between(n.Pos(), n.End()) {
		if !c.placed[k] {
			list = append(list, k)
		}
	}
	return list
}

// gapInLine is gap where Go allows no line break. There is none in source text;
// but the operand may be a replacement, and end elsewhere than the original.
func (c *Converter) gapInLine(from, to token.Pos) *jen.Statement {
	if !c.Comments.has(from, to) || c.Comments.line(from) != c.Comments.line(to) {
		return nil
	}
	return c.gap(from, to)
}

// gap has the comments and line breaks between two places where Go allows a
// line break. It is nil if there are none.
func (c *Converter) gap(from, to token.Pos) *jen.Statement {
	cm := c.Comments
	if !cm.has(from, to) {
		return nil
	}
	var code *jen.Statement
	line := cm.line(from)
	breakBefore := func(pos token.Pos) {
		if code == nil {
			code = jen.Null()
		}
		for range min(2, cm.line(pos)-line) {
			code.Line()
		}
	}
	for _, k := range cm.between(from, to) {
		breakBefore(k.Pos())
		code.Add(c.comment(k))
		line = cm.line(k.End())
	}
	if cm.line(to) > line {
		breakBefore(to)
	}
	return code
}

// braced puts lines between brackets behind a head, with the comments that the
// source has behind the opening one. If sameLine, what stands on one line in the
// source stays there.
func (c *Converter) braced(head *jen.Statement, open string, owner ast.Node, close string, code []jen.Code, sameLine bool) *jen.Statement {
	near := c.Comments.at(owner)
	code = append(code, c.ending(near.inside)...)
	opening := c.comments(near.opening, token.NoPos)
	switch {
	case sameLine && c.Comments.oneLine(owner):
		return head.Custom(jen.Options{Open: open, Close: close, Separator: ";"}, code...)
	case len(opening) == 0:
		return head.Custom(jen.Options{Open: open, Close: close, Multi: true}, code...)
	}
	// A multi-line group starts a line behind its opening bracket.
	items := opening
	for _, line := range code {
		items = append(items, jen.Line(), line)
	}
	if close != "" {
		items = append(items, jen.Line())
	}
	return head.Custom(jen.Options{Open: open, Close: close}, items...)
}
