package load

// Annotate makes ordinary code suspend as often as it can, for the corpus test.

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// suspending says where annotated code is to suspend, besides calls of
// functions and methods that are annotated, as they all are.
type suspending struct {
	values bool // behind each call of a function value or of an interface's method, and behind receives
	blocks bool // at the start of each block
}

// annotator edits the source of one package.
type annotator struct {
	*sources
	suspending
	info   *types.Info
	skip   func(*ast.FuncDecl) bool // declarations to leave alone
	edits  []edit
	first  bool                     // of the package's files
	prefix func(path string) string // of an import path
}

type edit struct {
	at   int
	text string
}

const (
	// identity is a resumable function that returns its argument; it is added
	// to packages whose values are to suspend.
	identity = "identity_"
	// yielder is the name under which the runtime is imported for Yield.
	yielder = "greenlet_"
)

// annotate is the text of file with a directive for each function. Lines stay
// where they are, but for those behind the directives.
func (a *annotator) annotate(file *ast.File) []byte {
	a.edits = nil
	for _, spec := range file.Imports {
		if prefix := a.prefix(ImportPath(spec)); prefix != "" {
			a.insert(spec.Path.Pos()+1, prefix)
		}
	}
	imported := false
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil || a.skip(fn) {
			continue
		}
		a.insert(fn.Pos(), "\n"+directive.Resumable+"\n")
		n := len(a.edits)
		a.body(fn.Body)
		imported = imported || a.blocks && len(a.edits) > n
	}
	if imported {
		a.insert(file.Name.End(), "; import "+yielder+" "+strconv.Quote(names.RuntimePath))
	}
	if a.first && a.values {
		a.insert(file.FileEnd, "\n"+directive.Resumable+"\nfunc "+identity+"[T any](v T) T { return v }\n")
	}
	slices.SortStableFunc(a.edits, func(x, y edit) int { return cmp.Compare(x.at, y.at) })
	data := a.of(file).data
	var out strings.Builder
	at := 0
	for _, e := range a.edits {
		out.Write(data[at:e.at])
		out.WriteString(e.text)
		at = e.at
	}
	out.Write(data[at:])
	return []byte(out.String())
}

func (a *annotator) insert(pos token.Pos, text string) {
	a.edits = append(a.edits, edit{a.fset.File(pos).Offset(pos), text})
}

// body edits a function's body. Literals are left alone.
func (a *annotator) body(body *ast.BlockStmt) {
	clauses := map[*ast.BlockStmt]bool{} // bodies that hold clauses
	plain := map[ast.Expr]bool{}         // that must stay as they are
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.SwitchStmt:
			clauses[n.Body] = true
		case *ast.TypeSwitchStmt:
			clauses[n.Body] = true
		case *ast.SelectStmt:
			clauses[n.Body] = true
		case *ast.CaseClause:
			a.yield(n.Colon + 1)
		case *ast.CommClause:
			switch comm := n.Comm.(type) {
			case *ast.ExprStmt:
				plain[ast.Unparen(comm.X)] = true
			case *ast.AssignStmt:
				plain[ast.Unparen(comm.Rhs[0])] = true
			}
			a.yield(n.Colon + 1)
		case *ast.BlockStmt:
			if !clauses[n] {
				a.yield(n.Lbrace + 1)
			}
		case *ast.GoStmt:
			plain[n.Call] = true
		case *ast.DeferStmt:
			plain[n.Call] = true
		case *ast.AssignStmt:
			if len(n.Lhs) == 2 && len(n.Rhs) == 1 {
				plain[ast.Unparen(n.Rhs[0])] = true // may be a receive with ok
			}
		case *ast.ValueSpec:
			if len(n.Names) == 2 && len(n.Values) == 1 {
				plain[ast.Unparen(n.Values[0])] = true
			}
		case *ast.CallExpr:
			if a.values && !plain[n] && a.dynamic(n) {
				a.wrap(n)
			}
		case *ast.UnaryExpr:
			if a.values && n.Op == token.ARROW && !plain[n] {
				a.wrap(n)
			}
		}
		return true
	})
}

func (a *annotator) yield(pos token.Pos) {
	if a.blocks {
		a.insert(pos, " "+yielder+".Yield(0); ")
	}
}

func (a *annotator) wrap(e ast.Expr) {
	a.insert(e.Pos(), identity+"(")
	a.insert(e.End(), ")")
}

// dynamic reports whether call is of a function value or an interface's method,
// and has one result.
func (a *annotator) dynamic(call *ast.CallExpr) bool {
	tv := a.info.Types[call]
	if !tv.IsValue() || tv.Value != nil || a.info.Types[call.Fun].IsType() || a.info.Types[call.Fun].IsBuiltin() {
		return false
	}
	if _, tuple := tv.Type.(*types.Tuple); tuple {
		return false
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.SelectorExpr:
		if fn, ok := a.info.Uses[fun.Sel].(*types.Func); ok {
			recv := fn.Signature().Recv()
			return recv != nil && types.IsInterface(recv.Type())
		}
	case *ast.Ident:
		if _, ok := a.info.Uses[fun].(*types.Func); ok {
			return false
		}
	case *ast.IndexExpr, *ast.IndexListExpr:
		return false // may be instantiated
	}
	return true
}
