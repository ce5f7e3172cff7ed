package lower

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/subset"
	"github.com/going-green/greenlet/rewrite/internal/emit"
	"github.com/going-green/greenlet/rewrite/internal/ir"
	"github.com/going-green/greenlet/rewrite/internal/unit"
	"github.com/going-green/greenlet/rewrite/internal/work"
)

// Compile rewrites the annotated functions of a unit: all of them, or none if
// one can't be.
func Compile(u *unit.Unit, opt *Options) ([]unit.Output, diag.List, error) {
	pkg := ToColor(u)
	end := opt.start("color")
	colors := color.New(pkg, u.Directives)
	end()
	end = opt.start("subset")
	list := subset.Check(pkg, colors)
	end()
	if len(list) > 0 {
		return nil, list, nil
	}
	info := OwnInfo(u.Info)
	byFile, diags, err := lowerFiles(u, info, colors, opt)
	if err != nil || len(diags) > 0 {
		return nil, diags, err
	}
	if len(byFile) > 0 {
		byFile[0].hidden = overrides(u, colors)
		if byFile[0].forwards, diags = forwards(u, colors); len(diags) > 0 {
			return nil, diags, nil
		}
		nameValues(u, colors, byFile)
		byFile[0].promoted, byFile[0].interfaces = declaredInPackage(u, colors)
		byFile[0].closures = closures(u, colors)
		byFile[0].sentinels = sentinels(u, byFile)
		durableNames(u, colors, byFile)
	}
	outs := make([]unit.Output, len(byFile))
	errs := make([]error, len(byFile))
	work.Each(len(byFile), runtime.GOMAXPROCS(0), func(i int) {
		l := byFile[i]
		outs[i] = unit.Output{Path: names.Generated(u.Path(l.File))}
		outs[i].Source, errs[i] = EmitFile(u, info, colors, l, opt)
		l.Funcs = nil // others are still at work
	})
	for _, err := range errs {
		if err != nil {
			return nil, nil, err
		}
	}
	return outs, nil, nil
}

// ToColor is what color and subset see of a unit.
func ToColor(u *unit.Unit) *color.Package {
	return &color.Package{Fset: u.Fset, Files: u.Files, Pkg: u.Pkg, Info: u.Info, Deps: u.Deps, Named: u.Named, Plain: u.Plain}
}

// AnnotatedIn are the annotated functions of a file.
func AnnotatedIn(colors *color.Colors, file *ast.File) (list []*color.Func) {
	for _, fn := range colors.Annotated() {
		if file.FileStart <= fn.Decl.Pos() && fn.Decl.Pos() < file.FileEnd {
			list = append(list, fn)
		}
	}
	return list
}

// Lowered is a file's functions as the passes left them.
type Lowered struct {
	File                 *ast.File
	Funcs                []*ir.Func
	hidden               []emit.Hidden // to be emitted there, too
	forwards             []emit.Forward
	promoted, interfaces []string
	closures             []emit.ClosureOf
	values               []emit.NamedValue
	sentinels            []string
	named                []*types.Func // by durable functions, without a call
	instances            []emit.DurableInstance
}

// sentinels are the variables of the package of type error, if it has durable functions, whose
// variables may hold them.
func sentinels(u *unit.Unit, files []*Lowered) (list []string) {
	if !slices.ContainsFunc(files, func(l *Lowered) bool {
		return slices.ContainsFunc(l.Funcs, func(f *ir.Func) bool { return f.Durable })
	}) {
		return nil
	}
	scope := u.Pkg.Scope()
	for _, name := range scope.Names() {
		v, ok := scope.Lookup(name).(*types.Var)
		if ok && types.Identical(v.Type(), types.Universe.Lookup("error").Type()) && name != "_" && (!inTest(u, v.Pos()) || inTest(u, files[0].File.Pos())) {
			list = append(list, name)
		}
	}
	return list
}

// inTest reports whether pos is in a test file, whose names a generated file of others can't have.
func inTest(u *unit.Unit, pos token.Pos) bool {
	return strings.HasSuffix(u.Fset.PositionFor(pos, false).Filename, "_test.go")
}

