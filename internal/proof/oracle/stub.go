package oracle

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Stub turns the files of one package, with import path pkg, into such that
// run unrewritten: it replaces the import of the runtime and adds to each file
// the frame types and constructors that would be generated from it. For
//
//	//greenlet:resumable
//	func fib(n int) (int, error)
//
// these are
//
//	type fibFrame struct {
//		oracle_.Activation
//		ret0 int
//		ret1 error
//	}
//	func (f *fibFrame) Results() (int, error) { f.Over(f); return f.ret0, f.ret1 }
//	func newFibFrame(p0 int) *fibFrame {
//		f := &fibFrame{}
//		f.Bind(…, func() { f.ret0, f.ret1 = fib(p0) }, …)
//		return f
//	}
//
// It works by syntax. The constraints of a generic type with resumable methods
// must mean the same in the methods' files. What a frame yields can't be told by that: if
// the frame of the same name in one of the generated files says so, the stub does.
func Stub(pkg string, files, generated Files) (Files, error) {
	return stub(pkg, files, generated, oraclePath, oraclePath)
}

// stub is Stub with frames made by the package frames, on the package runtime.
func stub(pkg string, files, generated Files, frames, runtime string) (Files, error) {
	s := &stubber{fset: token.NewFileSet(), pkg: pkg, frames: frames, runtime: runtime, types: map[string]*ast.TypeSpec{}}
	var parsed []*ast.File
	var paths []string
	for _, name := range files.Sorted() {
		if path.Ext(name) != ".go" {
			continue
		}
		file, err := parser.ParseFile(s.fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
		paths = append(paths, name)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				s.types[spec.Name.Name] = spec
			}
			_, function := n.(*ast.FuncDecl)
			return !function
		})
	}
	set, diags := directive.Parse(s.fset, parsed)
	err := diags.Err()
	if err != nil {
		return nil, err
	}
	s.set = set
	if s.markers, err = markersOf(generated); err != nil {
		return nil, err
	}
	for _, fn := range set.Funcs() {
		s.names = append(s.names, strconv.Quote(s.tracedPkg()+"."+s.traced(fn.Decl)))
	}
	out := maps.Clone(files)
	for i, file := range parsed {
		s.out.Reset()
		s.imports = map[string]string{}
		s.known = fmt.Sprintf("oracle_known%d_", i)
		for _, fn := range set.Funcs() {
			if fn.File == file {
				s.function(fn.Decl)
			}
		}
		for _, decl := range file.Decls {
			if vars, ok := decl.(*ast.GenDecl); ok && set.HasVars(vars) {
				// Their literals are those of the package's initialisation.
				fmt.Fprintf(&s.out, "func init() { oracle_.Annotate(%q) }\n", s.tracedPkg()+".init")
			}
		}
		out[paths[i]] = s.file(file, files[paths[i]])
	}
	return out, nil
}

type stubber struct {
	fset *token.FileSet
	pkg  string
	// the import paths of what makes frames, and of what runs them
	frames, runtime string
	set             *directive.Set
	types           map[string]*ast.TypeSpec // by name
	names           []string                 // of the resumable functions, quoted
	known           string                   // the variable that makes them known before a frame of the file is made
	out             strings.Builder

	markers map[string]marker // by frame
	imports map[string]string // that those of the file need: path → name
}

// base is the type that the alias recv stands for, if it is an alias.
func (s *stubber) base(recv string) string {
	for range len(s.types) {
		spec := s.types[recv]
		if spec == nil || !spec.Assign.IsValid() {
			break
		}
		id, ok := spec.Type.(*ast.Ident)
		if !ok {
			break
		}
		recv = id.Name
	}
	return recv
}

// file is text with the import of the runtime replaced and the stubs added,
// all other lines where they were.
func (s *stubber) file(file *ast.File, text string) string {
	offset := func(pos token.Pos) int { return s.fset.PositionFor(pos, false).Offset }
	for i := len(file.Imports) - 1; i >= 0; i-- {
		if p := file.Imports[i].Path; p.Value == strconv.Quote(names.RuntimePath) {
			text = text[:offset(p.Pos())] + strconv.Quote(s.runtime) + text[offset(p.End()):]
		}
	}
	if s.out.Len() == 0 {
		return text
	}
	fmt.Fprintf(&s.out, "var %s = oracle_.Annotate(%s)\n", s.known, strings.Join(s.names, ", "))
	name := offset(file.Name.End())
	base := strings.TrimSuffix(path.Base(s.fset.PositionFor(file.Package, false).Filename), ".go")
	imports := fmt.Sprintf("; import oracle_ %q", s.frames)
	for _, p := range slices.Sorted(maps.Keys(s.imports)) {
		imports += fmt.Sprintf("; import %s %q", s.imports[p], p)
	}
	return text[:name] + imports + text[name:] +
		"\n//line " + base + "_oracle.go:1\n" + s.out.String()
}

