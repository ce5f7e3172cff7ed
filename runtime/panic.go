package greenlet

import (
	"path"
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

var lastPanic atomic.Pointer[Traceback]

// PanicStack is the logical stack of the last panic that left a greenlet for
// plain code, innermost call first: for reports of code that recovers it. It is
// the last one of all goroutines; nil if there has been none.
func PanicStack() []StackFrame {
	if t := lastPanic.Load(); t != nil {
		return *t
	}
	return nil
}

// panicWith panics with v, which has left the frame leaf, after a panic that
// shows the stack; unless all of that is on Go's stack, which a crash shows.
func panicWith(v any, leaf Frame) {
	stack := logicalStack(leaf)
	lastPanic.Store(&stack)
	if leaf.header().Caller == nil {
		panic(v)
	}
	defer func() { panic(v) }()
	panic(stack)
}

// logicalStack is the stack of the greenlet whose frame leaf was resumed and is
// being left by a panic, for the driver's deferred function.
func logicalStack(leaf Frame) Traceback {
	at := standing(leaf)
	t := hotStack(at)
	if len(t) == 0 {
		t = Traceback{at}
	}
	for f := leaf.header().Caller; f != nil; f = f.header().Caller {
		t = append(t, standing(f))
	}
	return t
}

// hotStack is what the panicking stack holds between the panic and the
// driver; the outermost call is that whose frame stands at at. Greenlets that plain code
// has run in between are in it, and their drivers.
func hotStack(at StackFrame) (t Traceback) {
	panicking, passesOn := false, false
	last := -1     // the outermost resumable function
	unwinding := 0 // drivers whose deferred function runs
	for _, f := range goFrames(1, maxGoFrames) {
		switch {
		case f.Function == "runtime.gopanic":
			panicking, t, last = true, nil, -1
			continue
		case strings.HasSuffix(f.Function, ".(*Run).loop.func1"):
			unwinding++
			continue
		case !panicking, strings.HasPrefix(f.Function, "runtime."):
			continue
		case isLoop(f.Function):
			passesOn = false
			if unwinding--; unwinding > 0 {
				continue
			}
			if last >= 0 {
				t[last].Func = at.Func
				if path.Base(t[last].File) != path.Base(at.File) { // Resume, to which Ask has returned
					t[last] = at
				}
				return t[:last+1]
			}
			return t
		case isRuntime(f):
			passesOn = false
			continue
		}
		name, part := variant(f.Function)
		switch {
		case part == "Ask":
			passesOn = true // to Resume, if that has called it
			last = len(t)
		case part == "run": // what runs steps, for what resumes or calls it
			passesOn = true
			continue
		case part != "" && passesOn:
			passesOn = false
			continue
		case part != "":
			last = len(t)
		default:
			name = f.Function
		}
		t = append(t, StackFrame{name, sourceFile(f), f.Line})
	}
	return nil
}

// sourceFile is the file of f as go build -trimpath has it.
func sourceFile(f runtime.Frame) string {
	dir, base := path.Split(f.Function)
	pkg, _, _ := strings.Cut(base, ".")
	if dir == "" {
		return f.File
	}
	return path.Join(dir, pkg, path.Base(f.File))
}
