package greenlet

import (
	"bytes"
	"iter"
	"runtime"

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

// OnStackResumable is OnStack for callers that can be suspended.
func OnStackResumable(r *Run, fn func(s Section)) Status {
	f := r.takeSection()
	f.section.fn, f.code, f.info = fn, codeOf(fn), nil
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
			return r.Link(f, &f.Header, st)
		}
	} else {
		r.Callee().Release(r)
	}
	return r.Return(f, &f.Header)
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
		f.info = describeSection(code)
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

// section is a coroutine that runs plain functions, one after the other.
//
// Its stack refers to it, and stacks are where the garbage collector begins: so while it
// is suspended it refers to no frame and no greenlet, which would never be garbage.
type section struct {
	run    *Run          // that resumes it; nil while it is suspended
	frame  *onStackFrame // its activation; nil while it is suspended
	yield  func(Status) bool
	fn     func(Section) // to begin with
	job    uint64        // how many functions have ended
	id     uint32
	locked bool // to a thread
	idle   bool // it runs no function

	// What enter gives it where it waits, and what it gives enter at its end: a panic, or
	// with exits the one that takes the place of runtime.Goexit.
	thrown any
	wakes  wakes
	trace  *sectionTrace // of the panic it ends with
	calls  Traceback     // where it is suspended, while there are dumps

	cell any // a *R kept for Exchange and Switch
	out  any // what Greenlet.Switch receives into
}

// wakes says how a section goes on, if it does not by a switch.
type wakes uint8

const (
	throws wakes = 1 << iota // thrown is raised
	exits                    // runtime.Goexit is called
	tracks                   // its calls have been noted
)

// onStackFrame is an activation of OnStack: what the chain of frames has of a section. Both
// last as long as the coroutine, for one activation after the other.
type onStackFrame struct {
	Header
	section *section
	next    func() (Status, bool)
	stop    func()
	code    uintptr // of the function that it runs
	info    *Func   // once it is asked for
}

// newSection makes a coroutine. Unless it is known, the coroutine finds out whether it
// is locked to a thread, which Go says in the first line of a trace only.
func newSection(checked, locked bool) *onStackFrame {
	c := &section{locked: locked, idle: true}
	f := &onStackFrame{section: c}
	f.next, f.stop = iter.Pull(func(yield func(Status) bool) {
		if !checked {
			c.locked = lockedToThread()
		}
		c.yield = yield
		number(c)
		defer unnumber(c)
		runTagged(c)
	})
	runtime.AddCleanup(f, dropSection, droppedSection{c, f.stop})
	return f
}

// lockedToThread reports whether this goroutine, whose stack is short, is.
func lockedToThread() bool {
	var buf [128]byte
	first, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte{'\n'})
	return bytes.Contains(first, []byte("locked to thread"))
}

// serve runs the functions that c is given until it is stopped.
func (c *section) serve() {
	for {
		c.do()
		if !c.yield(proto.Done) {
			return
		}
	}
}

// do runs a function. Its panic is kept for enter.
func (c *section) do() {
	whole := false
	defer func() {
		if !whole {
			if v := recover(); v != nil {
				c.thrown, c.wakes = v, throws
				if v != any(Exit) {
					c.trace = sectionStack()
				}
			}
			// Else it is runtime.Goexit, which goes on in who has called next.
		}
		c.leave()
		c.idle = true
		c.job++
	}()
	fn := c.fn
	c.fn, c.idle = nil, false
	sectionsRunning.Add(1)
	fn(Section{c, c.job})
	whole = true
}

// leave ends what a resumption has begun.
func (c *section) leave() {
	c.run, c.frame = nil, nil
	sectionsRunning.Add(-1)
}

// leaves is what comes before c yields the status of a switch that r and g, who was current,
// have made. c is the innermost frame of g, which it has yet to become at its first switch.
// Behind that comes back. No caller keeps a frame or a greenlet in a variable that it uses
// then.
//
// They are two, and who switches calls yield itself, as each return behind a switch of
// stacks is one that the processor has not foreseen.
func (c *section) leaves(r *Run, g *Greenlet) {
	if f := c.frame; f.Caller == nil {
		g.leaf, r.tail = f, &f.Header
	}
	c.below()
}

// below is leaves for a call: c is not the innermost frame of its greenlet any more.
func (c *section) below() {
	c.frame.PC = 1
	if tracking.Load() != nil {
		c.calls, c.wakes = sectionStack().calls(), c.wakes|tracks
	}
	c.leave()
}

// back is what comes behind.
func (c *section) back(resumed bool) {
	sectionsRunning.Add(1)
	if !resumed || c.wakes != 0 {
		c.wake(resumed)
	}
}

// wake goes on with a section that is not resumed by a switch, or was tracked.
//
//go:noinline
func (c *section) wake(resumed bool) {
	if !resumed {
		panic(Exit) // it was dropped
	}
	wakes, v := c.wakes, c.thrown
	c.wakes, c.thrown, c.calls = 0, nil, nil
	switch {
	case wakes == exits|throws: // a panic in place of Goexit: if it is recovered, Goexit goes on
		defer panic(v)
		runtime.Goexit()
	case wakes == exits:
		runtime.Goexit()
	case wakes == throws:
		panic(v)
	}
}

