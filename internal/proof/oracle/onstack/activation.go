// Package onstack makes frames of functions as they are written: each runs on a stack of
// its own, by greenlet.OnStack. Programs that are stubbed with it run unrewritten on the
// runtime itself: what they switch, plain code switches. Only tests use it.
package onstack

import (
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/gen"
)

type (
	// Func describes a function.
	Func = greenlet.Func
	// Values are several results.
	Values = greenlet.Values
	// Yields says what a frame yields.
	Yields[T any] = gen.Yields[T]
	// Exchanges says what a frame yields and receives.
	Exchanges[In, Out any] = gen.Exchanges[In, Out]
)

// Activation makes a struct that embeds it a frame.
type Activation struct {
	greenlet.Header
	fn      *Func
	call    func()
	results func() any
	args    func([]any)
	count   int
}

// Bind says how to make the call, of which there are count results.
func (a *Activation) Bind(fn *Func, count int, call func(), results func() any, args func([]any)) {
	a.fn, a.count, a.call, a.results, a.args = fn, count, call, results, args
}

// Resume begins the section, or ends with it.
func (a *Activation) Resume(r *greenlet.Run) greenlet.Status {
	if a.PC == 0 {
		a.PC = 1
		if st := greenlet.OnStackResumable(r, func(greenlet.Section) { a.call() }); st != gen.Done {
			return a.Link(r, a, 1, st)
		}
	} else {
		r.Callee().Release(r)
	}
	return a.Return(r, a)
}

// Func describes the function.
func (a *Activation) Func() *Func { return a.fn }

// Args replaces the parameters.
func (a *Activation) Args(args []any) { a.args(args) }

// Send sends the results.
func (a *Activation) Send(r *greenlet.Run) greenlet.Status {
	if a.count == 0 {
		return r.Finish()
	}
	return gen.Result(r, a.results())
}

// Forget drops what the call was made with.
func (a *Activation) Forget() { a.call, a.args = nil, nil }

// Release gives nothing back.
func (a *Activation) Release(*greenlet.Run) {}

// Arg is argument i of a first switch as a parameter of type T.
func Arg[T any](f greenlet.Frame, args []any, i int) (v T) {
	to := make([]any, len(args))
	to[i] = &v
	gen.SetArgs(f, args, to...)
	return v
}

// Count panics unless there are n arguments.
func Count(f greenlet.Frame, args []any, n int) {
	if len(args) != n {
		panic(&greenlet.ArgumentError{Func: f.Func(), WantCount: n, GotCount: len(args), Index: -1})
	}
}

// Annotate is what stubs say of each function: here nobody need know.
func Annotate(...string) bool { return true }
