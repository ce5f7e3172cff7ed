package emit

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Comments and line breaks.
//
// Input: a parsed file. Output: for the lists in it (of statements, clauses,
// fields, specifications), the comments that belong to each line; for any two
// places within an expression, the comments and line breaks between them.
//
// A comment belongs to the line that it stands behind, else to the line that
// follows it, else to the end of its list. Where none of this applies, as in
// if /* really */ x {, it moves before the statement it is in. So no comment
// is lost as long as no hook drops it.

// Comments knows the comments and line breaks of one file. The nil *Comments
// has none.
type Comments struct {
	file *token.File
	list []*ast.Comment // by position
	near map[ast.Node]*surroundings
}

// surroundings are the comments of a node: of one in a list and of one that
// holds a list.
type surroundings struct {
	before []*ast.Comment // on lines above the node, or leading to it
	behind []*ast.Comment // on the line where the node ends
	after  []*ast.Comment // between the last node of a list and the list's end
	list   ast.Node       // the list that the node is the first of

	opening []*ast.Comment // behind the list's opening bracket, on its line
	inside  []*ast.Comment // the others, if the list has no nodes
}

// NewComments finds the comments of a file, which must have been parsed with
// parser.ParseComments.
func NewComments(fset *token.FileSet, file *ast.File) *Comments {
	cm := &Comments{file: fset.File(file.FileStart), near: map[ast.Node]*surroundings{}}
	for _, group := range file.Comments {
		cm.list = append(cm.list, group.List...)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			cm.addBlock(n)
		case *ast.StructType:
			cm.addList(n.Fields, n.Fields.Opening, nodes(n.Fields.List), n.Fields.Closing)
		case *ast.InterfaceType:
			cm.addList(n.Methods, n.Methods.Opening, nodes(n.Methods.List), n.Methods.Closing)
		case *ast.GenDecl:
			cm.addList(n, n.Lparen, nodes(n.Specs), n.Rparen)
		case *ast.LabeledStmt:
			cm.touch(n.Stmt).before = cm.between(n.Colon, n.Stmt.Pos())
		}
		return true
	})
	return cm
}

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

func nodes[N ast.Node](list []N) []ast.Node {
	out := make([]ast.Node, len(list))
	for i, n := range list {
		out[i] = n
	}
	return out
}

// touch is at for filling in.
func (cm *Comments) touch(n ast.Node) *surroundings {
	if cm.near[n] == nil {
		cm.near[n] = new(surroundings)
	}
	return cm.near[n]
}

// at has what is known about a node, which may be nil.
func (cm *Comments) at(n ast.Node) surroundings {
	if cm == nil || n == nil || cm.near[n] == nil {
		return surroundings{}
	}
	return *cm.near[n]
}

// addList shares out the comments between the brackets of a list.
func (cm *Comments) addList(owner ast.Node, open token.Pos, list []ast.Node, close token.Pos) {
	if !open.IsValid() || !close.IsValid() {
		return
	}
	bracket := cm.touch(owner)
	if len(list) == 0 {
		bracket.opening, bracket.inside = cm.split(open, close)
		return
	}
	first := cm.touch(list[0])
	first.list = owner
	bracket.opening, first.before = cm.split(open, list[0].Pos())
	for i, n := range list {
		if i+1 < len(list) {
			cm.touch(n).behind, cm.touch(list[i+1]).before = cm.split(n.End(), list[i+1].Pos())
		} else {
			cm.touch(n).behind, cm.touch(n).after = cm.split(n.End(), close)
		}
	}
}

// addBlock is addList for a block. That of a switch or select holds clauses:
// there, a comment between two belongs to the first as long as it is indented
// more than the word case.
func (cm *Comments) addBlock(b *ast.BlockStmt) {
	cm.addList(b, b.Lbrace, nodes(b.List), b.Rbrace)
	for i, s := range b.List {
		next := b.Rbrace
		if i+1 < len(b.List) {
			next = b.List[i+1].Pos()
		}
		end := cm.clauseEnd(s, next)
		switch s := s.(type) {
		case *ast.CaseClause:
			cm.addList(s, s.Colon, nodes(s.Body), end)
		case *ast.CommClause:
			cm.addList(s, s.Colon, nodes(s.Body), end)
		default:
			return
		}
		cm.touch(s).behind, cm.touch(s).after = nil, nil
		if i+1 < len(b.List) {
			cm.touch(b.List[i+1]).before = cm.between(end, next)
		} else {
			cm.touch(s).after = cm.between(end, next)
		}
	}
}

