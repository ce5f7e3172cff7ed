// Package explainer tells people what becomes of a function: why it is resumable, and
// what the passes have found out about it.
package explainer

// Explain: what the passes have found out about a function, for people. The value is
// that of package explain; it is made from ir.Func after the last pass, so that it
// tells what would be generated.

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/explain"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// Explain explains the functions of u that name names, or says why none of u can be
// rewritten. Files are named as seen from dir. Of the functions of that name which are
// not resumable, plain says so.
func Explain(u *unit.Unit, dir, name string, opt *lower.Options) (list []*explain.Explanation, plain, diags diag.List, err error) {
	x := &explainer{unit: u, opt: opt, dir: dir, asked: name}
	list, diags, err = x.explain()
	return list, x.plain, diags, err
}

// explainer explains functions of one unit.
type explainer struct {
	unit   *unit.Unit
	opt    *lower.Options
	dir    string
	asked  string      // the functions' name
	info   *types.Info // after lowering
	colors *color.Colors
	plain  diag.List // functions of the name that are not resumable
}

// explain explains the functions that are asked for, or says why none of the unit can
// be rewritten.
func (x *explainer) explain() (list []*explain.Explanation, diags diag.List, err error) {
	u := x.unit
	pkg := lower.ToColor(u)
	x.colors = color.New(pkg, u.Directives)
	asked := false
	for decl, obj := range declarations(u, x.asked) {
		if u.Directives.Has(decl) {
			asked = true
			continue
		}
		d := whyResumable(u, x.colors, decl, obj)
		d.Remedy = "only what is marked //greenlet:resumable has a state machine"
		x.plain = append(x.plain, d)
	}
	if !asked {
		return nil, nil, nil
	}
	if diags := subset.Check(pkg, x.colors); len(diags) > 0 {
		return nil, diags, nil
	}
	x.info = lower.OwnInfo(u.Info)
	taken := map[string]bool{}
	for _, file := range u.Files {
		if !u.Wants(file) {
			continue
		}
		for _, fn := range lower.AnnotatedIn(x.colors, file) {
			// All are asked for their literals, for whose types get which names.
			if !names.Matches(fn.Decl, x.asked) {
				lower.TakeNames(u, x.info, x.colors, fn, taken)
				continue
			}
			lowered, err := lower.Function(u, x.info, x.colors, fn, taken, x.opt)
			if err != nil {
				return nil, nil, err
			}
			var parts []*explain.Explanation
			for _, f := range lowered {
				if diags = append(diags, f.Refused...); len(f.Refused) == 0 {
					parts = append(parts, x.function(file, fn, f))
				}
			}
			if len(diags) == 0 {
				parts[0].Literals = append(parts[0].Literals, parts[1:]...)
				list = append(list, parts[0])
			}
		}
	}
	return list, diags, nil
}

// function explains what the passes have made of one function or literal.
func (x *explainer) function(file *ast.File, of *color.Func, f *ir.Func) *explain.Explanation {
	b := &explaining{explainer: x, fn: f, text: x.unit.Source[x.unit.Path(file)], name: x.colors.Name(of.Obj), syntax: f.Decl}
	e := &explain.Explanation{
		Kind: explain.Declared, Package: x.unit.PkgPath,
		Why: []explain.Step{}, Literals: []*explain.Explanation{},
	}
	b.x = e
	if lit := f.Lit; lit != nil {
		e.Kind, b.syntax = explain.Literal, lit.Syntax
		switch {
		case lit.Value != nil:
			e.Kind, b.syntax = explain.Value, lit.Value
		case lit.Range != nil:
			e.Kind, b.syntax = explain.LoopBody, lit.Range.Stmt
		}
		b.name += strings.TrimPrefix(lit.Func, names.InTraceback(of.Obj)) // .func1
		e.Signature = types.TypeString(f.Obj.Signature(), b.qualify)
	} else {
		e.Signature = b.source(f.Decl.Pos(), f.Decl.Body.Lbrace)
		for _, r := range (diag.List{whyResumable(x.unit, x.colors, f.Decl, f.Obj)}).Relative(x.dir)[0].Related {
			e.Why = append(e.Why, explain.Step{Pos: explain.Position{File: filepath.ToSlash(r.Pos.Filename), Line: r.Pos.Line, Column: r.Pos.Column}, Text: r.Message})
		}
	}
	e.Func = b.name
	e.Pos, e.End = b.position(b.syntax.Pos()), b.position(b.syntax.End())
	switch {
	case f.Defers:
		e.Eager = "it defers"
	case f.Recovers:
		e.Eager = "it recovers"
	case f.LocalTypes:
		e.Eager = "it declares a type"
	case f.Eager():
		e.Eager = "it has values of a type that the function around it declares"
	}
	b.collect()
	b.frame()
	b.states()
	b.graph()
	b.allocations()
	b.lines()
	return e
}

