package everywhere

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/going-green/greenlet/internal/diag"
)

// concede leaves plain what a diagnostic is about, so that the rest of the
// program can still be held to its word. It reports whether it found
// something that was not plain yet.
func (p *program) concede(d diag.Diagnostic) bool {
	before := len(p.plain)
	at := p.original(d.Pos.Offset)
	fn, path := p.enclosing(at)
	switch d.Code {
	case diag.LiteralLocalType:
		var lit ast.Node
		for _, n := range path {
			if l, ok := n.(*ast.FuncLit); ok {
				lit = l
			}
		}
		switch {
		case lit != nil && !p.plain[lit]:
			p.plain[lit] = true
			p.concedeCalls(lit, map[*ast.FuncDecl]bool{}, false)
		case fn != nil:
			p.plain[fn] = true // it suspends through the values that it calls
		}
	case diag.SwitchInPlain:
		if fn != nil {
			p.concedeCalls(fn, map[*ast.FuncDecl]bool{}, true)
		}
	default:
		if fn != nil {
			p.plain[fn] = true
		}
	}
	return len(p.plain) > before
}

// enclosing is the function that offset at is in, and the nodes of it that
// are around at.
func (p *program) enclosing(at int) (*ast.FuncDecl, []ast.Node) {
	var fn *ast.FuncDecl
	var path []ast.Node
	ast.Inspect(p.file, func(n ast.Node) bool {
		if n == nil || n != p.file && (at < p.offset(n.Pos()) || at >= p.offset(n.End())) {
			return false
		}
		if decl, ok := n.(*ast.FuncDecl); ok {
			fn = decl
		}
		path = append(path, n)
		return true
	})
	return fn, path
}

// concedeCalls leaves plain the functions that code in n calls; all the way
// down, if deep.
func (p *program) concedeCalls(n ast.Node, seen map[*ast.FuncDecl]bool, deep bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if obj, ok := typeutil.Callee(p.info, call).(*types.Func); ok {
				for _, fn := range p.concedeFunc(obj) {
					if deep && !seen[fn] {
						seen[fn] = true
						p.concedeCalls(fn, seen, deep)
					}
				}
			}
		}
		return true
	})
}

// concedeFunc leaves obj plain or, if it is a method of an interface, the
// methods of that name. It returns them.
func (p *program) concedeFunc(obj *types.Func) []*ast.FuncDecl {
	recv := obj.Signature().Recv()
	dynamic := recv != nil && types.IsInterface(recv.Type())
	var list []*ast.FuncDecl
	for _, decl := range p.file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		if p.info.Defs[fn.Name] == obj.Origin() || dynamic && fn.Recv != nil && fn.Name.Name == obj.Name() {
			p.plain[fn] = true
			list = append(list, fn)
		}
	}
	return list
}

func (p *program) mainIsPlain() bool {
	return slices.ContainsFunc(p.file.Decls, func(decl ast.Decl) bool {
		fn, ok := decl.(*ast.FuncDecl)
		return ok && isMain(fn) && p.plain[fn]
	})
}

// count is how many functions the program has, and how many have the
// directive.
func (p *program) count() (functions, resumable int) {
	for _, decl := range p.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
			functions++
			if p.annotated(fn) {
				resumable++
			}
		}
	}
	return functions, resumable
}
