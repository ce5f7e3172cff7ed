package gen

import (
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Function values that plain code has made of resumable code: a literal of an annotated
// function that ran as plain code, an instance or a method value that no generated file
// registers. They have no resumable form, but are known by their code ([Declare],
// [DeclareClosure]): resumable code runs them on a stack of their own, by greenlet.OnStack.
// That takes a form of the type of the function, of which there is one here for each number
// of parameters and results that functions usually have; for others, Resumable panics.

// stacked is the activation of a function value that runs on a stack of its own. R is the
// type of its results, if there is one.
type stacked[R any] struct {
	greenlet.Header
	result R
}

// run runs call, which calls the function; self is f, or embeds it.
func (f *stacked[R]) run(r *Run, self Frame, call func()) Status {
	st := greenlet.OnStackResumable(r, func(greenlet.Section) { call() })
	if st != proto.Done {
		return f.Link(r, self, 1, st)
	}
	return st
}

// Resume returns what the function has.
func (f *stacked[R]) Resume(r *Run) Status {
	r.Callee().Release(r)
	return f.Return(r, f)
}

// Returned is what the function has returned.
func (f *stacked[R]) Returned(*Run) R { return f.result }

// Func describes OnStack: the section below has the calls.
func (f *stacked[R]) Func() *Func { return stackedFunc }

// Release gives nothing back.
func (f *stacked[R]) Release(*Run) {}

var stackedFunc = &Func{Name: "github.com/going-green/greenlet/runtime/gen.Resumable", File: "github.com/going-green/greenlet/runtime/gen/closure.go", Line: 27}

// pair is two results.
type pair[R0, R1 any] struct {
	r0 R0
	r1 R1
}

// stackedPair is stacked for functions with two results.
type stackedPair[R0, R1 any] struct{ stacked[pair[R0, R1]] }

// Resume returns what the function has.
func (f *stackedPair[R0, R1]) Resume(r *Run) Status {
	r.Callee().Release(r)
	return f.Return(r, f)
}

// Returned is what the function has returned.
func (f *stackedPair[R0, R1]) Returned(*Run) (R0, R1) { return f.result.r0, f.result.r1 }

// Resumable00 is [Resumable] of a function with no parameter and no result.
func Resumable00(fn func()) any {
	return funcval.Form(fn, func() any { return stack00{fn} })
}

type stack00 struct{ fn func() }

func (s stack00) CallResumable(r *Run) Status {
	f := new(stacked[struct{}])
	return f.run(r, f, func() { s.fn() })
}

// Resumable01 is [Resumable] of a function with no parameter and one result.
func Resumable01[R0 any](fn func() R0) any {
	return funcval.Form(fn, func() any { return stack01[R0]{fn} })
}

type stack01[R0 any] struct{ fn func() R0 }

func (s stack01[R0]) CallResumable(r *Run) (R0, Status) {
	f := new(stacked[R0])
	st := f.run(r, f, func() { f.result = s.fn() })
	return f.result, st
}

// Resumable02 is [Resumable] of a function with no parameter and two results.
func Resumable02[R0, R1 any](fn func() (R0, R1)) any {
	return funcval.Form(fn, func() any { return stack02[R0, R1]{fn} })
}

type stack02[R0, R1 any] struct{ fn func() (R0, R1) }

func (s stack02[R0, R1]) CallResumable(r *Run) (R0, R1, Status) {
	f := new(stackedPair[R0, R1])
	st := f.run(r, f, func() { f.result.r0, f.result.r1 = s.fn() })
	return f.result.r0, f.result.r1, st
}

// Resumable10 is [Resumable] of a function with one parameter and no result.
func Resumable10[P0 any](fn func(P0)) any {
	return funcval.Form(fn, func() any { return stack10[P0]{fn} })
}

type stack10[P0 any] struct{ fn func(P0) }

func (s stack10[P0]) CallResumable(r *Run, p0 P0) Status {
	f := new(stacked[struct{}])
	return f.run(r, f, func() { s.fn(p0) })
}

// Resumable11 is [Resumable] of a function with one parameter and one result.
func Resumable11[P0, R0 any](fn func(P0) R0) any {
	return funcval.Form(fn, func() any { return stack11[P0, R0]{fn} })
}

type stack11[P0, R0 any] struct{ fn func(P0) R0 }

func (s stack11[P0, R0]) CallResumable(r *Run, p0 P0) (R0, Status) {
	f := new(stacked[R0])
	st := f.run(r, f, func() { f.result = s.fn(p0) })
	return f.result, st
}

// Resumable12 is [Resumable] of a function with one parameter and two results.
func Resumable12[P0, R0, R1 any](fn func(P0) (R0, R1)) any {
	return funcval.Form(fn, func() any { return stack12[P0, R0, R1]{fn} })
}

type stack12[P0, R0, R1 any] struct{ fn func(P0) (R0, R1) }

func (s stack12[P0, R0, R1]) CallResumable(r *Run, p0 P0) (R0, R1, Status) {
	f := new(stackedPair[R0, R1])
	st := f.run(r, f, func() { f.result.r0, f.result.r1 = s.fn(p0) })
	return f.result.r0, f.result.r1, st
}

// Resumable20 is [Resumable] of a function with two parameters and no result.
func Resumable20[P0, P1 any](fn func(P0, P1)) any {
	return funcval.Form(fn, func() any { return stack20[P0, P1]{fn} })
}

type stack20[P0, P1 any] struct{ fn func(P0, P1) }

func (s stack20[P0, P1]) CallResumable(r *Run, p0 P0, p1 P1) Status {
	f := new(stacked[struct{}])
	return f.run(r, f, func() { s.fn(p0, p1) })
}

// Resumable21 is [Resumable] of a function with two parameters and one result.
func Resumable21[P0, P1, R0 any](fn func(P0, P1) R0) any {
	return funcval.Form(fn, func() any { return stack21[P0, P1, R0]{fn} })
}

type stack21[P0, P1, R0 any] struct{ fn func(P0, P1) R0 }

func (s stack21[P0, P1, R0]) CallResumable(r *Run, p0 P0, p1 P1) (R0, Status) {
	f := new(stacked[R0])
	st := f.run(r, f, func() { f.result = s.fn(p0, p1) })
	return f.result, st
}

// Resumable22 is [Resumable] of a function with two parameters and two results.
func Resumable22[P0, P1, R0, R1 any](fn func(P0, P1) (R0, R1)) any {
	return funcval.Form(fn, func() any { return stack22[P0, P1, R0, R1]{fn} })
}

type stack22[P0, P1, R0, R1 any] struct{ fn func(P0, P1) (R0, R1) }

func (s stack22[P0, P1, R0, R1]) CallResumable(r *Run, p0 P0, p1 P1) (R0, R1, Status) {
	f := new(stackedPair[R0, R1])
	st := f.run(r, f, func() { f.result.r0, f.result.r1 = s.fn(p0, p1) })
	return f.result.r0, f.result.r1, st
}

// Resumable30 is [Resumable] of a function with three parameters and no result.
func Resumable30[P0, P1, P2 any](fn func(P0, P1, P2)) any {
	return funcval.Form(fn, func() any { return stack30[P0, P1, P2]{fn} })
}

type stack30[P0, P1, P2 any] struct{ fn func(P0, P1, P2) }

func (s stack30[P0, P1, P2]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) Status {
	f := new(stacked[struct{}])
	return f.run(r, f, func() { s.fn(p0, p1, p2) })
}

// Resumable31 is [Resumable] of a function with three parameters and one result.
func Resumable31[P0, P1, P2, R0 any](fn func(P0, P1, P2) R0) any {
	return funcval.Form(fn, func() any { return stack31[P0, P1, P2, R0]{fn} })
}

type stack31[P0, P1, P2, R0 any] struct{ fn func(P0, P1, P2) R0 }

func (s stack31[P0, P1, P2, R0]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) (R0, Status) {
	f := new(stacked[R0])
	st := f.run(r, f, func() { f.result = s.fn(p0, p1, p2) })
	return f.result, st
}

// Resumable32 is [Resumable] of a function with three parameters and two results.
func Resumable32[P0, P1, P2, R0, R1 any](fn func(P0, P1, P2) (R0, R1)) any {
	return funcval.Form(fn, func() any { return stack32[P0, P1, P2, R0, R1]{fn} })
}

type stack32[P0, P1, P2, R0, R1 any] struct{ fn func(P0, P1, P2) (R0, R1) }

func (s stack32[P0, P1, P2, R0, R1]) CallResumable(r *Run, p0 P0, p1 P1, p2 P2) (R0, R1, Status) {
	f := new(stackedPair[R0, R1])
	st := f.run(r, f, func() { f.result.r0, f.result.r1 = s.fn(p0, p1, p2) })
	return f.result.r0, f.result.r1, st
}
