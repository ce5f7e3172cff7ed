package rewrite

// Finish turns what the passes made into files.
//
// Input: the outputs of a unit.
// Output: changes, not yet made.
// Guarantee: each generated file has our header, parses, and type-checks
// together with the rest of its package.

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
	"runtime/debug"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// An InternalError is a fault of the tool, not of the user's program.
type InternalError struct {
	Pkg string // or ""
	Err error
}

func (e *InternalError) Error() string {
	msg := "internal error: " + strings.TrimPrefix(e.Err.Error(), "internal error: ")
	if e.Pkg != "" {
		msg += "\n\tin package " + e.Pkg
	}
	return msg
}

func (e *InternalError) Unwrap() error { return e.Err }

// guard calls do for a package. It makes an InternalError of an error or a
// panic, so that neither stops the work on other packages.
func guard(pkg string, do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v\n%s", v, debug.Stack())
		}
		if err != nil {
			err = &InternalError{pkg, err}
		}
	}()
	return do()
}

// finished is the generated part of a unit.
type finished struct {
	*loaded
	sources map[string][]byte // by path
	files   map[string]*ast.File
}

// parseOutputs checks the form of what the passes made for n.
func (c *checker) parseOutputs(n *loaded, outputs []output) (*finished, error) {
	f := &finished{n, map[string][]byte{}, map[string]*ast.File{}}
	expected := map[string]*source{}
	for _, src := range n.wants {
		expected[names.Generated(src.path)] = src
	}
	files := make([]*ast.File, len(outputs))
	errs := make([]error, len(outputs))
	each(len(outputs), runtime.GOMAXPROCS(0), func(i int) {
		files[i], errs[i] = parser.ParseFile(c.fset, outputs[i].Path, outputs[i].Source, parser.SkipObjectResolution)
	})
	for i, out := range outputs {
		src := expected[out.Path]
		if src == nil {
			continue // belongs to the plain package; see Unit.Wants
		}
		userFile, _ := c.parse(src)
		if !bytes.HasPrefix(out.Source, []byte(header(userFile, src.data))) {
			return nil, fmt.Errorf("%s has no header", filepath.Base(out.Path))
		}
		if errs[i] != nil {
			return nil, fmt.Errorf("generated code does not parse: %w", errs[i])
		}
		f.sources[out.Path] = out.Source
		f.files[out.Path] = files[i]
		delete(expected, out.Path)
	}
	if missing := sortedKeys(expected); len(missing) > 0 {
		return nil, fmt.Errorf("%s was not generated", filepath.Base(missing[0]))
	}
	return f, nil
}

// loadImports makes the packages that the outputs import available: a type
// that the user's source never names may be that of a local it infers. Like
// all reading of export data it may not happen concurrently.
func (c *checker) loadImports(f *finished) {
	for _, file := range f.files {
		for _, spec := range file.Imports {
			path := importPath(spec)
			if imp := f.imports[path]; imp == nil || c.nodes[imp] == nil {
				c.exports.load(f.resolve(path))
			}
		}
	}
}

// verify type-checks the package of f with the outputs in place of stubs.
// An error is ours, as the package had none with the stubs.
func (c *checker) verify(f *finished) error {
	for _, path := range sortedKeys(f.files) {
		for _, spec := range f.files[path].Imports {
			if imp := importPath(spec); !mayImport(f.path, imp) {
				return fmt.Errorf("generated code imports %s, which is internal", imp)
			}
		}
	}
	var errs []types.Error
	conf := c.config(f.loaded)
	conf.Error = func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			errs = append(errs, e)
		}
	}
	_, err := conf.Check(f.path, c.fset, f.allFiles(f.files), nil)
	if err == nil {
		return nil
	}
	msgs := []string{"generated code does not type-check:"}
	for _, e := range errs {
		msgs = append(msgs, "\t"+c.describe(f, e))
	}
	if len(errs) == 0 {
		msgs = append(msgs, "\t"+err.Error())
	}
	return errors.New(strings.Join(msgs, "\n"))
}

// describe says in which generated function a type error is.
func (c *checker) describe(f *finished, e types.Error) string {
	pos := c.fset.PositionFor(e.Pos, false)
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

// A Change is a generated file that is written or removed, or would be.
type Change struct {
	Path     string
	Old, New []byte // nil if the file did not exist, or is removed
}

// changes compares what is generated with what is there.
func (s *sources) changes(generated map[string][]byte, orphans []*source) []Change {
	var list []Change
	for _, path := range slices.Sorted(maps.Keys(generated)) {
		old, now := s.read(path), generated[path]
		switch {
		case !old.exists():
			list = append(list, Change{Path: path, New: now})
		case !bytes.Equal(old.data, now):
			list = append(list, Change{Path: path, Old: nonNil(old.data), New: now})
		}
	}
	for _, src := range orphans {
		list = append(list, Change{Path: src.path, Old: nonNil(src.data)})
	}
	slices.SortFunc(list, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return list
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
