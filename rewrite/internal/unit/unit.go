// Package unit is a package to be rewritten, as those that load it, lower it and
// explain it see it, and what comes of it. It is plain data.
package unit

import (
	"go/ast"
	"go/build/constraint"
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/stamp"
)

// Unit is one package to be rewritten. Nothing in it may be changed: its
// syntax and types are shared with the units that import it.
type Unit struct {
	PkgPath string // path_test for an external test package
	Name    string
	Dir     string
	Fset    *token.FileSet

	// Files are the user's source files, by name. The stubs of what is to be
	// generated are not among them, but their declarations are in Pkg.
	Files []*ast.File

	Pkg        *types.Package
	Info       *types.Info
	Sizes      types.Sizes
	Directives *directive.Set    // of all Files
	Deps       []*types.Package  // imported, directly or not, that may have resumable functions
	Named      []string          // resumable functions and methods that tests make values of
	Plain      *color.PlainCode  // how plain functions suspend
	Source     map[string][]byte // the text of Files, by path
	Wanted     map[string]bool   // by path; see Wants
}

// Path is the file's path, whatever //line directives say.
func (u *Unit) Path(file *ast.File) string { return u.Fset.File(file.FileStart).Name() }

// Wants reports whether file is to be generated from. In a package compiled
// for its test only the test files are; the others belong to the plain
// package, which is a unit of its own.
func (u *Unit) Wants(file *ast.File) bool { return u.Wanted[u.Path(file)] }

// Header is the text with which the file generated from file must begin: all
// that goes before its package clause.
func (u *Unit) Header(file *ast.File) string { return Header(file, u.Source[u.Path(file)]) }

// An Output is a generated file.
type Output struct {
	Path   string // names.Generated of a file that the unit wants
	Source []byte // formatted, with the unit's Header
}

// buildConstraint is the //go:build line of file, or "".
func buildConstraint(file *ast.File) string {
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, c := range group.List {
			if constraint.IsGoBuild(c.Text) {
				return strings.TrimSpace(c.Text)
			}
		}
	}
	return ""
}

// Header is what the file generated from file begins with, up to its package
// clause: the line that marks it as ours, the hash of data, its source, and
// its build constraint.
func Header(file *ast.File, data []byte) string {
	h := stamp.Line + "\n" + stamp.HashLine + stamp.SourceHash(data) + "\n" + stamp.LintLine + "\n\n"
	if c := buildConstraint(file); c != "" {
		h += c + "\n\n"
	}
	return h
}

// NewInfo is to be filled with all that a Unit tells of types.
func NewInfo() *types.Info {
	return &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
}
