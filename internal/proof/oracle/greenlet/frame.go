package greenlet

import "reflect"

// Frame is a call of a resumable function that has not been made yet, or has
// returned. The types that implement it embed an [Activation].
type Frame interface {
	Func() *Func
	activation() *Activation
}

// Func describes a resumable function.
type Func struct {
	Name string // as in Go tracebacks
	File string
	Line int
}

// Activation makes a struct that embeds it a [Frame].
type Activation struct {
	fn      *Func
	call    func()      // calls the function and keeps its results
	results func() any  // after the call
	args    func([]any) // replaces the parameters before the call
	count   int         // of results
	used    bool
	over    bool // call has returned
}

// Bind says how to make the call. Results packs those of the call as one
// value: itself if there is one, Values if there are several.
//
// It is not compiled in line: its literals would have the name of what it was compiled into.
//
//go:noinline
func (a *Activation) Bind(fn *Func, count int, call func(), results func() any, args func([]any)) {
	*a = Activation{fn: fn, count: count, results: results, args: args}
	a.call = func() { call(); a.over = true }
}

// Over panics unless the function of f has returned.
func (a *Activation) Over(f Frame) {
	if !a.over {
		panic(&StateError{Op: "Results", Reason: "the results of " + f.Func().Name + " are not there"})
	}
}

// Func describes the function.
func (a *Activation) Func() *Func { return a.fn }

func (a *Activation) activation() *Activation { return a }

// adopt checks that run is a frame that nobody runs yet.
func adopt(run Frame, op string) {
	if run == nil {
		panic(&StateError{Op: op, Reason: "the frame is nil"})
	}
	a := run.activation()
	if a.used {
		panic(&StateError{Op: op, Reason: "the frame of " + a.fn.Name + " is already in use"})
	}
	a.used = true
}

// Arg is argument i of a first switch as a parameter of type T.
func Arg[T any](f Frame, args []any, i int) T {
	v, ok := args[i].(T)
	if !ok && (args[i] != nil || !nilable[T]()) {
		if from, to := reflect.ValueOf(args[i]), reflect.TypeFor[T](); isConstant(from, to) {
			return from.Convert(to).Interface().(T)
		}
		panic(&ArgumentError{Func: f.Func(), Want: typeName[T](), Got: valueType(args[i]), Index: i})
	}
	return v
}

// Count panics unless there are n arguments.
func Count(f Frame, args []any, n int) {
	if len(args) != n {
		panic(&ArgumentError{Func: f.Func(), WantCount: n, GotCount: len(args), Index: -1})
	}
}
