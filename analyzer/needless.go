package analyzer

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Check needless-directive: an annotated function in which nothing can suspend.

func (k *checker) needless() {
	needed := k.needed()
	for _, fn := range k.colors.Annotated() {
		if needed[fn.Obj] || k.frameUsedElsewhere(fn) {
			continue
		}
		k.report(finding{
			pos: fn.Pos, end: fn.Pos + token.Pos(len(directive.Resumable)), code: diag.NeedlessDirective,
			message: k.colors.Name(fn.Obj) + " is annotated, but nothing in it can suspend",
			remedy:  "remove the directive", fix: "remove the directive",
			edits: []analysis.TextEdit{k.remove(fn)},
		})
	}
}

// needed are the annotated functions that have a reason to be: they suspend or
// may, or would if plain functions that they call were annotated as they should;
// something in them means another thing in plain code, or their frames may be
// wanted. Who calls one of those, too.
func (k *checker) needed() map[*types.Func]bool {
	needed := map[*types.Func]bool{}
	callers := map[*types.Func][]*types.Func{}
	used := k.identifiers()
	methods := map[string]int{}
	for _, fn := range k.colors.Annotated() {
		if fn.Obj.Signature().Recv() != nil {
			methods[fn.Obj.Name()]++
		}
	}
	for _, fn := range k.colors.Annotated() {
		obj := fn.Obj
		switch {
		case obj.Exported() && k.pass.Pkg.Name() != "main", used[names.Constructor(obj.Name())], methods[obj.Name()] > 1,
			len(k.colors.Literals(fn)) > 0, k.colors.UsedAsValue(obj):
			needed[obj] = true
			continue
		}
		ast.Inspect(fn.Decl.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.RangeStmt:
				if k.colors.OverFunc(n) {
					needed[obj] = true
				}
			case *ast.CallExpr:
				callee := k.colors.Callee(n)
				s, ok := k.colors.Deferred(n)
				switch {
				case ok && s.Op == color.OpCall && callee.Pkg() == k.pass.Pkg:
					callers[callee] = append(callers[callee], obj)
				case ok && s.Op != color.OpLiteral, color.AsksWhoRuns(callee), callee != nil && (color.IsInterfaceMethod(callee) || k.leaky[callee] || k.yield(n) != nil):
					needed[obj] = true
				}
			}
			return true
		})
	}
	queue := make([]*types.Func, 0, len(needed))
	for fn := range needed {
		queue = append(queue, fn)
	}
	for len(queue) > 0 {
		fn := queue[0]
		queue = queue[1:]
		for _, caller := range callers[fn] {
			if !needed[caller] {
				needed[caller] = true
				queue = append(queue, caller)
			}
		}
	}
	return needed
}

// identifiers are those that occur in the user's files. What has not been
// generated yet has no objects to ask for.
func (k *checker) identifiers() map[string]bool {
	ids := map[string]bool{}
	for _, file := range k.files {
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				ids[id.Name] = true
			}
			return true
		})
	}
	return ids
}

// frameUsedElsewhere reports whether a file in the directory that is no part of
// this package, such as a test, mentions the frames of fn.
func (k *checker) frameUsedElsewhere(fn *color.Func) bool {
	part := map[string]bool{}
	for _, file := range k.pass.Files {
		part[filepath.Base(k.file(file))] = true
	}
	dir := filepath.Dir(k.file(k.files[0]))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if part[e.Name()] || filepath.Ext(e.Name()) != ".go" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err == nil && bytes.Contains(data, []byte(names.Constructor(fn.Obj.Name()))) {
			return true
		}
	}
	return false
}

// file is the name of a file, whatever //line comments say.
func (k *checker) file(file *ast.File) string { return k.pass.Fset.File(file.FileStart).Name() }

// remove takes the directive out of a comment, and the empty line above it if
// nothing else follows.
func (k *checker) remove(fn *color.Func) analysis.TextEdit {
	list := fn.Decl.Doc.List
	for i, c := range list {
		if c.Pos() != fn.Pos {
			continue
		}
		if i+1 < len(list) {
			return analysis.TextEdit{Pos: c.Pos(), End: list[i+1].Pos()}
		}
		start := c.Pos()
		if i > 0 && strings.TrimSpace(list[i-1].Text) == "//" {
			start = list[i-1].Pos()
		}
		return analysis.TextEdit{Pos: start, End: fn.Decl.Type.Pos()}
	}
	return analysis.TextEdit{Pos: fn.Pos, End: fn.Pos}
}
