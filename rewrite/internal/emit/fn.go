package emit

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// funcEmitter emits the declarations of one resumable function.
//
// Input: ir.Func after the pass frame. Output: the frame type, its constructor
// and methods, the companion, the tie to the source.
type funcEmitter struct {
	*Converter
	fn     *ir.Func
	fset   *token.FileSet
	source []byte // of the user's file
	// directives are the //line directives of the user's file.
	directives *directives
	Colors     *color.Colors
	// debugger says that the code is for debuggers.
	debugger bool

	helpers helpers // of witnesses

	described *described               // what the file's functions are
	literals  map[*ir.Lit]*funcEmitter // those of the file
	slots     []slot                   // see fn_inplace.go
	site      *funcEmitter             // the one whose code this one's is being put into, or nil

	frame   string   // the frame type
	r, f    string   // names of the run and the frame in run
	d       string   // of the frame that defers the call
	p       string   // of where Ask puts the value
	st      string   // of the status result
	rets    []string // of the other results
	tparams *types.TypeParamList

	oneCode      bool                // hot calls and resumptions have the same: see unified
	canStart     bool                // there are frames that begin, not only those that suspended calls take
	asker        *asker              // what the function is as one; nil for most
	recursion    *recursion          // the function's calls of itself, if one frame has all its activations
	typeNames    bool                // the aliases of types can be said here
	declaring    *types.TypeName     // the hoisted type being declared
	sourceLabels map[string]bool     // see userLabels
	locals       map[string]string   // see local
	held         map[ast.Expr]string // see deferred
	kept         []jen.Code          // pointers that a deferred call gets as numbers
	variant      variant             // of the code being emitted
	list         []*ir.Block         // those that it can reach
	labels       map[*ir.Block]string
	isLabel      map[string]bool    // the values of labels
	used         map[*ir.Block]bool // labels that a goto names
	suspended    string             // the label where calls of a long function go that are suspended
	below        *ir.Block          // that stands below what is emitted
	fallenInto   map[*ir.Block]bool // by the block above
	inlined      map[*ir.Block]bool
	alias        map[*ir.Var]string // names by which literals know boxed variables
	named        map[*ir.Var]bool   // by the variant
	reads        map[*ir.Var]bool
	anyFields    map[string]bool // see anyField
	scoped       bool            // the block being emitted declares something
}

// begin chooses the names that other functions may need.
func (e *funcEmitter) begin() {
	sig := e.fn.Obj.Signature()
	e.tparams = sig.TypeParams()
	if sig.RecvTypeParams().Len() > 0 {
		e.tparams = sig.RecvTypeParams()
	}
	if e.fn.Lit != nil {
		e.tparams = e.fn.Lit.TypeParams
		e.frame = names.Frame("", e.fn.Lit.Type)
	} else {
		e.frame, _ = e.Frame(e.fn.Obj)
	}
	e.r, e.f, e.st = e.fn.Names.Fresh("r"), e.fn.Names.Fresh("f"), e.fn.Names.Fresh("st")
	if e.fn.Recovers {
		e.d = e.fn.Names.Fresh("d")
	}
	for i := range sig.Results().Len() {
		e.rets = append(e.rets, e.fn.Names.Fresh("ret"+strconv.Itoa(i)))
	}
	e.canStart = e.fn.Lit == nil && (e.Colors == nil || e.Colors.CanStart(e.fn.Obj))
	e.recursion = e.recursionOf()
	if e.asker = e.askerOf(e.recursion); e.asker != nil {
		e.p = e.local("p")
	} else if e.recursion != nil && !e.handsOut() {
		e.recursion = nil
	}
	e.oneCode = e.unified()
	e.held = map[ast.Expr]string{}
	e.ExprHook, e.StmtHook = e.expr, e.stmtHook
	e.TypeHook = e.typeParamName
	e.LineHook = e.mark
	e.findSlots()
}