// clauseEnd is where a clause ends with its comments, at the latest at next.
func (cm *Comments) clauseEnd(clause ast.Stmt, next token.Pos) token.Pos {
	start, end := cm.position(clause.Pos()), cm.position(clause.End())
	for _, k := range cm.between(clause.End(), next) {
		if p := cm.position(k.Pos()); p.Line > end.Line && p.Column <= start.Column {
			return k.Pos()
		}
	}
	return next
}

// split finds the comments between two places: those on the line of the first,
// and the others. If the second is on that line too, they all lead to it.
func (cm *Comments) split(from, to token.Pos) (near, far []*ast.Comment) {
	all := cm.between(from, to)
	i, line := 0, cm.line(from)
	if cm.line(to) != line {
		for i < len(all) && cm.line(all[i].Pos()) == line {
			i++
		}
	}
	return all[:i:i], all[i:]
}

// between finds the comments between two places.
func (cm *Comments) between(from, to token.Pos) []*ast.Comment {
	if cm == nil {
		return nil
	}
	search := func(pos token.Pos) int {
		i, _ := slices.BinarySearchFunc(cm.list, pos, func(k *ast.Comment, pos token.Pos) int {
			return int(k.Pos() - pos)
		})
		return i
	}
	i, j := search(from), search(to)
	return cm.list[i:max(i, j)]
}

// position and line go by the lines of the file, whatever //line says.
func (cm *Comments) position(pos token.Pos) token.Position {
	return cm.file.PositionFor(pos, false)
}

func (cm *Comments) line(pos token.Pos) int { return cm.position(pos).Line }

// has reports whether positions are those of the file. Made-up syntax has
// none, and syntax of another file has none here.
func (cm *Comments) has(list ...token.Pos) bool {
	if cm == nil {
		return false
	}
	for _, pos := range list {
		if pos < token.Pos(cm.file.Base()) || token.Pos(cm.file.End()) < pos {
			return false
		}
	}
	return true
}

// oneLine reports whether the source has all of a node on one line.
func (cm *Comments) oneLine(n ast.Node) bool {
	return cm.has(n.Pos(), n.End()) && cm.line(n.Pos()) == cm.line(n.End())
}

// start is where a node starts with the comments before it.
func (cm *Comments) start(n ast.Node) token.Pos {
	if before := cm.at(n).before; len(before) > 0 {
		return before[0].Pos()
	}
	return n.Pos()
}

// blank reports whether there is a blank line between two places, or rather
// between the last comment before the second and the second.
func (cm *Comments) blank(from, to token.Pos) bool {
	if !cm.has(from, to) {
		return false
	}
	if passed := cm.between(from, to); len(passed) > 0 {
		from = passed[len(passed)-1].End()
	}
	return cm.line(to) > cm.line(from)+1
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
		if i == 0 && opening {
			before = slices.Concat(cm.at(near.list).opening, before)
		}
		if i > 0 && cm.blank(list[i-1].End(), cm.start(n)) {
			out = append(out, jen.Line())
		}
		if !replaced {
			before = slices.Concat(before, c.missed(n))
		}
		above, line := c.leading(before, n)
		if len(code) > 0 {
			// A hook's first line is what the user's statement became.
			line.Add(code[0])
			code = code[1:]
		}
		line.Add(c.comments(near.behind, token.NoPos)...)
		out = append(append(append(out, above...), line), code...)
		if len(near.after) > 0 && cm.blank(n.End(), near.after[0].Pos()) {
			out = append(out, jen.Line())
		}
		out = append(out, c.ending(near.after)...)
	}
	return out
}

// leading converts the comments before a node, and starts the line of the node
// itself: with a comment before it on its line, if there is one.
func (c *Converter) leading(list []*ast.Comment, n ast.Node) (above []jen.Code, line *jen.Statement) {
	cm := c.Comments
	line = jen.Null()
	if len(list) == 0 {
		return nil, line
	}
	last := list[len(list)-1]
	switch {
	case !cm.has(n.Pos()):
	case last.End() <= n.Pos() && cm.line(last.End()) == cm.line(n.Pos()):
		line = c.comment(last)
		list = list[:len(list)-1]
	case cm.position(last.Pos()).Column == cm.position(n.Pos()).Column:
		line = jen.Empty()
	}
	return c.comments(list, n.Pos()), line
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

// gap has the comments and line breaks between two places where Go allows a
// line break. It is nil if there are none.
func (c *Converter) gap(from, to token.Pos) *jen.Statement {
	cm := c.Comments
	if !cm.has(from, to) || from > to {
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
