package subset

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// A name is one of the package block, or a field or method of a type.
type name struct{ recv, name string }

// A namespace holds what the user declares.
type namespace struct {
	info  *types.Info // or nil
	decls map[name]token.Pos
	types map[string]*ast.TypeSpec
}

func newNamespace(files []*ast.File, info *types.Info) *namespace {
	n := &namespace{info: info, decls: map[name]token.Pos{}, types: map[string]*ast.TypeSpec{}}
	for _, file := range files {
		if !directive.IsGenerated(file) {
			n.declare(file)
		}
	}
	for _, file := range files {
		if directive.IsGenerated(file) {
			continue
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				n.add(n.base(names.Receiver(fn)), fn.Name.Name, fn.Name.Pos())
			}
		}
	}
	return n
}

// add keeps the first of several declarations.
func (n *namespace) add(recv, id string, pos token.Pos) {
	key := name{recv, id}
	if _, ok := n.decls[key]; !ok {
		n.decls[key] = pos
	}
}

func (n *namespace) declare(file *ast.File) {
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				n.add("", spec.Name.Name, spec.Name.Pos())
				n.types[spec.Name.Name] = spec
			case *ast.ValueSpec:
				for _, id := range spec.Names {
					n.add("", id.Name, id.Pos())
				}
			case *ast.ImportSpec:
				n.addImport(spec)
			}
		}
	}
}

// addImport adds the name of an import: it is that of a file, but no file of
// the package may declare it.
func (n *namespace) addImport(spec *ast.ImportSpec) {
	if spec.Name != nil && spec.Name.Name != "." {
		n.add("", spec.Name.Name, spec.Name.Pos())
		return
	}
	if n.info == nil {
		return
	}
	pkg := n.info.PkgNameOf(spec)
	switch {
	case pkg == nil:
	case spec.Name == nil:
		n.add("", pkg.Name(), spec.Pos())
	default:
		for _, id := range pkg.Imported().Scope().Names() {
			if token.IsExported(id) {
				n.add("", id, spec.Pos())
			}
		}
	}
}

// generated are the names that are generated for fn, whose frame is named.
func (n *namespace) generated(fn *ast.FuncDecl, frame string) []name {
	recv, id := names.Receiver(fn), fn.Name.Name
	base := n.base(recv)
	list := []name{
		{"", frame},
		{base, names.Constructor(id)},
		{base, names.Companion(id)},
	}
	if names.Recovers(fn.Body) {
		list = append(list, name{base, names.Deferred(id)})
	}
	return list
}

// base is the type that the alias recv stands for, if it is an alias.
func (n *namespace) base(recv string) string {
	for range len(n.types) { // aliases in a circle do not compile
		spec := n.types[recv]
		if spec == nil || !spec.Assign.IsValid() {
			break
		}
		id, ok := unindex(spec.Type).(*ast.Ident)
		if !ok {
			break
		}
		recv = id.Name
	}
	return recv
}

// lookup finds a declaration that g collides with.
func (n *namespace) lookup(g name) (token.Pos, bool) {
	if pos, ok := n.decls[g]; ok || g.recv == "" {
		return pos, ok
	}
	return n.field(g)
}

// field finds a field of the struct type g.recv.
func (n *namespace) field(g name) (token.Pos, bool) {
	recv := g.recv
	for range len(n.types) {
		spec := n.types[recv]
		if spec == nil {
			break
		}
		if n.info != nil {
			return typedField(n.info.Defs[spec.Name], g.name)
		}
		switch t := unindex(spec.Type).(type) {
		case *ast.Ident: // type server base
			recv = t.Name
		case *ast.StructType:
			return structField(t, g.name)
		default:
			return token.NoPos, false
		}
	}
	return token.NoPos, false
}

func typedField(obj types.Object, id string) (token.Pos, bool) {
	if obj == nil || obj.Type() == nil {
		return token.NoPos, false
	}
	s, ok := obj.Type().Underlying().(*types.Struct)
	if !ok {
		return token.NoPos, false
	}
	for f := range s.Fields() {
		if f.Name() == id {
			return f.Pos(), true
		}
	}
	return token.NoPos, false
}

func structField(t *ast.StructType, id string) (token.Pos, bool) {
	for _, f := range t.Fields.List {
		for _, n := range f.Names {
			if n.Name == id {
				return n.Pos(), true
			}
		}
		if n := embedded(f); n != nil && n.Name == id {
			return n.Pos(), true
		}
	}
	return token.NoPos, false
}

// embedded is the name of an embedded field, or nil.
func embedded(f *ast.Field) *ast.Ident {
	if len(f.Names) > 0 {
		return nil
	}
	t := f.Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch t := unindex(t).(type) {
	case *ast.Ident:
		return t
	case *ast.SelectorExpr:
		return t.Sel
	}
	return nil
}

// unindex strips parentheses and type arguments.
func unindex(e ast.Expr) ast.Expr {
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		default:
			return e
		}
	}
}
