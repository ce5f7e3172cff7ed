package emit

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// Loops over iterator functions: the call of the iterator, and the body for
// iterators that are plain code.

// rangeWait emits the call of an iterator with the body of a loop: of its
// resumable form if it has one. Else, if the body doesn't suspend, the call is a
// plain one; and if it does, the runtime makes the iterator resumable.
func (e *funcEmitter) rangeWait(w *ir.Wait) []jen.Code {
	lit := e.fn.Lits[w.Call.Args[0].(*ast.FuncLit)]
	if !lit.Range.Suspends {
		return e.indirectWait(w)
	}
	sig := e.signature(w)
	c, ok := e.local("c"), e.local("ok")
	e.scoped = true
	iterate := [...]string{"Iterate0", "Iterate", "Iterate2"}[e.yieldType(sig).Params().Len()]
	return []jen.Code{
		jen.List(jen.Id(c), jen.Id(ok)).Op(":=").Add(e.companionOfValue(w, sig)),
		jen.If(jen.Op("!").Id(ok)).Block(jen.Id(c).Op("=").Add(e.rt(iterate)).Call(e.Expr(w.Call.Fun))),
		e.lineOf(callPos(w.Source)),
		jen.If(jen.Id(e.st).Op("=").Id(c).Dot(closureCall).Call(append([]jen.Code{jen.Id(e.r)}, e.callArgs(w.Call.Args, w.Call)...)...),
			jen.Id(e.st).Op("!=").Add(e.rt("Done"))).Block(e.unwound(w)...),
	}
}

// yieldType is the type of the function that an iterator calls.
func (e *funcEmitter) yieldType(sig *types.Signature) *types.Signature {
	return coreSignature(sig.Params().At(0).Type())
}

// registrar is the frame that deferred calls are registered with: of the body of a
// loop that of the function around it.
func (e *funcEmitter) registrar() *jen.Statement {
	if e.isBody() {
		return jen.Id(e.fn.Lit.Self).Dot(ir.AroundField)
	}
	return jen.Id(e.f)
}

// isBody reports whether the function is the body of a loop.
func (e *funcEmitter) isBody() bool { return e.fn.Lit != nil && e.fn.Lit.Range != nil }

// bodyAsWritten is the body of a loop for iterators that are plain code.
func (e *funcEmitter) bodyAsWritten(plain *funcEmitter, lit *ir.Lit) *jen.Statement {
	loop := func(method string, args ...jen.Code) jen.Code {
		return jen.Id(lit.Self).Dot("loop").Dot(method).Call(args...)
	}
	expr := plain.ExprHook
	plain.ExprHook = func(x ast.Expr) (*jen.Statement, bool) {
		if name := plain.held[x]; name != "" {
			return jen.Id(name), true
		}
		if call, ok := x.(*ast.CallExpr); ok && plain.lits == 1 && plain.recovers(call) {
			return plain.deferrer().Dot("Recover").Call(), true
		}
		return expr(x)
	}
	plain.StmtHook = func(s ast.Stmt, _ bool) ([]jen.Code, bool) {
		if plain.lits > 1 {
			return nil, false // of a literal in the body
		}
		switch s := s.(type) {
		case *ast.ReturnStmt:
			return append(plain.setLoopResults(s.Results), jen.Return(e.falseValue())), true
		case *ast.BranchStmt:
			code, out := lit.Range.Out[s]
			switch {
			case !out:
			case code == ir.NextIteration:
				return []jen.Code{loop("Again"), jen.Return(jen.True())}, true
			default:
				return []jen.Code{loop("Leave", jen.Lit(code)), jen.Return(e.falseValue())}, true
			}
		case *ast.DeferStmt:
			return plain.deferred(s), true
		}
		return nil, false
	}
	body := plain.LitBody(lit.Syntax)
	if declaresParam(lit.Syntax) {
		body = []jen.Code{jen.Block(body...)}
	}
	body = append([]jen.Code{loop("Begin")}, body...)
	out := func(b *ast.BranchStmt) bool {
		_, out := lit.Range.Out[b]
		return out
	}
	if !ir.Terminating(e.Info, lit.Syntax.Body, out) {
		body = append(body, loop("Again"), jen.Return(jen.True()))
	}
	return jen.Func().Add(plain.Signature(lit.Syntax.Type)).Block(body...)
}

// declaresParam reports whether the body of a loop, which is a scope in that of the
// loop's variables, declares one of their names: a function's parameters and its
// body have the same scope.
func declaresParam(body *ast.FuncLit) bool {
	params := map[string]bool{}
	for _, field := range body.Type.Params.List {
		for _, name := range field.Names {
			params[name.Name] = name.Name != "_"
		}
	}
	found := false
	ast.Inspect(body.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				id, ok := x.(*ast.Ident)
				found = found || ok && n.Tok == token.DEFINE && params[id.Name]
			}
			return false
		case *ast.ValueSpec:
			for _, id := range n.Names {
				found = found || params[id.Name]
			}
			return false
		case *ast.TypeSpec:
			found = found || params[n.Name.Name]
			return false
		case *ast.BlockStmt:
			return n == body.Body
		case *ast.LabeledStmt, *ast.DeclStmt, *ast.GenDecl:
			return true
		}
		return false
	})
	return found
}

// setLoopResults is what a return statement in the body of a loop does before it
// leaves the body.
func (e *funcEmitter) setLoopResults(results []ast.Expr) []jen.Code {
	lit := e.fn.Lit
	code := ir.ReturnFrom
	var list []jen.Code
	if len(results) > 0 {
		var lhs, rhs []jen.Code
		for _, obj := range lit.Range.Results {
			lhs = append(lhs, jen.Op("*").Add(e.box(e.fn.ByObj[obj])))
		}
		for _, x := range results {
			rhs = append(rhs, e.Expr(x))
		}
		list = append(list, jen.List(lhs...).Op("=").List(rhs...))
	} else if lit.Range.Named {
		code = ir.ReturnBare
	}
	return append(list, jen.Id(lit.Self).Dot("loop").Dot("Leave").Call(jen.Lit(code)))
}
