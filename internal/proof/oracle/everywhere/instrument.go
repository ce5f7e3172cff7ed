package everywhere

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/directive"
)

// A program is a test with its syntax, its types, and what is left plain of it.
type program struct {
	Test
	name string // of its directory
	fset *token.FileSet
	file *ast.File
	info *types.Info

	edits []edit            // those that make its instrumented text
	got   string            // what it prints, rewritten
	plain map[ast.Node]bool // functions and literals without suspensions
}

type edit struct {
	at   int
	text string
}

// instrument is the text with a directive for each function that is not left
// plain, a suspension before each of its statements, and operands passed
// through a function that suspends. Lines stay where they are, unless there is
// no room for a directive.
func (p *program) instrument() string {
	w := &instrumenter{program: p, barred: map[ast.Node]bool{}, wrapped: map[ast.Node]bool{}}
	p.edits = nil
	for _, decl := range p.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if isMain(fn) {
				w.rename()
			}
			if p.annotated(fn) {
				w.direct(fn)
				w.walk(fn.Body)
			}
		}
	}
	slices.SortStableFunc(p.edits, func(x, y edit) int { return cmp.Compare(x.at, y.at) })
	var out strings.Builder
	at := 0
	for _, e := range p.edits {
		e.at = max(e.at, at)
		out.WriteString(p.Text[at:e.at])
		out.WriteString(e.text)
		at = e.at
	}
	out.WriteString(p.Text[at:])
	return out.String()
}

// annotated reports whether fn gets the directive.
func (p *program) annotated(fn *ast.FuncDecl) bool {
	if fn.Body == nil || fn.Name.Name == "_" || fn.Recv == nil && fn.Name.Name == "init" || p.plain[fn] {
		return false
	}
	// What must not grow the stack has no room for more.
	return fn.Doc == nil || !slices.ContainsFunc(fn.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:nosplit")
	})
}

func isMain(fn *ast.FuncDecl) bool { return fn.Recv == nil && fn.Name.Name == "main" }

// original is the offset in the program's text that became offset at of the
// instrumented one.
func (p *program) original(at int) int {
	shift := 0
	for _, e := range p.edits {
		switch {
		case at < e.at+shift:
			return at - shift
		case at < e.at+shift+len(e.text):
			return e.at
		}
		shift += len(e.text)
	}
	return at - shift
}

func (p *program) offset(pos token.Pos) int { return p.fset.PositionFor(pos, false).Offset }

type instrumenter struct {
	*program
	barred  map[ast.Node]bool // expressions to leave as they are, but for their operands
	wrapped map[ast.Node]bool
}

func (w *instrumenter) insert(pos token.Pos, text string) {
	w.edits = append(w.edits, edit{w.offset(pos), text})
}

// rename gives func main and its uses another name.
func (w *instrumenter) rename() {
	for _, uses := range []map[*ast.Ident]types.Object{w.info.Defs, w.info.Uses} {
		for id, obj := range uses {
			if fn, ok := obj.(*types.Func); ok && fn.Name() == "main" && fn.Signature().Recv() == nil {
				w.insert(id.End(), strings.TrimPrefix(realMain, "main"))
			}
		}
	}
}

// direct adds the directive: on a blank line above, so that no line moves, or
// else on one of its own.
func (w *instrumenter) direct(fn *ast.FuncDecl) {
	at := w.offset(fn.Type.Pos())
	line := strings.LastIndexByte(w.Text[:at], '\n') + 1
	before := w.Text[:line]
	switch {
	case strings.HasSuffix(before, "\n\n") && line == at:
		w.edits = append(w.edits, edit{line - 1, directive.Resumable})
	default:
		w.edits = append(w.edits, edit{at, "\n" + directive.Resumable + "\n"})
	}
}

// walk instruments the body of a function or literal.
func (w *instrumenter) walk(body ast.Node) {
	var open []ast.Node
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil {
			last := open[len(open)-1]
			open = open[:len(open)-1]
			if w.wrapped[last] {
				w.insert(last.End(), ")")
			}
			return true
		}
		if w.plain[n] || !w.enter(n) {
			return false
		}
		open = append(open, n)
		return true
	})
}

// enter looks at n before what it consists of, and reports whether to look at
// that.
func (w *instrumenter) enter(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.BlockStmt:
		w.statements(n.List)
	case *ast.CaseClause:
		w.statements(n.Body)
	case *ast.CommClause:
		if assign, ok := n.Comm.(*ast.AssignStmt); ok {
			w.bar(assign.Rhs[0])
		}
		w.statements(n.Body)
	case ast.Expr:
		return w.expression(n)
	default:
		w.bars(n)
	}
	return true
}

// statements puts a suspension before each of list.
func (w *instrumenter) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s.(type) {
		case *ast.CaseClause, *ast.CommClause, *ast.EmptyStmt:
		default:
			w.insert(s.Pos(), yielder+"(); ")
		}
	}
}
