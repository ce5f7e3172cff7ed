package greenlet

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

var annotated = map[string]bool{}

// Annotate makes functions known as resumable by their names as in tracebacks,
// path/to/pkg.(*T).Method, with [...] for type arguments. It has a result so that package
// variables may depend on it: frames that they are initialised with run before any init.
func Annotate(names ...string) bool {
	for _, name := range names {
		annotated[name] = true
	}
	return true
}

// stubSuffix ends the file name, as //line has it, of stubs: the code that
// frames are made of, which calls the resumable functions.
const stubSuffix = "_oracle.go"

var (
	prefix  = reflect.TypeFor[Greenlet]().PkgPath() + "."
	body    = regexp.MustCompile(`-range\d+$`)
	literal = regexp.MustCompile(`(\.func\d+|\.\d+|-range\d+)+$`)
)

// resumable reports whether the function of that name is annotated, or stands
// in one that is: a literal that switches is resumable then, and whether one
// that does not is makes no difference.
func resumable(name string) bool { return annotated[literal.ReplaceAllString(name, "")] }

// caller is the greenlet that runs the code that called this package, or Main
// if a plain function is among the callers, but for those on a stack of its own. Plain functions that a panic has ended
// are not: they stand between the deferred calls that it runs and the function
// that deferred these.
func caller() *Greenlet {
	if cur == &main {
		return cur
	}
	pcs := make([]uintptr, 64)
	n := runtime.Callers(2, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 4*len(pcs))
		n = runtime.Callers(2, pcs)
	}
	frames := runtime.CallersFrames(pcs[:n])
	loop := "" // the function with the loop whose body has been met
	panicked, reflected, plain := false, false, false
	for {
		f, more := frames.Next()
		name := f.Function
		switch {
		case loop != "" && name != loop && more && name != prefix+"(*Greenlet).body":
			continue // the iterator: plain ones are pulled from
		}
		loop = ""
		if resumable(name) && body.MatchString(name) {
			loop = body.ReplaceAllString(name, "")
		}
		switch {
		case name == prefix+"(*Greenlet).body" && plain:
			return &main
		case name == prefix+"(*Greenlet).body":
			return cur
		case name == prefix+"OnStack":
			panicked, reflected, plain = false, false, false // what it has called may be plain
		case !more:
			return &main // another goroutine
		case strings.HasPrefix(name, "reflect.Value.") && !panicked:
			reflected = true
		case strings.HasPrefix(name, prefix), strings.HasSuffix(f.File, stubSuffix):
			reflected = false // it is our call of a function value
		case reflected:
			plain = true
		case strings.HasPrefix(name, "runtime."): // it runs deferred calls
			panicked = panicked || name == "runtime.gopanic" || name == "runtime.Goexit"
		case resumable(name):
			panicked = false
		case !panicked:
			plain = true
		}
	}
}

// position is that of the code that called this package.
func position() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, prefix) && !strings.HasPrefix(f.Function, "runtime.") || !more {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
}

// StackFrame is one call of a greenlet.
type StackFrame struct {
	Func, File string
	Line       int
}

// Caller is the call that is skip calls above that of Caller.
func Caller(skip int) (f StackFrame, ok bool) {
	if list := calls(); skip < len(list) {
		return list[skip], true
	}
	return StackFrame{}, false
}

// Callers is all the calls from that of Caller on.
func Callers(skip int) []StackFrame {
	if list := calls(); skip < len(list) {
		return list[skip:]
	}
	return nil
}

// calls is this goroutine's stack from the code that called this package to the stub of
// the function that the greenlet began with.
func calls() (list []StackFrame) {
	pcs := make([]uintptr, 1000)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		switch {
		case strings.HasSuffix(f.File, stubSuffix), !more:
			return list
		case !strings.HasPrefix(f.Function, "runtime.") && !strings.HasPrefix(f.Function, prefix):
			list = append(list, StackFrame{f.Function, f.File, f.Line})
		}
	}
}
