package greenlet

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// Function values that may suspend. To plain code they are functions like any
// other; resumable code, before it calls a function value, asks [Resumable] for
// its resumable form. That costs a load and a look into a hash table by the
// function's code pointer: of closures, all that come from one place share it.
//
// What is relied on is how gc (and gccgo) lay out a function value: a pointer to
// a word with the code pointer, behind which the captured variables stand. A
// closure that captures one pointer only can be recognised by its code and then
// be asked for that. Bind checks that it is so for every closure it makes, so
// that another layout would be an error, never a wrong call. The alternatives
// were a weak map by closure, which costs a hundred times more, and a second
// word in every function value, which would no more be a func of Go.

// Closure is what the types of function literals that suspend have in common.
// Generated types embed it, with what the literal captures.
type Closure struct {
	self any // the value of the generated type
}

// funcval is what a function value points to.
type funcval struct {
	pc      uintptr
	closure *Closure // if Bind has made it; else there may be nothing here
}

func funcOf(fn any) *funcval {
	return (*funcval)((*[2]unsafe.Pointer)(unsafe.Pointer(&fn))[1])
}

// Bind makes fn, a closure that captures c and nothing else, the function value
// of self, a generated type that embeds c and has the method CallResumable.
func Bind[F any](c *Closure, self any, fn F) F {
	c.self = self
	f := funcOf(fn)
	if f.closure != c {
		panic("greenlet: this compiler lays out closures in a way that the runtime does not know")
	}
	if t := known.Load(); t.find(f.pc) == nil {
		register(code{pc: f.pc})
	}
	return fn
}

// Register makes fn, a declared function, known to resumable code that calls it
// as a value: self has the method CallResumable. Generated code calls it while
// the program is initialised.
func Register(fn, self any) { register(code{pc: funcOf(fn).pc, self: self}) }

// RegisterMethod makes the method values that plain code makes of a method known:
// fn is one of them, and form makes a value with the method CallResumable of a
// receiver, of type T as the method has it. Method values of promoted methods are
// others.
func RegisterMethod[T any](fn any, form func(recv T) any) {
	if !keepsReceiver {
		return // they are called as plain code then
	}
	register(code{pc: funcOf(fn).pc, method: func(f *funcval) any {
		return form(*(*T)(unsafe.Add(unsafe.Pointer(f), unsafe.Sizeof(f.pc))))
	}})
}

// keepsReceiver says that method values hold their receivers behind the code
// pointer, as far as one can see.
var keepsReceiver = func() bool {
	t := new(codes)
	f := t.count // (no interface, no wrapper: a closure of the method)
	return *(**codes)(unsafe.Add(unsafe.Pointer(funcOf(f)), unsafe.Sizeof(uintptr(0)))) == t
}()

//go:noinline
func (t *codes) count() int { return t.n }

// Resumable is the resumable form of the function value fn: a value with the
// method CallResumable, whose parameters are a [*Run] and those of fn, and whose
// results are those of fn and a [Status]. It is nil if fn is nil or has none.
func Resumable(fn any) any {
	f := funcOf(fn)
	if f == nil || !mayBeKnown(f.pc) {
		return nil // as most function values are none of ours
	}
	return f.resumable()
}

func (f *funcval) resumable() any {
	e := known.Load().find(f.pc)
	if e == nil {
		return nil
	}
	switch {
	case e.self != nil:
		return e.self
	case e.method != nil:
		return e.method(f)
	}
	return f.closure.self
}

// codes is a hash table of code pointers, at most a quarter full, so that most
// look-ups of others end at once, and never changed once it is known.
type codes struct {
	entries []code // as many as a power of two
	n       int
}

type code struct {
	pc     uintptr
	self   any                // of a declared function
	method func(*funcval) any // of method values; else the closure has it
}

var (
	known     atomic.Pointer[codes]
	knownLock sync.Mutex // for who replaces it
)

func init() { known.Store(&codes{entries: make([]code, 64)}) }

// filter has a bit for each hash of a known code pointer. What it does not have is
// not known; a bit of another one costs a look into the table.
var filter [1 << (filterBits - 6)]atomic.Uint64

const filterBits = 14

func mayBeKnown(pc uintptr) bool {
	h := hash(pc) >> (32 - filterBits)
	return filter[h>>6].Load()&(1<<(h&63)) != 0
}

// hash mixes a code pointer, which is a multiple of 16 or 32.
func hash(pc uintptr) uint32 { return uint32(uint64(pc) * 0x9e3779b97f4a7c15 >> 32) }

func (t *codes) find(pc uintptr) *code {
	mask := uint32(len(t.entries) - 1)
	for i := hash(pc) & mask; ; i = (i + 1) & mask {
		e := &t.entries[i]
		if e.pc == pc {
			return e
		}
		if e.pc == 0 {
			return nil
		}
	}
}

// register makes pc known, in a copy of the table: who looks takes no lock.
func register(c code) {
	knownLock.Lock()
	defer knownLock.Unlock()
	old := known.Load()
	if old.find(c.pc) != nil {
		return
	}
	size := len(old.entries)
	if old.n+1 > size/4 {
		size *= 2
	}
	t := &codes{entries: make([]code, size), n: old.n}
	for _, e := range old.entries {
		if e.pc != 0 {
			t.add(e)
		}
	}
	t.add(c)
	t.n++
	known.Store(t)
	h := hash(c.pc) >> (32 - filterBits)
	filter[h>>6].Or(1 << (h & 63)) // behind the table, which who sees the bit looks into
}

func (t *codes) add(c code) {
	mask := uint32(len(t.entries) - 1)
	i := hash(c.pc) & mask
	for t.entries[i].pc != 0 {
		i = (i + 1) & mask
	}
	t.entries[i] = c
}

// RefMethod is Ref for the operand of a method value, which is evaluated for
// its panic if the operand is a nil interface.
func RefMethod[T, F any](v T, _ F) *T { return &v }

// Ref is a variable with the value v: what a method value captures.
func Ref[T any](v T) *T { return &v }
