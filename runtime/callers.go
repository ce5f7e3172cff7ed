package greenlet

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// What Go's own stack tells, for messages: slow paths only.

// goFrames are the calls on Go's stack, innermost first, up to max, without
// the skip innermost.
func goFrames(skip, max int) []runtime.Frame {
	pcs := make([]uintptr, max)
	return framesOf(pcs[:runtime.Callers(skip+2, pcs)])
}

func framesOf(pcs []uintptr) (list []runtime.Frame) {
	frames := runtime.CallersFrames(pcs)
	for {
		f, more := frames.Next()
		list = append(list, f)
		if !more {
			return list
		}
	}
}

const maxGoFrames = 1 << 10

// withoutGlue leaves out what stands between a function that defers and the
// function that it defers, by no will of the user's: the closure that was
// registered, and the form of a resumable function that recovers.
func withoutGlue(frames []runtime.Frame) []runtime.Frame {
	var list []runtime.Frame
	for i, f := range frames {
		closure := i+1 < len(frames) && isRuntime(frames[i+1]) && (strings.HasSuffix(frames[i+1].Function, ".(*DeferHeader).Next") || strings.HasSuffix(frames[i+1].Function, ".(*DeferHeader).callResumable") || strings.HasSuffix(frames[i+1].Function, ".(*DeferHeader).CallPlain"))
		form := false
		if i > 0 && strings.HasSuffix(strings.TrimSuffix(f.Function, "[...]"), "Deferred") {
			_, part := variant(frames[i-1].Function)
			form = part == "run"
		}
		if !form && (!closure || isRuntime(f)) {
			list = append(list, f)
		}
	}
	return list
}

// isRuntime reports whether f is of this package, of package gen, or internal to them. A
// literal that was compiled in line has the name of the function around it, and only its file
// tells.
func isRuntime(f runtime.Frame) bool {
	if hasRuntimeName(f.Function) {
		return true
	}
	dir, file := path.Split(f.File)
	within, ok := strings.CutPrefix(dir, runtimeDir)
	return ok && !strings.HasSuffix(file, "_test.go") && (within == "" || within == "gen/" || strings.HasPrefix(within, "internal/"))
}

func hasRuntimeName(fn string) bool {
	within, ok := strings.CutPrefix(fn, "github.com/going-green/greenlet/runtime")
	return ok && (strings.HasPrefix(within, ".") || strings.HasPrefix(within, "/gen.") || strings.HasPrefix(within, "/internal/"))
}

var runtimeDir = func() string {
	_, file, _, _ := runtime.Caller(0)
	dir, _ := path.Split(file)
	return dir
}()

// isDriver reports whether f is what resumes frames: the driver, or one of those that do
// without.
func isDriver(f runtime.Frame) bool {
	fn := f.Function
	return isRuntime(f) && (isLoop(fn) || isNext(fn) || strings.HasSuffix(fn, "]).step") || strings.HasSuffix(fn, "]).ask"))
}

// isLoop reports whether fn is the driver.
func isLoop(fn string) bool { return hasRuntimeName(fn) && strings.HasSuffix(fn, ".(*Run).loop") }

// isNext reports whether fn is the function that [Pull] returns, or Send of a [Generator].
func isNext(fn string) bool {
	return strings.Contains(fn, ".pull[") || strings.Contains(fn, ".(*Generator[") && strings.HasSuffix(fn, "]).Send")
}

// variant says which part of a resumable function fn is, a name as in
// tracebacks: hot, which is the companion; the methods of the frame
// type that have its code or resume it; or none.
func variant(fn string) (name, part string) {
	fn = strings.TrimSuffix(fn, "[...]")
	if name, ok := strings.CutSuffix(fn, "Resumable"); ok {
		return literalName(name), "hot"
	}
	typ, method, ok := cutLast(fn, ").")
	pkg, typ, pointer := strings.Cut(strings.TrimSuffix(typ, "[...]"), "(*")
	typ, frame := strings.CutSuffix(typ, "Frame")
	if ok && pointer && frame && (method == "body" || method == "Resume" || method == "Ask" || method == "run" || method == "step") {
		return literalName(pkg + typ), method
	}
	return fn, ""
}

