// Package funcval knows of function values whether they may suspend.
//
// To plain code they are functions like any
// other; resumable code, before it calls a function value, asks [Resumable] for
// its resumable form. That costs a look into a hash table by the function's code
// pointer: of closures, all that come from one place share it. For functions that
// are plain, and have been called before, a small table in front of that knows.
//
// What is relied on is how gc (and gccgo) lay out a function value: a pointer to
// a word with the code pointer, behind which the captured variables stand. A
// closure that captures one pointer only can be recognised by its code and then
// be asked for that. Bind checks that it is so for every closure it makes, so
// that another layout would be an error, never a wrong call. The alternatives
// were a weak map by closure, which costs a hundred times more, and a second
// word in every function value, which would no more be a func of Go.
package funcval

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

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

// Of is the function value fn, which is a func; nil if that is nil.
func Of(fn any) *funcval { return (*funcval)(Pointer(fn)) }

// Pointer is what tells the function value fn from others: it points to it.
func Pointer(fn any) unsafe.Pointer { return (*[2]unsafe.Pointer)(unsafe.Pointer(&fn))[1] }

// PC is the code pointer of the function value fn, which is not nil.
func PC(fn any) uintptr { return (*funcval)(Pointer(fn)).pc }

// Bind makes fn, a closure that captures c and nothing else, the function value
// of self, a generated type that embeds c and has the method CallResumable.
func Bind(c *Closure, self, fn any) {
	c.self = self
	f := Of(fn)
	if f.closure != c {
		panic("greenlet: this compiler lays out closures in a way that the runtime does not know")
	}
	if e := known.Load().find(f.pc); e == nil || e.plain {
		register(&code{pc: f.pc})
	}
}

// Register makes fn, a function value that captures nothing, known to resumable code
// that calls it: self has the method CallResumable.
func Register(fn, self any) { register(&code{pc: PC(fn), self: self}) }

// RegisterMethod makes the method values that plain code makes of a method known:
// fn is one of them, and form makes a value with the method CallResumable of what points
// to a receiver.
func RegisterMethod(fn any, form func(recv unsafe.Pointer) any) {
	if !keepsReceiver {
		return // they are called as plain code then
	}
	register(&code{pc: PC(fn), method: func(f *funcval) any {
		return form(unsafe.Add(unsafe.Pointer(f), unsafe.Sizeof(f.pc)))
	}})
}

// keepsReceiver says that method values hold their receivers behind the code
// pointer, as far as one can see.
var keepsReceiver = func() bool {
	t := new(codes)
	f := t.count // (no interface, no wrapper: a closure of the method)
	return *(**codes)(unsafe.Add(unsafe.Pointer(Of(f)), unsafe.Sizeof(uintptr(0)))) == t
}()

//go:noinline
func (t *codes) count() int { return t.n }

// Resumable is the resumable form of the function value fn: a value with the
// method CallResumable. It is nil if fn is nil or plain. It calls Unseen if fn is of a
// resumable function that is declared, but not registered as this value: called as plain
// code it would lose what it suspends.
func Resumable(fn any) any {
	f := Of(fn)
	if f.isPlain() {
		return nil
	}
	return f.resumable()
}

// isPlain reports whether f is nil or known to be plain, as most function values are.
func (f *funcval) isPlain() bool {
	return f == nil || knownPlain[hash(f.pc)>>(32-plainBits)].Load() == f.pc
}

// Form is Resumable; but of a function that Unseen would be called for it is what stacked
// returns.
func Form(fn any, stacked func() any) any {
	f := Of(fn)
	if f.isPlain() {
		return nil
	}
	form := f.form()
	if _, ok := form.(*unseen); ok {
		Stacked.Add(1)
		return stacked()
	}
	return form
}

// Stacked is how often Form has called stacked.
var Stacked atomic.Int64

func (f *funcval) resumable() any {
	form := f.form()
	if u, ok := form.(*unseen); ok {
		Unseen(u.name)
	}
	return form
}

// unseen is the form of a resumable function that is known by name only.
type unseen struct{ name string }

func (f *funcval) form() any {
	e := known.Load().find(f.pc)
	if e == nil {
		e = f.judge()
	}
	switch {
	case e.self != nil:
		return e.self
	case e.method != nil:
		return e.method(f)
	case e.plain:
		knownPlain[hash(f.pc)>>(32-plainBits)].Store(f.pc)
		return nil
	}
	return f.closure.self
}

// judge looks at a function that has not been called as a value before, and is not
// registered. It notes that it is plain, or known by name.
func (f *funcval) judge() *code {
	name, method, ok := declared(f.pc)
	switch {
	case ok:
		return register(&code{pc: f.pc, self: &unseen{name}})
	case method != "" && keepsReceiver: // each value of it may be another's
		return register(&code{pc: f.pc, method: func(f *funcval) any {
			if name, ok := f.receives(method); ok {
				return &unseen{name}
			}
			return nil
		}})
	}
	return register(&code{pc: f.pc, plain: true})
}

// Unseen panics, for [Resumable] of a value of the function called name. The runtime sets it.
var Unseen func(name string)

// codes is a hash table of code pointers, at most a quarter full, so that most
// look-ups of others end at once. An entry never changes once it is in the table.
type codes struct {
	entries []atomic.Pointer[code] // as many as a power of two
	n       int
}

type code struct {
	pc     uintptr
	self   any                // of a function that captures nothing
	method func(*funcval) any // of method values
	plain  bool               // neither of these, nor a closure that Bind has made
}

var (
	known     atomic.Pointer[codes]
	knownLock sync.Mutex // for who adds to it
)

func init() { known.Store(newCodes(64)) }

func newCodes(size int) *codes { return &codes{entries: make([]atomic.Pointer[code], size)} }

// knownPlain has plain functions that were called as values, by a hash of the code
// pointer: the last of each.
var knownPlain [1 << plainBits]atomic.Uintptr

const plainBits = 11

// hash mixes a code pointer, which is a multiple of 16 or 32.
func hash(pc uintptr) uint32 { return uint32(uint64(pc) * 0x9e3779b97f4a7c15 >> 32) }

func (t *codes) find(pc uintptr) *code { return t.slot(pc).Load() }

// slot is where the entry of pc is, or would go.
func (t *codes) slot(pc uintptr) *atomic.Pointer[code] {
	mask := uint32(len(t.entries) - 1)
	for i := hash(pc) & mask; ; i = (i + 1) & mask {
		slot := &t.entries[i]
		if e := slot.Load(); e == nil || e.pc == pc {
			return slot
		}
	}
}

// register makes a function known, unless it is; who looks takes no lock. What was
// called before it was registered has been taken for plain.
func register(c *code) *code {
	knownLock.Lock()
	defer knownLock.Unlock()
	t := known.Load()
	if old := t.find(c.pc); old != nil {
		_, byName := old.self.(*unseen)
		if (old.plain || byName) && !c.plain {
			t.slot(c.pc).Store(c)
			knownPlain[hash(c.pc)>>(32-plainBits)].Store(0)
		}
		return c
	}
	if size := len(t.entries); t.n+1 > size/4 {
		larger := newCodes(2 * size)
		larger.n = t.n
		for i := range t.entries {
			if e := t.entries[i].Load(); e != nil {
				larger.slot(e.pc).Store(e)
			}
		}
		t = larger
	}
	t.n++
	t.slot(c.pc).Store(c)
	known.Store(t)
	return c
}
