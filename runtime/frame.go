package greenlet

import (
	"cmp"
	"slices"
	"strings"
)

// This file is the protocol between generated code and the driver, with
// protocol.go. Nothing in it is meant to be called by hand; users hold frames
// by the [Frame] interface.

// Frame is one activation of a resumable function: its state number, the
// locals that live across its suspension, and a link to the frame that called
// it. Generated frame types implement it; no other type can.
//
// A frame runs once. It may be given to [New], [Seq], [Pull] or [Call], to one
// of them and once.
type Frame interface {
	// Resume continues the activation at its state until it suspends or
	// returns, and leaves in r who runs next.
	Resume(r *Run) Status
	// Func describes the function this is an activation of.
	Func() *Func
	// Args replaces the parameters of a frame that has not started. It panics
	// with an [*ArgumentError] if count or types do not fit.
	Args(args []any)
	// Send delivers the results of a frame that has returned to the parent
	// of the current greenlet.
	Send(r *Run) Status
	// Release gives a frame that has returned back, for another call.
	Release(r *Run)
	// Forget clears what a frame that has ended holds, but for its results: the
	// greenlet that ran it may live on, and keeps it; see [MakeFrame].
	Forget()

	header() *Header
}

// An asker is a frame of a function that does nothing but yield values of type T. Ask
// stores the next one and returns [Left], or [Done]: it is Resume for who needs no run.
type asker[T any] interface{ Ask(*T) Status }

// An answered is an asker of a function that does nothing but exchange values of type R
// for answers of type T: it returns where it waits for the next, or nil at the end.
type answered[R, T any] interface{ Ask(*R) *T }

// Header is the part that all frames have in common. Generated frame types
// embed it.
type Header struct {
	// Caller is the frame to continue when this one returns; nil for the
	// root frame of a greenlet. In a free frame it links the free list.
	Caller Frame
	// PC is the state: 0 before the start, n at suspension n.
	PC uint32
	// Depth is the length of the free list below a free frame. It is inUse in
	// a frame that New, Seq, Pull or Call has got, and hasRoom before in one that
	// MakeFrame has made. It is handed in one that waits for the answer of YieldTo.
	Depth uint32
}

const (
	inUse   = ^uint32(0)
	hasRoom = inUse - 1
	handed  = inUse - 2
)

func (h *Header) header() *Header { return h }

// Forget is that of frames which hold no memory but in their results.
func (h *Header) Forget() {}

// Status says how a call of a resumable function came back.
type Status uint8

const (
	// Done: the function returned, its results are valid.
	Done Status = iota
	// Switched: the function suspended, for whoever r.cur is now.
	Switched
	// Left: the function suspended, for the plain caller.
	Left
	// Broken: a step of a function that defers was left by a panic, which has
	// been caught: the next step unwinds.
	Broken
)

// Func describes a resumable function, for tracebacks and messages.
type Func struct {
	Name   string  // as in Go tracebacks: path/to/pkg.(*T).Method
	File   string  // path/to/pkg/file.go, as go build -trimpath has it
	Line   int     // of the declaration
	End    int     // of the closing brace, if it defers
	Points []Point // by state number minus one
	// EndFile is the file of the closing brace, if a //line directive gives it another
	// than File.
	EndFile string
}

// Point describes one suspension of a function.
type Point struct {
	Line int // line of the switch point
	// Live has the names of the locals that live across it, separated by spaces. Where
	// that is shorter it is what has changed since the point before, +x or -x each, or =
	// if nothing has: see Func.Live.
	Live string
	File string // if a //line directive gives another than the function's
}

// Live is the names of the locals that live across the suspension with number state,
// from 1, in no particular order. It panics if there is no such suspension.
func (f *Func) Live(state int) []string {
	from := state - 1
	for from > 0 && isChange(f.Points[from].Live) {
		from--
	}
	var live []string
	for _, p := range f.Points[from:state] {
		if !isChange(p.Live) {
			live = strings.Fields(p.Live)
			continue
		}
		for _, name := range strings.Fields(p.Live) {
			switch name[0] {
			case '+':
				live = append(live, name[1:])
			case '-':
				live = slices.DeleteFunc(live, func(s string) bool { return s == name[1:] })
			}
		}
	}
	return live
}

