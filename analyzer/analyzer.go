package analyzer

import (
	"fmt"
	"go/ast"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/directive"
	"github.com/going-green/greenlet/internal/names"
)

// Analyzer is the analyzer. It has the flag -skip.
var Analyzer = newAnalyzer()

func newAnalyzer() *analysis.Analyzer {
	skip := skipped{}
	a := &analysis.Analyzer{
		Name:             "greenlet",
		Doc:              doc,
		URL:              "https://pkg.go.dev/github.com/going-green/greenlet/analyzer",
		RunDespiteErrors: true, // an editor shows packages that lack generated files
		FactTypes:        []analysis.Fact{new(usesGreenlets), new(funcFact), new(frameFact), new(otherProtocol)},
	}
	a.Run = func(pass *analysis.Pass) (any, error) { return nil, run(pass, skip) }
	a.Flags.Var(skip, "skip", "comma-separated `codes` that are not reported")
	return a
}

// skipped is the value of -skip.
type skipped map[diag.Code]bool

func (s skipped) String() string {
	var list []string
	for _, c := range checks {
		if s[c.code] {
			list = append(list, string(c.code))
		}
	}
	return strings.Join(list, ",")
}

func (s skipped) Set(list string) error {
	clear(s)
	for code := range strings.SplitSeq(list, ",") {
		if code = strings.TrimSpace(code); code == "" {
			continue
		}
		if !known(diag.Code(code)) {
			return fmt.Errorf("there is no check %q", code)
		}
		s[diag.Code(code)] = true
	}
	return nil
}

// checker looks at one package.
type checker struct {
	pass    *analysis.Pass
	skip    skipped
	set     *directive.Set
	colors  *color.Colors
	colored *color.Package
	files   []*ast.File                   // the user's
	decls   map[*types.Func]*ast.FuncDecl // of them, with a body
	chains  *chains
	leaks   []color.Leak
	leaky   map[*types.Func]bool // leaks and what leads to them
	found   []analysis.Diagnostic
}

func run(pass *analysis.Pass, skip skipped) error {
	path := strings.TrimSuffix(pass.Pkg.Path(), "_test")
	if names.IsRuntime(path) {
		pass.ExportPackageFact(new(usesGreenlets))
		return nil // its tests do on purpose what is reported elsewhere
	}
	if !concerned(pass) {
		exportCallers(pass)
		return nil
	}
	pass.ExportPackageFact(new(usesGreenlets))
	set, diags := directive.Parse(pass.Fset, pass.Files)
	k := &checker{pass: pass, skip: skip, set: set, decls: map[*types.Func]*ast.FuncDecl{}}
	for _, file := range pass.Files {
		if directive.IsGenerated(file) {
			continue
		}
		k.files = append(k.files, file)
		for _, decl := range file.Decls {
			if decl, ok := decl.(*ast.FuncDecl); ok && decl.Body != nil {
				if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok {
					k.decls[fn] = decl
				}
			}
		}
	}
	p := &color.Package{Fset: pass.Fset, Files: pass.Files, Pkg: pass.Pkg, Info: pass.TypesInfo}
	p.Plain = color.NewPlainCode()
	p.Plain.Add(p, set)
	k.colored, k.colors = p, color.New(p, set)
	k.chains = k.findChains()
	k.findLeaks()
	k.frontEnd(p, diags)
	for _, c := range checks {
		if c.run != nil {
			c.run(k)
		}
	}
	k.flush()
	k.exportFacts()
	return nil
}

// concerned reports whether there can be anything resumable in a package: it
// imports the runtime, or a package that is concerned, or has something like a
// directive. All others are left alone after a look at their comments.
func concerned(pass *analysis.Pass) bool {
	for _, file := range pass.Files {
		for _, imp := range file.Imports {
			if path, err := strconv.Unquote(imp.Path.Value); err == nil && names.IsRuntime(path) {
				return true
			}
		}
	}
	for _, imp := range pass.Pkg.Imports() {
		if pass.ImportPackageFact(imp, new(usesGreenlets)) {
			return true
		}
	}
	for _, file := range pass.Files {
		for _, group := range file.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//greenlet:") {
					return true
				}
			}
		}
	}
	return false
}

// A check finds some kinds of mistakes. All that it reports has one of its
// codes.
type check struct {
	code diag.Code
	run  func(*checker) // nil if that of another code reports it
}

var checks = []check{
	{diag.SwitchInPlain, (*checker).switchInPlain},
	{diag.NeedlessDirective, (*checker).needless},
	{diag.CallWithoutFrame, (*checker).withoutFrame},
	{diag.YieldWithoutParent, nil},
	{diag.SwitchInCallback, (*checker).callbacks},
	{diag.GeneratedMissing, (*checker).generated},
	{diag.GeneratedStale, nil},
	{diag.GeneratedProtocol, (*checker).protocols},
	{diag.NoGoGenerate, (*checker).goGenerate},
	{diag.LockAcrossSwitch, (*checker).locks},
	{diag.BlockingCall, (*checker).blocking},
	{diag.SwitchInGoroutine, (*checker).goroutines},
	{diag.PlainIterator, (*checker).iterators},
	{diag.FrameDiscarded, (*checker).discarded},
	{diag.YieldType, (*checker).yieldTypes},
	{diag.SwitchToDead, (*checker).deadSwitches},
	{diag.CompanionPromoted, (*checker).promoted},
	{diag.Unpredictable, (*checker).unpredictable}, // behind blockingCall, whose findings it asks for
}

func known(code diag.Code) bool {
	for _, c := range checks {
		if c.code == code {
			return true
		}
	}
	return false
}
