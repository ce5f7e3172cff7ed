package funcval

import "unsafe"

// Embedded is room for a closure in the object that it captures, for functions that are made with
// an object and live as long: they need no allocation of their own.
type Embedded struct {
	pc         uintptr
	captured   unsafe.Pointer
	dictionary uintptr // of the generic function that makes the closure: static data
}

// Embed is fn, a closure that captures a pointer to object and nothing else; e is in the object.
// A generic function makes the closure, which has its dictionary, too.
func Embed[F any](e *Embedded, fn F, object unsafe.Pointer) F {
	*e = **(**Embedded)(unsafe.Pointer(&fn))
	if e.captured != object {
		panic("greenlet: this compiler lays out closures in a way that the runtime does not know")
	}
	return *(*F)(unsafe.Pointer(&e))
}
