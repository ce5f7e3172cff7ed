package emit

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/names"
)

// Import names.
//
// Input: the imports of the user's file, the packages that the generated code
// refers to, and the names it declares. Output: one name per package.
// Guarantees: the user's own names and package names are kept wherever they
// are free; the runtime is greenlet and gen if these are free; no name is declared in
// the package, in a converted function, or in Go's universe; the same input
// gives the same names, whatever the order of the references.
//
// Jennifer alone would number clashing imports, but knows only of imports: it
// would import container/list as list into a function whose local list has
// been hoisted above the use.

// Imports decides under which names a generated file imports packages.
type Imports struct {
	names map[string]string // by path: the package's name
	user  []userImport      // of the user's files, in order
	pkg   *types.Scope      // or nil
	taken map[string]bool   // besides those in pkg
}

type userImport struct{ path, name string }

// NewImports starts with the package-level names of pkg, with which no import
// may clash.
func NewImports(pkg *types.Package) *Imports {
	im := &Imports{names: map[string]string{}, taken: map[string]bool{}}
	if pkg != nil {
		im.pkg = pkg.Scope() // not a copy: a package may have many files
	}
	return im
}

// AddFile makes the imports of a source file known, so that the generated file
// uses the same names. Info may be nil: names of packages are guessed then.
func (im *Imports) AddFile(file *ast.File, info *types.Info) {
	for _, spec := range file.Imports {
		path, name := importedBy(spec, info)
		if path == "C" {
			continue
		}
		if spec.Name != nil {
			switch spec.Name.Name {
			case "_":
				continue
			case ".":
			default:
				im.user = append(im.user, userImport{path, spec.Name.Name})
				continue
			}
		}
		im.user = append(im.user, userImport{path, name})
	}
}

// importedBy is the path of an import and the name of the package; without
// types, that is a guess.
func importedBy(spec *ast.ImportSpec, info *types.Info) (path, name string) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		panic("emit: import path " + spec.Path.Value)
	}
	if info != nil {
		var obj types.Object = info.Implicits[spec]
		if spec.Name != nil {
			obj = info.Defs[spec.Name]
		}
		if pkg, ok := obj.(*types.PkgName); ok {
			return path, pkg.Imported().Name()
		}
	}
	return path, guess(path)
}

// guess is the usual name of the package at a path: the last element, save a
// major version, as in math/rand/v2 and gopkg.in/yaml.v3.
func guess(path string) string {
	elems := strings.Split(path, "/")
	last := len(elems) - 1
	if last > 0 && version(elems[last]) {
		last--
	}
	name := elems[last]
	if i := strings.LastIndex(name, "."); i > 0 && version(name[i+1:]) {
		name = name[:i]
	}
	return strings.TrimPrefix(name, "go-")
}

func version(s string) bool {
	if len(s) < 2 || s[0] != 'v' {
		return false
	}
	_, err := strconv.Atoi(s[1:])
	return err == nil
}

// FileImports maps the names of a file's imports to their paths, for
// Converter.PackageNames. The names of packages are guessed from their paths.
func FileImports(file *ast.File) map[string]string {
	byName := map[string]string{}
	for _, spec := range file.Imports {
		path, name := importedBy(spec, nil)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name != "_" && name != "." {
			byName[name] = path
		}
	}
	return byName
}

// Take makes names unavailable: those that the generated file declares, and
// those that other files of the package will.
func (im *Imports) Take(names ...string) {
	for _, name := range names {
		im.taken[name] = true
	}
}

func (im *Imports) takes(name string) bool {
	return im.taken[name] || im.pkg != nil && im.pkg.Lookup(name) != nil
}

// TakeDeclared makes the names unavailable that are declared within a node:
// generated code may hoist a variable above a use of the package it shadows.
func (im *Imports) TakeDeclared(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil {
				im.Take(n.Name.Name)
			} else {
				im.takeFields(n.Recv)
				im.takeReceiver(n.Recv.List[0].Type)
			}
		case *ast.FuncType:
			im.takeFields(n.TypeParams)
			im.takeFields(n.Params)
			im.takeFields(n.Results)
		case *ast.ValueSpec:
			for _, id := range n.Names {
				im.Take(id.Name)
			}
		case *ast.TypeSpec:
			im.Take(n.Name.Name)
			im.takeFields(n.TypeParams)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				im.takeExprs(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				im.takeExprs(n.Key, n.Value)
			}
		}
		return true
	})
}

func (im *Imports) takeFields(fields *ast.FieldList) {
	if fields == nil {
		return
	}
	for _, f := range fields.List {
		for _, id := range f.Names {
			im.Take(id.Name)
		}
	}
}

func (im *Imports) takeExprs(list ...ast.Expr) {
	for _, e := range list {
		if id, ok := e.(*ast.Ident); ok {
			im.Take(id.Name)
		}
	}
}

// takeReceiver takes the type parameters that a receiver declares.
func (im *Imports) takeReceiver(t ast.Expr) {
	switch t := t.(type) {
	case *ast.ParenExpr:
		im.takeReceiver(t.X)
	case *ast.StarExpr:
		im.takeReceiver(t.X)
	case *ast.IndexExpr:
		im.takeExprs(t.Index)
	case *ast.IndexListExpr:
		im.takeExprs(t.Indices...)
	}
}

// Note takes note of a reference to a package. Converters call it.
func (im *Imports) Note(path, name string) { im.names[path] = name }

// Names decides: by path, the name of every package that was noted or that the
// user imports.
func (im *Imports) Names() map[string]string {
	chosen := map[string]string{}
	used := map[string]bool{}
	free := func(name string) bool { return !im.takes(name) && !used[name] && !reserved(name) }
	choose := func(path, name string) {
		base := name
		for i := 2; !free(name); i++ {
			name = base + strconv.Itoa(i)
		}
		chosen[path], used[name] = name, true
	}
	for _, u := range im.user {
		if !names.IsRuntime(u.path) && chosen[u.path] == "" {
			// Two names for one package are there because one is shadowed.
			if i := slices.IndexFunc(im.user, func(v userImport) bool {
				return v.path == u.path && free(v.name)
			}); i >= 0 {
				u = im.user[i]
			}
			choose(u.path, u.name)
		}
	}
	choose(names.RuntimePath, names.RuntimeName)
	choose(names.GenPath, names.GenName)
	for _, path := range slices.Sorted(maps.Keys(im.names)) {
		if chosen[path] == "" {
			choose(path, im.names[path])
		}
	}
	return chosen
}

// reserved reports whether a name means something else everywhere: in Go, or
// to jennifer, which would change it on its own.
func reserved(name string) bool {
	return jen.IsReservedWord(name) || types.Universe.Lookup(name) != nil || name == "_" || name == "init" || name == "main"
}

// Hint tells a file the names, once all of its code is converted. It imports
// nothing: jennifer does so for the packages that the code refers to.
func (im *Imports) Hint(file *jen.File) {
	for path, name := range im.Names() {
		if real, ok := im.names[path]; ok && real == name && guess(path) == name {
			file.ImportName(path, name)
		} else {
			file.ImportAlias(path, name)
		}
	}
}
