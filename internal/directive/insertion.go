package directive

import (
	"bytes"
	"go/ast"
	"go/token"
	"strings"
)

// Insertion is where to insert which text to mark decl, of a file with the text src: on a line
// of its own directly above the declaration, below its comment, and as gofmt wants it. Where a
// comment ends is not asked for: the parser drops the carriage returns of its lines. ok is false
// if decl is marked.
func Insertion(fset *token.FileSet, src []byte, decl *ast.FuncDecl) (pos token.Pos, text string, ok bool) {
	pos = decl.Pos()
	var doc []*ast.Comment
	if decl.Doc != nil {
		doc = decl.Doc.List
	}
	for _, c := range doc {
		if marks(c) {
			return token.NoPos, "", false
		}
	}
	for len(doc) > 0 && isLine(doc[len(doc)-1].Text) { // it is of the line that follows
		pos, doc = doc[len(doc)-1].Pos(), doc[:len(doc)-1]
	}
	newline := "\n"
	if bytes.Contains(src, []byte("\r\n")) {
		newline = "\r\n"
	}
	at := fset.PositionFor(pos, false).Offset
	start := bytes.LastIndexByte(src[:at], '\n') + 1
	text = Resumable + newline
	if len(bytes.TrimSpace(src[start:at])) > 0 {
		return pos, newline + text, true
	}
	prose := len(doc) > 0 && !isDirective(doc[len(doc)-1].Text) && doc[len(doc)-1].Text != "//"
	for _, c := range doc {
		prose = prose && strings.HasPrefix(c.Text, "//")
	}
	if prose {
		text = "//" + newline + text
	}
	return pos - token.Pos(at-start), text, true
}

// isLine reports whether a comment says what the position is that follows it.
func isLine(comment string) bool {
	return strings.HasPrefix(comment, "//line ") || strings.HasPrefix(comment, "/*line ")
}

// isDirective reports whether gofmt takes a comment for a directive.
func isDirective(comment string) bool {
	_, ok := ast.ParseDirective(token.NoPos, comment)
	return ok || strings.HasPrefix(comment, "//export ") || strings.HasPrefix(comment, "//extern ")
}
