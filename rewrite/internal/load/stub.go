package load

// Stub declares what will be generated, so that source that names it
// type-checks before it exists.
//
// Input: the syntax of a package with directives; no types.
// Output: for each source file a stub of its generated file: the same frame
// types, constructors and companions, without fields and with empty bodies.
// Guarantee: a stub parses, and type-checks if the signatures of the source
// do.
//
//	//greenlet:resumable
//	func (s *Set[K]) walk(d time.Duration, f func(K)) error
//
// becomes
//
//	type setWalkFrame[type_0 comparable] struct{ import_0.Yields[type_0]; import_0.Frame }
//	func (*setWalkFrame[type_0]) Results() error { for {} }
//	func (*setWalkFrame[type_0]) Returned(*import_0.Run) error { for {} }
//	func (*Set[type_0]) newWalkFrame(import_1.Duration, func(type_0)) *setWalkFrame[type_0] { _ = (*Set[type_0]).walk; for {} }
//	func (*Set[type_0]) walkResumable(*import_0.Run, import_1.Duration, func(type_0)) (error, import_0.Status) { for {} }
//
// What frames yield is not known before there are types: see mark.go. Parameters lose their names and all imports and type parameters get fresh
// ones, as the constraints of a receiver's type parameters come from another
// file, with other imports and names of its own.

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/unit"
)

// stubber writes the stubs of one package.
type stubber struct {
	*sources
	pkg     *annotated
	decls   map[string]bool                 // names of the package block
	generic map[string]typeDecl             // types with type parameters
	prefix  string                          // of fresh names; no name of the package block has it
	yields  map[*ast.FuncDecl]*color.Yields // of those of which it is known
}

type typeDecl struct {
	spec *ast.TypeSpec
	file *ast.File
}

func newStubber(s *sources, a *annotated) *stubber {
	st := &stubber{sources: s, pkg: a, decls: map[string]bool{}, generic: map[string]typeDecl{}}
	for _, file := range a.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					st.decls[decl.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					st.declare(file, spec)
				}
			}
		}
	}
	for taken := true; taken; {
		st.prefix += "_"
		taken = false
		for name := range st.decls {
			taken = taken || strings.HasPrefix(name, "import"+st.prefix) || strings.HasPrefix(name, "type"+st.prefix)
		}
	}
	return st
}

func (st *stubber) declare(file *ast.File, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		st.decls[spec.Name.Name] = true
		if spec.TypeParams != nil {
			st.generic[spec.Name.Name] = typeDecl{spec, file}
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			st.decls[name.Name] = true
		}
	}
}

// stub is the text of the stub for the generated file of src.
func (st *stubber) stub(src *source) []byte {
	file, _ := st.parse(src)
	w := &stubWriter{stubber: st, imports: map[string]string{}}
	for _, fn := range st.pkg.set.Funcs() {
		if fn.File == file {
			w.function(fn)
		}
	}
	var out strings.Builder
	out.WriteString(unit.Header(file, src.data))
	fmt.Fprintf(&out, "package %s\n\n", file.Name.Name)
	for _, path := range w.order {
		fmt.Fprintf(&out, "import %s %q\n", w.imports[path], path)
	}
	out.WriteString("\n" + w.body.String())
	return []byte(out.String())
}

// stubWriter writes one stub file.
type stubWriter struct {
	*stubber
	imports map[string]string // path → name
	order   []string          // of paths
	body    strings.Builder
}

// importName is the name under which path is imported into the stub.
func (w *stubWriter) importName(path string) string {
	name, ok := w.imports[path]
	if !ok {
		name = "import" + w.prefix + strconv.Itoa(len(w.order))
		w.imports[path] = name
		w.order = append(w.order, path)
	}
	return name
}

