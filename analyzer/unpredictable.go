package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Check unpredictable: what differs from run to run, in code that a simulation runs with a
// seed. That is, in a package that imports hub/sim, all that resumable functions and
// the Start of a simulation have or mention. Tests and programs that only start simulations may
// measure the time that it takes. What blocking-call reports is not reported again.

const simPath = "github.com/going-green/greenlet/hub/sim"

const (
	insteadNow     = "ask the hub: Hub.Now"
	insteadClock   = "have the hub do it, whose time is the simulation's: Hub.Sleep, Hub.AfterFunc, Hub.WithTimeout"
	insteadContext = "give the wait a limit of the hub's time: Hub.WithTimeout"
	insteadRand    = "draw from Hub.Rand, or from a generator that is made of a number from there"
	insteadGo      = "start a task: Hub.Go or Host.Go"
	insteadRecv    = "wait for one thing, a hub.Queue or a hub.Event for example"
	insteadSorted  = "range over the sorted keys: slices.Sorted(maps.Keys(m))"
)

// unpredictables are the functions and variables, by what to do instead. "*" is all
// functions of a package, but for those with a "-" before them.
var unpredictables = func() map[string]string {
	m := map[string]string{}
	add := func(instead, pkg, list string) {
		for name := range strings.FieldsSeq(list) {
			if name, without := strings.CutPrefix(name, "-"); without {
				m[pkg+"."+name] = ""
			} else {
				m[pkg+"."+name] = instead
			}
		}
	}
	add(insteadNow, "time", "Now Since Until")
	add(insteadClock, "time", "Sleep After AfterFunc Tick NewTimer NewTicker")
	add(insteadContext, "context", "WithTimeout WithTimeoutCause WithDeadline WithDeadlineCause")
	add(insteadRand, "math/rand", "* -New -NewSource -NewZipf")
	add(insteadRand, "math/rand/v2", "* -New -NewPCG -NewChaCha8 -NewZipf")
	add(insteadRand, "crypto/rand", "* Reader")
	add(insteadRand, "hash/maphash", "MakeSeed Comparable String Bytes")
	return m
}()

func (k *checker) unpredictable() {
	if !k.simulates() {
		return
	}
	blocks := map[token.Pos]bool{}
	for _, d := range k.found {
		if d.Category == string(diag.BlockingCall) {
			blocks[d.Pos] = true
		}
	}
	for _, body := range k.simulated() {
		u := &unpredictable{checker: k, body: body, blocks: blocks}
		ast.PreorderStack(body, nil, u.visit)
	}
}

// simulates reports whether the package imports hub/sim.
func (k *checker) simulates() bool {
	for _, p := range k.pass.Pkg.Imports() {
		if p.Path() == simPath {
			return true
		}
	}
	return false
}

// simulated are what runs in a simulation: the bodies of functions, and what Start is set to where
// that is no function's name. None is in another.
func (k *checker) simulated() (bodies []ast.Node) {
	done := map[ast.Node]bool{}
	add := func(n ast.Node) {
		if n != nil && !done[n] {
			done[n] = true
			bodies = append(bodies, n)
		}
	}
	for _, fn := range k.colors.Annotated() {
		add(fn.Decl.Body)
	}
	for _, file := range k.files {
		ast.Inspect(file, func(n ast.Node) bool {
			if start := k.start(n); start != nil {
				add(start)
			}
			return true
		})
	}
	for i := 0; i < len(bodies); i++ {
		ast.Inspect(bodies[i], func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				if fn, ok := k.pass.TypesInfo.Uses[id].(*types.Func); ok {
					if decl := k.decls[fn.Origin()]; decl != nil {
						add(decl.Body)
					}
				}
			}
			return true
		})
	}
	outer := bodies[:0]
	for _, n := range bodies {
		inner := false
		for _, other := range bodies {
			inner = inner || n != other && other.Pos() <= n.Pos() && n.End() <= other.End()
		}
		if !inner {
			outer = append(outer, n)
		}
	}
	return outer
}

// start is what n sets the Start of a simulation to, or nil.
func (k *checker) start(n ast.Node) ast.Expr {
	switch n := n.(type) {
	case *ast.CompositeLit:
		if !isSimulation(k.pass.TypesInfo.TypeOf(n)) {
			return nil
		}
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if id, ok := kv.Key.(*ast.Ident); ok && id.Name == "Start" {
					return kv.Value
				}
			}
		}
	case *ast.AssignStmt:
		for i, lhs := range n.Lhs {
			if sel, ok := ast.Unparen(lhs).(*ast.SelectorExpr); ok && len(n.Lhs) == len(n.Rhs) &&
				sel.Sel.Name == "Start" && isSimulation(k.pass.TypesInfo.TypeOf(sel.X)) {
				return n.Rhs[i]
			}
		}
	}
	return nil
}

func isSimulation(t types.Type) bool {
	if t == nil {
		return false
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Simulation" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == simPath
}

// unpredictable looks at one body.
type unpredictable struct {
	*checker
	body   ast.Node
	blocks map[token.Pos]bool // what is reported as such
}

func (u *unpredictable) visit(n ast.Node, stack []ast.Node) bool {
	switch n := n.(type) {
	case *ast.Ident:
		u.use(n, stack)
	case *ast.GoStmt:
		u.differs(n.Pos(), n.Pos()+token.Pos(len("go")), "a goroutine runs when it comes to it", insteadGo)
	case *ast.SelectStmt:
		cases := 0
		for _, clause := range n.Body.List {
			if clause.(*ast.CommClause).Comm != nil {
				cases++
			}
		}
		if cases > 1 {
			u.differs(n.Pos(), n.Pos()+token.Pos(len("select")), "a select takes any case that is ready", insteadRecv)
		}
	case *ast.RangeStmt:
		if u.overMap(n.X) && u.orderMatters(n) {
			u.differs(n.For, n.X.End(), "the order in which a map is ranged over is another one each time, and matters here", insteadSorted)
		}
	}
	return true
}

func (u *unpredictable) differs(pos, end token.Pos, message, instead string) {
	if u.blocks[pos] {
		return
	}
	u.report(finding{
		pos: pos, end: end, code: diag.Unpredictable,
		message: message + ": a simulation that comes here does not do the same again with its seed", remedy: instead,
	})
}

// use reports id if it is one of unpredictables.
func (u *unpredictable) use(id *ast.Ident, stack []ast.Node) {
	obj := u.pass.TypesInfo.Uses[id]
	if obj == nil || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() {
		return // a method, a local variable
	}
	pkg := obj.Pkg().Path()
	pos := id.Pos()
	if n := len(stack); n > 0 {
		if sel, ok := stack[n-1].(*ast.SelectorExpr); ok {
			pos = sel.Pos()
		}
	}
	if pkg == "maps" {
		if isIterator(obj) && u.iteratorMatters(pos, stack) {
			u.differs(pos, id.End(), "maps."+id.Name+" has another order each time, which matters here", insteadSorted)
		}
		return
	}
	instead, listed := unpredictables[pkg+"."+obj.Name()]
	if _, isFunc := obj.(*types.Func); !listed && isFunc {
		instead = unpredictables[pkg+".*"]
	}
	if instead == "" {
		return
	}
	// A call is reported where blocking-call would.
	for i := len(stack) - 1; i >= 0; i-- {
		call, ok := stack[i].(*ast.CallExpr)
		if ok && color.CalleeIdent(call.Fun) == id && u.blocks[u.colors.CallPos(call)] {
			return
		}
	}
	u.differs(pos, id.End(), obj.Pkg().Name()+"."+id.Name+" differs from run to run", instead)
}
