package greenlet

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/going-green/greenlet/runtime/internal/argument"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// This file is the protocol between generated code and the driver, with protocol.go, defer.go
// and package gen. Nothing in it is meant to be called by hand; users hold frames by the
// [Frame] interface.

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
	// Send delivers the results of a frame that has returned to the parent
	// of the current greenlet.
	Send(r *Run) Status
	// Release gives a frame that has returned back, for another call.
	Release(r *Run)
	// Forget clears what a frame that has ended holds, but for its results: the
	// greenlet that ran it may live on, and keeps it; see gen.MakeFrame.
	Forget()

	header() *Header
}

// A taker is a frame of a function that has parameters.
type taker interface {
	// Args replaces the parameters of a frame that has not started. It panics
	// with an [*ArgumentError] if count or types do not fit.
	Args(args []any)
}

// setArgs replaces the parameters of f, which has not started.
func setArgs(f Frame, list []any) {
	if t, ok := f.(taker); ok {
		t.Args(list)
	} else {
		fit(f, argument.Count(list, 0))
	}
}

// fit panics if there is a mismatch of the arguments for f.
func fit(f Frame, m *argument.Mismatch) {
	if m != nil {
		panic(&ArgumentError{Func: f.Func(), Index: m.Index, Want: m.Want, Got: m.Got, WantCount: m.WantCount, GotCount: m.GotCount})
	}
}

// An asker is a frame of a function that does nothing but yield values of type T. Ask
// stores the next one and returns gen.Left, or gen.Done: it is Resume for who needs no run.
type asker[T any] interface {
	Frame
	Ask(*T) Status
}

// An answered is an asker of a function that does nothing but exchange values of type Out
// for answers of type In: it returns where it waits for the next, or nil at the end.
type answered[In, Out any] interface{ Ask(*Out) *In }

// Header is for generated code, whose frame types embed it: the part that all frames have in
// common.
type Header struct {
	// Caller is the frame to continue when this one returns; nil for the
	// root frame of a greenlet.
	Caller Frame
	// PC is the state: 0 before the start, n at suspension n.
	PC  uint32
	use use
}

// use says who has a frame that was made by a constructor.
type use uint32

const (
	unused   use = iota
	hasRoom      // nobody yet, and there is room for the greenlet that will run it: see gen.MakeFrame
	inUse        // New, Seq, Pull or Call has got it
	handed       // it waits for the answer of gen.YieldTo
	halted       // so it does, and that is to be false
	returned     // its results are there
	ended        // a panic has left it
)

func (h *Header) header() *Header { return h }

// Forget is that of frames which hold no memory but in their results.
func (h *Header) Forget() {}

// Send is that of frames without results.
func (h *Header) Send(r *Run) Status { return r.Finish() }

// Status is for generated code: it says how a call of a resumable function came back. Package
// gen has its values.
type Status uint8

// Func describes a resumable function, for tracebacks and messages.
type Func struct {
	Name string // as in Go tracebacks: path/to/pkg.(*T).Method
	File string // path/to/pkg/file.go, as go build -trimpath has it
	Line int    // of the declaration
	End  int    // of the closing brace, if it defers
	// EndFile is the file of that, if a //line directive gives it another than File.
	EndFile string
	// Points are its suspensions, by state number: of each the line, with the file behind
	// an @ if a //line directive gives it another, and the locals that live across it:
	// "12 a b; 17; 20@lex.l a". A space in a file's name is a zero byte.
	Points string

	through bool // its frame does nothing but call the function: see valueFrame
}

// Point describes one suspension of a function.
type Point struct {
	Line int      // of the switch point
	File string   // if a //line directive gives another than the function's
	Live []string // names of the locals that live across it, in no particular order
}

// Point describes the suspension of state pc, which begins with 1; ok is false if there
// is none.
func (f *Func) Point(pc int) (p Point, ok bool) {
	i := 0
	for text := range strings.SplitSeq(f.Points, "; ") {
		if i++; i > pc || text == "" {
			break
		}
		place, live, _ := strings.Cut(text, " ")
		p.Live = liveAt(p.Live, strings.Fields(live))
		if i == pc {
			line, file, _ := strings.Cut(place, "@")
			p.Line, _ = strconv.Atoi(line)
			p.File = strings.ReplaceAll(file, "\x00", " ")
			return p, true
		}
	}
	return Point{}, false
}

// liveAt is what names say of a point, if before lives at the one before it: what lives
// there, or +x or -x for each that has changed, or = if none has.
func liveAt(before, names []string) []string {
	if len(names) == 0 || !strings.ContainsRune("+-=", rune(names[0][0])) {
		return names
	}
	for _, name := range names {
		switch name[0] {
		case '+':
			before = append(before, name[1:])
		case '-':
			before = slices.DeleteFunc(before, func(s string) bool { return s == name[1:] })
		}
	}
	return before
}

// at is the place of state pc. Deferred calls are made at the closing brace: Go has
// them there, or at the return statement or panic; a frame does not keep which.
func (f *Func) at(pc uint32) StackFrame {
	s := StackFrame{f.Name, f.File, f.Line}
	switch {
	case pc == proto.Unwind && f.End != 0:
		s.File, s.Line = cmp.Or(f.EndFile, f.File), f.End
	default:
		if p, ok := f.Point(int(pc)); ok {
			s.File, s.Line = cmp.Or(p.File, f.File), p.Line
		}
	}
	return s
}

// A hot call has no frame (f == nil) until it first suspends. Then it takes
// one and tells the run: by Leaf where it suspends itself, by Link where a
// function it called has suspended. A function that the driver resumed is the
// leaf already, and has its caller.

// Leaf makes f, whose header is h, the innermost frame of the current greenlet, suspended in
// state pc.
func (h *Header) Leaf(r *Run, f Frame, pc uint32) {
	r.cur.leaf = f
	r.tail = h
	h.PC = pc
}

// Link makes f, whose header is h, the caller of the frame that has just suspended below it,
// with the status st, which it returns, in state pc.
func (h *Header) Link(r *Run, f Frame, pc uint32, st Status) Status {
	h.PC = pc
	r.tail.Caller = f
	r.tail = h
	return st
}

// Started is the end of the first step of a frame f, whose header is h: of the call of
// its function, with the status st.
func (h *Header) Started(r *Run, f Frame, st Status) Status {
	if st == proto.Done {
		return h.Return(r, f)
	}
	return st
}

// Return reports that the activation f, whose header is h, has returned, and
// gives the driver its status. It is written so that gc takes it in line: one node of
// the syntax more, and it costs a call.
func (h *Header) Return(r *Run, f Frame) (st Status) {
	h.use = returned
	if h.Caller == nil {
		return r.finish(f)
	}
	r.callee, r.cur.leaf = f, h.Caller
	return // Done
}

// Mark is what Recovered restores when a step that follows is left by a panic.
func (r *Run) Mark() Frame { return r.cur.leaf }

// Recovered undoes what the step, or a call in it, had begun of a suspension
// when the panic came.
func (r *Run) Recovered(mark Frame) { r.cur.leaf, r.cur.slot = mark, nil }

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
	return proto.Switched
}

// Guard tells the run that frames of the current greenlet may catch panics.
func (r *Run) Guard() { r.cur.guarded = true }

// Callee is the frame whose return resumed the calling frame.
func (r *Run) Callee() Frame { return r.callee }

// Current is the greenlet that runs.
func (r *Run) Current() *Greenlet { return r.cur }

// New is the function New for the current greenlet.
func (r *Run) New(run any, args ...any) *Greenlet {
	return newGreenlet(frameOf("New", run, args), r.cur, "New")
}