// function writes the declarations for one function or method.
func (w *stubWriter) function(fn directive.Func) {
	decl := fn.Decl
	sig := w.signature(fn)
	runtime := w.importName(names.GenPath)
	frame := w.pkg.set.Frame(decl)
	recv, params := "", sig.typeParams
	if sig.recv != "" {
		recv, params = "("+sig.recv+") ", ""
	}
	fmt.Fprintf(&w.body, "type %s%s struct{ %s%s.Frame }\n", frame, sig.typeParams, w.marker(decl), runtime)
	if len(sig.results) > 0 {
		fmt.Fprintf(&w.body, "func (*%s%s) Results() (%s) { for {} }\n", frame, sig.typeArgs, strings.Join(sig.results, ", "))
		fmt.Fprintf(&w.body, "func (*%s%s) Returned(*%s.Run) (%s) { for {} }\n", frame, sig.typeArgs, runtime, strings.Join(sig.results, ", "))
	}
	// It names the function, for the order in which package variables are initialised.
	named := decl.Name.Name + sig.typeArgs
	if sig.method != "" {
		named = sig.method + decl.Name.Name
	}
	fmt.Fprintf(&w.body, "func %s%s%s(%s) *%s%s { _ = %s; for {} }\n", recv, names.Constructor(decl.Name.Name), params,
		strings.Join(sig.params, ", "), frame, sig.typeArgs, named)
	form := func(name string, context ...string) {
		fmt.Fprintf(&w.body, "func %s%s%s(%s) (%s) { for {} }\n", recv, name, params,
			strings.Join(append(context, sig.params...), ", "),
			strings.Join(append(sig.results, runtime+".Status"), ", "))
	}
	form(names.Companion(decl.Name.Name), "*"+runtime+".Run")
	if names.Recovers(decl.Body) {
		form(names.Deferred(decl.Name.Name), "*"+runtime+".Run", "*"+runtime+".DeferHeader")
	}
	w.body.WriteString("\n")
}

// signature is the text of a function's signature in the stub's terms.
type signature struct {
	recv, method         string   // the receiver, and what names a method of it; "" for a function
	typeParams, typeArgs string   // with brackets; "" if there are none
	params, results      []string // types
}

func (w *stubWriter) signature(fn directive.Func) signature {
	in := sigScope{w, fn.File, map[string]string{}}
	var sig signature
	if recv := fn.Decl.Recv; recv != nil && len(recv.List) > 0 {
		sig.typeParams, sig.typeArgs = w.receiverParams(in, recv.List[0].Type)
		sig.recv = names.Receiver(fn.Decl) + sig.typeArgs
		if isPointer(recv.List[0].Type) {
			sig.recv = "*" + sig.recv
		}
		sig.method = "(" + sig.recv + ")."
	} else {
		sig.typeParams, sig.typeArgs = in.typeParams(fn.Decl.Type.TypeParams)
	}
	sig.params = in.types(fn.Decl.Type.Params)
	sig.results = in.types(fn.Decl.Type.Results)
	return sig
}

// receiverParams gives the type parameters that a receiver declares fresh
// names in scope in, and returns them with the constraints of the receiver's
// base type.
func (w *stubWriter) receiverParams(in sigScope, recv ast.Expr) (params, args string) {
	var idents []ast.Expr
	base := ""
	ast.Inspect(recv, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IndexExpr:
			idents, base = []ast.Expr{n.Index}, exprName(n.X)
		case *ast.IndexListExpr:
			idents, base = n.Indices, exprName(n.X)
		default:
			return true
		}
		return false
	})
	if len(idents) == 0 {
		return "", ""
	}
	// The base type's own names for the same parameters, in its own file.
	origin := sigScope{w, w.generic[base].file, map[string]string{}}
	var constraints []ast.Expr
	if spec := w.generic[base].spec; spec != nil {
		for _, field := range spec.TypeParams.List {
			for _, name := range field.Names {
				origin.fresh(name.Name, len(constraints))
				constraints = append(constraints, field.Type)
			}
		}
	}
	var list, fresh []string
	for i, id := range idents {
		constraint := "interface{}"
		if i < len(constraints) {
			constraint = origin.constraint(constraints[i])
		}
		name := in.fresh(exprName(id), i)
		list = append(list, name+" "+constraint)
		fresh = append(fresh, name)
	}
	return "[" + strings.Join(list, ", ") + "]", "[" + strings.Join(fresh, ", ") + "]"
}

func isPointer(e ast.Expr) bool {
	_, ok := ast.Unparen(e).(*ast.StarExpr)
	return ok
}

