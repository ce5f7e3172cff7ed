package funcval

import (
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unsafe"
)

// Resumable functions by name. A value of one that is not registered can't be called so
// that it may be suspended, but it can be told: gc names the code of instances, of
// method values and of method expressions after the function.

const (
	isFunction  = 1 + iota // or a method of a type that is no interface
	isInterface            // a method of an interface, which may be that of a resumable one
)

var (
	declaredNames    = map[string]int{}
	declaredClosures = map[string][]closureOf{}
	declaredLock     sync.Mutex
)

// closureOf is what gc makes of a value that depends on type parameters of the function
// in, which is resumable but was run as plain code.
type closureOf struct{ in, what string }

// Declare makes resumable functions known by name, of the package that makes the call which
// is skip calls above this one: Read, Server.Serve.
func Declare(skip int, names ...string) { declare(skip+2, isFunction, names) }

// DeclareInterface is Declare for methods of interfaces: Source.Next.
func DeclareInterface(skip int, names ...string) { declare(skip+2, isInterface, names) }

func declare(skip, kind int, names []string) {
	pcs := make([]uintptr, 1)
	runtime.Callers(skip+1, pcs)
	caller, _ := runtime.CallersFrames(pcs).Next()
	pkg := caller.Function[:strings.LastIndex(caller.Function, ".init")]
	declaredLock.Lock()
	defer declaredLock.Unlock()
	for _, name := range names {
		declaredNames[pkg+"."+name] = kind
	}
}

// DeclareClosure makes a value of the function what known that the generic function or
// method called in makes, with its type parameters, at the place, a file's name and a line.
// When that runs as plain code gc makes a closure of it for the value.
func DeclareClosure(place, in, what string) {
	declaredLock.Lock()
	defer declaredLock.Unlock()
	declaredClosures[place] = append(declaredClosures[place], closureOf{in, what})
}

// declared is the name of the resumable function whose value has the code pointer pc, if
// that is known by name. If it is a method value of an interface, method is the method's
// name: whether it is resumable shows by the receiver.
func declared(pc uintptr) (full, method string, ok bool) {
	frames := runtime.CallersFrames([]uintptr{pc + 1})
	var f runtime.Frame
	for more := true; more; { // to the function itself, from what is compiled in line where it begins
		f, more = frames.Next()
	}
	full = f.Function
	name, bound := strings.CutSuffix(strings.ReplaceAll(full, "[...]", ""), "-fm")
	if dir := strings.LastIndexByte(name, '/') + 1; strings.Contains(name[dir:], ".(*") {
		name = name[:dir] + strings.Replace(strings.Replace(name[dir:], ".(*", ".", 1), ")", "", 1)
	}
	declaredLock.Lock()
	defer declaredLock.Unlock()
	kind := declaredNames[name]
	if strings.Contains(name, ".interface {") {
		kind = isInterface
	}
	switch {
	case kind == isInterface && bound:
		return full, name[strings.LastIndexByte(name, '.')+1:], false
	case kind != 0:
		return full, "", true
	}
	for _, c := range declaredClosures[filepath.Base(f.File)+":"+strconv.Itoa(f.Line)] {
		if isWithin(full, c.in) {
			return c.what + ", made by " + c.in + " as plain code,", "", true
		}
	}
	return "", "", false
}

// isWithin reports whether full is what gc calls a closure that the function in makes: in may
// have been compiled in line, into a function or into another closure, and the closure may
// stand in the body of a loop over an iterator (f.func1, g.func2.f.1, f-range1.func2).
func isWithin(full, in string) bool {
	for _, rest, found := strings.Cut(full, "."+in); found; _, rest, found = strings.Cut(rest, "."+in) {
		rest = strings.TrimPrefix(rest, "[...]")
		if strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "-range") {
			return true
		}
	}
	return false
}

// receives tells, by name, the resumable method called name that the receiver of f has: f
// is a method value of an interface.
func (f *funcval) receives(name string) (full string, ok bool) {
	// The layout of an interface value doesn't depend on which methods there are.
	recv := *(*interface{ method() })(unsafe.Add(unsafe.Pointer(f), unsafe.Sizeof(f.pc)))
	t := reflect.TypeOf(any(recv))
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	base, _, _ := strings.Cut(t.Name(), "[")
	full = t.PkgPath() + "." + base + "." + name
	declaredLock.Lock()
	defer declaredLock.Unlock()
	return full, declaredNames[full] == isFunction
}
