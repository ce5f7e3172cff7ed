// Package annotator finds the functions that lack the directive, and gives it to them.
//
// Input: packages that may not compile yet for what is to be generated.
// Output: what would have to be annotated, and the source with it.
// Guarantee: nothing but directives is added.
package annotator

import (
	"bytes"
	"cmp"
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/load"
)

// Wanting lists what the generator refuses, and what else wants the directive.
func Wanting(ctx context.Context, opt load.Options, patterns []string) (diag.List, error) {
	opt.Whole = true
	ld := load.New(opt)
	if err := ld.List(ctx, patterns); err != nil {
		return nil, err
	}
	targets, _, list := ld.Targets()
	c, nodes, errs, err := ld.Load(ctx, targets)
	if err != nil {
		return nil, err
	}
	list = append(list, errs...)
	calls := map[*types.Func]bool{} // methods of interfaces, by resumable code
	var packages []*color.Colors
	var loaded []*color.Package
	for _, n := range nodes {
		p, set, whole := c.Front(n)
		if p == nil {
			continue
		}
		colors := color.New(p, set)
		for _, d := range append(subset.Check(p, colors), subset.Wanting(p, colors)...) {
			if whole || len(d.Annotate) > 0 { // others may come of the errors
				list = append(list, d)
			}
		}
		colors.DispatchedCalls(func(fn *types.Func) { calls[fn] = true })
		packages, loaded = append(packages, colors), append(loaded, p)
	}
	for m := range calls { // what implements others' interfaces, such as io.Reader, is given to plain code as well
		if !slices.ContainsFunc(nodes, func(n *load.Loaded) bool { return m.Pkg() != nil && n.Path() == m.Pkg().Path() }) {
			delete(calls, m)
		}
	}
	for i, p := range loaded {
		list = append(list, subset.Implementing(p, packages[i], calls)...)
	}
	return list, nil
}

// File gives the functions whose names stand at offsets of a file with text data the directive.
// named are the names of those that got it, by offset.
func File(path string, data []byte, offsets map[int]bool) (text []byte, named map[int]string, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	type edit struct {
		at   int
		text string
	}
	var edits []edit
	named = map[int]string{}
	offset := func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }
	for _, decl := range file.Decls {
		decl, ok := decl.(*ast.FuncDecl)
		if !ok || !offsets[offset(decl.Name.Pos())] {
			continue
		}
		if at, text, ok := directive.Insertion(fset, data, decl); ok {
			named[offset(decl.Name.Pos())] = names.InSource(decl)
			edits = append(edits, edit{offset(at), text})
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var out bytes.Buffer
	last := 0
	for _, e := range edits {
		out.Write(data[last:e.at])
		out.WriteString(e.text)
		last = e.at
	}
	out.Write(data[last:])
	return out.Bytes(), named, nil
}

// Place is where the function of that name, T.Method for a method, stands in a file.
func Place(path, name string) (pos token.Position, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return pos, err
	}
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.FuncDecl); ok && names.InSource(decl) == name {
			return fset.PositionFor(decl.Name.Pos(), false), nil
		}
	}
	return token.Position{Filename: path}, nil
}
