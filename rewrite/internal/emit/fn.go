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

	literals map[*ir.Lit]*funcEmitter // those of the file
	slots    []slot                   // see fn_inplace.go
	site     *funcEmitter             // the one whose code this one's is being put into, or nil

	frame   string   // the frame type
	r, f    string   // names of the run and the frame in run
	d       string   // of the frame that defers the call
	p       string   // of where Ask puts the value
	st      string   // of the status result
	rets    []string // of the other results
	tparams *types.TypeParamList

	asker        *asker              // what the function is as one; nil for most
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
	if e.asker = e.askerOf(); e.asker != nil {
		e.p = e.local("p")
	}
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
	if e.fn.Lit == nil {
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
	if e.fn.Lit == nil {
		e.args(out)
		e.send(out)
		e.forget(out)
	}
	e.release(out)
	e.describe(out)
	if e.fn.Lit == nil {
		e.tie(out)
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

// unshadowed are the names of the parameters of the constructor, the receiver's first, of
// which none hides the function, and the receiver has one. Others that are not named are "".
func (e *funcEmitter) unshadowed() []string {
	list := e.paramNames()
	fresh := func(name string) string {
		for slices.Contains(list, name) || name == e.fn.Obj.Name() {
			name += "2"
		}
		return name
	}
	for i, name := range list {
		recv := i == 0 && e.fn.Obj.Signature().Recv() != nil
		if name == "" && recv {
			list[i] = fresh("v")
		} else if name == e.fn.Obj.Name() && !recv {
			list[i] = fresh(name)
		}
	}
	return list
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

func (e *funcEmitter) constructor(out *jen.File) {
	name := names.Constructor(e.fn.Obj.Name())
	if ast.IsExported(name) {
		out.Commentf("%s makes a frame that will run %s.", name, e.sourceName())
	}
	decl, ids := out.Func(), e.unshadowed()
	recv := e.fn.Obj.Signature().Recv()
	if recv != nil {
		decl.Params(jen.Id(ids[0]).Add(e.Type(recv.Type()))).Id(name)
	} else {
		decl.Id(name).Add(e.TypeParamsOf(e.tparams))
	}
	var fields []jen.Code
	for i, field := range e.fn.Frame.Params {
		if field != "" {
			fields = append(fields, jen.Id(field).Op(":").Id(ids[i]))
		}
	}
	made := e.rt("MakeFrame").Call(e.frameRef().Add(oneLineList(fields...)))
	decl.Params(e.paramsAs(ids)...).Op("*").Add(e.frameRef()).Add(oneLine(e.reference(ids[0:min(1, len(ids))], made)...))
}

// reference returns what is made, and names the function, for the order in which package
// variables are initialised: gc drops that. The instance of a generic function it would keep in
// a dictionary, and count in what may be compiled in line, unless nothing can reach it. A method
// is named by its receiver, as a parameter may have the name of its type. The methods of a
// generic type gc does not count.
func (e *funcEmitter) reference(ids []string, made jen.Code) []jen.Code {
	fn, ret := jen.Id(e.fn.Obj.Name()), jen.Return(made)
	switch {
	case e.fn.Obj.Signature().RecvTypeParams().Len() > 0:
		return []jen.Code{ret}
	case e.fn.Obj.Signature().Recv() != nil:
		return []jen.Code{jen.Id("_").Op("=").Id(ids[0]).Dot(e.fn.Obj.Name()), ret}
	case e.tparams.Len() > 0:
		return []jen.Code{jen.If(e.falseValue()).Add(oneLine(jen.Id("_").Op("=").Add(fn, e.TypeArgsOf(e.tparams)))), ret}
	}
	return []jen.Code{jen.Id("_").Op("=").Add(fn), ret}
}

// companionDecl begins the declaration of the companion: what resumable code
// calls.
func (e *funcEmitter) companionDecl(out *jen.File, results []jen.Code) *jen.Statement {
	name := names.Companion(e.fn.Obj.Name())
	if e.fn.Lit != nil {
		name = closureCall
	}
	doc := fmt.Sprintf("%s is %s for callers that can be suspended.", name, e.sourceName())
	if e.asker == nil {
		out.Comment(doc)
	} else {
		e.beginDeclarations(out, doc)
	}
	return e.form(out, name, []jen.Code{e.runParam(e.r)}, results)
}

// form begins the declaration of a form of the function that has the
// parameters context before its own.
func (e *funcEmitter) form(out *jen.File, name string, context, results []jen.Code) *jen.Statement {
	decl := out.Func()
	if recv := e.recvParam(); recv != nil {
		decl.Add(recv).Id(name)
	} else if e.fn.Lit != nil {
		decl.Add(e.litReceiver()).Id(name)
	} else {
		decl.Id(name).Add(e.TypeParamsOf(e.tparams))
	}
	return decl.Params(append(context, e.params()...)...).Params(results...)
}

// companion calls body, or run of a function that takes its frame at the start. So does
// the Deferred form, which has the frame that defers the call.
func (e *funcEmitter) companion(out *jen.File) {
	var results []jen.Code
	for v := range e.fn.Obj.Signature().Results().Variables() {
		results = append(results, e.Type(v.Type()))
	}
	results = append(results, e.rt("Status"))
	run := func(context ...jen.Code) jen.Code {
		args := append([]jen.Code{jen.Id(e.r)}, context...)
		if e.fn.Lit != nil {
			args = append(args, jen.Id(e.fn.Lit.Self))
		}
		for _, v := range e.fn.Params {
			if v != nil {
				args = append(args, jen.Id(v.In))
			}
		}
		name := "body"
		if e.fn.Eager() {
			name = "run"
		}
		return jen.Return(jen.Parens(jen.Op("*").Add(e.frameRef())).Call(jen.Nil()).Dot(name).Call(args...))
	}
	if !e.fn.Recovers {
		e.companionDecl(out, results).Add(oneLine(run()))
		return
	}
	e.companionDecl(out, results).Block(run(jen.Nil()))
	name := names.Deferred(e.fn.Obj.Name())
	if e.fn.Lit != nil {
		name = closureDeferred
	}
	out.Commentf("%s is %s as a deferred call, which recovers.", name, e.sourceName())
	e.form(out, name, []jen.Code{e.runParam(e.r), e.deferrerParam()}, results).Block(run(jen.Id(e.d)))
}

// deferrerParam is the parameter for the frame that defers the call.
func (e *funcEmitter) deferrerParam() *jen.Statement {
	return jen.Id(e.d).Op("*").Add(e.rt("DeferHeader"))
}

func parens(results []jen.Code) jen.Code {
	if len(results) == 1 {
		return jen.Add(results[0])
	}
	return jen.Params(results...)
}

// resume is the driver's way in to code that is called with a frame.
func (e *funcEmitter) resume(out *jen.File, method string, context []jen.Code) {
	r, f, st := e.free("r"), e.free("f"), e.free("st")
	out.Line()
	out.Func().Add(e.receiver(f)).Id("Resume").Params(e.runParam(r)).Params(jen.Id(st).Add(e.rt("Status"))).Block(e.resumption(method, r, f, st, context)...)
}

// deferrerField is the argument for the frame that defers the call, as the frame has it.
func (e *funcEmitter) deferrerField() []jen.Code {
	if name := e.fn.Frame.Deferrer; name != "" {
		return []jen.Code{e.field(name)}
	}
	return nil
}

// resumption calls a method of the frame called f that runs the function. What the frame
// has of the parameters goes along: it is what they were at the suspension.
func (e *funcEmitter) resumption(method, r, f, st string, context []jen.Code) []jen.Code {
	args := append([]jen.Code{jen.Id(r)}, context...)
	if e.fn.Lit != nil {
		args = append(args, jen.Id(f).Dot(e.fn.Frame.Self))
	}
	for _, field := range e.fn.Frame.Params {
		if field != "" {
			args = append(args, jen.Id(f).Dot(field))
		}
	}
	header := jen.Op("&").Id(f).Dot("Header")
	call := jen.Id(f).Dot(method).Call(args...)
	if len(e.fn.Frame.Results) == 0 {
		return []jen.Code{jen.Return(jen.Id(r).Dot("Started").Call(jen.Id(f), header, call))}
	}
	var lhs []jen.Code
	for _, field := range e.fn.Frame.Results {
		lhs = append(lhs, jen.Id(f).Dot(field))
	}
	return []jen.Code{
		jen.List(append(lhs, jen.Id(st))...).Op("=").Add(call),
		jen.Return(jen.Id(r).Dot("Started").Call(jen.Id(f), header, jen.Id(st))),
	}
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
func (e *funcEmitter) free(name string) string {
	f := name
	for i := 2; e.Pkg.Scope().Lookup(f) != nil; i++ {
		f = name + strconv.Itoa(i)
	}
	return f
}

// tracebackName is the function as Go's tracebacks name it.
func (e *funcEmitter) tracebackName() string {
	name := importPath(e.Pkg) + "."
	if e.Pkg.Name() == "main" {
		name = "main."
	}
	if e.fn.Lit != nil {
		return name + e.fn.Lit.Func
	}
	return name + names.InTraceback(e.fn.Obj)
}

// tie makes the build fail when the source's signature changes, and the
// source function used.
func (e *funcEmitter) tie(out *jen.File) {
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
	decl := jen.Var().Id("_").Add(e.unnamed(t)).Op("=").Add(source)
	if e.tparams.Len() > 0 {
		out.Func().Id("_").Add(e.TypeParamsOf(e.tparams)).Params().Block(decl)
		return
	}
	out.Add(decl)
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
