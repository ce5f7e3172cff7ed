// Package colortest type-checks small programs for the tests of the front end.
// They import a runtime of declarations only, so what the real one looks like
// inside does not matter to them.
package colortest

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Runtime declares what the front end knows of the runtime, and some of what it
// must not take for a suspension.
const Runtime = `package greenlet

type (
	Run      struct{}
	Status   uint8
	Header   struct{}
	Greenlet struct{}
	Frame    interface{ Resume(*Run) }
)

func New(run any, args ...any) *Greenlet        { return nil }
func NewChild(parent *Greenlet, run any, args ...any) *Greenlet { return nil }
func Current() *Greenlet                        { return nil }
func Main() *Greenlet                           { return nil }
func Switch[R, T any](to *Greenlet, v T) (r R)  { return }
func Yield[T any](v T)                          {}
func Exchange[R, T any](v T) (r R)              { return }
func YieldIn[T any](s Section, v T)             {}
func OnStack(fn func(s Section))                {}
func OnStackResumable(r *Run, fn func(s Section)) (st Status) { return }

type Section struct{}
func Call[F Frame](f F) F                       { return f }
func SeqOf[T any](run any, args ...any) func(func(T) bool) { return nil }
func PullOf[T any](run any, args ...any) (func() (T, bool), func()) { return nil, nil }

func (*Greenlet) Switch(args ...any) any { return nil }
func (*Greenlet) Throw(any) any          { return nil }
func (*Greenlet) Kill() any              { return nil }
func (*Greenlet) Parent() *Greenlet      { return nil }
func (*Greenlet) Dead() bool             { return false }

func (*Run) Throw(*Greenlet, any) {}
func (*Run) Kill()                {}
`

// A Program is a type-checked package with its directives and colours.
type Program struct {
	*color.Package
	Set        *directive.Set
	Directives diag.List // what is wrong with them
	Colors     *color.Colors
	Errors     []error // of syntax and types
}

// Load checks the files of an archive: those at its root are the package, each
// folder dep is a package example.com/dep that it may import. Files that are
// not named *.go are left alone. Import "C" is allowed.
func Load(t testing.TB, archive *txtar.Archive) *Program {
	t.Helper()
	l := NewLoader(token.NewFileSet())
	for _, file := range archive.Files {
		if path.Ext(file.Name) == ".go" {
			dir := path.Dir(file.Name)
			l.sources[dir] = append(l.sources[dir], file)
		}
	}
	return l.program(".")
}

// LoadSource is Load for one file named in.go, without errors.
func LoadSource(t testing.TB, src string) *Program {
	t.Helper()
	p := Load(t, &txtar.Archive{Files: []txtar.File{{Name: "in.go", Data: []byte(src)}}})
	if len(p.Errors) > 0 {
		t.Fatal(p.Errors)
	}
	return p
}

// A Loader checks packages from source text; it is their importer.
type Loader struct {
	Fset    *token.FileSet
	Mark    bool // put every function that has a body into Set
	sources map[string][]txtar.File
	checked map[string]*types.Package
	std     types.Importer
}

// NewLoader makes a loader that knows the standard library and Runtime.
func NewLoader(fset *token.FileSet) *Loader {
	return &Loader{
		Fset:    fset,
		sources: map[string][]txtar.File{},
		checked: map[string]*types.Package{},
		std:     importer.Default(),
	}
}

// Import makes a Loader a types.Importer.
func (l *Loader) Import(importPath string) (*types.Package, error) {
	if importPath == names.RuntimePath {
		importPath = "runtime.go"
		l.sources[importPath] = []txtar.File{{Name: "greenlet/runtime.go", Data: []byte(Runtime)}}
	} else if dir, ok := strings.CutPrefix(importPath, "example.com/"); ok {
		importPath = dir
	} else {
		return l.std.Import(importPath)
	}
	if pkg := l.checked[importPath]; pkg != nil {
		return pkg, nil
	}
	p := l.program(importPath)
	if len(p.Errors) > 0 {
		return nil, fmt.Errorf("import %s: %w", importPath, p.Errors[0])
	}
	return p.Pkg, nil
}

func (l *Loader) program(dir string) *Program {
	p := &Program{}
	var files []*ast.File
	for _, file := range l.sources[dir] {
		f, err := parser.ParseFile(l.Fset, file.Name, file.Data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			p.Errors = append(p.Errors, err)
		}
		if f != nil {
			files = append(files, f)
		}
	}
	importPath := "example.com/" + dir
	switch dir {
	case ".":
		importPath = "example.com/in"
	case "runtime.go":
		importPath = names.RuntimePath
	}
	l.check(p, importPath, files)
	l.checked[dir] = p.Pkg
	return p
}

// Check colours files that were parsed with l.Fset.
func (l *Loader) Check(files []*ast.File) *Program {
	p := &Program{}
	l.check(p, "example.com/in", files)
	return p
}

func (l *Loader) check(p *Program, importPath string, files []*ast.File) {
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Instances:  map[*ast.Ident]types.Instance{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Implicits:  map[ast.Node]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes:     map[ast.Node]*types.Scope{},
	}
	conf := types.Config{
		Importer:    l,
		FakeImportC: true,
		Error:       func(err error) { p.Errors = append(p.Errors, err) },
	}
	pkg, _ := conf.Check(importPath, l.Fset, files, info) // errors are in p.Errors
	if l.Mark {
		markAll(files)
	}
	p.Package = &color.Package{Fset: l.Fset, Files: files, Pkg: pkg, Info: info}
	p.Set, p.Directives = directive.Parse(l.Fset, files)
	p.Colors = color.New(p.Package, p.Set)
}

// markAll gives every function the directive, where it is possible.
func markAll(files []*ast.File) {
	for _, file := range files {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil || fn.Name.Name == "_" || fn.Name.Name == "init" {
				continue
			}
			fn.Doc = &ast.CommentGroup{List: []*ast.Comment{{Slash: fn.Pos() - 1, Text: directive.Resumable}}}
			file.Comments = append(file.Comments, fn.Doc)
		}
		slices.SortFunc(file.Comments, func(a, b *ast.CommentGroup) int { return int(a.Pos() - b.Pos()) })
	}
}
