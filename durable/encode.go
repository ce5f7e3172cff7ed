package durable

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// The encoder writes the frames, then the objects that these lead to, in the order in which
// they are mentioned first: a list of work, no recursion, so that long lists need no stack.

type encoder struct {
	b     []byte
	err   *RefusedError
	work  []work
	table objects
	alias aliases
	funcs []*function // those mentioned, in order
	types []*node     // likewise, of values in interfaces
	given []*greenlet.Greenlet
	isIn  map[*greenlet.Greenlet]bool // those of given, if they are many and somebody has asked

	depth int  // of interfaces in interfaces
	trace bool // for the path of an error
	path  []string
}

// work is an object that has been mentioned.
type work struct {
	p    unsafe.Pointer
	n    int
	plan *plan
	m    reflect.Value      // it is a map, if this is valid
	g    *greenlet.Greenlet // it is a greenlet, if this is not nil
	made bool               // a codec has written it where it was mentioned
	path []string
}

// Numbers of objects: what a pointer is written as.
const (
	nilObject   = 0
	innerObject = 1 // a way into another object follows
	firstObject = 2
)

// mainGreenlet is how greenlet.Main is written, where others are numbers of objects.
const mainGreenlet = 1

var encoders = sync.Pool{New: func() any { return new(encoder) }}

func (e *encoder) reset() {
	clear(e.work)
	clear(e.funcs)
	clear(e.types)
	e.b, e.err, e.work, e.funcs, e.types, e.path = e.b[:0], nil, e.work[:0], e.funcs[:0], e.types[:0], nil
	e.table.reset()
	clear(e.given)
	e.given, e.isIn = e.given[:0], nil
}

func (e *encoder) uint(v uint64)   { e.b = binary.AppendUvarint(e.b, v) }
func (e *encoder) string(s string) { e.b = appendString(e.b, s) }

// refuse ends it: values of type t can't be written.
func (e *encoder) refuse(t reflect.Type, reason string) {
	if e.err == nil {
		e.err = &RefusedError{Path: append([]string(nil), e.path...), Type: t, Reason: reason}
	}
}

// part writes the field, variable or key called name.
func (e *encoder) part(name string, p *plan, at unsafe.Pointer) {
	if e.trace {
		e.within(name, p, at)
		return
	}
	p.write(e, at)
}

// within is part while the way to what is refused is looked for.
func (e *encoder) within(name string, p *plan, at unsafe.Pointer) {
	e.path = append(e.path, name)
	p.write(e, at)
	e.path = e.path[:len(e.path)-1]
}

func (e *encoder) add(w work) {
	if e.trace {
		w.path = append([]string(nil), e.path...)
	}
	e.work = append(e.work, w)
}

// ref writes a pointer to n values.
func (e *encoder) ref(p unsafe.Pointer, pl *plan, n int) {
	if to, ok := e.alias.of(p, pl, n); ok {
		id, fresh := e.table.id(to.p, to.plan, to.n)
		e.uint(innerObject)
		e.uint(uint64(id))
		e.typ(to.plan.t)
		e.uint(uint64(to.n))
		e.string(to.way)
		if fresh {
			e.add(work{p: to.p, n: to.n, plan: to.plan})
		}
		return
	}
	id, fresh := e.table.id(p, pl, n)
	e.uint(uint64(id))
	if fresh {
		e.add(work{p: p, n: n, plan: pl})
		e.alias.see(p, pl, n)
	}
}

// greenlet writes a reference to g.
func (e *encoder) greenlet(g *greenlet.Greenlet) {
	switch {
	case g == nil:
		e.uint(nilObject)
		return
	case g == greenlet.Main():
		e.uint(mainGreenlet)
		return
	}
	id, fresh := e.table.id(unsafe.Pointer(g), nil, 0)
	e.uint(uint64(id))
	if fresh {
		e.add(work{g: g})
	}
}