func (e *funcEmitter) emit(out *jen.File) {
	out.Line()
	if e.fn.Lit != nil {
		e.literalType(out)
	}
	e.frameType(out)
	e.waitingType(out)
	if e.canStart {
		e.constructor(out)
	}
	if e.fn.Eager() {
		e.companion(out)
		e.results(out)
		e.resume(out, "run", e.deferrerField())
		e.steps(out)
	} else {
		e.results(out)
		e.code(out)
	}
	e.hideDeferred(out)
	e.deferredValue(out)
	out.Comment(ownMark)
	if e.canStart {
		e.args(out)
		e.send(out)
		e.forget(out)
	}
	e.release(out)
	e.describe(out)
	if e.fn.Durable {
		e.durable(out)
	}
	if e.fn.Lit == nil {
		if (!e.isRegistered() || !e.hasForm()) && !e.tiedByConstructor() { // which are ties
			e.tie(out)
		}
		e.registration(out)
	}
	if !e.inPlace() {
		e.helpers.emit(out)
	}
}

// ours are the names that generated methods give their parameters and locals.
var ours = []string{"f", "r", "d", "st", "args", "c", "head", "ok", "depth", "room", "v", "at"}

// takeNames keeps imports from having the names of what the function declares.
func (e *funcEmitter) takeNames() {
	for name := range e.fn.Names.Given() {
		e.Imports.Take(name)
	}
	for _, name := range ours {
		e.Imports.Take(e.free(name))
	}
}

// typeParamName renames what can't be called by its name: a type that has an
// alias, a type parameter that is blank, is hidden by a hoisted type, or hides a
// name that generated code needs.
func (e *funcEmitter) typeParamName(obj *types.TypeName) (*jen.Statement, bool) {
	name := obj.Name()
	if alias := e.fn.Aliases[obj]; alias != "" && e.typeNames && obj != e.declaring {
		return jen.Id(alias), true
	}
	if e.site != nil {
		return e.site.typeParamName(obj)
	}
	if name != "_" && !slices.Contains(ours, name) && !strings.HasPrefix(name, "ret") && types.Universe.Lookup(name) == nil && !e.hoists(name) {
		return nil, false
	}
	i := 0
	for p := range e.tparams.TypeParams() {
		if p.Obj() == obj {
			return jen.Id(strings.TrimRight(fmt.Sprintf("T%d_%s", i, name), "_")), true
		}
		i++
	}
	return nil, false
}

// hoists reports whether a type of this name is moved to the top.
func (e *funcEmitter) hoists(name string) bool {
	return slices.ContainsFunc(e.fn.Consts, func(s ast.Stmt) bool {
		n, obj := e.fn.TypeDecl(s)
		return obj != nil && n == name
	})
}

// frameRef is the frame type with its type arguments.
func (e *funcEmitter) frameRef() *jen.Statement {
	if e.fn.Lit != nil {
		return jen.Id(e.frame).Add(e.litArgs(e.fn.Lit))
	}
	return jen.Id(e.frame).Add(e.TypeArgsOf(e.tparams))
}

// receiver is (f *frame) as the receiver of a method.
func (e *funcEmitter) receiver(f string) *jen.Statement {
	return jen.Params(jen.Id(f).Op("*").Add(e.frameRef()))
}

// typ spells a type, ours included.
func (e *funcEmitter) typ(t types.Type) *jen.Statement {
	switch t := t.(type) {
	case *ir.MapIter:
		return jen.Op("*").Add(e.rt("MapIter")).Types(e.typ(t.Key), e.typ(t.Elem))
	case *ir.LoopState:
		return jen.Op("*").Add(e.rt("Loop"))
	}
	return e.Type(t)
}

func (e *funcEmitter) runParam(r string) *jen.Statement { return jen.Id(r).Op("*").Add(e.rt("Run")) }

// line is the line of a position in the user's source, whatever //line
// directives say there.
func (e *funcEmitter) line(pos token.Pos) int { return e.fset.PositionFor(pos, false).Line }

func (e *funcEmitter) fileName() string {
	return filepath.Base(e.fset.PositionFor(e.fn.Decl.Pos(), false).Filename)
}

// sourceName is the function as the user would name it: Server.Serve.
func (e *funcEmitter) sourceName() string {
	if recv := names.Receiver(e.fn.Decl); recv != "" {
		return recv + "." + e.fn.Obj.Name()
	}
	if e.fn.Lit != nil {
		return "the literal " + e.fn.Obj.Name()
	}
	return e.fn.Obj.Name()
}

// recvParam is the receiver of a method that stands beside the source's, or
// nil for a function.
func (e *funcEmitter) recvParam() jen.Code {
	recv := e.fn.Obj.Signature().Recv()
	if recv == nil {
		return nil
	}
	code := &jen.Statement{}
	if v := e.fn.Params[0]; v != nil {
		code.Id(v.In)
	}
	return jen.Params(code.Add(e.Type(recv.Type())))
}

