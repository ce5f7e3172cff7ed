package analyzer

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// Check frame-discarded: the result of newXFrame, greenlet.New or their like is
// dropped where it is made, and what was meant to run does not.

func (k *checker) discarded() {
	for _, file := range k.files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if fn := k.colors.Callee(n); fn != nil && k.expectsPanic(fn, 2) {
					return false // made for its panic
				}
			case *ast.FuncLit:
				return !recovers(n)
			case *ast.FuncDecl:
				return n.Body == nil || !recovers(n.Body)
			case *ast.ExprStmt:
				k.dropped(n.X)
			case *ast.GoStmt:
				k.dropped(n.Call)
			case *ast.DeferStmt:
				k.dropped(n.Call)
			case *ast.AssignStmt:
				if len(n.Lhs) == len(n.Rhs) {
					for i := range n.Lhs {
						if id, ok := n.Lhs[i].(*ast.Ident); ok && id.Name == "_" {
							k.dropped(n.Rhs[i])
						}
					}
				}
			}
			return true
		})
	}
}

func (k *checker) dropped(e ast.Expr) {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return
	}
	fn := k.colors.Callee(call)
	if fn == nil || fn.Pkg() == nil {
		return
	}
	f := finding{pos: k.colors.CallPos(call), end: call.End(), code: diag.FrameDiscarded}
	name := k.colors.Name(fn)
	switch {
	case fn.Pkg().Path() == names.RuntimePath && fn.Signature().Recv() == nil:
		switch fn.Name() {
		case "New", "NewChild":
			f.message = "the greenlet that " + name + " makes is dropped, and never runs"
			f.remedy = "keep it and switch to it: " + name + "(…).Switch()"
		case "Exchanger", "ExchangerOf":
			f.message = "the generator that " + name + " makes is dropped, and never runs"
			f.remedy = "keep it and call its method Next, or remove the call"
		case "Seq", "SeqOf", "Pull", "PullOf", "PullSeq", "PullSeq2":
			f.message = "the iterator that " + name + " makes is dropped, and never runs"
			f.remedy = "range over it, or remove the call"
		default:
			return
		}
	case makesFrame(fn):
		f.message = "the frame that " + name + " makes is dropped, and never runs"
		f.remedy = "give it to greenlet.New and switch to that, or to Seq or Pull"
	default:
		return
	}
	k.report(f)
}

// makesFrame reports whether fn is a constructor of frames: named like one, and
// with a result that embeds a header of the runtime's.
func makesFrame(fn *types.Func) bool {
	name := fn.Name()
	if !strings.HasSuffix(name, "Frame") || !strings.HasPrefix(name, "new") && !strings.HasPrefix(name, "New") {
		return false
	}
	res := fn.Signature().Results()
	return res.Len() == 1 && frameOf(res.At(0).Type()) != nil
}

// frameOf is the generated type of a frame that t is a pointer to, or nil.
func frameOf(t types.Type) *types.Named {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return nil
	}
	named, ok := types.Unalias(p.Elem()).(*types.Named)
	if !ok {
		return nil
	}
	st, ok := named.Underlying().(*types.Struct)
	if !ok || st.NumFields() == 0 || !st.Field(0).Embedded() {
		return nil
	}
	if name := st.Field(0).Name(); name != "Header" && name != "DeferHeader" {
		return nil
	}
	return named
}
