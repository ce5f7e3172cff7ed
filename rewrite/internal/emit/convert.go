// Package emit turns Go syntax into jennifer code, piece by piece, so that a
// generator can mix what the user wrote with what it makes up.
//
// Input: the syntax of one type-checked package (go/ast, go/types), hooks that
// replace some expressions and statements, and the comments of the file.
//
// Output: values of github.com/dave/jennifer/jen, to be put into a jen.File of
// the same package. Names of other packages are jen.Qual, whether the source
// said pkg.X or, by a dot import, X; so the file's imports are those it needs.
//
// Guarantees:
//   - Without hooks the output parses to the syntax it was made from, up to
//     positions and empty statements. TestRoundTrip holds this against every
//     function of the standard library.
//   - The input is never changed, and never copied as text: every construct is
//     built from its parts, so a hook sees every expression and statement.
//   - Where Converter.Comments is set, no comment inside a converted block is
//     lost, and line breaks and blank lines stay where the user put them.
//   - The output depends on nothing but the input.
//
// Example: a function whose local n has become the field f.n.
//
//	c := &emit.Converter{Info: info, Pkg: pkg, Imports: emit.NewImports(pkg)}
//	c.ExprHook = func(e ast.Expr) (*jen.Statement, bool) {
//		if id, ok := e.(*ast.Ident); ok && info.ObjectOf(id) == n {
//			return jen.Id("f").Dot("n"), true
//		}
//		return nil, false
//	}
//	file.Func().Id("resume").Params(c.Params(decl.Type.Params)...).Block(c.Body(decl.Body)...)
//	c.Imports.Hint(file)
package emit

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
)

// A Converter turns the syntax of one package into jennifer code for a file of
// the same package. All fields are optional; the zero Converter converts by
// syntax alone. A Converter must not be used by two goroutines at once.
type Converter struct {
	// Info and Pkg are the package's. Without Info a selector whose left side
	// is a key of PackageNames refers to that package.
	Info *types.Info
	Pkg  *types.Package
	// Frame is the name of a resumable function's frame type.
	Frame func(*types.Func) (string, bool)

	// ExprHook is asked first for every expression: type expressions and
	// identifiers that are being defined (left of :=, range variables,
	// parameters, local declarations) included, but not field names (in
	// selectors, composite literals, struct types), method names in interface
	// types, labels, the package name in pkg.X, or the x.(type) of a type
	// switch, of which only x is asked for.
	//
	// The code it returns must be a primary expression, such as f.x or (*x):
	// it is put where the original stood, without further parentheses. It may
	// be made by converting children; for e itself, it must use DefaultExpr.
	ExprHook func(e ast.Expr) (code *jen.Statement, ok bool)

	// StmtHook is asked first for every statement at any depth; inLit reports
	// that it belongs to a function literal. It isn't asked for the bodies of
	// other statements (the block of a for), nor for the clauses of switch and
	// select; it is asked for the statements in these, and for the simple
	// statements in headers, where it must return exactly one piece of code
	// (none, where Go lets it be omitted).
	StmtHook func(s ast.Stmt, inLit bool) (code []jen.Code, ok bool)

	// LineHook, if not nil, yields what goes on the line before a statement of
	// a list, below the comments that lead to it, or nil. It isn't asked for
	// statements of a function literal on a single line.
	LineHook func(s ast.Stmt) jen.Code

	// TypeHook is asked first for the name of every named type, alias, and
	// type parameter that Type meets: local types may have been renamed.
	TypeHook func(obj *types.TypeName) (code *jen.Statement, ok bool)

	// Comments, if not nil, has the comments and line breaks of the file that
	// the syntax comes from. Without it, the code has neither.
	Comments *Comments

	// Imports, if not nil, takes note of every package that is referred to.
	Imports *Imports

	// PackageNames maps the names of imported packages to their paths; see
	// FileImports. It is used only if Info is nil. A variable that shadows a
	// package is then taken for it, which does no harm as long as the output
	// has the same import names.
	PackageNames map[string]string

	lits     int                   // depth of function literals
	header   bool                  // a composite literal needs parentheses here
	replaced int                   // statements that the hook has replaced
	placed   map[*ast.Comment]bool // see forget
}

