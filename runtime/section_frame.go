package greenlet

import (
	"runtime"

	"github.com/going-green/greenlet/runtime/internal/funcval"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

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

// leave ends what resume has begun, whatever way the section leaves its stack.
func (c *section) leave() {
	if c.run != nil { // as it is while it is only run to its end
		c.run.stacks--
	}
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
func (f *onStackFrame) enter(r *Run) (st Status) {
	whole := false
	defer func() {
		if whole {
			return
		}
		// It is runtime.Goexit, unless a panic of a deferred call has taken its place.
		if v := f.section.exited(); v != nil {
			panic(v)
		}
	}()
	f.resumes(r)
	st, _ = f.next()
	whole = true
	return f.left(st)
}

// resumes notes that r is about to go on with the section.
func (f *onStackFrame) resumes(r *Run) {
	f.section.run, f.section.frame = r, f
	r.stacks++
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
	f.resumes(r)
	st, _ := f.next() // not by enter: that would be one more return behind a switch of stacks
	switch st {
	case proto.Handed: // to the caller, which drives f
		caller := f.Caller
		f.Caller = nil
		r.callee, r.cur.leaf = f, caller
		return proto.Done
	case proto.Done:
		f.left(st)
		return f.Return(r, f)
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
		f.info = describeCode(f.code)
	}
	return f.info
}

var onStackFunc = &Func{Name: "github.com/going-green/greenlet/runtime.OnStack", File: "github.com/going-green/greenlet/runtime/section.go", Line: 44}

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
