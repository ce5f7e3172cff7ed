package greenlet

import (
	"path"
	"reflect"
	"runtime"
	"strings"

	"github.com/going-green/greenlet/runtime/internal/argument"
	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Functions by value: New(squares, 5) is New(newSquaresFrame(5)). The form of a function
// that is registered makes its frame; of any other function value, such as a literal made
// by resumable code or an instance of a generic function, a frame of ours calls the form.

// FrameOf is the frame that run stands for: run itself if it is a [Frame], or one that
// will call the function run with args. It is what [New] does with its arguments, for
// functions that take the same.
//
// A function is a resumable one, a method value of one, or a literal that a resumable
// function has made. Each argument is assigned to its parameter; one of the types that
// untyped constants have when they become an any (int, float64, rune, string, bool, …)
// is converted to the parameter's if that has its value, so that FrameOf(sleep, 5) works
// for a time.Duration. Vet checks the arguments of calls that name the function.
//
// FrameOf panics with a [*StateError] if run is nil, neither of the two, or a function
// that was not compiled, and with an [*ArgumentError] if the arguments don't fit; a Frame
// has its arguments already and takes none.
func FrameOf(run any, args ...any) Frame { return frameOf("start", run, args) }

func frameOf(op string, run any, args []any) Frame {
	if f, ok := run.(Frame); ok {
		if len(args) > 0 {
			panic(&StateError{Op: op, Reason: "the frame of " + f.Func().Name + " has its arguments already; give the function itself, or no arguments"})
		}
		return f
	}
	t := reflect.TypeOf(run)
	switch {
	case t == nil, t.Kind() == reflect.Func && funcval.Pointer(run) == nil:
		panic(&StateError{Op: op, Reason: "there is nothing to run: the function or frame is nil"})
	case t.Kind() != reflect.Func:
		panic(&StateError{Op: op, Reason: "what is to run is of type " + argument.TypeName(run) + ", neither a function nor a frame"})
	}
	form := funcval.Form(run, func() any { return madePlainly{} })
	if form == nil {
		panic(&StateError{Op: op, Reason: notCompiled(funcName(run))})
	}
	if m, ok := form.(interface{ Frame() Frame }); ok {
		f := m.Frame()
		setArgs(f, args)
		return f
	}
	f := &valueFrame{fn: run, form: form}
	f.take(t, args)
	return f
}

// funcName is the name of a function value, as in tracebacks. That of a literal is the one
// of its plain form, which the method value of its type makes.
func funcName(fn any) string { return codeName(runtime.FuncForPC(funcval.PC(fn))) }

func codeName(f *runtime.Func) string { return sourceName(strings.TrimSuffix(f.Name(), "-fm")) }

func init() {
	funcval.Unseen = func(name string) {
		panic(&StateError{Op: "call", Reason: name + " is resumable, but this value of it was made by plain code, and runs on a stack of its own only, as a deferred call can't, nor a function that is variadic or has more than three parameters or two results; make it in a function annotated //greenlet:resumable, or call it within greenlet.OnStack"})
	}
	// The operations themselves, as values that plain code makes.
	funcval.Declare(0, "Yield", "YieldFrom", "Exchange", "Switch", "Call", "Greenlet.Switch", "Greenlet.Throw", "Greenlet.Kill")
}

// notCompiled says of the function called name why it can't be started.
func notCompiled(name string) string {
	if initialising() {
		return name + " is not known yet: functions are made known after the package variables are initialised; start it in an init function or later, or give its frame, which the constructor makes"
	}
	if outer(name) != name {
		return name + ", a function literal, was made by plain code, or by a function that plain code has called, or suspends nowhere and is not written where it is started: make it while a greenlet runs the annotated function, or make it a function of its own"
	}
	return name + " is not compiled: run go generate, if it is annotated //greenlet:resumable; else annotate it, or call it in a function of your own that is"
}

// initialising reports whether a package variable is being initialised. What does that is called
// p.init; init functions of the user's are p.init.0, p.init.1 …
func initialising() bool {
	for _, f := range goFrames(1, maxGoFrames) {
		if _, name := path.Split(f.Function); strings.Count(name, ".") == 1 && strings.HasSuffix(name, ".init") {
			return true
		}
	}
	return false
}

// describeValue is what a frame that calls fn says of it.
func describeValue(fn any) *Func {
	d := describeCode(funcval.PC(fn))
	d.through = true
	return d
}

// describeCode describes the function with the code pointer pc.
func describeCode(pc uintptr) *Func {
	f := runtime.FuncForPC(pc)
	file, line := f.FileLine(f.Entry()) // of a literal, often those of its plain form in the generated file
	return &Func{Name: codeName(f), File: sourceFile(runtime.Frame{Function: f.Name(), File: file}), Line: line}
}

// valueFrame calls a function value.
type valueFrame struct {
	Header
	fn      any
	form    any             // of fn, with the method CallResumable
	args    []reflect.Value // before the call
	result  any             // after it: as Send has it
	results int             // how many there are
	info    *Func           // once it is asked for
}

// take makes given the arguments of the call of a function of type t.
func (f *valueFrame) take(t reflect.Type, given []any) {
	list, m := argument.Of(t, given)
	fit(f, m)
	f.results = t.NumOut()
	f.args = list
}

func (f *valueFrame) Func() *Func {
	if f.info == nil {
		f.info = describeValue(f.fn)
	}
	return f.info
}

// Args replaces the arguments.
func (f *valueFrame) Args(args []any) {
	if _, ok := f.form.(madePlainly); ok {
		f.take(reflect.TypeOf(f.fn), args)
		return
	}
	t := reflect.ValueOf(f.form).MethodByName(callResumable).Type()
	ins, outs := make([]reflect.Type, 0, t.NumIn()), make([]reflect.Type, 0, t.NumOut())
	for i := 1; i < t.NumIn(); i++ { // without the run
		ins = append(ins, t.In(i))
	}
	for i := range t.NumOut() - 1 { // without the status
		outs = append(outs, t.Out(i))
	}
	f.take(reflect.FuncOf(ins, outs, t.IsVariadic()), args)
}

const callResumable = "CallResumable"

func (f *valueFrame) Resume(r *Run) Status {
	if f.PC > 0 {
		callee := r.Callee() // the frame of the call, which has returned
		if _, ok := f.form.(madePlainly); ok || f.results == 0 {
			callee.Release(r)
		} else {
			f.returned(reflect.ValueOf(callee).MethodByName("Returned").Call([]reflect.Value{reflect.ValueOf(r)}))
		}
		return f.Return(r, f)
	}
	if st := f.call(r); st != proto.Done {
		return f.Link(r, f, 1, st)
	}
	return f.Return(r, f)
}

func (f *valueFrame) call(r *Run) (st Status) {
	if c, ok := f.form.(interface{ CallResumable(*Run) Status }); ok {
		return c.CallResumable(r)
	}
	if _, ok := f.form.(madePlainly); ok {
		return OnStackResumable(r, func(Section) {
			args := f.args[1:]
			f.args = nil
			f.returned(reflect.ValueOf(f.fn).Call(args))
		})
	}
	f.args[0] = reflect.ValueOf(r)
	out := reflect.ValueOf(f.form).MethodByName(callResumable).Call(f.args)
	f.args = nil
	last := len(out) - 1
	if st = out[last].Interface().(Status); st == proto.Done {
		f.returned(out[:last])
	}
	return st
}

func (f *valueFrame) returned(results []reflect.Value) {
	list := make(Values, len(results))
	for i, v := range results {
		list[i] = v.Interface()
	}
	f.result, _ = pack(list)
}

// Send sends the results as those of a compiled frame.
func (f *valueFrame) Send(r *Run) Status {
	if f.results == 0 {
		return r.Finish()
	}
	return r.send(r.cur.parent, f.result, true)
}

// Result is what the function has returned, [Values] if that is several.
func (f *valueFrame) Result() any { return f.result }

func (f *valueFrame) Release(*Run) {}

// Forget drops the function and its arguments.
func (f *valueFrame) Forget() { f.fn, f.form, f.args = nil, nil, nil }
