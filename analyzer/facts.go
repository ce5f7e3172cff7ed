package analyzer

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// usesGreenlets marks a package that imports the runtime, or one that is marked.
// The importers of others have nothing to look for.
type usesGreenlets struct{}

func (*usesGreenlets) AFact()         {}
func (*usesGreenlets) String() string { return "uses greenlets" }

// funcFact is what callers in other packages want to know of a function. That it
// is resumable they see by its companion; this is why.
type funcFact struct {
	Resumable bool
	Suspends  []string  // chain by which it suspends its resumable callers
	Yields    []string  // chain by which it yields, resumable or not
	Types     []yielded // what it yields
	Calls     []int     // indexes of parameters that it calls; the function is plain
}

func (*funcFact) AFact() {}

func (f *funcFact) String() string {
	var parts []string
	if f.Resumable {
		parts = append(parts, "resumable")
	}
	if f.Suspends != nil {
		parts = append(parts, "suspends: "+strings.Join(f.Suspends, " → "))
	}
	if f.Yields != nil && !slices.Equal(f.Yields, f.Suspends) {
		parts = append(parts, "yields: "+strings.Join(f.Yields, " → "))
	}
	for _, t := range f.Types {
		parts = append(parts, "yields "+t.Type)
	}
	if len(f.Calls) > 0 {
		parts = append(parts, fmt.Sprintf("calls back %v", f.Calls))
	}
	return strings.Join(parts, ", ")
}

// frameFact is what the frames of a type yield: those of another package's
// function.
type frameFact struct {
	Func  string
	Types []yielded
}

func (*frameFact) AFact() {}

func (f *frameFact) String() string {
	s := "frame of " + f.Func
	for _, t := range f.Types {
		s += ", yields " + t.Type
	}
	return s
}

// fact is what is known of a function of another package, or nil.
func (k *checker) fact(fn *types.Func) *funcFact {
	f := new(funcFact)
	if k.pass.ImportObjectFact(fn.Origin(), f) {
		return f
	}
	return nil
}

func (k *checker) exportFacts() {
	for fn := range k.decls {
		f := &funcFact{Resumable: k.colors.Resumable(fn)}
		if c := k.chains.suspends[fn]; c != nil {
			f.Suspends = c.names
		}
		if c := k.chains.yields[fn]; c != nil {
			f.Yields = c.names
		}
		f.Types = k.yieldsOf(fn)
		if f.Resumable || f.Yields != nil {
			k.pass.ExportObjectFact(fn, f)
		}
		if len(f.Types) == 0 {
			continue
		}
		if frame, ok := k.colors.Frame(fn); ok {
			if tn, ok := k.pass.Pkg.Scope().Lookup(frame).(*types.TypeName); ok {
				k.pass.ExportObjectFact(tn, &frameFact{Func: k.colors.Name(fn), Types: f.Types})
			}
		}
	}
}

// exportCallers notes the exported functions that call their parameters, of a
// package without greenlets. Those of the standard library are known without.
func exportCallers(pass *analysis.Pass) {
	if first, _, _ := strings.Cut(pass.Pkg.Path(), "/"); !strings.Contains(first, ".") && pass.Module == nil {
		return
	}
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			if !ok || decl.Body == nil || !decl.Name.IsExported() {
				continue
			}
			fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func)
			if !ok {
				continue
			}
			if calls := calledParams(pass.TypesInfo, fn, decl.Body); calls != nil {
				pass.ExportObjectFact(fn, &funcFact{Calls: calls})
			}
		}
	}
}

// calledParams are the parameters of fn that its body calls.
func calledParams(info *types.Info, fn *types.Func, body *ast.BlockStmt) (calls []int) {
	params := map[types.Object]int{}
	for i := range fn.Signature().Params().Len() {
		p := fn.Signature().Params().At(i)
		if _, ok := p.Type().Underlying().(*types.Signature); ok {
			params[p] = i
		}
	}
	if len(params) == 0 {
		return nil
	}
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if id, ok := ast.Unparen(call.Fun).(*ast.Ident); ok {
			if i, ok := params[info.Uses[id]]; ok && !slices.Contains(calls, i) {
				calls = append(calls, i)
			}
		}
		return true
	})
	return calls
}
