package durable

import (
	"reflect"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Deferred calls: literals, by their types, with what they capture; and how far a frame is that
// makes them.

// defers is a frame that defers.
type defers interface {
	Parts() (p greenlet.DeferParts, ok bool)
	SetParts(p greenlet.DeferParts, pc uint32) bool
}

var anyType = reflect.TypeFor[any]()

func (e *encoder) deferred(f defers) {
	p, ok := f.Parts()
	if !ok {
		e.refuse(reflect.TypeOf(f), "it has deferred a call that is none of a literal")
		return
	}
	e.b = append(e.b, p.Mode)
	value := reflect.ValueOf(&p.Value)
	planOf(anyType).write(e, value.UnsafePointer())
	e.uint(uint64(len(p.Calls)))
	for _, c := range p.Calls {
		t := reflect.TypeOf(c)
		if t.Kind() != reflect.Pointer || closureByType[t.Elem()] == nil {
			e.refuse(t, "a deferred call: "+unknownFunc(c))
			return
		}
		e.literal(c)
	}
}

// deferred reads what a frame of w has deferred. The function may have no defer statement any
// more: that is all right as long as there was nothing to call.
func (d *decoder) deferred(w *wireFunc, frame greenlet.Frame) {
	p := greenlet.DeferParts{Mode: d.byte()}
	before := len(d.later)
	d.reader(nodeOf(anyType), anyType)(d, reflect.ValueOf(&p.Value).UnsafePointer())
	if len(d.later) > before {
		d.fail(&ChangedError{Func: w.name, Reason: "a value that it panics with is to be migrated, which can't be done on its way"})
	}
	for range d.count() {
		c, self := d.literal("this program has no such function literal, and its call is deferred")
		if d.err != nil {
			return
		}
		c.value(self) // it is known to itself then
		p.Calls = append(p.Calls, self)
	}
	f, ok := frame.(defers)
	if !ok && len(p.Calls) > 0 {
		d.fail(&ChangedError{Func: w.name, Reason: "it defers nothing any more, and there are calls that were deferred"})
	}
	if ok && !f.SetParts(p, greenlet.HeaderOf(frame).PC) {
		d.corrupt()
	}
}