// InLit reports whether a hook is being asked about a part of a function
// literal.
func (c *Converter) InLit() bool { return c.lits > 0 }

// Expr converts an expression or a type expression.
func (c *Converter) Expr(e ast.Expr) *jen.Statement {
	if c.ExprHook != nil {
		if code, ok := c.ExprHook(e); ok {
			// A copy: the hook may hand out the same statement twice, and
			// what is appended here must not show there.
			return jen.Add(code)
		}
	}
	return c.DefaultExpr(e)
}

// Stmt converts a statement. It yields any number of lines, and not the
// comments around the statement: see Block.
func (c *Converter) Stmt(s ast.Stmt) []jen.Code {
	if code, ok := c.hooked(s); ok {
		return code
	}
	return c.DefaultStmt(s)
}

// Block converts consecutive statements of one list, each with its comments:
// those before it (of the first also those behind the opening brace), those
// behind it on the same line, and, after the last, those that end the list.
func (c *Converter) Block(list []ast.Stmt) []jen.Code {
	return c.statements(list, true)
}

// Body converts the statements of a block. Unlike Block, it also has the
// comments of a block without statements.
func (c *Converter) Body(b *ast.BlockStmt) []jen.Code {
	if len(b.List) > 0 {
		return c.Block(b.List)
	}
	near := c.Comments.at(b)
	return c.comments(slices.Concat(near.opening, near.inside), token.NoPos)
}

// LitBody converts the statements of a function literal, for a hook that
// replaces the rest of it: the hooks are told that they are in a literal.
func (c *Converter) LitBody(lit *ast.FuncLit) []jen.Code {
	c.lits++
	defer func() { c.lits-- }()
	return c.Body(lit.Body)
}

// Qual refers to a package-level name of the package of obj, which may be the
// converter's own, or to a name of the universe.
func (c *Converter) Qual(obj types.Object) *jen.Statement {
	return c.ofPackage(obj.Pkg(), obj.Name())
}

// ofPackage refers to a package-level name of pkg: nil is the universe.
func (c *Converter) ofPackage(pkg *types.Package, name string) *jen.Statement {
	if pkg != nil && !c.own(pkg) {
		return c.qual(importPath(pkg), pkg.Name(), name)
	}
	return jen.Id(name)
}

func (c *Converter) qual(path, pkgName, name string) *jen.Statement {
	if c.Imports != nil {
		c.Imports.Note(path, pkgName)
	}
	return jen.Qual(path, name)
}

// own reports whether pkg is the converter's package. Paths are compared, as
// the package may be known by its export data too.
func (c *Converter) own(pkg *types.Package) bool {
	return pkg == c.Pkg || c.Pkg != nil && pkg.Path() == c.Pkg.Path()
}

// importPath is what an import declaration says to get pkg: vendored packages
// have a longer path in go/types.
func importPath(pkg *types.Package) string {
	path := pkg.Path()
	if i := strings.LastIndex("/"+path, "/vendor/"); i >= 0 {
		return path[i+len("vendor/"):]
	}
	return path
}

func (c *Converter) hooked(s ast.Stmt) ([]jen.Code, bool) {
	if c.StmtHook == nil {
		return nil, false
	}
	code, ok := c.StmtHook(s, c.InLit())
	if ok {
		c.replaced++
	}
	return code, ok
}

// heading and enclosed say where code stands that is converted until the
// function they return is called: in the header of an if, for, or switch,
// where the brace of T{} would be taken for that of the body, or within some
// brackets, where it would not.
func (c *Converter) heading() func() { return c.setHeader(true) }

func (c *Converter) enclosed() func() { return c.setHeader(false) }

func (c *Converter) setHeader(header bool) func() {
	old := c.header
	c.header = header
	return func() { c.header = old }
}

// unexpected reports syntax that no compilable file has.
func unexpected(n ast.Node) string {
	return fmt.Sprintf("emit: syntax tree holds a %T", n)
}
