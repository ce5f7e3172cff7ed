package analyzer

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/stamp"
)

// Check generated-protocol: generated code and the runtime are made for each other. The
// compiler says so, too, but not of a dependency what is to be done.

// otherProtocol is a fact of packages: the code generated for Path, that package or one
// that it imports, is for a protocol that the runtime does not run.
type otherProtocol struct {
	Path, File string
	Protocol   int   // 0 if the file does not say
	Runs       []int // what the runtime runs
}

func (*otherProtocol) AFact() {}

func (o *otherProtocol) String() string { return o.Path + ": " + o.message() }

func (o *otherProtocol) message() string {
	protocol := "protocol " + strconv.Itoa(o.Protocol)
	if o.Protocol == 0 {
		protocol = "no protocol that it names"
	}
	var runs []string
	for _, n := range o.Runs {
		runs = append(runs, strconv.Itoa(n))
	}
	return fmt.Sprintf("%s was generated for %s, and the runtime here runs protocol %s", o.File, protocol, strings.Join(runs, ", "))
}

// newer reports whether a newer runtime is wanted.
func (o *otherProtocol) newer() bool { return o.Protocol > slices.Max(o.Runs) }

func (k *checker) protocols() {
	runs := k.runs()
	var other *otherProtocol
	for _, file := range k.pass.Files {
		if !directive.IsGenerated(file) {
			continue
		}
		name := k.file(file)
		o := &otherProtocol{Path: k.pass.Pkg.Path(), File: filepath.Base(name), Protocol: protocolOf(file), Runs: runs}
		if slices.Contains(o.Runs, o.Protocol) || len(o.Runs) == 0 {
			continue
		}
		other = o
		for _, fn := range k.set.Funcs() {
			if names.Generated(k.file(fn.File)) == name {
				k.report(finding{
					pos: fn.Pos, end: fn.Pos + token.Pos(len(directive.Resumable)), code: diag.GeneratedProtocol,
					message: o.message(), remedy: "run go generate, or go tool greenlet",
				})
				break
			}
		}
	}
	for _, file := range k.files {
		for _, spec := range file.Imports {
			if o := k.importsOther(spec); o != nil {
				other = o
			}
		}
	}
	if other != nil {
		k.pass.ExportPackageFact(other)
	}
}

// importsOther reports a package of another module that spec imports; what is wrong
// with those of this one is reported there.
func (k *checker) importsOther(spec *ast.ImportSpec) *otherProtocol {
	name := k.pass.TypesInfo.PkgNameOf(spec)
	o := new(otherProtocol)
	if name == nil || !k.pass.ImportPackageFact(name.Imported(), o) {
		return nil
	}
	path := name.Imported().Path()
	if m := k.pass.Module; m != nil && m.Path != "" && (path == m.Path || strings.HasPrefix(path, m.Path+"/")) {
		return o
	}
	remedy := "get a version of it that is generated anew"
	if o.newer() {
		remedy = "go get " + strings.TrimSuffix(names.RuntimePath, "/runtime") + "@latest"
	}
	k.report(finding{
		pos: spec.Pos(), end: spec.End(), code: diag.GeneratedProtocol,
		message: o.Path + ": " + o.message(), remedy: remedy,
	})
	return o
}

// runs are the protocols that the runtime runs, as far as the package imports what says so;
// else the one that this program knows.
func (k *checker) runs() (list []int) {
	for _, imp := range k.pass.Pkg.Imports() {
		if imp.Path() != names.GenPath {
			continue
		}
		for _, name := range imp.Scope().Names() {
			if n, ok := stamp.ProtocolOf(name); ok {
				list = append(list, n)
			}
		}
		slices.Sort(list)
		return list
	}
	return []int{stamp.Protocol}
}

// protocolOf is the protocol that a generated file names, or 0.
func protocolOf(file *ast.File) int {
	if !slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == strconv.Quote(names.GenPath) }) {
		return 0
	}
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		for _, spec := range gen.Specs {
			for _, v := range spec.(*ast.ValueSpec).Values {
				if sel, ok := v.(*ast.SelectorExpr); ok {
					if n, ok := stamp.ProtocolOf(sel.Sel.Name); ok {
						return n
					}
				}
			}
		}
	}
	return 0
}
