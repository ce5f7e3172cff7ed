package directive

import (
	"go/ast"
	"go/token"

	"github.com/going-green/greenlet/internal/diag"
)

// misplaced reports a directive that is in no function's doc comment: where it
// stands instead, and where it should stand.
func (p *parser) misplaced(file *ast.File, c *ast.Comment) {
	const remedy = "put it on the line above a function declaration"
	report := func(message, remedy string, related ...diag.Related) {
		p.report(c.Pos(), diag.DirectiveMisplaced, message, remedy, related...)
	}
	if c.Pos() < file.Package {
		report("the directive is above the package clause", remedy)
		return
	}
	prev, in, next := around(file, c)
	switch {
	case inGroup(in, c):
		report("a variable of a group cannot have a directive", "put it above the declaration: it is for all function literals in it")
	case p.onLiteral(in, c) || p.onLiteral(next, c):
		report("a function literal cannot have a directive", "make it a function declaration")
	case onInterfaceMethod(in, c):
		report("a method of an interface cannot have a directive",
			"put it above the methods that implement it")
	case in != nil:
		if fn, ok := in.(*ast.FuncDecl); ok {
			report("the directive is inside func "+fn.Name.Name, remedy)
		} else {
			report("the directive is inside "+kind(in), remedy)
		}
	case prev != nil && p.line(prev.End()) == p.line(c.Pos()):
		if fn, ok := prev.(*ast.FuncDecl); ok {
			p.set.refused[fn] = true
			report("the directive is behind func "+fn.Name.Name, "put it on the line above func "+fn.Name.Name)
		} else {
			report("the directive is behind "+kind(prev), remedy)
		}
	case next == nil:
		report("no function declaration follows the directive", remedy)
	default:
		fn, ok := next.(*ast.FuncDecl)
		if gen, vars := next.(*ast.GenDecl); vars && gen.Tok == token.VAR {
			if hasLiteral(gen) {
				report("the directive is not directly above the declaration of variables", "put it on the line above var")
			} else {
				report("there is no function literal in this declaration of variables", "remove the directive, or put it above the function that makes their value")
			}
			return
		}
		if !ok {
			report(kind(next)+" cannot have a directive", remedy)
			return
		}
		p.set.refused[fn] = true
		report("the directive is not directly above func "+fn.Name.Name,
			"put it on the line above func "+fn.Name.Name, p.related(fn.Pos(), "func "+fn.Name.Name+" is here"))
	}
}

// inGroup reports whether c is of a variable, with a function literal, in a group of decl.
func inGroup(decl ast.Decl, c *ast.Comment) bool {
	gen, ok := decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR || !gen.Lparen.IsValid() {
		return false
	}
	for _, spec := range gen.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok && (holds(v.Doc, c) || holds(v.Comment, c)) {
			return hasLiteral(&ast.GenDecl{Tok: token.VAR, Specs: []ast.Spec{v}})
		}
	}
	return false
}

// around finds the declaration that c is inside of, or else its neighbours.
// Syntax errors leave declarations without a place, which are passed over.
func around(file *ast.File, c *ast.Comment) (prev, in, next ast.Decl) {
	for _, decl := range file.Decls {
		if _, bad := decl.(*ast.BadDecl); bad {
			continue
		}
		switch {
		case decl.End() <= c.Pos():
			prev = decl
		case c.Pos() < decl.Pos():
			return prev, nil, decl
		default:
			return nil, decl, nil
		}
	}
	return prev, nil, nil
}

// onLiteral reports whether a function literal in decl starts on the line of c
// or on the one below it.
func (p *parser) onLiteral(decl ast.Decl, c *ast.Comment) bool {
	found := false
	inspect(decl, func(n ast.Node) {
		if lit, ok := n.(*ast.FuncLit); ok {
			if below := p.line(lit.Pos()) - p.line(c.End()); below == 0 || below == 1 {
				found = true
			}
		}
	})
	return found
}

func onInterfaceMethod(decl ast.Decl, c *ast.Comment) bool {
	found := false
	inspect(decl, func(n ast.Node) {
		t, ok := n.(*ast.InterfaceType)
		if !ok || t.Methods == nil {
			return
		}
		for _, m := range t.Methods.List {
			found = found || holds(m.Doc, c) || holds(m.Comment, c)
		}
	})
	return found
}

func holds(group *ast.CommentGroup, c *ast.Comment) bool {
	return group != nil && group.Pos() <= c.Pos() && c.End() <= group.End()
}

func inspect(decl ast.Decl, f func(ast.Node)) {
	if decl == nil {
		return
	}
	ast.Inspect(decl, func(n ast.Node) bool {
		if n != nil {
			f(n)
		}
		return true
	})
}

// line is the line in the file itself: what stands above what is no matter of
// //line directives.
func (p *parser) line(pos token.Pos) int { return p.fset.PositionFor(pos, false).Line }

func kind(decl ast.Decl) string {
	if gen, ok := decl.(*ast.GenDecl); ok {
		switch gen.Tok {
		case token.TYPE:
			return "a type declaration"
		case token.VAR:
			return "a variable declaration"
		case token.CONST:
			return "a constant declaration"
		case token.IMPORT:
			return "an import declaration"
		}
	}
	return "this declaration"
}
