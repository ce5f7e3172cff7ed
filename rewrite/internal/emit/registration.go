package emit

import (
	"go/types"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/names"
)

// Registrations: how resumable code that calls a function value, or starts it as
// greenlet.New(fib, 5) does, finds its resumable form. The package of a function makes known what depends on nothing but the
// declaration, the function and its method values:
//
//	type fibValue struct{}
//
//	func (fibValue) CallResumable(r *gen.Run, p0 int) (int, gen.Status) { return fibResumable(r, p0) }
//
//	func (fibValue) Frame() greenlet.Frame { return gen.MakeFrame(fibFrame{}) }
//
//	var _ = gen.Register(fib, fibValue{})
//
// The others, instances and method expressions, are made known where they are named
// (color.NamedValue). Of what is not named where we look, the runtime knows the names.

// registration makes a function that may be used as a value known to those who
// call it as one.
func (e *funcEmitter) registration(out *jen.File) {
	recv := e.fn.Obj.Signature().Recv()
	if !e.isRegistered() {
		return
	}
	if e.hasForm() {
		e.registerForm(out)
		return
	}
	name := e.free(names.Helper(e.frame, "value"))
	sig, form := e.fn.Obj.Signature(), names.Companion(e.fn.Obj.Name())
	if recv == nil {
		e.registerFunc(out, name, jen.Id(e.fn.Obj.Name()), sig, nil, func(name string) *jen.Statement { return jen.Id(name) }, form, e.deferredForm())
		e.frameOfRegistered(out, name, jen.Null(), nil)
		return
	}
	zero := jen.Parens(jen.Op("*").Add(e.newOf(e.Type(recv.Type()))))
	e.registerMethods(out, name, recv.Type(), zero.Dot(e.fn.Obj.Name()), sig, form, e.deferredForm())
	v := e.unused("v")
	e.frameOfRegistered(out, name, jen.Id(v), jen.Id(v).Dot("recv"))
}

func (e *funcEmitter) isRegistered() bool {
	return e.tparams.Len() == 0 && e.Colors != nil && e.Colors.UsedAsValue(e.fn.Obj)
}

// hasForm reports whether package gen has a form for values of the function.
func (e *funcEmitter) hasForm() bool {
	sig := e.fn.Obj.Signature()
	return !e.fn.Recovers && !sig.Variadic() && sig.Params().Len() <= 4 && sig.Results().Len() <= 2
}

// registerForm registers the function by a form of package gen:
//
//	var _ = gen.Function11(fib, fibResumable, newFibFrame)
//	var _ = gen.Method10((*new(*server)).serve, (*server).serveResumable, (*server).newServeFrame)
func (e *funcEmitter) registerForm(out *jen.File) {
	sig, name, kind := e.fn.Obj.Signature(), e.fn.Obj.Name(), "Function"
	fn, of := jen.Null(), jen.Null()
	if recv := sig.Recv(); recv != nil {
		kind = "Method"
		fn = jen.Parens(jen.Op("*").Add(e.newOf(e.Type(recv.Type())))).Dot("")
		of = jen.Parens(e.Type(recv.Type())).Dot("")
	}
	early(out, e.rt(kind+strconv.Itoa(sig.Params().Len())+strconv.Itoa(sig.Results().Len())).Call(
		fn.Id(name), of.Clone().Id(names.Companion(name)), of.Clone().Id(names.Constructor(name))))
}

// frameOfRegistered emits what a start by value asks for: a frame without arguments.
func (e *funcEmitter) frameOfRegistered(out *jen.File, name string, v *jen.Statement, recv jen.Code) {
	var fields []jen.Code
	if field := e.fn.Frame.Params[:min(1, len(e.fn.Frame.Params))]; recv != nil && field[0] != "" {
		fields = append(fields, jen.Id(field[0]).Op(":").Add(recv))
	} else {
		v = jen.Null()
	}
	out.Func().Params(v.Id(name)).Id("Frame").Params().Add(e.rt("Frame")).
		Add(oneLine(jen.Return(e.rt("MakeFrame").Call(e.frameRef().Add(oneLineList(fields...))))))
}

func (e *funcEmitter) deferredForm() string {
	if !e.fn.Recovers {
		return ""
	}
	return names.Deferred(e.fn.Obj.Name())
}

// registerFunc registers the function value fn, which captures nothing. Its forms are found
// by of, and get the receiver first, if there is one.
func (c *Converter) registerFunc(out *jen.File, name string, fn jen.Code, sig *types.Signature, recv types.Type, of func(form string) *jen.Statement, form, deferred string) {
	out.Type().Id(name).Struct()
	c.forward(out, jen.Id(name), sig, recv, closureCall, of(form))
	if deferred != "" {
		c.forward(out, jen.Id(name), sig, recv, closureDeferred, of(deferred))
	}
	early(out, c.rt("Register").Call(fn, jen.Id(name).Values()))
}

