package emit

import (
	"go/ast"
	"go/token"
	"path"
	"path/filepath"
	"strings"
)

// Places in the source, as Go says them.
//
// A source that has been generated itself, by goyacc, ragel or templ, says in //line
// directives what its lines come from. In the plain function these are the lines of panics,
// of runtime.Caller and of profiles; so they are here. A directive is copied as it is
// written: gc takes a relative name as it stands up to Go 1.26, and later against the
// directory of the file with the directive, which is the same for both files. Package
// go/token has the name resolved only.
//
// Directives inside a statement are lost: what is behind them has the lines that
// follow the statement's first.

// place is a line of a file. The file is empty for the one that is compiled.
type place struct {
	file string
	line int
}

// directives knows the names in the //line directives of a file.
type directives struct {
	fset *token.FileSet
	list []named
}

type named struct {
	pos            token.Pos
	name, resolved string
}

func newDirectives(src Source) *directives {
	d := &directives{fset: src.Fset}
	dir := filepath.Dir(src.Fset.PositionFor(src.File.FileStart, false).Filename)
	for _, group := range src.File.Comments {
		for _, k := range group.List {
			name := directiveName(k)
			if name == "" {
				continue
			}
			resolved := filepath.Clean(name)
			if !filepath.IsAbs(resolved) {
				resolved = filepath.Join(dir, resolved)
			}
			d.list = append(d.list, named{k.Pos(), name, resolved})
		}
	}
	return d
}

// directiveName is the name of the file in a //line directive, or empty.
func directiveName(k *ast.Comment) string {
	text, ok := strings.CutPrefix(k.Text, "//line ")
	if !ok {
		if text, ok = strings.CutPrefix(k.Text, "/*line "); !ok {
			return ""
		}
		text = strings.TrimSuffix(text, "*/")
	}
	text = strings.TrimSuffix(text, "\r")
	for range 2 { // file:line, file:line:column
		i := strings.LastIndexByte(text, ':')
		if i < 0 || strings.Trim(text[i+1:], "0123456789") != "" {
			break
		}
		text = text[:i]
	}
	return text
}

// at is where Go says that pos is; resolved, with the name that package go/token has.
func (d *directives) at(pos token.Pos, resolved bool) place {
	adjusted := d.fset.Position(pos)
	if adjusted.Filename == d.fset.PositionFor(pos, false).Filename || adjusted.Filename == "" {
		return place{"", adjusted.Line}
	}
	p := place{adjusted.Filename, adjusted.Line}
	for _, n := range d.list {
		if n.pos < pos && n.resolved == adjusted.Filename && !resolved {
			p.file = n.name // the last one before pos
		}
	}
	return p
}

// placeOf is where Go says that a position in the user's source is.
func (e *funcEmitter) placeOf(pos token.Pos) place { return e.directives.at(pos, false) }

// callPos is where gc says that a call is: at the parenthesis, which may be lines behind
// the operand, as behind a function literal and in chains of methods.
func callPos(call *ast.CallExpr) token.Pos {
	if call.Lparen.IsValid() {
		return call.Lparen
	}
	return call.Pos()
}

// sourcePath is the file of p as go build -trimpath has it.
func (e *funcEmitter) sourcePath(p place) string {
	switch {
	case p.file == "":
		p.file = e.fileName()
	case filepath.IsAbs(p.file):
		return p.file
	}
	return path.Join(importPath(e.Pkg), filepath.ToSlash(p.file))
}
