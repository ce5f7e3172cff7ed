package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/directive"
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
	Source     map[string][]byte // the text of Files, by path

	wants map[string]bool // see Wants
}

// Path is the file's path, whatever //line directives say.
func (u *Unit) Path(file *ast.File) string { return u.Fset.File(file.FileStart).Name() }

// Wants reports whether file is to be generated from. In a package compiled
// for its test only the test files are; the others belong to the plain
// package, which is a unit of its own.
func (u *Unit) Wants(file *ast.File) bool { return u.wants[u.Path(file)] }

// Header is the text with which the file generated from file must begin: all
// that goes before its package clause.
func (u *Unit) Header(file *ast.File) string { return header(file, u.Source[u.Path(file)]) }

// output is a generated file.
type output struct {
	Path   string // names.Generated of a file that the unit wants
	Source []byte // formatted, with the unit's Header
}