// registerMethods registers the method values of a method, of which fn is one.
func (c *Converter) registerMethods(out *jen.File, name string, recv types.Type, fn jen.Code, sig *types.Signature, form, deferred string) {
	v := c.unused("v")
	self := jen.Id(v).Id(name)
	out.Type().Id(name).Struct(jen.Id("recv").Add(c.Type(recv)))
	c.forward(out, self, sig, nil, closureCall, jen.Id(v).Dot("recv").Dot(form))
	if deferred != "" {
		c.forward(out, self, sig, nil, closureDeferred, jen.Id(v).Dot("recv").Dot(deferred))
	}
	c.registerReceiver(out, name, c.Type(recv), fn)
}

func (c *Converter) registerReceiver(out *jen.File, name string, recv, fn jen.Code) {
	early(out, c.rt("RegisterMethod").Call(fn,
		jen.Func().Params(jen.Id("recv").Add(recv)).Add(c.anyType()).Block(jen.Return(jen.Id(name).Values(jen.Id("recv"))))))
}

// early makes a call while package variables are initialised: init functions of files that
// come before the generated one may call values.
func early(out *jen.File, call jen.Code) { out.Var().Id("_").Op("=").Add(call) }

// unused is name, or one like it that no declaration of the package has.
func (c *Converter) unused(name string) string {
	return freeIn(c.Pkg, name)
}

// forward emits the method called name of a receiver, which calls target, a form of
// the same kind of a function of signature sig. If first is not nil, the method has a
// parameter of that type, which target is selected of.
func (c *Converter) forward(out *jen.File, recv jen.Code, sig *types.Signature, first types.Type, name string, target *jen.Statement) {
	f := c.forwarded(sig, first, name)
	if first != nil {
		target = jen.Id(c.unused("on")).Add(target)
	}
	out.Func().Params(recv).Id(name).Params(f.params...).Add(parens(append(f.results, c.rt("Status")))).Block(jen.Return(target.Call(append(f.context, f.args...)...)))
}

// forwarded is what a method that forwards has for parameters and results, and passes on.
type forwarded struct{ params, context, args, results []jen.Code }

func (c *Converter) forwarded(sig *types.Signature, first types.Type, name string) (f forwarded) {
	r := c.unused("r")
	f.params, f.context = []jen.Code{jen.Id(r).Op("*").Add(c.rt("Run"))}, []jen.Code{jen.Id(r)}
	if name == closureDeferred {
		d := c.unused("d")
		f.params, f.context = append(f.params, jen.Id(d).Op("*").Add(c.rt("DeferHeader"))), append(f.context, jen.Id(d))
	}
	if first != nil {
		f.params = append(f.params, jen.Id(c.unused("on")).Add(c.Type(first)))
	}
	i := 0
	for p := range sig.Params().Variables() {
		id := c.unused("p" + strconv.Itoa(i))
		if sig.Variadic() && i == sig.Params().Len()-1 {
			f.params = append(f.params, jen.Id(id).Add(c.variadic(p.Type())))
			f.args = append(f.args, jen.Id(id).Op("..."))
		} else {
			f.params = append(f.params, jen.Id(id).Add(c.Type(p.Type())))
			f.args = append(f.args, jen.Id(id))
		}
		i++
	}
	for v := range sig.Results().Variables() {
		f.results = append(f.results, c.Type(v.Type()))
	}
	return f
}

// A NamedValue is to be registered under a type called Name.
type NamedValue struct {
	*color.NamedValue
	Name string
}

// text is the value as the package would write it.
func (v NamedValue) text(pkg *types.Package) string {
	short := types.RelativeTo(pkg)
	if v.Recv != nil {
		return "(" + types.TypeString(v.Recv, short) + ")." + v.Func.Name()
	}
	var args []string
	for _, t := range v.Args {
		args = append(args, types.TypeString(t, short))
	}
	return v.Func.Name() + "[" + strings.Join(args, ", ") + "]"
}

// CanRegister reports whether a named value can be spelled outside of functions.
func (c *Converter) CanRegister(v *color.NamedValue) bool {
	if v.Open || v.Sig == nil {
		return false
	}
	for _, t := range append([]types.Type{v.Recv, v.Sig}, v.Args...) {
		if t != nil && (color.Local(t) || !c.CanName(t)) {
			return false
		}
	}
	for _, f := range v.Path {
		if !c.Visible(f) {
			return false
		}
	}
	return v.Recv == nil || c.Visible(v.Func)
}

// register emits the registration of a named value.
func (c *Converter) register(out *jen.File, colors *color.Colors, v NamedValue) {
	fn := v.Func
	form, deferred := names.Companion(fn.Name()), ""
	if v.Op == color.OpCall && colors.Recovers(fn) {
		deferred = names.Deferred(fn.Name())
	}
	out.Commentf("%s is %s as a value.", v.Name, v.text(c.Pkg))
	switch {
	case v.Recv == nil:
		of := func(name string) *jen.Statement {
			var args []jen.Code
			for _, t := range v.Args {
				args = append(args, c.Type(t))
			}
			return c.ofPackage(fn.Pkg(), name).Types(args...)
		}
		c.registerFunc(out, v.Name, of(fn.Name()), v.Sig, nil, of, form, deferred)
	case v.Op == color.OpDispatch:
		c.registerDispatched(out, v)
	case v.Bound:
		c.registerMethods(out, v.Name, v.Recv, jen.Parens(jen.Op("*").Add(c.newOf(c.Type(v.Recv)))).Dot(fn.Name()), v.Sig, form, deferred)
	default:
		sig := withoutReceiver(v.Sig)
		c.registerFunc(out, v.Name, jen.Parens(c.Type(v.Recv)).Dot(fn.Name()), sig, v.Recv, func(name string) *jen.Statement { return jen.Dot(name) }, form, deferred)
	}
}