// forwards reports whether f is what calls a declared function that is called as a
// value. All its lines are the generated file's; those of a literal's calls are not.
func forwards(f runtime.Frame) bool {
	_, method, _ := cutLast(strings.TrimSuffix(f.Function, "[...]"), ".")
	return (method == "CallResumable" || method == "CallDeferred") && ownLine(f.File)
}

// ownLine reports whether file is a generated one, of which a line is that comes from none
// of the source's.
func ownLine(file string) bool { return strings.Contains(path.Base(file), "_greenlet") }

// literalName is the name of a function literal as Go's tracebacks have it, given
// that of its generated type or companion; other names stay as they are. The types
// are named after the function around: runFunc1_2, func1_2Run if it is exported.
func literalName(fn string) string {
	typ, _ := strings.CutSuffix(fn, ").Call")
	typ = strings.TrimSuffix(typ, "[...]")
	i := strings.LastIndexByte(typ, '.') + 1
	pkg, typ := typ[:i], strings.TrimPrefix(typ[i:], "(*")
	for _, kind := range [...]string{"func", "range", "value"} {
		outer, number := "", ""
		if rest, ok := strings.CutPrefix(typ, kind); ok {
			outer = strings.TrimLeft(rest, "_0123456789")
			number = rest[:len(rest)-len(outer)]
		} else {
			outer = strings.TrimRight(typ, "_0123456789")
			number = typ[len(outer):]
			outer, ok = strings.CutSuffix(outer, strings.ToUpper(kind[:1])+kind[1:])
			if !ok {
				continue
			}
		}
		if outer == "" || number == "" {
			continue
		}
		dot := "."
		if kind == "range" {
			dot = "-"
		}
		return pkg + outer + dot + kind + strings.ReplaceAll(number, "_", ".")
	}
	return fn
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// onStack reports whether this goroutine, or this stack of a section, is running greenlets.
func onStack() bool {
	for _, f := range goFrames(1, maxGoFrames) {
		if isDriver(f) || isServe(f) {
			return true
		}
	}
	return false
}

// inPlainCode is the panic of op, which would suspend the current greenlet, or switch to g, but
// is called by plain code. It names the plain functions between, and what calls them.
func inPlainCode(op string, g *Greenlet, reason string) *StateError {
	lost()
	plain, by := plainCallers()
	err := &StateError{Op: op, Greenlet: g, Reason: reason, Remedy: remedy(plain, by.name != "" && !by.plain)}
	for _, c := range plain {
		err.Plain = append(err.Plain, c.String())
	}
	if by.name != "" {
		err.Caller = by.String()
	}
	return err
}

// A namedCall is a call on Go's stack as messages have it.
type namedCall struct {
	name, file string
	line       int
	plain      bool
}

func (c namedCall) String() string { return fmt.Sprintf("%s (%s:%d)", c.name, c.file, c.line) }

// plainCallers names the plain functions that stand between the code that
// switches and the resumable functions below it on this stack, and the innermost of these. If
// there are none, it is the function that switches, and its caller. Where a package of ours makes
// the operation, as the hub does, what it calls for that is left out.
func plainCallers() (plain []namedCall, by namedCall) {
	var above []namedCall
	ours := true
	for _, f := range withoutGlue(goFrames(1, maxGoFrames)) {
		if isRuntime(f) || strings.HasPrefix(f.Function, "runtime.") || forwards(f) || ours && isHub(f) {
			continue
		}
		ours = false
		name, part := variant(f.Function)
		if part == "" {
			name = sourceName(f.Function)
		}
		c := namedCall{name, wholeFile(f), f.Line, part == ""}
		if part == "" {
			above = append(above, c)
			continue
		}
		if plain = append(plain, above...); by.name == "" && len(plain) > 0 {
			by = c
		}
		above = nil
	}
	if len(plain) == 0 && len(above) > 0 {
		plain = above[:1]
		if len(above) > 1 {
			by = above[1]
		}
	}
	return plain, by
}

// isHub reports whether f is of the packages whose operations wait, but for their tests.
func isHub(f runtime.Frame) bool {
	within, ok := strings.CutPrefix(f.Function, "github.com/going-green/greenlet/hub")
	return ok && (within[0] == '.' || within[0] == '/') && !strings.HasSuffix(f.File, "_test.go")
}

// remedy is what to do that plain functions don't stand in the way of a greenlet, or, if none
// runs, that one does. Of several the inner ones may be annotated: they are plain since the last is.
// Those of the standard library can't be. A literal of resumable code is plain if what it calls is.
func remedy(plain []namedCall, runs bool) string {
	if len(plain) == 0 {
		return ""
	}
	n := len(plain)
	for n > 0 && outer(plain[n-1].name) != plain[n-1].name {
		n--
	}
	if n > 0 {
		plain = plain[:n]
	}
	last := plain[len(plain)-1].name
	annotate := "annotate " + last
	switch {
	case n == 0:
		annotate = "make " + last + " in resumable code, or make it a function of its own, annotated"
	case ofLibrary(last):
		return "run the call of " + last + " by greenlet.OnStack"
	case len(plain) > 1:
		annotate += ", and what it calls on the way,"
	}
	if slices.ContainsFunc(plain, func(c namedCall) bool { return ofLibrary(c.name) }) {
		return "run " + last + " by greenlet.OnStack, since it goes through the standard library"
	}
	annotate += " //greenlet:resumable"
	if !runs {
		return annotate + ", if it is not, and run it as a greenlet, or run it by greenlet.OnStack in one"
	}
	return annotate + ", or run it by greenlet.OnStack"
}

// ofLibrary reports whether a function is of the standard library, by its name: its path has no
// dot in its first element, nor is the main package or one of its module.
func ofLibrary(fn string) bool {
	first, _, more := strings.Cut(fn, "/")
	if !more {
		first, _, _ = strings.Cut(fn, ".")
	}
	if strings.Contains(first, ".") || first == "main" {
		return false
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if module, _, _ := strings.Cut(m.Path, "/"); module == first {
				return false
			}
		}
	}
	return true
}