// typ writes which type follows.
func (e *encoder) typ(t reflect.Type) {
	for i, n := range e.types {
		if n.t == t {
			e.uint(uint64(i))
			return
		}
	}
	if known, ok := wordType(typeWord(t)); closureByType[t] == nil && (!ok || known != t) {
		e.refuse(t, unknownType(t))
	}
	e.types = append(e.types, nodeOf(t))
	e.uint(uint64(len(e.types) - 1))
}

// unknownType says why a value of type t in an interface is refused.
func unknownType(t reflect.Type) string {
	in := t
	if in.Kind() == reflect.Pointer {
		in = in.Elem()
	}
	name, _ := utf8.DecodeRuneInString(in.Name())
	switch {
	case neverSaved[in] != "":
		return neverSaved[in]
	case in.PkgPath() != "" && !unicode.IsUpper(name) && !optedIn(in.PkgPath()):
		return "an interface holds a value of a type that only package " + in.PkgPath() + " can name; keep it out of variables that live across a suspension, or in a type with a codec or a resource"
	}
	reason := "an interface holds a value of a type that is not known; say durable.Type[" + t.String() + "]() in an init function"
	if in.PkgPath() != "" { // reflection does not tell the two apart
		reason += "; declare it in the package first if it is declared in a function"
	}
	return reason
}

// drain writes the objects.
func (e *encoder) drain() {
	for i := 0; i < len(e.work) && e.err == nil; i++ {
		w := e.work[i]
		if e.trace {
			e.path = w.path
		}
		switch {
		case w.made:
		case w.g != nil:
			e.frames(w.g)
		case w.m.IsValid():
			e.entries(w)
		case w.plan.t.Kind() == reflect.Uint8 && w.plan.flat:
			e.b = append(e.b, unsafe.Slice((*byte)(w.p), w.n)...)
		default:
			for j := range w.n {
				at := unsafe.Add(w.p, uintptr(j)*w.plan.size)
				if e.trace && w.n > 1 {
					e.within(fmt.Sprintf("[%d]", j), w.plan, at)
					continue
				}
				w.plan.write(e, at)
			}
		}
	}
}

// frames writes a greenlet: where it stands, the innermost frame first.
func (e *encoder) frames(g *greenlet.Greenlet) {
	p, err := greenlet.PartsOf(g, "Snapshot")
	if err != nil {
		e.refuse(greenletPtr, err.Error())
		return
	}
	state := byte(0)
	if p.Started {
		state |= stateStarted
	}
	if p.Dead {
		state |= stateDead
	}
	if p.Slot != nil {
		state |= stateReceives
	}
	if p.Context != nil {
		state |= stateContext
	}
	if len(p.Locals) > 0 {
		state |= stateLocals
	}
	e.b = append(e.b, state)
	if p.Parent != greenlet.Main() && e.isGiven(p.Parent) {
		e.greenlet(p.Parent)
	} else {
		e.uint(mainGreenlet)
	}
	if state&(stateContext|stateLocals) != 0 {
		if e.extras(p, state); e.err != nil {
			return
		}
	}
	n := 0
	for f := p.Leaf; f != nil; f = greenlet.HeaderOf(f).Caller {
		n++
	}
	e.uint(uint64(n))
	var last *function
	var lastState uint32
	var fn *function
	for f := p.Leaf; f != nil; {
		h := greenlet.HeaderOf(f)
		if !fn.is(f) {
			fn = functionOf(f)
		}
		if fn == nil {
			e.refuse(reflect.TypeOf(f), notDurable(f))
			return
		}
		i, ok := fn.at(h.PC)
		if !ok {
			e.refuse(fn.typ, f.Func().Name+" stands where its table has no point: generate its package anew")
			return
		}
		pt := &fn.points[i]
		if fn == last && h.PC == lastState {
			e.uint(0) // the same function at the same point: recursion
		} else {
			e.uint(e.function(fn) + 1)
			e.uint(uint64(i))
			last, lastState = fn, h.PC
		}
		if p.Slot != nil && f == p.Leaf && !pt.isSlot(f, p.Slot) {
			e.refuse(fn.typ, "it waits for a value in a place that is no variable of its own")
		}
		e.fields(fn, f, pt)
		if e.err != nil {
			return
		}
		f = h.Caller
	}
}

