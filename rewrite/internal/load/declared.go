package load

// Where a function is that was asked for and not found: in what the packages named leave out, in
// a package that has no directives, or in one that they import.

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// Declared is a function of a name that was asked for.
type Declared struct {
	Pos       token.Position
	Name      string // as in the source: Tree.Walk
	Package   string // path
	Named     bool   // the package is one of those that were named
	Yours     bool   // it is of a module that can be edited
	Resumable bool   // it has the directive, or a companion
	LeftOut   *LeftOut
}

// Declared finds the functions of a name in what was listed, also if the name has the package
// before it: hub.Task.Sleep. Those nearest to what was named come first.
func (ld *Loader) Declared(name string) (list []Declared) {
	if ld.graph == nil {
		return nil
	}
	path, rest := splitQualified(name)
	seen := map[string]bool{}
	for _, l := range ld.graph.sorted() {
		var accept []string
		if path == "" {
			accept = append(accept, name)
		}
		if q, rest, ok := strings.Cut(rest, "."); ok && (l.name == q && path == "" || l.path == path+q) {
			accept = append(accept, rest)
		}
		for _, path := range slices.Concat(l.files, l.ignored) {
			if len(accept) > 0 && !seen[path] && strings.HasSuffix(path, ".go") {
				seen[path] = true
				list = append(list, ld.declaredIn(l, path, accept)...)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Declared) int {
		return cmp.Or(before(a.Named, b.Named), before(a.Resumable, b.Resumable), before(a.Yours, b.Yours),
			cmp.Compare(a.Package, b.Package), cmp.Compare(a.Pos.Filename, b.Pos.Filename), cmp.Compare(a.Pos.Line, b.Pos.Line))
	})
	return list
}

func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// splitQualified takes the directories off a name with an import path before it:
// example.com/x/hub.Task.Sleep is of example.com/x/ and hub.Task.Sleep.
func splitQualified(name string) (dir, rest string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i+1], name[i+1:]
	}
	return "", name
}

func (ld *Loader) declaredIn(l *listed, path string, accept []string) (list []Declared) {
	src := ld.scanner.read(path)
	if src.ours || !slices.ContainsFunc(accept, func(name string) bool {
		return bytes.Contains(src.data, []byte(name[strings.LastIndexByte(name, '.')+1:]))
	}) {
		return nil
	}
	file, _ := ld.scanner.parse(src)
	if file == nil {
		return nil
	}
	a := ld.scanner.scan(l)
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || !slices.ContainsFunc(accept, func(name string) bool { return names.Matches(fn, name) }) {
			continue
		}
		d := Declared{
			Pos: ld.scanner.fset.Position(fn.Name.Pos()), Name: names.InSource(fn), Package: l.path, Named: l.root, Yours: l.editable(),
			Resumable: a != nil && a.set.Has(fn),
		}
		if slices.Contains(l.ignored, path) {
			out := ld.leftOut(src)
			d.LeftOut = &out
		}
		list = append(list, d)
	}
	return list
}