// ofLiteral matches the name of a literal in generated code, which is there as it was written,
// from the type of the frame on: of the function, or of one that was compiled in line.
var ofLiteral = regexp.MustCompile(`^.*\(\*(\w+)Frame(?:\[\.\.\.\])?\)\.(?:Resume|body|step|run|Ask)\.(.+)$`)

// sourceName is the name that a plain function has in the source: fn, unless it is a literal
// that the generated code of the function around has taken over, or has made a type of.
func sourceName(fn string) string {
	if typ, ok := strings.CutSuffix(fn, ".value.func1"); ok {
		return literalName(typ + ".Call")
	}
	if m := ofLiteral.FindStringSubmatch(fn); m != nil {
		pkg, _, _ := strings.Cut(fn, "(*")
		return literalName(pkg+m[1]) + "." + m[2]
	}
	return fn
}

// caller is the position of the code that called into this package, or that
// panics.
func caller() string {
	for _, f := range goFrames(1, 16) {
		if !isRuntime(f) && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", wholeFile(f), f.Line)
		}
	}
	return "?"
}

// wholeFile is the file of f as Go has it, unless that is a relative name from a //line
// directive, which says nothing without the package: then it is that of sourceFile.
func wholeFile(f runtime.Frame) string {
	if filepath.IsAbs(f.File) {
		return f.File
	}
	return sourceFile(f)
}

// sourceFile is the file of f as [StackFrame] has it: the import path and the name.
func sourceFile(f runtime.Frame) string {
	dir, base := path.Split(f.Function)
	pkg, _, _ := strings.Cut(base, ".")
	pkg = dir + strings.ReplaceAll(pkg, "%2e", ".") // as the linker has dots in the last element
	if pkg == "main" {
		if pkg = mainPath(); pkg == "" {
			return f.File
		}
	}
	return path.Join(pkg, path.Base(filepath.ToSlash(f.File)))
}

// mainPath is the import path of the program, which the names of its functions do not
// have, or empty.
var mainPath = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Path
	}
	return ""
})
