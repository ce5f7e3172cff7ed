package emit

import (
	"go/ast"
	"go/token"
	"slices"
)

// Where comments belong.
//
// Input: a parsed file. Output: for the lists in it (of statements, clauses,
// fields, specifications), the comments of each line.
//
// A comment belongs to the line that it stands behind, else to the line that
// follows it, else to the end of its list. What stands within a line is found
// by position; see layout.go.

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
