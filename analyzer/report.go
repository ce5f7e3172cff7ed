package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/subset"
)

// A finding is a diagnostic with a place that an editor can underline, and with
// edits.
type finding struct {
	pos     token.Pos
	end     token.Pos // may be missing
	code    diag.Code
	message string
	remedy  string
	related []analysis.RelatedInformation
	fix     string // what the edits do
	edits   []analysis.TextEdit
}

// report keeps a finding, for flush. Drivers print the message only, so it holds
// the remedy and the code as well.
func (k *checker) report(f finding) {
	if k.skip[f.code] || !f.pos.IsValid() {
		return
	}
	d := analysis.Diagnostic{
		Pos: f.pos, End: f.end, Category: string(f.code),
		Message: f.message, Related: f.related,
	}
	if f.remedy != "" {
		d.Message += "; " + f.remedy
	}
	d.Message += " [" + string(f.code) + "]"
	if len(f.edits) > 0 {
		d.SuggestedFixes = []analysis.SuggestedFix{{Message: f.fix, TextEdits: f.edits}}
	}
	k.found = append(k.found, d)
}

// flush passes the findings on, in the order of the source: not all drivers sort.
func (k *checker) flush() {
	slices.SortStableFunc(k.found, func(a, b analysis.Diagnostic) int { return cmp.Compare(a.Pos, b.Pos) })
	for _, d := range k.found {
		if !k.allowed(d) {
			k.pass.Report(d)
		}
	}
}

// allowed reports whether a directive on the line of d, or on the one above, says that
// it is so on purpose. What the generator refuses is not to be allowed.
func (k *checker) allowed(d analysis.Diagnostic) bool {
	code := diag.Code(d.Category)
	if !known(code) {
		return false
	}
	at := k.pass.Fset.Position(d.Pos)
	for _, file := range k.files {
		if d.Pos < file.FileStart || d.Pos >= file.FileEnd {
			continue
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				line := k.pass.Fset.Position(c.Pos()).Line
				if (line == at.Line || line == at.Line-1) && directive.Allowed(c) == code {
					return true
				}
			}
		}
	}
	return false
}

func related(pos token.Pos, message string) analysis.RelatedInformation {
	return analysis.RelatedInformation{Pos: pos, Message: message}
}

// because is where a chain of calls begins, as a related position.
func because(c *chain) []analysis.RelatedInformation {
	if !c.pos.IsValid() {
		return nil
	}
	return []analysis.RelatedInformation{related(c.pos, "it suspends: "+c.String())}
}

// frontEnd reports what the generator refuses, as it would. What this analyzer
// has a fix for it reports itself.
func (k *checker) frontEnd(p *color.Package, list diag.List) {
	list = append(slices.Clone(list), subset.Check(p, k.colors)...)
	for _, d := range list {
		if d.Code == diag.SwitchInPlain {
			continue
		}
		f := finding{pos: k.place(d.Pos), code: d.Code, message: d.Message, remedy: d.Remedy}
		for _, r := range d.Related {
			if pos := k.place(r.Pos); pos.IsValid() {
				f.related = append(f.related, related(pos, r.Message))
			}
		}
		k.report(f)
	}
}

// place is the way back from a position in a file of the package.
func (k *checker) place(at token.Position) token.Pos {
	for _, file := range k.files {
		f := k.pass.Fset.File(file.FileStart)
		if at.Offset <= f.Size() && k.pass.Fset.Position(f.Pos(at.Offset)) == at {
			return f.Pos(at.Offset)
		}
	}
	return token.NoPos
}

// resumable calls visit for the nodes that run as resumable code: those of
// annotated functions and of the literals in them that are resumable, or called
// where they stand. The literal of a go statement is not among them.
func (k *checker) resumable(visit func(fn *color.Func, n ast.Node)) {
	for _, fn := range k.colors.Annotated() {
		k.inspect(fn.Decl.Body, func(n ast.Node) { visit(fn, n) })
	}
}

// inspect is resumable for the nodes below root.
func (k *checker) inspect(root ast.Node, visit func(ast.Node)) {
	inPlace := map[*ast.FuncLit]bool{}
	var walk func(n ast.Node) bool
	walk = func(n ast.Node) bool {
		switch n := n.(type) {
		case nil:
			return false
		case *ast.FuncLit:
			if !inPlace[n] && k.colors.Literal(n) == nil {
				return false
			}
		case *ast.CallExpr:
			if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
				inPlace[lit] = true
			}
		case *ast.GoStmt:
			visit(n)
			for _, arg := range n.Call.Args {
				ast.Inspect(arg, walk)
			}
			return false
		}
		visit(n)
		return true
	}
	ast.Inspect(root, walk)
}
