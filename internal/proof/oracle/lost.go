package oracle

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// lostVariable names, in the environment of a rewritten program, a file for the
// suspensions that it loses, one a line.
const lostVariable = "GREENLET_LOST"

// A LostError is of a program that has lost suspensions: resumable functions of it
// ran as plain code while their greenlet was running, and were to switch.
type LostError struct{ Places []string }

func (e *LostError) Error() string {
	return "loses suspensions:\n" + strings.Join(e.Places, "\n")
}

// addLost adds to the module of rewritten programs what reports lost suspensions.
func addLost(module Files, programs []Program) error {
	var list strings.Builder
	for _, p := range programs {
		dirs := map[string]Files{}
		for _, name := range p.Files.Sorted() {
			if dir := path.Dir(name); path.Ext(name) == ".go" {
				if dirs[dir] == nil {
					dirs[dir] = Files{}
				}
				dirs[dir][name] = p.Files[name]
			}
		}
		for dir, files := range dirs {
			annotated, err := annotated(path.Join(Module, p.Name, dir), files)
			if err != nil {
				return err
			}
			for _, name := range annotated {
				fmt.Fprintf(&list, "\t%q: true,\n", name)
			}
		}
	}
	module["lost.go"] = fmt.Sprintf(lostSource, names.RuntimePath, lostVariable, Module+"/driver/", list.String())
	return nil
}

const lostSource = `package main

import (
	"fmt"
	"os"
	"strings"

	greenlet %q
)

func init() {
	name := os.Getenv(%q)
	if name == "" {
		return
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	greenlet.SetLost(&greenlet.LostHandler{
		Resumable: func(name string) bool { return annotated[name] },
		Report: func(l greenlet.Lost) {
			if !strings.HasPrefix(l.Func, %q) { // what drives the programs switches as plain code
				fmt.Fprintf(file, "%%s in %%s at %%s:%%d\n", l.Op, l.Func, l.File, l.Line)
			}
		},
	})
}

var annotated = map[string]bool{
%s}
`

// annotated are the annotated functions of a package by their names in tracebacks.
func annotated(pkg string, files Files) ([]string, error) {
	s := &stubber{fset: token.NewFileSet(), pkg: pkg, types: map[string]*ast.TypeSpec{}}
	var parsed []*ast.File
	for _, name := range files.Sorted() {
		file, err := parser.ParseFile(s.fset, name, files[name], parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.TYPE {
				for _, spec := range gen.Specs {
					spec := spec.(*ast.TypeSpec)
					s.types[spec.Name.Name] = spec
				}
			}
		}
	}
	set, diags := directive.Parse(s.fset, parsed)
	if err := diags.Err(); err != nil {
		return nil, err
	}
	var list []string
	for _, fn := range set.Funcs() {
		list = append(list, s.tracedPkg()+"."+s.traced(fn.Decl))
	}
	return list, nil
}

// traced is the name of a function in tracebacks, without the package.
func (s *stubber) traced(decl *ast.FuncDecl) string {
	_, args := s.typeParams(decl)
	generic := ""
	if args != "" {
		generic = "[...]"
	}
	base := names.Receiver(decl)
	if base == "" {
		return decl.Name.Name + generic
	}
	recv := s.base(base) + generic
	if _, ok := ast.Unparen(decl.Recv.List[0].Type).(*ast.StarExpr); ok {
		recv = "(*" + recv + ")"
	}
	return recv + "." + decl.Name.Name
}
