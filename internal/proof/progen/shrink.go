package progen

import (
	"context"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// Shrink makes a smaller program with the same kind of fault: by deleting
// declarations and statements, and by putting blocks in the place of the
// statements that hold them. Candidates are compiled many at a time.
func (r *Runner) Shrink(ctx context.Context, v *Verdict) (*Verdict, error) {
	const atOnce = 24
	same := func(w *Verdict) bool { return w.Differs() && w.Kind() == v.Kind() }
	if v.Failed != nil && strings.HasPrefix(v.Failed.Error(), "internal error") {
		r.generateOnly = true
		defer func() { r.generateOnly = false }()
	}
	tried := map[string]bool{} // and found not to fail
	for {
		var texts []string
		var of [][]edit
		add := func(list []edit) {
			text, ok := apply(v.Text, list)
			if ok && len(text) < len(v.Text) && !tried[text] && !slices.Contains(texts, text) && typeCheck(text) == nil {
				texts, of = append(texts, text), append(of, list)
			}
		}
		for _, e := range edits(v.Text) {
			if len(texts) < atOnce {
				add([]edit{e})
			}
		}
		if len(texts) == 0 {
			return v, nil
		}
		verdicts, err := r.Run(ctx, texts)
		if err != nil {
			return nil, err
		}
		best := v
		var good []edit
		for i, w := range verdicts {
			if !same(w) {
				tried[w.Text] = true
				continue
			}
			good = append(good, of[i]...)
			if len(w.Text) < len(best.Text) {
				best = w
			}
		}
		texts, of = nil, nil
		for n := len(good); n > 1; n /= 2 {
			add(good[:n])
		}
		if len(texts) > 0 {
			if verdicts, err = r.Run(ctx, texts); err != nil {
				return nil, err
			}
			for _, w := range verdicts {
				if same(w) && len(w.Text) < len(best.Text) {
					best = w
				}
			}
		}
		v = best
	}
}

// edit puts the source from keep to keepEnd in the place of that from pos to end.
type edit struct{ pos, end, keep, keepEnd int }

// edits are what can be tried, the largest deletions first.
func edits(text string) []edit {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "in.go", text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	var list []edit
	remove := func(n ast.Node) {
		list = append(list, edit{pos: at(n.Pos()), end: at(n.End())})
	}
	replace := func(n, by ast.Node) {
		list = append(list, edit{at(n.Pos()), at(n.End()), at(by.Pos()), at(by.End())})
	}
	statements := func(stmts []ast.Stmt) {
		for size := len(stmts); size >= 1; size /= 2 {
			for i := 0; i+size <= len(stmts); i += size {
				list = append(list, edit{pos: at(stmts[i].Pos()), end: at(stmts[i+size-1].End())})
			}
		}
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			if fn.Name.Name == "main" {
				continue
			}
			if fn.Doc != nil {
				list = append(list, edit{pos: at(fn.Doc.Pos()), end: at(fn.End())})
			}
		}
		remove(decl)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			statements(n.List)
		case *ast.CaseClause:
			statements(n.Body)
		case *ast.CommClause:
			statements(n.Body)
		case *ast.IfStmt:
			replace(n, n.Body)
			if n.Else != nil {
				replace(n, n.Else)
				list = append(list, edit{pos: at(n.Body.End()), end: at(n.End())})
			}
		case *ast.ForStmt:
			replace(n, n.Body)
		case *ast.RangeStmt:
			replace(n, n.Body)
		case *ast.GenDecl:
			if n.Lparen.IsValid() {
				for _, spec := range n.Specs {
					remove(spec)
				}
			}
		case *ast.BinaryExpr:
			replace(n, n.X)
			replace(n, n.Y)
		case *ast.ParenExpr:
			replace(n, n.X)
		case *ast.StarExpr:
			replace(n, n.X)
		case *ast.SelectorExpr:
			replace(n, n.X)
		case *ast.UnaryExpr:
			replace(n, n.X)
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				list = append(list, edit{pos: at(e.Pos()), end: at(e.End())})
			}
		case *ast.CallExpr:
			for _, arg := range n.Args {
				replace(n, arg)
			}
			zero := edit{pos: at(n.Pos()), end: at(n.End()), keep: -1}
			list = append(list, zero)
		}
		return true
	})
	slices.SortStableFunc(list, func(a, b edit) int { return b.gain() - a.gain() })
	return list
}

func (e edit) gain() int { return e.end - e.pos - (e.keepEnd - max(e.keep, 0)) }

// apply does edits, but for those that overlap one before them in the list. It
// fails if what comes out doesn't parse.
func apply(text string, list []edit) (string, bool) {
	var apart []edit
	for _, e := range list {
		if !slices.ContainsFunc(apart, func(o edit) bool { return e.pos < o.end && o.pos < e.end }) {
			apart = append(apart, e)
		}
	}
	slices.SortFunc(apart, func(a, b edit) int { return b.pos - a.pos })
	for _, e := range apart {
		by := "0"
		if e.keep >= 0 {
			by = text[e.keep:max(e.keep, e.keepEnd)]
		}
		rest := text[e.end:]
		if by == "" && strings.HasPrefix(rest, ",") { // an element
			rest = rest[1:]
		}
		text = text[:e.pos] + by + rest
	}
	formatted, err := format.Source([]byte(text))
	return string(formatted), err == nil
}
