package durable

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"

	"github.com/going-green/greenlet/runtime/gen"
)

// Function values: functions by name, literals by their types, with what they capture.

// How a function is written.
const (
	nilFunc = iota
	namedFunc
	closureFunc
)

func funcWriter(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	return func(e *encoder, p unsafe.Pointer) {
		v := reflect.NewAt(t, p).Elem()
		if v.IsNil() {
			e.uint(nilFunc)
			return
		}
		if name, ok := nameOfFunc(v); ok {
			e.uint(namedFunc)
			e.string(name)
			return
		}
		self := gen.SelfOf(v.Interface())
		if self != nil && closureByType[reflect.TypeOf(self).Elem()] != nil {
			e.uint(closureFunc)
			e.literal(self)
			return
		}
		e.refuse(t, unknownFunc(self))
	}
}

// unknownFunc is why a function value is refused; self is what it captures if resumable code has made it, or nil.
func unknownFunc(self any) string {
	if self != nil && strings.Contains(reflect.TypeOf(self).Elem().Name(), "[") {
		return "it is a literal of a generic function, of whose types there may be any number; let a function that is not generic make it"
	}
	return "it is a function literal of a function that is not durable, a method value, what greenlet.Pull returns, or a function that is not known; see durable.Func, and start generators by greenlet.New"
}

func nameOfFunc(v reflect.Value) (string, bool) {
	knownLock.RLock()
	defer knownLock.RUnlock()
	name, ok := funcNames[v.Pointer()]
	return name, ok && funcs[name].Type() == v.Type()
}

// literal writes self, what a literal captures: a pointer to the literal's type.
func (e *encoder) literal(self any) {
	v := reflect.ValueOf(self)
	t := v.Type().Elem()
	e.typ(t)
	e.ref(v.UnsafePointer(), planOf(t), 1)
}

func funcReader(t reflect.Type) reader {
	return func(d *decoder, p unsafe.Pointer) {
		switch d.uint() {
		case nilFunc:
		case namedFunc:
			name := d.string()
			knownLock.RLock()
			fn, ok := funcs[name]
			knownLock.RUnlock()
			if p == nil || d.err != nil {
				return
			}
			if !ok || fn.Type() != t {
				d.fail(&ChangedError{Func: name, Reason: fmt.Sprintf("this program has no function of type %v by that name; see durable.Func", t)})
				return
			}
			reflect.NewAt(t, p).Elem().Set(fn)
		case closureFunc:
			if p == nil {
				w := d.typ()
				d.ref(w.node, nil, 1)
				return
			}
			c, self := d.literal("this program has no such function literal")
			if d.err != nil {
				return
			}
			v := reflect.ValueOf(c.value(self))
			if !v.CanConvert(t) || v.Type().Kind() != reflect.Func {
				d.corrupt()
				return
			}
			reflect.NewAt(t, p).Elem().Set(v.Convert(t))
		default:
			d.corrupt()
		}
	}
}

// literal reads what a literal captures, and its type. missing says what it means that this
// build has no such literal.
func (d *decoder) literal(missing string) (c *closureType, self any) {
	w := d.typ()
	q := d.ref(w.node, w.t, 1)
	if d.err != nil {
		return nil, nil
	}
	d.charge(64) // the value that is made of it
	if c = closureByType[w.t]; c == nil || q == nil {
		d.fail(&ChangedError{Func: w.word, Reason: missing})
		return nil, nil
	}
	return c, reflect.NewAt(c.typ, q).Interface()
}
