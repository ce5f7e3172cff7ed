package greenlet

import "strings"

// Who calls. Package runtime knows Go's stack only: generated code and the driver, and
// nothing of the calls that were suspended once, which the driver goes on without.

// Caller is the call that is skip calls above the one of Caller, which is 0, with the
// line it stands at: what runtime.Caller says in plain code. ok is false if there is
// none.
//
// It counts the source's calls: in resumable code those of the current greenlet, up to the
// function it began with, whether they are on Go's stack or suspended, and
// none of the generated code. Plain code doesn't know who runs it; there it is what Go's
// stack has. So a function that says where it is called, as one that logs, is best
// resumable itself: it can be called from both.
//
// The file has the import path before it, as in [Greenlet.Stack]. It is not opened by that:
// for files that lie beside the source, plain code asks runtime.Caller.
func Caller(skip int) (f StackFrame, ok bool) { return first(plainCalls(1), skip) }

// Callers is all the calls from that which [Caller] gives on, innermost first; nil if
// there is none.
func Callers(skip int) []StackFrame { return rest(plainCalls(1), skip) }

// Caller is what resumable code calls for [Caller].
func (r *Run) Caller(skip int) (f StackFrame, ok bool) { return first(r.calls(1), skip) }

// Callers is what resumable code calls for [Callers].
func (r *Run) Callers(skip int) []StackFrame { return rest(r.calls(1), skip) }

func first(calls Traceback, skip int) (f StackFrame, ok bool) {
	if skip < 0 || skip >= len(calls) {
		return StackFrame{}, false
	}
	return calls[skip], true
}

func rest(calls Traceback, skip int) []StackFrame {
	if skip = max(skip, 0); skip >= len(calls) {
		return nil
	}
	return calls[skip:]
}

// calls is the stack of the current greenlet, which runs on this goroutine, without
// the skip innermost calls.
func (r *Run) calls(skip int) Traceback {
	var hot hotCalls
	for _, f := range withoutGlue(goFrames(skip+1, maxGoFrames)) {
		if isDriver(f) {
			break
		}
		if !strings.HasPrefix(f.Function, "runtime.") {
			hot.add(f)
		}
	}
	leaf := r.cur.leaf
	return append(hot.above(standing(leaf), waiting(leaf)), activationsUpTo(leaf.header().Caller, nil)...)
}

// plainCalls is what Go's stack, or that of a section, has of the source, without the skip
// innermost calls.
func plainCalls(skip int) Traceback {
	var hot hotCalls
	for _, f := range withoutGlue(goFrames(skip+1, maxGoFrames)) {
		if isServe(f) {
			break
		}
		if !strings.HasPrefix(f.Function, "runtime.") {
			hot.add(f)
		}
	}
	return hot.list
}
