package durable

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Readers of what refers to objects: pointers, slices, maps and interfaces.

func elemOf(t reflect.Type) reflect.Type {
	if t == nil {
		return nil
	}
	return t.Elem()
}

func pointerReader(nd *node, t reflect.Type) reader {
	if nd.elem == nil { // a *greenlet.Greenlet
		return func(d *decoder, p unsafe.Pointer) {
			if g := d.greenlet(); p != nil {
				*(**greenlet.Greenlet)(p) = g
			}
		}
	}
	elem := elemOf(t)
	return func(d *decoder, p unsafe.Pointer) {
		if q := d.ref(nd.elem, elem, 1); p != nil {
			*(*unsafe.Pointer)(p) = q
		}
	}
}

var zeroSized struct{}

func sliceReader(nd *node, t reflect.Type) reader {
	elem := elemOf(t)
	return func(d *decoder, p unsafe.Pointer) {
		var h sliceHeader
		switch d.uint() {
		case 0:
		case 1:
			n := d.uint()
			if elem != nil && elem.Size() > 0 && n > 0 || n > math.MaxInt32 {
				d.corrupt()
				return
			}
			h = sliceHeader{unsafe.Pointer(&zeroSized), int(n), int(n)}
		case 2:
			n, more := d.uint(), d.uint()
			if most := uint64(d.limits.Bytes); n > most || more > most-n {
				d.fail(ErrLimit)
				return
			}
			h = sliceHeader{nil, int(n), int(n + more)}
			if h.data = d.ref(nd.elem, elem, h.cap); h.data == nil && elem != nil || h.cap == 0 {
				d.corrupt()
				return
			}
		default:
			d.corrupt()
			return
		}
		if p != nil && d.err == nil {
			*(*sliceHeader)(p) = h
		}
	}
}

func mapReader(nd *node, t reflect.Type) reader {
	return func(d *decoder, p unsafe.Pointer) {
		i := d.id()
		if i == nilObject {
			return
		}
		o, ok := d.mentioned(i, mapObject)
		if !ok {
			return
		}
		if o == nil {
			d.charge(64)
			d.objs = append(d.objs, object{kind: mapObject, node: nd, t: t})
			o = &d.objs[len(d.objs)-1]
		}
		if !d.sameNode(o.node, nd) || o.t != t && o.t != nil && t != nil {
			d.corrupt()
			return
		}
		if t == nil || d.err != nil {
			return
		}
		if !o.m.IsValid() {
			o.t, o.m = t, reflect.MakeMap(t)
			d.want(i)
		}
		reflect.NewAt(t, p).Elem().Set(o.m)
	}
}

func interfaceReader(t reflect.Type) reader {
	return func(d *decoder, p unsafe.Pointer) {
		switch d.uint() {
		case nilValue:
			return
		case namedValue:
			d.namedValue(t, p)
			return
		case anyValue:
		default:
			d.corrupt()
			return
		}
		w := d.typ()
		if d.err != nil {
			return
		}
		if t == nil || p == nil {
			d.nested(func() { d.reader(w.node, nil)(d, nil) })
			return
		}
		if w.t == nil {
			d.fail(&ChangedError{Func: w.word, Reason: "it is not known to this program; see durable.Type"})
			return
		}
		if !w.t.AssignableTo(t) {
			d.corrupt()
			return
		}
		d.charge(int(w.t.Size()))
		if d.err != nil {
			return
		}
		v, before := reflect.New(w.t), len(d.later)
		d.nested(func() { d.reader(w.node, w.t)(d, v.UnsafePointer()) })
		switch {
		case d.err != nil:
		case len(d.later) > before: // it is complete later
			d.after(before, func() error { reflect.NewAt(t, p).Elem().Set(v.Elem()); return nil })
		default:
			reflect.NewAt(t, p).Elem().Set(v.Elem())
		}
	}
}

// namedValue reads one into an interface of type t.
func (d *decoder) namedValue(t reflect.Type, p unsafe.Pointer) {
	name := d.string()
	if p == nil || d.err != nil {
		return
	}
	v, ok := valueNamed(name)
	if !ok || !reflect.TypeOf(v).AssignableTo(t) {
		d.fail(&ChangedError{Func: name, Reason: fmt.Sprintf("this program has no %v by that name; see durable.Value", t)})
		return
	}
	reflect.NewAt(t, p).Elem().Set(reflect.ValueOf(v))
}

// deepestAny is how deep values in interfaces may nest that are not behind pointers.
const deepestAny = 1000

// nested runs read, which may come here again: an any in a struct in an any.
func (d *decoder) nested(read func()) {
	if d.depth++; d.depth > deepestAny {
		d.fail(ErrLimit)
	} else {
		read()
	}
	d.depth--
}
