package greenlet

import (
	"bytes"
	"iter"
	"runtime"
	"sync/atomic"
)

// How coroutines of sections begin, are kept, and end.

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

// droppedSection is what is left of a frame that nobody refers to.
type droppedSection struct {
	section *section
	stop    func()
}

// dropSection ends the coroutine of a frame that was dropped. What a function has deferred
// may block, so that it gets a goroutine: the only one that this package starts, and it lasts no
// longer than that. No goroutine may end the coroutine of another
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

// maxIdle bounds the idle sections of a run. The garbage collector halves the stacks of those
// that wait, at each collection, so that one that has been deep is not let go sooner.
var maxIdle atomic.Int32

func init() { maxIdle.Store(256) }

// SetIdleSections sets how many stacks, on which a function of [OnStack] has ended, are kept
// for the next by each stay of plain code in greenlets, as by each Run of a hub, and returns how
// many that were; at first 256. Without any, each call of OnStack makes a stack, which inherits
// what goroutines inherit: the labels of profiles (package runtime/pprof).
func SetIdleSections(n int) (old int) { return int(maxIdle.Swap(int32(max(n, 0)))) }

// takeSection is a section that will run fn.
func (r *Run) takeSection(fn func(Section)) (f *onStackFrame) {
	l := r.kept()
	if last := len(l.idle) - 1; last >= 0 && maxIdle.Load() > 0 {
		f, l.idle[last] = l.idle[last], nil
		l.idle = l.idle[:last]
	} else {
		f = newSection(l.checked, l.locked)
	}
	f.section.fn, f.code, f.info = fn, codeOf(fn), nil
	return f
}

// kept are the sections of the run, also if there is none yet.
func (r *Run) kept() *sections {
	if r.sections == nil {
		r.sections = new(sections)
	}
	return r.sections
}

// keepSection keeps a section that is idle, in the run that it has ended in.
func (r *Run) keepSection(f *onStackFrame) {
	l := r.kept()
	l.checked, l.locked = true, f.section.locked
	if len(l.idle) >= int(maxIdle.Load()) {
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
