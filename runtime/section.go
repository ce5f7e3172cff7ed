package greenlet

import (
	"github.com/going-green/greenlet/runtime/internal/argument"
	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// Sections: plain code that resumable code runs on a stack of its own, so that it can
// suspend. The stack is a coroutine of iter.Pull, which the driver resumes where it
// resumes a frame: on its own goroutine's thread, in turn, without the scheduler. The
// rest of the runtime sees a frame like any other, which catches panics.
//
// Alternatives rejected: a goroutine and channels (the scheduler, five times the price);
// companions of plain code (those of crypto/tls alone are 100,000 lines).

// OnStack calls fn, plain code, on a stack of its own, and returns when fn does. Whatever
// fn calls can suspend the greenlet that called OnStack, from any depth: sort.Slice with a
// comparison that yields, a reader below encoding/json that waits. It is what the field
// calls a stackful coroutine, and resumable code's way to code that nobody annotates.
//
// On the stack all that is a switch point in resumable code is one, as it stands: [Yield],
// [Exchange], [YieldFrom], [Switch], [Call] and the methods of [Greenlet], and annotated
// functions, which run there as they are written; [Current] is the greenlet. They find the
// section by a look at the stack, some microseconds; s finds it at once: see [YieldIn],
// [ExchangeIn], [SwitchIn] and the methods of [Section]. A switch of a section costs what
// [iter.Pull] does, ten times a compiled one, and a suspended section the memory of a
// goroutine.
//
// What is thrown into the greenlet is a panic where fn waits, and runs what its calls have
// deferred; a panic of fn, and runtime.Goexit, leave OnStack. A suspended section whose
// greenlet is dropped is unwound as if [Exit] was thrown into it, once the garbage
// collector has found that: on a goroutine of its own, where it can't switch any more. One
// that refers to its greenlet from its own stack is never found.
//
// In a start by value OnStack is a function like others: New(OnStack, fn), and so for SeqOf,
// PullOf and tasks of the hub. Called by plain code, OnStack calls fn where it is: what that
// switches is plain code's.
//
// Go's runtime keeps a coroutine to the thread of the goroutine that has made it if that
// was locked to it, and to goroutines that are not locked if not (golang.org/issue/65889):
// a greenlet that is suspended in a section may move between goroutines that are not
// locked, and not otherwise.
func OnStack(fn func(s Section)) {
	s, _ := findSection()
	fn(s)
}

// What follows is for generated code.

// OnStackResumable is for generated code: OnStack for callers that can be suspended.
func OnStackResumable(r *Run, fn func(s Section)) Status {
	f := r.takeSection(fn)
	if hooked.Load() {
		r.Guard() // for the drop handler
	}
	st := f.enter(r)
	if st == proto.Done {
		f.Release(r)
	}
	return st
}

// rootSection is what has called the section that a greenlet begins with.
type rootSection struct {
	Header
	fn   func(s Section)
	code uintptr // of fn, from the start on
	info *Func   // once it is asked for
}

// Args replaces the function.
func (f *rootSection) Args(args []any) { fit(f, argument.Set(args, []any{&f.fn})) }

// Resume calls OnStack, or returns from it.
func (f *rootSection) Resume(r *Run) Status {
	if f.PC == 0 {
		f.PC, f.code = 1, codeOf(f.fn)
		if st := OnStackResumable(r, f.fn); st != proto.Done {
			return f.Link(r, f, 1, st)
		}
	} else {
		r.Callee().Release(r)
	}
	return f.Return(r, f)
}

// Func describes the function that the section runs.
func (f *rootSection) Func() *Func {
	code := f.code
	if f.PC == 0 {
		code = codeOf(f.fn)
	}
	if code == 0 {
		return onStackFunc
	}
	if f.info == nil || f.PC == 0 {
		f.info = describeCode(code)
		f.info.through = true
	}
	return f.info
}

// Release gives nothing back.
func (f *rootSection) Release(*Run) {}

// Forget drops the function.
func (f *rootSection) Forget() { f.fn = nil }

// onStackValue is OnStack as a value.
type onStackValue struct{}

func (onStackValue) CallResumable(r *Run, fn func(s Section)) Status { return OnStackResumable(r, fn) }

func (onStackValue) Frame() Frame { return new(rootSection) }

func init() {
	funcval.Register(OnStack, onStackValue{})
}