func exprName(e ast.Expr) string {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// sigScope says what identifiers in signatures of one file mean.
type sigScope struct {
	w      *stubWriter
	file   *ast.File
	params map[string]string // type parameters → fresh names
}

// fresh declares type parameter i under a fresh name.
func (in sigScope) fresh(name string, i int) string {
	fresh := in.w.typeParam(i)
	if name != "_" {
		in.params[name] = fresh
	}
	return fresh
}

// typeParam is the fresh name of type parameter i.
func (st *stubber) typeParam(i int) string { return "type" + st.prefix + strconv.Itoa(i) }

// typeParams declares the type parameters of a function.
func (in sigScope) typeParams(fields *ast.FieldList) (params, args string) {
	if fields.NumFields() == 0 {
		return "", ""
	}
	i := 0
	var fresh []string
	for _, field := range fields.List {
		for _, name := range field.Names {
			fresh = append(fresh, in.fresh(name.Name, i))
			i++
		}
	}
	var list []string
	for _, field := range fields.List {
		constraint := in.constraint(field.Type)
		for range field.Names {
			list = append(list, fresh[len(list)]+" "+constraint)
		}
	}
	return "[" + strings.Join(list, ", ") + "]", "[" + strings.Join(fresh, ", ") + "]"
}

// types are the types of fields, one for each name.
func (in sigScope) types(fields *ast.FieldList) []string {
	if fields == nil {
		return nil
	}
	var list []string
	for _, field := range fields.List {
		text := in.text(field.Type)
		for range max(1, len(field.Names)) {
			list = append(list, text)
		}
	}
	return list
}

// constraint is the text of a constraint, in a form that can't be taken for
// the length of an array type: type f[P *C] declares an array.
func (in sigScope) constraint(e ast.Expr) string {
	switch e.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.InterfaceType:
		return in.text(e)
	}
	return "interface{ " + in.text(e) + " }"
}

// text is the source of a type expression with its identifiers replaced.
func (in sigScope) text(e ast.Expr) string {
	type edit struct {
		start, end int
		text       string
	}
	tf := in.w.fset.File(in.file.FileStart)
	var edits []edit
	visitTypeNames(e, func(id *ast.Ident, qualifier bool) {
		if text, ok := in.replacement(id.Name, qualifier); ok {
			edits = append(edits, edit{tf.Offset(id.Pos()), tf.Offset(id.End()), text})
		}
	})
	data := in.w.of(in.file).data
	end := tf.Offset(e.End())
	var out strings.Builder
	at := tf.Offset(e.Pos())
	for _, e := range edits {
		out.Write(data[at:e.start])
		out.WriteString(e.text)
		at = e.end
	}
	out.Write(data[min(at, end):end])
	return out.String()
}

// visitTypeNames calls visit for each identifier in e that is looked up in
// the scope of e, in source order.
func visitTypeNames(e ast.Node, visit func(id *ast.Ident, qualifier bool)) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			visit(n, false)
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				visit(id, true)
			} else {
				visitTypeNames(n.X, visit)
			}
			return false
		case *ast.Field:
			if n.Type != nil {
				visitTypeNames(n.Type, visit)
			}
			return false
		}
		return true
	})
}

// replacement is what the stub writes for an identifier.
func (in sigScope) replacement(name string, qualifier bool) (string, bool) {
	if fresh, ok := in.params[name]; ok {
		return fresh, true
	}
	if qualifier {
		for _, spec := range in.file.Imports {
			if path := ImportPath(spec); in.w.nameOf(spec) == name {
				return in.w.importName(path), true
			}
		}
		return "", false
	}
	if in.w.decls[name] || types.Universe.Lookup(name) != nil || !token.IsExported(name) {
		return "", false
	}
	for _, spec := range in.file.Imports {
		if spec.Name != nil && spec.Name.Name == "." && in.w.exports(ImportPath(spec), name) {
			return in.w.importName(ImportPath(spec)) + "." + name, true
		}
	}
	return "", false
}

// ImportPath is the path that spec imports.
func ImportPath(spec *ast.ImportSpec) string {
	path, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
	return path
}

// nameOf is the name that an import declares in its file.
func (st *stubber) nameOf(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	p := ImportPath(spec)
	if imp := st.pkg.imports[p]; imp != nil && imp.name != "" {
		return imp.name
	}
	// The package was not found, which is reported elsewhere.
	return path.Base(p)
}

// exports reports whether the package imported as path declares name. Its
// files are searched by syntax.
func (st *stubber) exports(path, name string) bool {
	imp := st.pkg.imports[path]
	if imp == nil {
		return false
	}
	return slices.ContainsFunc(imp.files, func(path string) bool {
		file, _ := st.parse(st.read(path))
		return file != nil && declares(file, name)
	})
}

func declares(file *ast.File, name string) bool {
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.Name == name {
					return true
				}
			case *ast.ValueSpec:
				if slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return id.Name == name }) {
					return true
				}
			}
		}
	}
	return false
}