// explaining is the work on one function.
type explaining struct {
	*explainer
	fn     *ir.Func
	x      *explain.Explanation
	name   string
	syntax ast.Node // what the user wrote
	text   []byte   // of the file

	waits  []*ir.Wait           // by state
	across map[*ir.Var]*ir.Wait // the first state that the variable is live across
	file   string               // name of the file, as seen from dir
}

func (b *explaining) collect() {
	b.across = map[*ir.Var]*ir.Wait{}
	for _, block := range b.fn.Blocks {
		if w, ok := block.Term.(*ir.Wait); ok {
			b.waits = append(b.waits, w)
			for _, v := range w.Live {
				if b.across[v] == nil {
					b.across[v] = w
				}
			}
		}
	}
}

// position is a place in the function's file, whatever //line directives say there.
func (b *explaining) position(pos token.Pos) explain.Position {
	if !pos.IsValid() {
		return explain.Position{}
	}
	p := b.unit.Fset.PositionFor(pos, false)
	if b.file == "" {
		b.file = filepath.ToSlash((diag.List{{Pos: p}}).Relative(b.dir)[0].Pos.Filename)
	}
	return explain.Position{File: b.file, Line: p.Line, Column: p.Column}
}

// source is what is written from one position to another, on one line.
func (b *explaining) source(from, to token.Pos) string {
	i, j := b.unit.Fset.PositionFor(from, false).Offset, b.unit.Fset.PositionFor(to, false).Offset
	if i < 0 || j > len(b.text) || i >= j {
		return ""
	}
	return string(bytes.Join(bytes.Fields(b.text[i:j]), []byte(" ")))
}

// qualify names packages in types as source does.
func (b *explaining) qualify(pkg *types.Package) string {
	if pkg == b.unit.Pkg {
		return ""
	}
	return pkg.Name()
}

// lines is the text of the function, for a page.
func (b *explaining) lines() {
	file := b.unit.Fset.File(b.syntax.Pos())
	first, last := b.x.Pos.Line, b.x.End.Line
	start := file.Offset(file.LineStart(first))
	end := len(b.text)
	if last < file.LineCount() {
		end = file.Offset(file.LineStart(last + 1))
	}
	b.x.Source = explain.Source{First: first, Lines: strings.Split(strings.TrimRight(string(b.text[start:end]), "\r\n"), "\n")}
	ast.Inspect(b.syntax, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if v := b.fn.VarOf(id); v != nil && v.Field != "" {
				p := b.position(id.Pos())
				b.x.Source.Mentions = append(b.x.Source.Mentions, explain.Mention{Line: p.Line, Column: p.Column, Length: len(id.Name), Field: v.Field})
			}
		}
		return true
	})
}

// frameType is the name of the frame's type.
func (b *explaining) frameType() string {
	if b.fn.Lit != nil {
		return names.Frame("", b.fn.Lit.Type)
	}
	name, _ := b.colors.Frame(b.fn.Obj)
	return cmp.Or(name, "the frame")
}