// enter begins the section, and returns how it has suspended or ended.
func (f *onStackFrame) enter(r *Run) Status {
	f.section.run, f.section.frame = r, f
	r.stacks++
	st, _ := f.next()
	r.stacks--
	return f.left(st)
}

// left is the status of a section that has left the stack.
func (f *onStackFrame) left(st Status) Status {
	if c := f.section; st == proto.Done && c.wakes != 0 {
		f.fails()
	}
	return st
}

// fails goes on with the panic that the section has ended with.
func (f *onStackFrame) fails() {
	c := f.section
	v, trace := c.thrown, c.trace
	c.thrown, c.wakes, c.trace = nil, 0, nil
	f.stop() // f is the driver's to look at and can't be used again
	if trace == nil {
		panic(v)
	}
	f.raise(v, trace)
}

// raise goes on with the panic that has ended the section. A crash shows the section's
// calls, too, which are not on this stack.
func (f *onStackFrame) raise(v any, trace *sectionTrace) {
	lastSection.Store(trace)
	defer panic(v)
	panic(trace)
}

// Resume goes on with the section.
func (f *onStackFrame) Resume(r *Run) Status {
	f.section.run, f.section.frame = r, f // as enter, with a return less
	r.stacks++
	st, _ := f.next()
	r.stacks--
	switch st {
	case proto.Handed: // to the caller, which drives f
		caller := f.Caller
		f.Caller = nil
		r.callee, r.cur.leaf = f, caller
		return proto.Done
	case proto.Done:
		f.left(st)
		return r.Return(f, &f.Header)
	}
	return st
}

// Release keeps the section for the next activation.
func (f *onStackFrame) Release(r *Run) {
	f.Header = Header{}
	r.keepSection(f)
}

// Func describes the function that the section runs.
func (f *onStackFrame) Func() *Func {
	if f.code == 0 {
		return onStackFunc
	}
	if f.info == nil {
		f.info = describeSection(f.code)
	}
	return f.info
}

// describeSection describes the plain function with the given code.
func describeSection(code uintptr) *Func {
	f := runtime.FuncForPC(code)
	file, line := f.FileLine(f.Entry())
	return &Func{Name: f.Name(), File: sourceFile(runtime.Frame{Function: f.Name(), File: file}), Line: line}
}

var onStackFunc = &Func{Name: "github.com/going-green/greenlet/runtime.OnStack", File: "github.com/going-green/greenlet/runtime/section.go", Line: 49}

// codeOf is the code pointer of fn, 0 of nil.
func codeOf(fn func(Section)) uintptr {
	if fn == nil {
		return 0
	}
	return funcval.PC(fn)
}

// catch makes Resume raise v where the section waits.
func (f *onStackFrame) catch(v any) { f.section.thrown, f.section.wakes = v, throws }

// goexit ends the section by runtime.Goexit, which it passes on: it does not return. What
// it leaves is told by exited.
func (f *onStackFrame) goexit(raised any) any {
	c := f.section
	c.thrown, c.wakes = raised, exits
	if raised != nil {
		c.wakes |= throws
	}
	f.next()
	return nil
}

// exited is the panic that has taken the place of Goexit, or nil.
func (c *section) exited() (v any) {
	if c.wakes&throws != 0 {
		v = c.thrown
	}
	c.thrown, c.wakes = nil, 0
	return v
}

// deferred says that there may be something to do when the greenlet is dropped.
func (f *onStackFrame) deferred() int { return 1 }

// droppedSection is what is left of a frame that nobody refers to.
type droppedSection struct {
	section *section
	stop    func()
}

// dropSection ends the coroutine of a frame that was dropped. What a function has deferred
// may block, so that it gets a goroutine. No goroutine may end the coroutine of another
// that is locked to its thread: it stays.
func dropSection(d droppedSection) {
	switch {
	case d.section.locked:
	case d.section.idle:
		d.stop()
	default:
		go func() {
			defer func() { _ = recover() }()
			d.stop()
		}()
	}
}

// sections are the idle sections of a run. Each run has its own, as a coroutine must not
// get from a goroutine that is locked to its thread to one that is not.
type sections struct {
	idle            []*onStackFrame // the next one last
	checked, locked bool            // whether the goroutine is locked, once that is known
}

// maxIdle bounds the idle sections of a run. The garbage collector shrinks the stacks of
// those that wait, so that one that has been deep is not let go sooner.
const maxIdle = 256

func (r *Run) takeSection() *onStackFrame {
	l := r.sections
	if l == nil {
		l = new(sections)
		r.sections = l
	}
	if last := len(l.idle) - 1; last >= 0 {
		f := l.idle[last]
		l.idle[last] = nil
		l.idle = l.idle[:last]
		return f
	}
	return newSection(l.checked, l.locked)
}

func (r *Run) keepSection(f *onStackFrame) {
	l := r.sections
	if l == nil { // it began in another run
		l = new(sections)
		r.sections = l
	}
	l.checked, l.locked = true, f.section.locked
	if len(l.idle) >= maxIdle {
		f.stop()
		return
	}
	l.idle = append(l.idle, f)
}

// endSections ends the idle sections of a run that is over.
func (r *Run) endSections() {
	l := r.sections
	r.sections = nil
	for _, f := range l.idle {
		f.stop()
	}
}
