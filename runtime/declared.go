package greenlet

import (
	"runtime"
	"strings"
	"sync"
)

// Resumable functions by name. A value of one that is not registered can't be called so
// that it may be suspended, but it can be told: gc names the code of instances, of
// method values and of method expressions after the function.

var (
	declaredNames = map[string]bool{}
	declaredLock  sync.Mutex
)

// Declare makes resumable functions of the package that calls it known by name: Read,
// Server.Serve, also of methods of pointers and of generic types. Generated code calls
// it while the program is initialised, for functions of which there may be values that
// are not registered.
func Declare(names ...string) {
	pkg, _, _ := cutLast(goFrames(1, 1)[0].Function, ".init")
	declaredLock.Lock()
	defer declaredLock.Unlock()
	for _, name := range names {
		declaredNames[pkg+"."+name] = true
	}
}

// declared is the name of the resumable function whose value has the code pointer pc, if
// that is known by name.
func declared(pc uintptr) (string, bool) {
	frames, full := runtime.CallersFrames([]uintptr{pc + 1}), ""
	for more := true; more; { // to the function itself, from what is compiled in line where it begins
		var f runtime.Frame
		f, more = frames.Next()
		full = f.Function
	}
	name := strings.TrimSuffix(strings.ReplaceAll(full, "[...]", ""), "-fm")
	if dir := strings.LastIndexByte(name, '/') + 1; strings.Contains(name[dir:], ".(*") {
		name = name[:dir] + strings.Replace(strings.Replace(name[dir:], ".(*", ".", 1), ")", "", 1)
	}
	declaredLock.Lock()
	defer declaredLock.Unlock()
	return full, declaredNames[name]
}
