package rewrite

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"runtime/debug"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// compile rewrites the annotated functions of a unit: all of them, or none if
// one can't be.
func compile(u *Unit, opt *Options) ([]output, diag.List, error) {
	pkg := &color.Package{Fset: u.Fset, Files: u.Files, Pkg: u.Pkg, Info: u.Info}
	colors := color.New(pkg, u.Directives)
	if list := subset.Check(pkg, colors); len(list) > 0 {
		return nil, list, nil
	}
	info := ownInfo(u.Info)
	taken := map[string]bool{}
	var outs []output
	var diags diag.List
	for _, file := range u.Files {
		if !u.Wants(file) {
			continue
		}
		var fns []*ir.Func
		for _, fn := range annotatedIn(colors, file) {
			for _, l := range lowerings(u, info, colors, fn, taken) {
				f, err := lower(u, info, colors, l, opt)
				if err != nil {
					return nil, nil, err
				}
				diags = append(diags, f.Refused...)
				fns = append(fns, f)
			}
		}
		if len(fns) == 0 || len(diags) > 0 {
			continue
		}
		var hidden []emit.Hidden
		if len(outs) == 0 {
			hidden = overrides(u, colors)
		}
		src, err := emitFile(u, info, colors, file, fns, hidden)
		if err != nil {
			return nil, nil, err
		}
		outs = append(outs, output{Path: names.Generated(u.Path(file)), Source: src})
	}
	if len(diags) > 0 {
		return nil, diags, nil
	}
	return outs, nil, nil
}

// annotatedIn are the annotated functions of a file.
func annotatedIn(colors *color.Colors, file *ast.File) (list []*color.Func) {
	for _, fn := range colors.Annotated() {
		if file.FileStart <= fn.Decl.Pos() && fn.Decl.Pos() < file.FileEnd {
			list = append(list, fn)
		}
	}
	return list
}

// ownInfo is a copy of info to which the syntax that normalize copies may be
// added. The original is shared and must not change.
func ownInfo(info *types.Info) *types.Info {
	c := *info
	c.Types = maps.Clone(info.Types)
	c.Defs = maps.Clone(info.Defs)
	c.Uses = maps.Clone(info.Uses)
	c.Selections = maps.Clone(info.Selections)
	return &c
}

// lower runs the passes over one function. A panic in one is our bug: it
// becomes an error that names the pass and the function.
func lower(u *Unit, info *types.Info, colors *color.Colors, l *lowering, opt *Options) (f *ir.Func, err error) {
	name := ""
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error: pass %s, function %s (%s): %v\n%s", name, l.obj.Name(), u.Fset.Position(l.decl.Pos()), v, debug.Stack())
		}
	}()
	c := &passContext{u, info, colors, l}
	var holds ir.Properties
	for _, p := range passes {
		name = p.name
		f = p.run(c, f)
		holds |= p.establishes
		if err := inspect(c, opt, p, f, holds); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func emitFile(u *Unit, info *types.Info, colors *color.Colors, file *ast.File, fns []*ir.Func, hidden []emit.Hidden) (src []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error: pass emit, file %s: %v\n%s", u.Path(file), v, debug.Stack())
		}
	}()
	src, err = emit.File(emit.Source{Fset: u.Fset, File: file, Text: u.Source[u.Path(file)], Pkg: u.Pkg, Info: info, Header: u.Header(file), Colors: colors, Hidden: hidden}, fns)
	if err != nil {
		return nil, fmt.Errorf("internal error: pass emit, file %s: %v", u.Path(file), err)
	}
	return src, nil
}
