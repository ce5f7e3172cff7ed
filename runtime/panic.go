package greenlet

import (
	"runtime"
	"strings"
	"sync/atomic"
)

// A panic that leaves greenlets for the plain caller arrives there as it is:
// recover gets the very value, errors.Is and errors.As work. As most of the
// greenlet's calls may not be on Go's stack then, a [Traceback] that lists them is
// raised first, and at once displaced by the panic itself: a crash prints it
// before the panic, and recover does not see it.

// Traceback is the logical stack of a greenlet that a panic has left: the calls
// that were on Go's stack and, below them, those that were suspended.
type Traceback []StackFrame

func (t Traceback) Error() string {
	var b strings.Builder
	b.WriteString("greenlet stack, innermost call first:")
	for _, f := range t {
		b.WriteString("\n\t\t" + f.String())
	}
	b.WriteString("\n")
	return b.String()
}

var lastPanic atomic.Pointer[leftPanic]

// leftPanic is a panic that has left a greenlet.
type leftPanic struct {
	value any
	stack Traceback
}

// PanicStack is the logical stack of the panic with v, a value that code has recovered or been
// given, innermost call first, if that is the last panic that left a greenlet: for its parent
// or for plain code. Otherwise it is nil; of values that can't be compared it is that of the last
// one. Where a function that defers has passed the panic on, or has raised it again, the calls
// above are those that it came from; of more than 64 calls on Go's stack the innermost. It is
// the last one of all goroutines: ask at once. The value is kept until the next such panic.
func PanicStack(v any) []StackFrame {
	last := lastPanic.Load()
	if last == nil || canCompare(v) && !same(last.value, v) {
		return nil
	}
	return last.stack
}

// hasLeft keeps the stack of a panic with v, which has left the frame leaf and its greenlet. from
// is where it comes from, if a frame has passed it on; below are the calls that wait in leaf, and
// asks those that the innermost Ask on Go's stack has made of itself, if it is a hot call's.
func hasLeft(v any, leaf Frame, below, asks Traceback) (stack Traceback, from *origin) {
	from = passedOn(v)
	stack = append(from.calls(), logicalStack(leaf, below, asks)...)
	lastPanic.Store(&leftPanic{v, stack})
	return stack, from
}

// panicWith panics with v, which has left the frame leaf, after a panic that
// shows the stack; unless all of that is on Go's stack, which a crash shows.
func panicWith(v any, leaf Frame, below, asks Traceback) {
	stack, from := hasLeft(v, leaf, below, asks)
	if leaf.header().Caller == nil && from == nil && asks == nil && below == nil {
		panic(v)
	}
	defer func() { panic(v) }()
	panic(stack)
}

// logicalStack is the stack of the greenlet whose frame leaf was resumed and is
// being left by a panic, for the driver's deferred function.
func logicalStack(leaf Frame, below, asks Traceback) Traceback {
	at := standing(leaf)
	t, section := hotStack(at, below, asks)
	if section {
		t = append(lastSection.Load().calls(), t...)
	}
	if len(t) == 0 {
		t = append(Traceback{at}, below...)
	}
	return append(t, activationsUpTo(leaf.header().Caller, nil)...)
}

// hotStack is what the panicking stack holds between the panic and the
// driver; the outermost call is that whose frame stands at at, and below are those that wait in
// that frame. Greenlets that plain code
// has run in between are in it, and their drivers. section says that the panic comes from
// the stack of a section.
func hotStack(at StackFrame, below, asks Traceback) (calls Traceback, section bool) {
	panicking := false
	hot := hotCalls{waiting: asks}
	unwinding := 0 // drivers whose deferred function runs
	for _, f := range goFrames(1, maxGoFrames) {
		switch {
		case f.Function == "runtime.gopanic":
			panicking, section, hot = true, false, hotCalls{waiting: asks}
		case panicking && isRaise(f):
			section = true
		case strings.HasSuffix(f.Function, ".(*Run).loop.func1"):
			unwinding++
		case !panicking, strings.HasPrefix(f.Function, "runtime."):
		case isLoop(f.Function):
			hot.passesOn = false
			if unwinding--; unwinding <= 0 {
				return hot.above(at, below), section
			}
		default:
			hot.add(f)
		}
	}
	return nil, false
}

// hotCalls are the calls of the source that Go's stack holds, innermost first.
type hotCalls struct {
	list     Traceback
	resumed  int       // how many there are down to the outermost resumable function
	passesOn bool      // the last call was made by what does nothing else, for its caller
	inBody   bool      // the last call is of a body: by its companion or Resume, or in place
	waiting  Traceback // calls that the innermost Ask makes of itself, if it is a hot call's: Go's stack does not have them
}

func (h *hotCalls) add(f runtime.Frame) {
	if isRuntime(f) {
		h.passesOn, h.inBody = false, false
		return
	}
	name, part := variant(f.Function)
	if forwards(f) {
		return
	}
	resumes := true
	switch {
	case part == "Ask":
		h.passesOn = true // to Resume, if that has called it
	case h.inBody && (part == "hot" || part == "Resume") && ownLine(f.File):
		// The companion knows the name of a method; what Resume has called is the frame's.
		h.list[len(h.list)-1].Func, h.inBody = name, false
		return
	case part == "run": // what runs steps, for what resumes or calls it
		h.passesOn = true
		return
	case part != "" && h.passesOn:
		h.passesOn = false
		return
	case part == "":
		name, resumes = sourceName(f.Function), false
	}
	h.inBody = part == "body"
	h.list = append(h.list, StackFrame{name, sourceFile(f), f.Line})
	if part == "Ask" {
		h.list, h.waiting = append(h.list, h.waiting...), nil
	}
	if resumes {
		h.resumed = len(h.list)
	}
}

// above are the calls above a driver; at is where the frame stands that it has resumed, and below
// are the calls that wait in that frame.
func (h *hotCalls) above(at StackFrame, below Traceback) Traceback {
	if h.resumed == 0 {
		return h.list
	}
	outermost := &h.list[h.resumed-1]
	outermost.Func = at.Func
	if ownLine(outermost.File) { // Resume, to which Ask has returned
		*outermost = at
	}
	return append(h.list[:h.resumed:h.resumed], below...)
}
