// Package finish checks what the passes made.
//
// Input: the outputs of a unit.
// Output: the texts of its generated files.
// Guarantee: each generated file has our header, parses, and type-checks
// together with the rest of its package.
package finish

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/types"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/load"
	"github.com/going-green/greenlet/rewrite/internal/unit"
	"github.com/going-green/greenlet/rewrite/internal/work"
)

// Finished is the generated part of a unit.
type Finished struct {
	*load.Loaded
	Sources map[string][]byte // by path
	files   map[string]*ast.File
}

// Parse checks the form of what the passes made of u, the unit of n.
func Parse(n *load.Loaded, u *unit.Unit, outputs []unit.Output) (*Finished, error) {
	f := &Finished{n, map[string][]byte{}, map[string]*ast.File{}}
	expected := map[string]bool{}
	for _, path := range n.Wants() {
		expected[names.Generated(path)] = true
	}
	headers := map[string]string{}
	for _, file := range u.Files {
		if u.Wants(file) {
			headers[names.Generated(u.Path(file))] = u.Header(file)
		}
	}
	files := make([]*ast.File, len(outputs))
	errs := make([]error, len(outputs))
	work.Each(len(outputs), runtime.GOMAXPROCS(0), func(i int) {
		files[i], errs[i] = parser.ParseFile(u.Fset, outputs[i].Path, outputs[i].Source, parser.SkipObjectResolution)
	})
	for i, out := range outputs {
		if !expected[out.Path] {
			continue // belongs to the plain package; see Unit.Wants
		}
		if !bytes.HasPrefix(out.Source, []byte(headers[out.Path])) {
			return nil, fmt.Errorf("%s has no header", filepath.Base(out.Path))
		}
		if errs[i] != nil {
			return nil, fmt.Errorf("generated code does not parse: %w", errs[i])
		}
		f.Sources[out.Path] = out.Source
		f.files[out.Path] = files[i]
		delete(expected, out.Path)
	}
	if missing := slices.Sorted(maps.Keys(expected)); len(missing) > 0 {
		return nil, fmt.Errorf("%s was not generated", filepath.Base(missing[0]))
	}
	return f, nil
}

// LoadImports makes the packages that the outputs import available: a type
// that the user's source never names may be that of a local it infers. Like
// all reading of export data it may not happen concurrently.
func (f *Finished) LoadImports(c *load.Checker) {
	for _, file := range f.files {
		for _, spec := range file.Imports {
			c.Import(f.Loaded, load.ImportPath(spec))
		}
	}
}

// Verify type-checks the package of f with the outputs in place of stubs.
// An error is ours, as the package had none with the stubs.
func (f *Finished) Verify(c *load.Checker) error {
	defer func() { f.files = nil }() // checked
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		for _, spec := range f.files[path].Imports {
			if imp := load.ImportPath(spec); !mayImport(f.Path(), imp) {
				return fmt.Errorf("generated code imports %s, which is internal", imp)
			}
		}
	}
	errs, err := c.Recheck(f.Loaded, f.files)
	if err == nil {
		return nil
	}
	msgs := []string{"generated code does not type-check:"}
	for _, e := range errs {
		msgs = append(msgs, "\t"+f.describe(e))
	}
	if len(errs) == 0 {
		msgs = append(msgs, "\t"+err.Error())
	}
	return errors.New(strings.Join(msgs, "\n"))
}

// describe says in which generated function a type error is.
func (f *Finished) describe(e types.Error) string {
	pos := e.Fset.PositionFor(e.Pos, false)
	msg := fmt.Sprintf("%s:%d:%d: %s", filepath.Base(pos.Filename), pos.Line, pos.Column, e.Msg)
	file := f.files[pos.Filename]
	if file == nil {
		return msg
	}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && decl.Pos() <= e.Pos && e.Pos < decl.End() {
			name := fn.Name.Name
			if recv := names.Receiver(fn); recv != "" {
				name = recv + "." + name
			}
			return name + ": " + msg
		}
	}
	return msg
}

// mayImport is the go command's rule for internal packages, which the type
// checker does not know.
func mayImport(from, path string) bool {
	i := strings.LastIndex("/"+path+"/", "/internal/")
	if i < 0 {
		return true
	}
	parent := strings.TrimSuffix(path[:i], "/")
	from = strings.TrimSuffix(from, "_test")
	return from == parent || strings.HasPrefix(from, parent+"/") || from == "command-line-arguments"
}