// function writes the stubs of one function or method.
func (s *stubber) function(decl *ast.FuncDecl) {
	base, fn := names.Receiver(decl), decl.Name.Name
	frame := s.set.Frame(decl)
	params, args := s.typeParams(decl)
	sig := s.signature(decl)

	recv, call, traced, typeParams := "", fn, s.traced(decl), params
	if base != "" {
		star := ""
		if _, ok := ast.Unparen(decl.Recv.List[0].Type).(*ast.StarExpr); ok {
			star = "*"
		}
		recv, call, typeParams = "(recv_ "+star+base+args+") ", "recv_."+fn, ""
	} else if args != "" {
		call += args
	}

	fields, results := "", ""
	for i, t := range sig.results {
		fields += fmt.Sprintf("ret%d %s\n", i, t)
		results += fmt.Sprintf(", f_.ret%d", i)
	}
	results = strings.TrimPrefix(results, ", ")
	fmt.Fprintf(&s.out, "type %s%s struct {\n%soracle_.Activation\n%s}\n", frame, params, s.yields(frame, args), fields)
	assign := ""
	packed := "nil"
	switch len(sig.results) {
	case 0:
	case 1:
		packed, assign = results, results+" = "
	default:
		packed, assign = "oracle_.Values{"+results+"}", results+" = "
	}
	if assign != "" {
		fmt.Fprintf(&s.out, "func (f_ *%s%s) Results() (%s) { f_.Over(f_); return %s }\n", frame, args, strings.Join(sig.results, ", "), results)
	}
	var to, given []string
	declared, passed, taken := "", "", fmt.Sprintf("oracle_.Count(f_, args_, %d)", len(sig.params))
	for i, t := range sig.params {
		declared += fmt.Sprintf(", p%d_ %s", i, t)
		passed += fmt.Sprintf(", p%d_", i)
		if elem, variadic := strings.CutPrefix(t, "..."); variadic {
			passed += "..."
			t = "[]" + elem
		}
		to = append(to, fmt.Sprintf("p%d_", i))
		given = append(given, fmt.Sprintf("oracle_.Arg[%s](f_, args_, %d)", t, i))
	}
	if len(to) > 0 { // all, or none if one panics
		taken += "; " + strings.Join(to, ", ") + " = " + strings.Join(given, ", ")
	}
	fmt.Fprintf(&s.out, `func %[1]s%[2]s%[3]s(%[4]s) *%[5]s%[6]s {
f_ := &%[5]s%[6]s{}
_ = %[16]s
f_.Bind(&oracle_.Func{Name: %[7]q, File: %[8]q, Line: %[9]d}, %[10]d,
	func() { %[11]s%[12]s(%[13]s) },
	func() interface{} { return %[14]s },
	func(args_ []interface{}) { %[15]s })
return f_
}
`,
		recv, names.Constructor(fn), typeParams, strings.TrimPrefix(declared, ", "), frame, args,
		"main."+traced, s.pkg+"/"+s.position(decl).Filename, s.position(decl).Line, len(sig.results),
		assign, call, strings.TrimPrefix(passed, ", "), packed, taken, s.known)
}

func (s *stubber) position(decl *ast.FuncDecl) token.Position {
	pos := s.fset.PositionFor(decl.Name.Pos(), false)
	pos.Filename = path.Base(pos.Filename)
	return pos
}

// tracedPkg is the import path as it is in function names: dots after the
// last slash are escaped.
func (s *stubber) tracedPkg() string {
	dir, base := path.Split(s.pkg)
	return dir + strings.ReplaceAll(base, ".", "%2e")
}

// signature is the text of the types of parameters and results.
type signature struct{ params, results []string }

func (s *stubber) signature(decl *ast.FuncDecl) signature {
	return signature{s.fieldTypes(decl.Type.Params), s.fieldTypes(decl.Type.Results)}
}

func (s *stubber) fieldTypes(fields *ast.FieldList) []string {
	if fields == nil {
		return nil
	}
	var list []string
	for _, field := range fields.List {
		for range max(1, len(field.Names)) {
			list = append(list, s.text(field.Type))
		}
	}
	return list
}

// typeParams are the type parameters of the function or of its receiver, as
// declared and as arguments, with brackets.
func (s *stubber) typeParams(decl *ast.FuncDecl) (params, args string) {
	fields := decl.Type.TypeParams
	var used []ast.Expr // by the receiver
	if decl.Recv != nil {
		ast.Inspect(decl.Recv.List[0].Type, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.IndexExpr:
				used = []ast.Expr{n.Index}
			case *ast.IndexListExpr:
				used = n.Indices
			}
			return used == nil
		})
		if used == nil {
			return "", ""
		}
		fields = s.types[names.Receiver(decl)].TypeParams
	}
	var list, constraints []string
	renamed := map[string]string{} // what the type declares: what the receiver calls it
	for _, field := range fieldsOf(fields) {
		for _, id := range field.Names {
			name := id.Name
			if used != nil {
				name = used[len(list)].(*ast.Ident).Name
			}
			if name == "_" {
				name = fmt.Sprintf("type%d_", len(list))
			}
			renamed[id.Name] = name
			list = append(list, name)
			constraints = append(constraints, s.text(field.Type))
		}
	}
	if len(list) == 0 {
		return "", ""
	}
	declared := make([]string, len(list))
	for i, name := range list {
		declared[i] = name + " " + s.rename(constraints[i], renamed)
	}
	return "[" + strings.Join(declared, ", ") + "]", "[" + strings.Join(list, ", ") + "]"
}

// rename replaces identifiers in the text of a constraint.
func (s *stubber) rename(text string, names map[string]string) string {
	e, err := parser.ParseExpr("interface{ " + text + " }")
	if err != nil {
		panic(err) // it was printed from syntax
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && names[id.Name] != "" {
			id.Name = names[id.Name]
		}
		return true
	})
	return s.text(e)
}

func fieldsOf(fields *ast.FieldList) []*ast.Field {
	if fields == nil {
		return nil
	}
	return fields.List
}

func (s *stubber) text(e ast.Expr) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, s.fset, e); err != nil {
		panic(err) // a buffer does not fail, and the syntax comes from the parser
	}
	return b.String()
}