// params are the parameters of constructor and companion, the receiver left
// out: named as in the source, blank ones included.
func (e *funcEmitter) params() []jen.Code {
	return e.paramsAs(e.paramNames())
}

// paramNames are the names of the parameters in the generated code, that of the receiver
// first, or "" for those without one.
func (e *funcEmitter) paramNames() []string {
	list := make([]string, len(e.fn.Params))
	for i, v := range e.fn.Params {
		if v != nil {
			list[i] = v.In
		}
	}
	return list
}

// paramsAs is params by other names, that of the receiver first.
func (e *funcEmitter) paramsAs(ids []string) []jen.Code {
	sig := e.fn.Obj.Signature()
	ids = ids[len(ids)-sig.Params().Len():]
	var list []jen.Code
	i := 0
	for p := range sig.Params().Variables() {
		name := cmp.Or(ids[i], "_")
		code := jen.Id(name)
		if sig.Variadic() && i == sig.Params().Len()-1 {
			code.Add(e.variadic(p.Type()))
		} else {
			code.Add(e.Type(p.Type()))
		}
		list = append(list, code)
		i++
	}
	return list
}

// local is a name for something of ours with a scope of a few lines: the same
// each time, and none of the user's.
func (e *funcEmitter) local(name string) string {
	if e.locals[name] == "" {
		if e.locals == nil {
			e.locals = map[string]string{}
		}
		e.locals[name] = e.fn.Names.Fresh(name)
	}
	return e.locals[name]
}

// free is name, or name2, … if the user's package has it.
func (e *funcEmitter) free(name string) string { return freeIn(e.Pkg, name) }

// freeIn is name, or name2, … if pkg has it. A name that ends in a digit gets an underscore
// before its number: r2 for r is not r2, the third of many.
func freeIn(pkg *types.Package, name string) string {
	base := name
	if last := name[len(name)-1]; '0' <= last && last <= '9' {
		base += "_"
	}
	for i := 2; pkg.Scope().Lookup(name) != nil; i++ {
		name = base + strconv.Itoa(i)
	}
	return name
}

// nameInPackage is the function as tracebacks of Go name it, without the package.
func (e *funcEmitter) nameInPackage() string {
	if e.fn.Lit != nil {
		return e.fn.Lit.Func
	}
	return names.InTraceback(e.fn.Obj)
}

// tracebackPackage is a package as Go's tracebacks name it.
func tracebackPackage(pkg *types.Package) string {
	if pkg.Name() == "main" {
		return "main"
	}
	return importPath(pkg)
}

// tie makes the build fail when the source's signature changes, and the
// source function used.
func (e *funcEmitter) tie(out *jen.File) {
	if e.tparams.Len() > 0 {
		out.Func().Id("_").Add(e.TypeParamsOf(e.tparams)).Params().Block(e.tied())
		return
	}
	out.Add(e.tied())
}

// tied names the source function by its type.
func (e *funcEmitter) tied() jen.Code {
	sig := e.fn.Obj.Signature()
	recv := sig.Recv()
	t := types.NewSignatureType(nil, nil, nil, sig.Params(), sig.Results(), sig.Variadic())
	source := jen.Id(e.fn.Obj.Name())
	if recv != nil {
		params := []*types.Var{recv}
		for p := range sig.Params().Variables() {
			params = append(params, p)
		}
		t = types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic())
		source = jen.Parens(e.Type(recv.Type())).Dot(e.fn.Obj.Name())
	} else if e.tparams.Len() > 0 {
		source.Add(e.TypeArgsOf(e.tparams))
	}
	return jen.Var().Id("_").Add(e.unnamed(t)).Op("=").Add(source)
}

// unnamed is a function type without parameter names.
func (e *funcEmitter) unnamed(t *types.Signature) *jen.Statement {
	strip := func(tuple *types.Tuple) *types.Tuple {
		var vars []*types.Var
		for v := range tuple.Variables() {
			vars = append(vars, types.NewParam(token.NoPos, nil, "", v.Type()))
		}
		return types.NewTuple(vars...)
	}
	return e.Type(types.NewSignatureType(nil, nil, nil, strip(t.Params()), strip(t.Results()), t.Variadic()))
}
