package load

// Scan finds the directives, from syntax only.
//
// Input: a graph of listed packages.
// Output: the packages with directives, and for each generated file that may
// be missing, stale or broken a substitute for the time of loading.
// Guarantee: only files that we generated, or that don't exist, are
// substituted.

import (
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// annotated is a package with directives.
type annotated struct {
	*listed
	files   []*ast.File // the user's, that parse at all
	set     *directive.Set
	targets []*source // those with valid directives
	errs    diag.List // of syntax and of directives
	broken  bool      // there are syntax errors
	refused bool      // there are diagnostics, these or others
}

// wants are the files to generate from when a is one of the packages named:
// of a package compiled for its test only the test files, as the others are
// generated from the plain package.
func (a *annotated) wants() []*source {
	if a.forTest != a.path {
		return a.targets
	}
	var tests []*source
	for _, src := range a.targets {
		if names.IsTest(src.path) {
			tests = append(tests, src)
		}
	}
	return tests
}

// scanner scans packages, each once.
type scanner struct {
	*sources
	done map[*listed]*annotated
}

// scan returns the directives of l, or nil if it has none.
func (s *scanner) scan(l *listed) *annotated {
	if a, ok := s.done[l]; ok {
		return a
	}
	s.done[l] = nil
	if !slices.ContainsFunc(l.files, func(path string) bool { return s.read(path).marked }) {
		return nil
	}
	a := &annotated{listed: l}
	for _, src := range s.users(l) {
		file, errs := s.parse(src)
		a.errs = append(a.errs, errs...)
		if file != nil {
			a.files = append(a.files, file)
		}
	}
	a.broken = len(a.errs) > 0
	unparsed := map[string]bool{}
	for _, err := range a.errs {
		unparsed[err.Pos.Filename] = true
	}
	set, errs := directive.Parse(s.fset, a.files)
	a.set = set
	for _, fn := range set.Funcs() {
		src := s.of(fn.File)
		if len(a.targets) == 0 || a.targets[len(a.targets)-1] != src {
			a.targets = append(a.targets, src)
		}
	}
	if len(a.targets) == 0 && len(errs) == 0 {
		return nil // the marker was something else
	}
	for _, err := range errs {
		// A function that the parser has made of what it did not understand may
		// have no name or no body: that is no mistake of its own.
		if !unparsed[err.Pos.Filename] {
			a.errs = append(a.errs, err)
		}
	}
	s.done[l] = a
	return a
}

// users are the user's files of l.
func (s *sources) users(l *listed) []*source {
	slots := map[string]bool{} // where generated files may go
	for _, path := range l.files {
		if s.read(path).marked {
			slots[names.Generated(path)] = true
		}
	}
	var users []*source
	for _, path := range l.files {
		if src := s.read(path); !src.ours && !(slots[path] && src.replaceable()) {
			users = append(users, src)
		}
	}
	return users
}

// of is the source of a parsed file.
func (s *sources) of(file *ast.File) *source {
	return s.read(s.fset.File(file.FileStart).Name())
}

// hasDirectives reports whether the file may have something generated from
// it. A file that does not parse may.
func (s *scanner) hasDirectives(src *source) bool {
	if !src.marked {
		return false
	}
	file, errs := s.parse(src)
	if len(errs) > 0 {
		return true
	}
	set, errs := directive.Parse(s.fset, []*ast.File{file})
	return len(set.Funcs()) > 0 || len(errs) > 0
}

// overlay substitutes the generated files of all packages that may be edited:
// by stubs where there are directives, by nothing elsewhere.
func (s *scanner) overlay(g *graph) map[string][]byte {
	m := map[string][]byte{}
	for _, l := range g.sorted() {
		if !l.editable() {
			continue
		}
		files := l.files
		if len(l.errors) > 0 {
			// A broken file of ours may keep others from being listed.
			files = goFiles(l.dir)
		}
		for _, path := range files {
			if s.read(path).ours && m[path] == nil {
				m[path] = []byte("//go:build ignore\n\npackage ignored\n")
			}
		}
		if a := s.scan(l); a != nil {
			s.addStubs(m, a)
		}
	}
	return m
}

func (s *scanner) addStubs(m map[string][]byte, a *annotated) {
	if a.broken {
		return // its own errors come first
	}
	st := newStubber(s.sources, a)
	for _, src := range a.targets {
		if path := names.Generated(src.path); s.read(path).replaceable() {
			m[path] = st.stub(src)
		}
	}
}

// taken diagnoses the files to be generated whose place is taken.
func (s *scanner) taken(a *annotated) diag.List {
	var errs diag.List
	seen := map[*source]bool{}
	for _, fn := range a.set.Funcs() {
		src := s.of(fn.File)
		path := names.Generated(src.path)
		if seen[src] || s.read(path).replaceable() {
			continue
		}
		seen[src] = true
		errs = append(errs, diag.Diagnostic{
			Pos:     s.fset.Position(fn.Pos),
			Code:    diag.FileTaken,
			Message: filepath.Base(path) + " exists and was not generated by greenlet",
			Remedy:  "rename it or " + filepath.Base(src.path),
		})
	}
	return errs
}

// orphans are the generated files in the directory of l that nothing is
// generated into any more. What build constraints exclude is not judged.
func (s *scanner) orphans(dir string) []*source {
	expected := map[string]bool{}
	var ours, orphans []*source
	for _, path := range goFiles(dir) {
		src := s.read(path)
		if src.ours {
			ours = append(ours, src)
		} else if s.hasDirectives(src) {
			expected[names.Generated(path)] = true
		}
	}
	for _, src := range ours {
		if !expected[src.path] {
			orphans = append(orphans, src)
		}
	}
	return orphans
}

// markedTests reports whether a test file in dir may have directives.
func (s *scanner) markedTests(dir string) bool {
	for _, path := range goFiles(dir) {
		if names.IsTest(path) && s.read(path).marked {
			return true
		}
	}
	return false
}

// namedElsewhere are the names of functions and methods of a with the directive that other
// files of the package, tests and those of other systems, say without a call, and of
// constructors, sorted. Values of them are made there, where
// it may be that nothing is generated, so that the package must make them known. What the
// name means there does not matter: it may be another's.
func (s *scanner) namedElsewhere(a *annotated) []string {
	if a.forTest != "" || a.adHoc {
		return nil
	}
	resumable, constructors, found := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, fn := range a.set.Funcs() {
		resumable[fn.Decl.Name.Name] = true
		constructors[names.Constructor(fn.Decl.Name.Name)] = true
	}
	for _, path := range goFiles(a.dir) {
		if slices.Contains(a.listed.files, path) || s.read(path).ours {
			continue
		}
		file, _ := s.parse(s.read(path))
		if file == nil || file.Name.Name != a.name {
			continue
		}
		called := map[*ast.Ident]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr: // (if it is instantiated, nothing is to be made known here)
				switch fun := ast.Unparen(n.Fun).(type) { // before it is visited
				case *ast.Ident:
					called[fun] = true
				case *ast.SelectorExpr:
					called[fun.Sel] = true
				}
			case *ast.Ident:
				if resumable[n.Name] && !called[n] || constructors[n.Name] {
					found[n.Name] = true
				}
			}
			return true
		})
	}
	return sortedKeys(found)
}

// goFiles are the Go files in dir, sorted.
func goFiles(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !e.IsDir() {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}
