package analyzer

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/internal/stamp"
)

// Checks generated-missing, generated-stale and no-go-generate. Whether a file is
// up to date is told by the hash of the source in its head, which costs next to
// nothing; what changes for other reasons, greenlet -check finds.

func (k *checker) generated() {
	seen := map[*ast.File]bool{}
	for _, fn := range k.set.Funcs() {
		if seen[fn.File] {
			continue
		}
		seen[fn.File] = true
		path := k.file(fn.File)
		source, err := k.pass.ReadFile(path)
		if err != nil {
			continue
		}
		f := finding{
			pos: fn.Pos, end: fn.Pos + token.Pos(len(directive.Resumable)),
			remedy: "run go generate, or go tool greenlet",
		}
		name := names.Generated(path)
		data, err := k.read(name)
		switch {
		case os.IsNotExist(err):
			f.code = diag.GeneratedMissing
			f.message = filepath.Base(path) + " has directives, but " + filepath.Base(name) + " has not been generated"
		case err != nil || !stamp.IsGenerated(data):
			continue // what is in its place, the generator refuses to replace
		case stamp.Hash(data) != stamp.SourceHash(source):
			f.code = diag.GeneratedStale
			f.message = filepath.Base(name) + " was generated from another version of " + filepath.Base(path)
		default:
			continue
		}
		k.report(f)
	}
}

// read is the content of a file of the directory: what an editor has of it if
// it is of the package.
func (k *checker) read(name string) ([]byte, error) {
	for _, file := range k.pass.Files {
		if k.file(file) == name {
			return k.pass.ReadFile(name)
		}
	}
	return os.ReadFile(name)
}

func (k *checker) goGenerate() {
	funcs := k.set.Funcs()
	if len(funcs) == 0 || k.hasGenerateLine() {
		return
	}
	first := funcs[0]
	k.report(finding{
		pos: first.Pos, end: first.Pos + token.Pos(len(directive.Resumable)), code: diag.NoGoGenerate,
		message: "the package has directives, but no line that runs the generator",
		remedy:  "add " + generateLine, fix: "add " + generateLine,
		edits: []analysis.TextEdit{k.generateEdit(first.File)},
	})
}

const generateLine = "//go:generate go tool greenlet"

// hasGenerateLine looks at the package first, then at all that is in its
// directory, such as the package that this one is the external test of.
func (k *checker) hasGenerateLine() bool {
	for _, file := range k.files {
		for _, group := range file.Comments {
			for _, c := range group.List {
				if isGenerateLine(c.Text) {
					return true
				}
			}
		}
	}
	others, err := filepath.Glob(filepath.Join(filepath.Dir(k.file(k.files[0])), "*.go"))
	if err != nil {
		return false
	}
	for _, name := range others {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(data)) {
			if isGenerateLine(line) {
				return true
			}
		}
	}
	return false
}

func isGenerateLine(line string) bool {
	return strings.HasPrefix(line, "//go:generate ") && strings.Contains(line, "greenlet")
}

// generateEdit adds the line below the imports.
func (k *checker) generateEdit(file *ast.File) analysis.TextEdit {
	after := file.Name.End()
	for _, decl := range file.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
			after = gen.End()
		}
	}
	f := k.pass.Fset.File(file.FileStart)
	if line := f.PositionFor(after, false).Line; line < f.LineCount() {
		after = f.LineStart(line+1) - 1 // behind a comment on the line
	}
	return insert(after, "\n\n"+generateLine)
}