// isGiven reports whether g is one of those that are to be written.
func (e *encoder) isGiven(g *greenlet.Greenlet) bool {
	if len(e.given) < 8 {
		return slices.Contains(e.given, g)
	}
	if e.isIn == nil { // there may be a million
		e.isIn = make(map[*greenlet.Greenlet]bool, len(e.given))
		for _, g := range e.given {
			e.isIn[g] = true
		}
	}
	return e.isIn[g]
}

const (
	stateStarted = 1 << iota
	stateDead
	stateReceives
	stateContext
	stateLocals
)

// notDurable says why f, of whose function nothing is known, is refused. What of the runtime runs
// functions has no table: its frames hold code, or a stack.
func notDurable(f greenlet.Frame) string {
	_, generic := genericTable(reflect.TypeOf(f).Elem())
	switch t, name := reflect.TypeOf(f).String(), f.Func().Name; {
	case strings.HasPrefix(t, "*greenlet.sequenceFrame"):
		return "it is in a loop over greenlet.Seq; start the generator by greenlet.New, and switch to it"
	case strings.HasPrefix(t, "*gen.iterationFrame"):
		return "it is in a loop over an iterator of plain code, which is on a stack of its own; collect the values first, or annotate the iterator " + directive
	case t == "*greenlet.valueFrame":
		return "it was started by a function value, " + name + "; start the frame that its constructor makes, see Register"
	case strings.HasPrefix(t, "*greenlet.") || strings.HasPrefix(t, "*gen."):
		return name + " of the runtime can't be saved while it is suspended; call it before or after"
	case generic:
		return "it is of an instance of the durable function " + name + " that no durable function names with these types; " +
			"make it known by Register in an init function, with a frame that the constructor makes"
	default:
		return "its function, " + name + ", is not durable; annotate it " + directive
	}
}

const directive = "//greenlet:resumable durable"

// function is the number of fn in the snapshot.
func (e *encoder) function(fn *function) uint64 {
	for i, f := range e.funcs {
		if f == fn {
			return uint64(i)
		}
	}
	e.funcs = append(e.funcs, fn)
	return uint64(len(e.funcs) - 1)
}

// fields writes what is live in f.
func (e *encoder) fields(fn *function, f greenlet.Frame, pt *point) {
	base := framePointer(f)
	if e.trace {
		p, _ := f.Func().Point(int(greenlet.HeaderOf(f).PC))
		e.path = []string{fmt.Sprintf("%s (%s:%d)", f.Func().Name, f.Func().File, p.Line)}
	}
	for i := range pt.ops {
		op := &pt.ops[i]
		e.part(pt.fields[i].name, op.plan, unsafe.Add(base, op.offset))
		if e.err != nil {
			return
		}
	}
	if fn.defers {
		e.deferred(f.(defers))
	}
}

// framePointer is where the fields of f begin.
func framePointer(f greenlet.Frame) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&f))[1]
}

// isSlot reports whether slot, a pointer, leads to where f receives at the point.
func (p *point) isSlot(f greenlet.Frame, slot any) bool {
	fd := p.receiver()
	return fd != nil && (*[2]unsafe.Pointer)(unsafe.Pointer(&slot))[1] == fd.variable(f)
}

// receiver is the field that gets what is sent, or nil.
func (p *point) receiver() *field {
	for i := range p.fields {
		if p.fields[i].receives {
			return &p.fields[i]
		}
	}
	return nil
}

// variable is where the variable of f is that lives in the field.
func (fd *field) variable(f greenlet.Frame) unsafe.Pointer {
	at := unsafe.Add(framePointer(f), fd.offset)
	if fd.box {
		return *(*unsafe.Pointer)(at)
	}
	return at
}