// withoutReceiver is the signature of the method that a method expression has the
// signature of.
func withoutReceiver(sig *types.Signature) *types.Signature {
	var params []*types.Var
	for i := 1; i < sig.Params().Len(); i++ {
		params = append(params, sig.Params().At(i))
	}
	return types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), sig.Results(), sig.Variadic())
}

// registerDispatched registers a method value of an interface, or a method expression.
// Which form is called depends on the dynamic type, as in a call.
func (c *Converter) registerDispatched(out *jen.File, v NamedValue) {
	name, of := v.Func.Name(), c.unused(v.Name+"Of") // the interface, which may have no name
	sig, first := v.Sig, types.Type(nil)
	self, on := jen.Code(jen.Id(v.Name)), jen.Id(c.unused("on"))
	if v.Bound {
		self, on = jen.Id(c.unused("v")).Id(v.Name), jen.Id(c.unused("v")).Dot("recv")
		out.Type().Id(of).Op("=").Add(c.Type(v.Recv))
		out.Type().Id(v.Name).Struct(jen.Id("recv").Id(of))
	} else {
		sig, first = withoutReceiver(v.Sig), v.Recv
		out.Type().Id(v.Name).Struct()
	}
	for _, field := range v.Path {
		on = on.Dot(field.Name())
	}
	f := c.forwarded(sig, first, closureCall)
	out.Func().Params(self).Id(closureCall).Params(f.params...).Add(parens(append(f.results, c.rt("Status")))).Block(
		c.ifForm(names.Companion(name), on, sig, f, false), c.plainMethod(on.Clone().Dot(name), f))
	if !v.Bound {
		early(out, c.rt("Register").Call(jen.Parens(c.Type(v.Recv)).Dot(name), jen.Id(v.Name).Values()))
		return
	}
	// A value can be made of an interface that is not nil only.
	some := jen.Id(of).Call(jen.Struct(jen.Id(of)).Values())
	c.registerReceiver(out, v.Name, jen.Id(of), some.Dot(name))
}

// ifForm returns what the form called form of the value on does, if that has one.
func (c *Converter) ifForm(form string, on *jen.Statement, sig *types.Signature, f forwarded, deferred bool) jen.Code {
	v, ok := c.unused("form"), c.unused("ok")
	has := jen.Interface(jen.Id(form).Params(c.formParams(sig, deferred)...).Add(parens(append(append([]jen.Code{}, f.results...), c.rt("Status")))))
	context := f.context
	if !deferred {
		context = context[:1]
	}
	return jen.If(jen.List(jen.Id(v), jen.Id(ok)).Op(":=").Add(c.anyType().Call(on.Clone()).Assert(has)), jen.Id(ok)).Block(
		jen.Return(jen.Id(v).Dot(form).Call(append(append([]jen.Code{}, context...), f.args...)...)))
}

// plainMethod returns what method does.
func (c *Converter) plainMethod(method *jen.Statement, f forwarded) jen.Code {
	call := method.Call(f.args...)
	if len(f.results) == 0 {
		return call.Line().Return(c.rt("Done"))
	}
	var lhs []jen.Code
	for i := range f.results {
		lhs = append(lhs, jen.Id(c.unused("ret"+strconv.Itoa(i))))
	}
	return jen.List(lhs...).Op(":=").Add(call).Line().Return(append(lhs, c.rt("Done"))...)
}

// formParams are the types of the parameters of a companion, or of a Deferred form.
func (c *Converter) formParams(sig *types.Signature, deferred bool) []jen.Code {
	params := []jen.Code{jen.Op("*").Add(c.rt("Run"))}
	if deferred {
		params = append(params, jen.Op("*").Add(c.rt("DeferHeader")))
	}
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		if sig.Variadic() && i == sig.Params().Len()-1 {
			params = append(params, c.variadic(t))
		} else {
			params = append(params, c.Type(t))
		}
	}
	return params
}

// A ClosureOf is a value of the resumable function What that the function In makes, with its
// type parameters, at a place, a file and a line.
type ClosureOf struct{ Place, In, What string }

// declare tells the runtime the names of functions of which there may be values that
// are not registered.
func (c *Converter) declare(out *jen.File, src Source) {
	call := func(fn string, list ...string) {
		var args []jen.Code
		for _, name := range list {
			args = append(args, jen.Lit(name))
		}
		if len(args) > 0 {
			early(out, c.rt(fn).Call(args...))
		}
	}
	call("Declare", src.Declared...)
	call("DeclareInterface", src.Interfaces...)
	for _, v := range src.Closures {
		call("DeclareClosure", v.Place, v.In, v.What)
	}
}
