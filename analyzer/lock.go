package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/cfg"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Check lock-across-switch: a mutex is held at a switch on all ways that lead
// there. That may miss one that is locked under a condition, but never takes an
// unlocked one for locked. A deferred Unlock comes too late to count.

func (k *checker) locks() {
	for _, fn := range k.colors.Annotated() {
		k.locksIn(fn.Decl.Body)
		for _, lit := range k.colors.Literals(fn) {
			k.locksIn(lit.Syntax.Body)
		}
	}
}

// held are the locks that are held, by how they are written, and where each was
// taken.
type held map[string]token.Pos

func (k *checker) locksIn(body *ast.BlockStmt) {
	if !k.takesLocks(body) {
		return
	}
	graph := cfg.New(body, k.mayReturn)
	in := make([]held, len(graph.Blocks)) // nil: not reached yet
	in[0] = held{}
	queue := []*cfg.Block{graph.Blocks[0]}
	for len(queue) > 0 {
		b := queue[0]
		queue = queue[1:]
		out := maps.Clone(in[b.Index])
		for _, n := range b.Nodes {
			k.through(n, out, nil)
		}
		for _, next := range b.Succs {
			if meet(&in[next.Index], out) {
				queue = append(queue, next)
			}
		}
	}
	reported := map[token.Pos]bool{}
	for _, b := range graph.Blocks {
		if in[b.Index] == nil {
			continue
		}
		now := maps.Clone(in[b.Index])
		for _, n := range b.Nodes {
			k.through(n, now, func(c *chain) {
				for lock, pos := range now {
					if reported[pos] {
						continue
					}
					reported[pos] = true
					k.report(finding{
						pos: c.pos, code: diag.LockAcrossSwitch,
						message: lock + " is held while this suspends (" + c.String() + "): who locks it meanwhile on this goroutine waits for ever",
						remedy:  "unlock it before, and lock it again behind",
						related: []analysis.RelatedInformation{related(pos, "it is locked here")},
					})
				}
			})
		}
	}
}

// meet keeps in *in what out holds, too, and reports whether that changes it.
func meet(in *held, out held) bool {
	if *in == nil {
		*in = maps.Clone(out)
		return true
	}
	changed := false
	for lock := range *in {
		if _, ok := out[lock]; !ok {
			delete(*in, lock)
			changed = true
		}
	}
	return changed
}

// through follows the calls that n makes, in the order in which they are made.
func (k *checker) through(n ast.Node, now held, suspends func(*chain)) {
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt:
			return
		case *ast.CallExpr:
			children(n, visit)
			if lock, method := k.lock(n); lock != "" {
				switch method {
				case "Lock":
					now[lock] = n.Pos()
				case "RLock":
					now["the read lock of "+lock] = n.Pos()
				case "Unlock":
					delete(now, lock)
				case "RUnlock":
					delete(now, "the read lock of "+lock)
				}
			} else if suspends == nil {
				return
			} else if lit, ok := ast.Unparen(n.Fun).(*ast.FuncLit); ok {
				if c := k.first(lit.Body, k.suspension); c != nil {
					suspends(c)
				}
			} else if c := k.suspension(n); c != nil {
				suspends(c)
			}
			return
		}
		children(n, visit)
	}
	visit(n)
}

// children calls f for the nodes directly below n.
func children(n ast.Node, f func(ast.Node)) {
	ast.Inspect(n, func(c ast.Node) bool {
		if c == n {
			return true
		}
		if c != nil {
			f(c)
		}
		return false
	})
}

// lock is the mutex that a call locks or unlocks, as it is written, and the
// method. What it is called on must always be the same variable.
func (k *checker) lock(call *ast.CallExpr) (lock, method string) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	fn, _ := k.pass.TypesInfo.Uses[sel.Sel].(*types.Func)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "sync" || fn.Signature().Recv() == nil {
		return "", ""
	}
	switch fn.Name() {
	case "Lock", "RLock", "Unlock", "RUnlock":
		if stable(sel.X) {
			return types.ExprString(sel.X), fn.Name()
		}
	}
	return "", ""
}

// stable reports whether e is a variable or a field of one: x, x.y, (*x).y.
func stable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.ParenExpr:
		return stable(e.X)
	case *ast.StarExpr:
		return stable(e.X)
	case *ast.UnaryExpr:
		return e.Op == token.AND && stable(e.X)
	case *ast.SelectorExpr:
		return stable(e.X)
	}
	return false
}

func (k *checker) takesLocks(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			_, method := k.lock(call)
			found = found || method == "Lock" || method == "RLock"
		}
		return !found
	})
	return found
}

// mayReturn knows the usual functions that don't.
func (k *checker) mayReturn(call *ast.CallExpr) bool {
	if id := color.CalleeIdent(call.Fun); id != nil {
		if b, ok := k.pass.TypesInfo.Uses[id].(*types.Builtin); ok {
			return b.Name() != "panic"
		}
	}
	fn := k.colors.Callee(call)
	if fn == nil || fn.Pkg() == nil {
		return true
	}
	switch fn.Pkg().Path() + "." + fn.Name() {
	case "os.Exit", "runtime.Goexit", "log.Fatal", "log.Fatalf", "log.Fatalln",
		"testing.FailNow", "testing.Fatal", "testing.Fatalf", "testing.SkipNow", "testing.Skip", "testing.Skipf":
		return false
	}
	return true
}