// lowerFiles runs the passes over the functions of the files that are wanted. It
// takes one after the other: they add to info, and names depend on the order.
func lowerFiles(u *unit.Unit, info *types.Info, colors *color.Colors, opt *Options) ([]*Lowered, diag.List, error) {
	taken := map[string]bool{}
	byFile := map[*token.File]*Lowered{}
	var list []*Lowered
	for _, file := range u.Files {
		if u.Wants(file) {
			l := &Lowered{File: file}
			byFile[u.Fset.File(file.FileStart)] = l
			list = append(list, l)
		}
	}
	var diags diag.List
	for _, fn := range colors.Annotated() {
		file := byFile[u.Fset.File(fn.Decl.Pos())]
		if file == nil {
			continue
		}
		fns, err := Function(u, info, colors, fn, taken, opt)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range fns {
			diags = append(diags, f.Refused...)
		}
		file.Funcs = append(file.Funcs, fns...)
	}
	return slices.DeleteFunc(list, func(l *Lowered) bool { return len(l.Funcs) == 0 }), diags, nil
}

// OwnInfo is a copy of info to which the syntax that normalize copies may be
// added. The original is shared and must not change.
func OwnInfo(info *types.Info) *types.Info {
	c := *info
	c.Types = maps.Clone(info.Types)
	c.Defs = maps.Clone(info.Defs)
	c.Uses = maps.Clone(info.Uses)
	c.Selections = maps.Clone(info.Selections)
	return &c
}

// Function runs the passes over an annotated function, its resumable literals, in
// source order, and what stands for values: the function comes first. Type names
// are noted in taken.
func Function(u *unit.Unit, info *types.Info, colors *color.Colors, fn *color.Func, taken map[string]bool, opt *Options) ([]*ir.Func, error) {
	list := lowerings(u, info, colors, fn, taken)
	fns := make([]*ir.Func, len(list))
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	// What a literal is in comes before it: the types of what it captures are inferred there.
	slices.SortStableFunc(order[1:], func(i, j int) int { return cmp.Compare(list[i].lit.Syntax.Pos(), list[j].lit.Syntax.Pos()) })
	for _, i := range order {
		var err error
		if fns[i], err = lower(u, info, colors, list[i], opt); err != nil {
			return nil, err
		}
	}
	return fns, nil
}

// TakeNames notes in taken the type names that Function would.
func TakeNames(u *unit.Unit, info *types.Info, colors *color.Colors, fn *color.Func, taken map[string]bool) {
	lowerings(u, info, colors, fn, taken)
}

// lower runs the passes over one function. A panic in one is our bug: it
// becomes an error that names the pass and the function.
func lower(u *unit.Unit, info *types.Info, colors *color.Colors, l *lowering, opt *Options) (f *ir.Func, err error) {
	name := ""
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error: pass %s, function %s (%s): %v\n%s", name, l.obj.Name(), u.Fset.Position(l.decl.Pos()), v, debug.Stack())
		}
	}()
	c := &passContext{u, info, colors, l, opt.KeepVariables}
	var holds ir.Properties
	for _, p := range passes {
		name = p.name
		end := opt.start(name)
		f = p.run(c, f)
		end()
		holds |= p.establishes
		if err := inspect(c, opt, p, f, holds); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// EmitFile is the text of a generated file.
func EmitFile(u *unit.Unit, info *types.Info, colors *color.Colors, l *Lowered, opt *Options) (text []byte, err error) {
	file := l.File
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("internal error: pass emit, file %s: %v\n%s", u.Path(file), v, debug.Stack())
		}
	}()
	src := emit.Source{
		Fset: u.Fset, File: file, Text: u.Source[u.Path(file)], Header: u.Header(file), Debugger: opt.debugger(u.Path(file)),
		Pkg: u.Pkg, Info: info, Colors: colors, Hidden: l.hidden, Forwards: l.forwards, Values: l.values, Declared: append(declared(l), l.promoted...),
		Interfaces: l.interfaces, Closures: l.closures, Sentinels: l.sentinels,
		Named: l.named, Instances: l.instances,
	}
	end := opt.start("emit")
	text, err = emit.File(src, l.Funcs)
	end()
	if err == nil {
		end = opt.start("format")
		text, err = emit.Format(src, text)
		end()
	}
	if err != nil {
		return nil, fmt.Errorf("internal error: pass emit, file %s: %v", u.Path(file), err)
	}
	return text, nil
}