// isChange reports whether the names of a point are changes of those before.
func isChange(live string) bool { return live != "" && strings.ContainsRune("+-=", rune(live[0])) }

// at is the place of state pc. Deferred calls are made at the closing brace: Go has
// them there, or at the return statement or panic; a frame does not keep which.
func (f *Func) at(pc uint32) StackFrame {
	s := StackFrame{f.Name, f.File, f.Line}
	switch {
	case pc == Unwind && f.End != 0:
		s.File, s.Line = cmp.Or(f.EndFile, f.File), f.End
	case pc != 0 && int(pc) <= len(f.Points):
		p := &f.Points[pc-1]
		s.File, s.Line = cmp.Or(p.File, f.File), p.Line
	}
	return s
}

// A hot call has no frame (f == nil) until it first suspends. Then it takes
// one and tells the run: by Leaf where it suspends itself, by Link where a
// function it called has suspended. A function that the driver resumed is the
// leaf already, and has its caller.

// Leaf makes f, whose header is h, the innermost frame of the current greenlet.
func (r *Run) Leaf(f Frame, h *Header) {
	r.cur.leaf = f
	r.tail = h
}

// Mark is what Recovered restores when a step that follows is left by a panic.
func (r *Run) Mark() Frame { return r.cur.leaf }

// Recovered undoes what the step, or a call in it, had begun of a suspension
// when the panic came.
func (r *Run) Recovered(mark Frame) { r.cur.leaf, r.cur.slot = mark, nil }

// Link makes f, whose header is h, the caller of the frame that has just
// suspended below it.
func (r *Run) Link(f Frame, h *Header) {
	r.tail.Caller = f
	r.tail = h
}

// Enter suspends f, whose header is h, to run callee as a nested call.
func (r *Run) Enter(f Frame, h *Header, callee Frame) Status {
	adopt(callee, "Call")
	if _, ok := callee.(catcher); ok {
		r.Guard()
	}
	if r.origin == nil {
		r.note(eventNone, r.cur) // it is no switch, unless it is a thrower
	}
	callee.header().Caller = f
	r.cur.leaf = callee
	r.tail = h
	return Switched
}

// Guard tells the run that frames of the current greenlet may catch panics.
func (r *Run) Guard() { r.cur.guarded = true }

// Return reports that the activation f, whose header is h, has returned, and
// gives the driver its status.
func (r *Run) Return(f Frame, h *Header) Status {
	if h.Caller == nil {
		return r.cur.finish(r, f)
	}
	r.callee = f
	r.cur.leaf = h.Caller
	return Done
}

// Callee is the frame whose return resumed the calling frame.
func (r *Run) Callee() Frame { return r.callee }

// Current is the greenlet that runs.
func (r *Run) Current() *Greenlet { return r.cur }

// New is the function New for the current greenlet.
func (r *Run) New(run Frame) *Greenlet {
	return newGreenlet(run, r.cur, "New")
}

// cacheSize is the number of free lists of a run. Frame types share them by a
// hash of their name, so that no table of types has to be kept and
// instances of generic frames need no number of their own.
const cacheSize = 64

// maxFree bounds a free list: enough for a deep recursion that goes up and
// down, too little to matter when it is over.
const maxFree = 4096

// Cache holds free frames, linked by their headers. The generated code of a
// frame type takes frames from and gives them back to one fixed list; a list
// that holds frames of another type counts as empty.
type Cache [cacheSize]Frame

// Cache is the run's free lists.
func (r *Run) Cache() *Cache {
	if r.cache == nil {
		r.cache = caches.Get().(*Cache)
	}
	return r.cache
}

// Push is the depth of a free frame that is put above one whose header is h,
// or false when the list is full.
func (h *Header) Push() (depth uint32, room bool) { return h.Depth + 1, h.Depth < maxFree }
