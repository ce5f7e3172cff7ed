package emit

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/stamp"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Source is what a generated file is made from.
type Source struct {
	Fset *token.FileSet
	File *ast.File
	Pkg  *types.Package
	Info *types.Info
	Text []byte // of File
	// Header is the text before the package clause.
	Header   string
	Colors   *color.Colors
	Hidden   []Hidden
	Forwards []Forward
	Values   []NamedValue
	// Declared are names of functions for the runtime, Interfaces those of methods of interfaces.
	Declared, Interfaces []string
	Closures             []ClosureOf
	// Sentinels are variables of type error that snapshots know by name.
	Sentinels []string
	// Named are functions, and Instances those of generic ones, that snapshots know by name.
	Named     []*types.Func
	Instances []DurableInstance
	// Debugger, if not nil, says under which names debuggers find the file and the
	// generated one; see debugger.go.
	Debugger *Debugger
}

// Hidden is a form of a promoted resumable method that must not be found in a
// type Recv, whose plain method Method overrides that.
type Hidden struct {
	Recv         types.Type
	Method, Form string
}

// File emits the file generated from src, for Format: the declarations of its
// functions, in order.
func File(src Source, fns []*ir.Func) ([]byte, error) {
	imports := NewImports(src.Pkg)
	imports.AddFile(src.File, src.Info)
	for _, fn := range fns {
		imports.TakeDeclared(fn.Decl)
		for _, v := range fn.Vars {
			imports.Take(v.Name, v.In)
		}
	}
	out := jen.NewFilePathName(importPath(src.Pkg), src.Pkg.Name())
	comments := NewComments(src.Fset, src.File)
	lines := newDirectives(src)
	literals := map[*ir.Lit]*funcEmitter{}
	path := src.Fset.PositionFor(src.File.FileStart, false).Filename
	functions := newDescribed(path, src.Pkg)
	imports.Take(functions.name)
	list := make([]*funcEmitter, len(fns))
	for i, fn := range fns {
		e := &funcEmitter{
			Converter:  &Converter{Info: src.Info, Pkg: src.Pkg, Comments: comments, Imports: imports, Frame: src.Colors.Frame},
			fn:         fn,
			fset:       src.Fset,
			source:     src.Text,
			directives: lines,
			Colors:     src.Colors,
			debugger:   src.Debugger != nil,
			described:  functions,
			literals:   literals,
		}
		e.begin()
		if fn.Lit != nil {
			literals[fn.Lit] = e
		}
		list[i] = e
	}
	c := &Converter{Info: src.Info, Pkg: src.Pkg, Imports: imports}
	// Ahead of all else, so that the compiler's first error names the remedy.
	out.Const().Id("_").Op("=").Add(c.rt(stamp.ProtocolName(stamp.Protocol)))
	if d := src.Debugger; d != nil && d.Tracks {
		out.Var().Id("_").Op("=").Add(c.rt("Tracked")).Call()
	}
	for _, e := range list {
		e.emit(out)
		e.takeNames()
	}
	for _, e := range list {
		if e.inPlace() {
			e.helpers.emit(out) // its code stands elsewhere
		}
	}
	if len(src.Values)+len(src.Forwards) > 0 {
		imports.Take("r", "d", "v", "on", "recv", "form", "ok", "body")
		for i := range 16 {
			imports.Take("p"+strconv.Itoa(i), "ret"+strconv.Itoa(i))
		}
	}
	for _, v := range src.Values {
		c.register(out, src.Colors, v)
	}
	for _, f := range src.Forwards {
		c.forwardMethod(out, f)
	}
	c.declare(out, src)
	for _, name := range src.Sentinels {
		out.Var().Id("_").Op("=").Add(c.rt("DurableError")).Call(jen.Lit(importPath(src.Pkg)+"."+name), jen.Op("&").Id(name))
	}
	c.durableNames(out, src)
	if len(functions.lines) > 0 {
		functions.emit(c, out, tracebackPackage(src.Pkg), importPath(src.Pkg)+"/"+filepath.Base(path))
	}
	if len(src.Hidden) > 0 {
		hide(c, out, src.Hidden)
	}
	imports.Hint(out)
	out.NoFormat = true
	var buf bytes.Buffer
	err := out.Render(&buf)
	return buf.Bytes(), err
}

// Format makes what File emits gofmt's form of a whole file, with the header and
// the line directives.
func Format(src Source, code []byte) ([]byte, error) {
	formatted, err := format.Source(code)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, code)
	}
	path := src.Fset.PositionFor(src.File.FileStart, false).Filename
	source, own := filepath.Base(path), filepath.Base(names.Generated(path))
	if d := src.Debugger; d != nil {
		source, own = d.Source, d.Generated
	}
	code, done := placeLines(formatted, source, own, strings.Count(src.Header, "\n"), src.Debugger != nil)
	text := append([]byte(src.Header), code...)
	if done {
		return text, nil
	}
	return format.Source(text)
}

// hide emits methods that hide forms.
func hide(c *Converter, out *jen.File, list []Hidden) {
	for _, h := range list {
		out.Commentf("%s hides that of what is embedded: %s is not resumable.", h.Form, h.Method)
		out.Func().Params(c.Type(h.Recv)).Id(h.Form).Params().Block()
	}
}

// rt is a name of the runtime or of package gen.
func (c *Converter) rt(name string) *jen.Statement {
	path, pkg := names.Qualifier(name)
	return c.qual(path, pkg, name)
}
