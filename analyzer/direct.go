package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Checks call-without-frame and yield-without-parent: plain code that yields, and
// has no parent to yield to. What switches to a greenlet by name is in order in
// plain code, as are functions that only suspend in what they are given, such as
// iterators. Code that recovers, or asserts a panic, is left alone.

func (k *checker) withoutFrame() {
	onStacks, literals := k.colors.OnStacks()        // where all can suspend
	for _, lit := range k.colors.PackageLiterals() { // which the generator refuses, if they aren't marked
		literals[lit.Syntax] = true
	}
	for _, file := range k.files {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				k.plainCode(file, nil, decl, literals)
				continue
			}
			fn, _ := k.pass.TypesInfo.Defs[f.Name].(*types.Func)
			if fn != nil && f.Body != nil && !k.leaky[fn] && !onStacks[f] && !color.OnSection(fn) && !k.set.Has(f) && !k.set.Refused(f) {
				k.plainCode(file, f, f.Body, literals)
			}
		}
	}
}

// plainCode looks at plain code: the function decl, or declarations of variables, without the
// literals that run on stacks.
func (k *checker) plainCode(file *ast.File, decl *ast.FuncDecl, root ast.Node, onStacks map[*ast.FuncLit]bool) {
	if recovers(root) {
		return
	}
	statement := map[*ast.CallExpr]bool{}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return !onStacks[n] && !color.IsSection(k.pass.TypesInfo.TypeOf(n))
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok {
				statement[call] = true
			}
		case *ast.CallExpr:
			fn := k.colors.Callee(n)
			if fn == nil {
				return true
			}
			if k.expectsPanic(fn, 2) {
				return false
			}
			if op := color.Operation(fn); needsParent(op) {
				k.noParent(decl, n, fn)
			} else if op == 0 && k.colors.Resumable(fn) {
				if c := k.yield(n); c != nil {
					k.noFrame(file, n, fn, c, statement[n])
				}
			}
		}
		return true
	})
}

// expectsPanic reports whether the arguments of fn are there to panic, as its name
// says, or since it recovers, itself or by what it calls.
func (k *checker) expectsPanic(fn *types.Func, depth int) bool {
	if strings.Contains(fn.Name(), "Panic") {
		return true
	}
	decl := k.decls[fn]
	if decl == nil || fn.Signature().Params().Len() == 0 {
		return false
	}
	found := recovers(decl.Body)
	if !found && depth > 0 {
		k.colors.Executed(decl.Body, func(call *ast.CallExpr) {
			callee := k.colors.Callee(call)
			found = found || callee != nil && k.expectsPanic(callee, depth-1)
		})
	}
	return found
}

// recovers reports whether recover is called anywhere in n.
func recovers(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			id, ok := call.Fun.(*ast.Ident)
			found = found || ok && id.Name == "recover"
		}
		return !found
	})
	return found
}

func (k *checker) noParent(decl *ast.FuncDecl, call *ast.CallExpr, fn *types.Func) {
	f := finding{
		pos: k.colors.CallPos(call), end: call.End(), code: diag.YieldWithoutParent,
		message: "this calls " + k.colors.Name(fn) + ", but is plain code, which has no parent to yield to",
		remedy:  "put it into a function annotated with " + directive.Resumable,
	}
	if decl != nil && decl.Name.Name != "main" && decl.Name.Name != "init" && within(call, decl) {
		f.remedy = "annotate " + decl.Name.Name + " with " + directive.Resumable
		f.fix, f.edits = "annotate "+decl.Name.Name, k.annotate(decl)
	}
	k.report(f)
}

// within reports whether call is in the body of decl itself, not in a literal.
func within(call *ast.CallExpr, decl *ast.FuncDecl) bool {
	inside := true
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() <= call.Pos() && call.End() <= lit.End() {
			inside = false
		}
		return inside
	})
	return inside
}

func (k *checker) noFrame(file *ast.File, call *ast.CallExpr, fn *types.Func, c *chain, unused bool) {
	f := finding{
		pos: c.pos, end: call.End(), code: diag.CallWithoutFrame,
		message: "plain code calls " + k.colors.Name(fn) + ", which yields (" + c.String() + ") and has no parent to yield to here",
	}
	f.remedy = "start it by greenlet.New(" + types.ExprString(call.Fun)
	if len(call.Args) > 0 {
		f.remedy += ", …"
	}
	f.remedy += "), Seq or Pull"
	if id := color.CalleeIdent(call.Fun); unused && id != nil && fn.Signature().TypeParams().Len() == 0 && !call.Ellipsis.IsValid() {
		if runtime := runtimeName(file); runtime != "" {
			separator := []byte(", ")
			if len(call.Args) == 0 {
				separator = nil
			}
			f.fix = "run it as a greenlet"
			f.edits = []analysis.TextEdit{
				insert(call.Pos(), runtime+"New("),
				{Pos: call.Lparen, End: call.Lparen + 1, NewText: separator},
				insert(call.End(), ".Switch()"),
			}
		}
	}
	k.report(f)
}

// runtimeName is how a file calls the runtime, with the dot, or "" if it does
// not import it.
func runtimeName(file *ast.File) string {
	for _, imp := range file.Imports {
		if imp.Path.Kind != token.STRING || imp.Path.Value != strconv.Quote(names.RuntimePath) {
			continue
		}
		switch {
		case imp.Name == nil:
			return names.RuntimeName + "."
		case imp.Name.Name != "_" && imp.Name.Name != ".":
			return imp.Name.Name + "."
		}
	}
	return ""
}
