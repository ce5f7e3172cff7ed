package greenlet

import (
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
)

// sectionTrace is the return addresses on the stack of a section, innermost first. What it
// means is found out when somebody asks.
type sectionTrace struct {
	pcs []uintptr
	// last is the trace of the section that a panic had left before; it has begun there if
	// raise is among the calls.
	last *sectionTrace
}

// sectionStack is the trace of the section that runs the caller.
func sectionStack() *sectionTrace {
	t := &sectionTrace{pcs: make([]uintptr, 64), last: lastSection.Load()}
	for {
		n := runtime.Callers(2, t.pcs)
		if n < len(t.pcs) {
			t.pcs = t.pcs[:n]
			return t
		}
		t.pcs = make([]uintptr, 2*len(t.pcs))
	}
}

// calls are the calls of the section, or if a panic is on its way in it those that this has
// left or is about to leave.
func (t *sectionTrace) calls() (calls Traceback) {
	frames := runtime.CallersFrames(t.pcs)
	for more := len(t.pcs) > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			calls = nil
		case strings.HasPrefix(f.Function, "runtime."):
		case isRaise(f) && t.last != nil:
			calls = t.last.calls()
		case isRuntime(f):
			if isServe(f) {
				return calls
			}
		default:
			calls = append(calls, StackFrame{f.Function, sourceFile(f), f.Line})
		}
	}
	return calls
}

// lastSection is the last trace of a section that a panic has left.
var lastSection atomic.Pointer[sectionTrace]

// isRaise reports whether f goes on with the panic of a section.
func isRaise(f runtime.Frame) bool {
	return hasRuntimeName(f.Function) && strings.HasSuffix(f.Function, ".(*onStackFrame).raise")
}

// suspendedCalls are the calls on the stack of c, which is suspended. Only a dump of all
// goroutines has them, for which Go stops the program: it is for messages, and for who
// asks for a stack. They are nil if the dump gets too large.
func (c *section) suspendedCalls() Traceback {
	if len(c.calls) > 0 {
		return c.calls
	}
	for size := 1 << 16; size <= 1<<24; size *= 8 {
		dump := make([]byte, size)
		n := runtime.Stack(dump, true)
		for text := range strings.SplitSeq(string(dump[:n]), "\n\n") {
			if calls, id := dumpedCalls(text); id == c.id {
				return calls
			}
		}
		if n < size {
			break
		}
	}
	return nil
}

// dumpedCalls are the calls of a goroutine as a dump has it, and the number of the section
// that it is, or 0.
func dumpedCalls(text string) (calls Traceback, id uint32) {
	lines := strings.Split(text, "\n")
	suspending, served := true, false
	for i := 1; i+1 < len(lines); i += 2 {
		if strings.HasPrefix(lines[i], "...") { // calls are left out
			i--
			continue
		}
		name, _, _ := cutLast(lines[i], "(")
		switch {
		case strings.HasPrefix(name, "runtime."):
		case hasRuntimeName(name):
			suspending = false
			_, base, _ := cutLast(name, ".")
			digit, tag := strings.CutPrefix(base, "tag")
			switch {
			case tag && served && len(digit) == 1:
				id = id<<4 | uint32(strings.IndexByte(tagDigits, digit[0]))
			case base == "serve":
				served = true
			}
		case !served && !suspending: // but for the coroutine's own
			place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ")
			file, number, _ := cutLast(place, ":")
			line, _ := strconv.Atoi(number)
			calls = append(calls, StackFrame{name, sourceFile(runtime.Frame{Function: name, File: file}), line})
		}
	}
	return calls, id
}

// isServe reports whether f is what runs the functions of a section.
func isServe(f runtime.Frame) bool {
	return hasRuntimeName(f.Function) && strings.HasSuffix(f.Function, ".(*section).serve")
}

// Error is shown by a crash, which does not have the section's stack any more.
func (t *sectionTrace) Error() string { return t.calls().Error() }
