package durable

import (
	"reflect"
	"sync/atomic"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// What is known of frames, made ready for loops over many of them.

// fieldOps are how a field that is live at a point is written and copied.
type fieldOps struct {
	offset uintptr
	plan   *plan
	copy   func(to, from unsafe.Pointer) // as an assignment does; of plain fields
	plain  bool                          // nothing in it must be the copy's own
}

// ready makes what loops use of f, once there is a frame to save: types have their codecs then.
func (f *function) ready() {
	f.readyOnce.Do(func() {
		f.defers = reflect.PointerTo(f.typ).Implements(reflect.TypeFor[defers]())
		for i := range f.points {
			p := &f.points[i]
			p.ops = make([]fieldOps, len(p.fields))
			for j := range p.fields {
				fd := &p.fields[j]
				p.ops[j] = fieldOps{fd.offset, planOf(fd.typ), copier(fd.typ), !fd.box && !hasOwn(fd.typ)}
			}
		}
	})
}

// copier copies values of type t.
func copier(t reflect.Type) func(to, from unsafe.Pointer) {
	switch k := t.Kind(); {
	case k == reflect.String:
		return func(to, from unsafe.Pointer) { *(*string)(to) = *(*string)(from) }
	case k == reflect.Map || k == reflect.Chan || k == reflect.Pointer || k == reflect.UnsafePointer:
		return func(to, from unsafe.Pointer) { *(*unsafe.Pointer)(to) = *(*unsafe.Pointer)(from) }
	case k >= reflect.Bool && k <= reflect.Float64 && t.Size() == 8:
		return func(to, from unsafe.Pointer) { *(*uint64)(to) = *(*uint64)(from) }
	case k >= reflect.Bool && k <= reflect.Float64 && t.Size() == 1:
		return func(to, from unsafe.Pointer) { *(*byte)(to) = *(*byte)(from) }
	}
	return func(to, from unsafe.Pointer) { reflect.NewAt(t, to).Elem().Set(reflect.NewAt(t, from).Elem()) }
}

// known are functions by what the interface Frame has of their type: no lock, no map of
// reflection's. What is not in it is looked up, and added.
var known atomic.Pointer[map[unsafe.Pointer]*function]

// functionOf is what is known of the function of f, or nil.
func functionOf(f greenlet.Frame) *function {
	word := (*[2]unsafe.Pointer)(unsafe.Pointer(&f))[0]
	m := known.Load()
	if m != nil {
		if fn := (*m)[word]; fn != nil {
			return fn
		}
	}
	t := reflect.TypeOf(f)
	if t.Kind() != reflect.Pointer {
		return nil
	}
	tablesLock.Lock()
	defer tablesLock.Unlock()
	fn := byFrame[t.Elem()]
	if fn == nil {
		return nil
	}
	fn.ready()
	more := map[unsafe.Pointer]*function{word: fn}
	if m := known.Load(); m != nil {
		for word, fn := range *m {
			more[word] = fn
		}
	}
	known.Store(&more)
	return fn
}

// is reports whether f is a frame of fn, which may be nil.
func (fn *function) is(f greenlet.Frame) bool {
	return fn != nil && (*[2]unsafe.Pointer)(unsafe.Pointer(&f))[0] == (*[2]unsafe.Pointer)(unsafe.Pointer(&fn.none))[0]
}

// room is where new frames of a function are: several in one array, as to allocate one by one
// takes most of the time that a deep stack takes. No array has many, for one frame keeps it all.
type room struct {
	next unsafe.Pointer
	left int
	last int // how many there were
}

const mostRoom = 16

// more is how many are to be made if it is not known how many there will be: twice as many each
// time.
func (r *room) more() int { return min(max(2*r.last, 1), mostRoom) }

// make makes n frames of f, at least one.
func (r *room) make(f *function, n int) {
	if r.left, r.last = n, n; n == 1 {
		r.next = reflect.New(f.typ).UnsafePointer()
		return
	}
	r.next = reflect.MakeSlice(f.slice, n, n).UnsafePointer()
}

// take is one of them, and where it begins.
func (r *room) take(f *function) (greenlet.Frame, unsafe.Pointer) {
	base, to := r.next, f.none
	if r.left--; r.left > 0 {
		r.next = unsafe.Add(base, f.typ.Size())
	} else {
		r.next = nil
	}
	(*[2]unsafe.Pointer)(unsafe.Pointer(&to))[1] = base
	return to, base
}

// run is how many frames from f on are of fn, as far as there may be room for them at once.
func (fn *function) run(f greenlet.Frame) (n int) {
	for ; n < mostRoom && f != nil && fn.is(f); n++ {
		f = greenlet.HeaderOf(f).Caller
	}
	return n
}

// FuncName is the name by which snapshots know the function that a frame is of: with the import path, also in a main package. It is
// "" if the function is not durable.
func FuncName(f greenlet.Frame) string {
	tables()
	if fn := functionOf(f); fn != nil {
		return fn.name
	}
	return ""
}
