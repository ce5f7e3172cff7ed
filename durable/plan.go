package durable

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"sync"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Plans: how values of a type are written, made of its reflection once, then run over memory.

type plan struct {
	t     reflect.Type
	size  uintptr
	flat  bool // it holds no references
	write func(e *encoder, p unsafe.Pointer)
}

var plans sync.Map // of *plan by reflect.Type

// planOf is the plan of t.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	plansLock.Lock()
	defer plansLock.Unlock()
	m := maker{}
	p := m.plan(t)
	for t, p := range m {
		plans.Store(t, p)
	}
	return p
}

var plansLock sync.Mutex

// A maker has the plans that are being made: types are recursive. They are known to others when
// all are done.
type maker map[reflect.Type]*plan

func (m maker) plan(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	if p := m[t]; p != nil {
		return p
	}
	p := &plan{t: t, size: t.Size(), flat: isFlat(t)}
	m[t] = p
	p.write = m.writer(t)
	return p
}

// isFlat reports whether values of t refer to nothing.
func isFlat(t reflect.Type) bool {
	k := t.Kind()
	return k >= reflect.Bool && k <= reflect.Complex128 && codecOf(t) == nil
}

func (m maker) writer(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	if c := codecOf(t); c != nil {
		return m.codecWriter(t, c)
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(e *encoder, p unsafe.Pointer) { e.b = append(e.b, *(*byte)(p)&1) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intWriter(t.Size())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return uintWriter(t.Size())
	case reflect.Float32:
		return func(e *encoder, p unsafe.Pointer) {
			e.b = binary.LittleEndian.AppendUint32(e.b, math.Float32bits(*(*float32)(p)))
		}
	case reflect.Float64:
		return func(e *encoder, p unsafe.Pointer) {
			e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(*(*float64)(p)))
		}
	case reflect.Complex64, reflect.Complex128:
		part := m.plan(reflect.TypeFor[float64]())
		if t.Kind() == reflect.Complex64 {
			part = m.plan(reflect.TypeFor[float32]())
		}
		return func(e *encoder, p unsafe.Pointer) {
			part.write(e, p)
			part.write(e, unsafe.Add(p, part.size))
		}
	case reflect.String:
		return func(e *encoder, p unsafe.Pointer) { e.string(*(*string)(p)) }
	case reflect.Array:
		elem, n := m.plan(t.Elem()), t.Len()
		return func(e *encoder, p unsafe.Pointer) {
			for i := range n {
				elem.write(e, unsafe.Add(p, uintptr(i)*elem.size))
			}
		}
	case reflect.Struct:
		return m.structWriter(t)
	case reflect.Pointer:
		return m.pointerWriter(t)
	case reflect.Slice:
		return m.sliceWriter(t)
	case reflect.Map:
		return mapWriter(t)
	case reflect.Interface:
		return interfaceWriter(t)
	case reflect.Func:
		return funcWriter(t)
	case reflect.Chan:
		return refuser(t, "a channel belongs to the goroutines of this process; give the type a codec, or keep it out of variables that live across a suspension")
	}
	return refuser(t, "it is no data")
}

// refuser writes nothing but the nil value.
func refuser(t reflect.Type, reason string) func(e *encoder, p unsafe.Pointer) {
	return func(e *encoder, p unsafe.Pointer) {
		if *(*unsafe.Pointer)(p) != nil {
			e.refuse(t, reason)
		}
		e.b = append(e.b, 0)
	}
}

func intWriter(size uintptr) func(e *encoder, p unsafe.Pointer) {
	switch size {
	case 1:
		return func(e *encoder, p unsafe.Pointer) { e.b = binary.AppendVarint(e.b, int64(*(*int8)(p))) }
	case 2:
		return func(e *encoder, p unsafe.Pointer) { e.b = binary.AppendVarint(e.b, int64(*(*int16)(p))) }
	case 4:
		return func(e *encoder, p unsafe.Pointer) { e.b = binary.AppendVarint(e.b, int64(*(*int32)(p))) }
	}
	return func(e *encoder, p unsafe.Pointer) { e.b = binary.AppendVarint(e.b, *(*int64)(p)) }
}

func uintWriter(size uintptr) func(e *encoder, p unsafe.Pointer) {
	switch size {
	case 1:
		return func(e *encoder, p unsafe.Pointer) { e.b = append(e.b, *(*byte)(p)) }
	case 2:
		return func(e *encoder, p unsafe.Pointer) { e.uint(uint64(*(*uint16)(p))) }
	case 4:
		return func(e *encoder, p unsafe.Pointer) { e.uint(uint64(*(*uint32)(p))) }
	}
	return func(e *encoder, p unsafe.Pointer) { e.uint(*(*uint64)(p)) }
}

func (m maker) structWriter(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	if reflect.PointerTo(t).Implements(frameType) {
		return func(e *encoder, p unsafe.Pointer) {
			e.refuse(t, "it is a frame that a variable holds; hold the greenlet that runs it")
		}
	}
	if t == deferHeaderType || t == headerType {
		return func(e *encoder, p unsafe.Pointer) { e.refuse(t, "it is a part of a frame") }
	}
	if parts := partsOf(t); parts != nil {
		pl := m.plan(parts)
		return func(e *encoder, p unsafe.Pointer) {
			pl.write(e, reflect.ValueOf(reflect.NewAt(t, p).Interface().(standIn).Parts()).UnsafePointer())
		}
	}
	if reason := neverSaved[t]; reason != "" {
		return func(e *encoder, p unsafe.Pointer) { e.refuse(t, reason) }
	}
	if t.PkgPath() != "" && hidesFields(t) {
		reason := "it has unexported fields of package " + t.PkgPath() + "; give it a codec, or make it a resource"
		return func(e *encoder, p unsafe.Pointer) { e.refuse(t, reason) }
	}
	type part struct {
		off  uintptr
		plan *plan
		name string
	}
	var parts []part
	for f := range savedFields(t) {
		parts = append(parts, part{f.Offset, m.plan(f.Type), f.Name})
	}
	check := func(*encoder, unsafe.Pointer) {}
	if t == valueContext {
		check = checkKey
	}
	return func(e *encoder, p unsafe.Pointer) {
		check(e, p)
		for i := range parts {
			f := &parts[i]
			e.part(f.name, f.plan, unsafe.Add(p, f.off))
			if e.err != nil {
				return
			}
		}
	}
}

func (m maker) pointerWriter(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	if t == greenletPtr {
		return func(e *encoder, p unsafe.Pointer) { e.greenlet(*(**greenlet.Greenlet)(p)) }
	}
	elem := m.plan(t.Elem())
	return func(e *encoder, p unsafe.Pointer) {
		q := *(*unsafe.Pointer)(p)
		if q == nil {
			e.uint(nilObject)
			return
		}
		e.ref(q, elem, 1)
	}
}

func (m maker) sliceWriter(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	elem := m.plan(t.Elem())
	return func(e *encoder, p unsafe.Pointer) {
		s := (*sliceHeader)(p)
		switch {
		case s.data == nil:
			e.uint(0)
		case s.cap == 0 || elem.size == 0:
			e.uint(1)
			e.uint(uint64(s.len))
		default:
			e.uint(2)
			e.uint(uint64(s.len))
			e.uint(uint64(s.cap - s.len))
			e.ref(s.data, elem, s.cap)
		}
	}
}

type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

func mapWriter(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	return func(e *encoder, p unsafe.Pointer) {
		m := reflect.NewAt(t, p).Elem()
		if m.IsNil() {
			e.uint(nilObject)
			return
		}
		id, fresh := e.table.id(m.UnsafePointer(), nil, 0)
		e.uint(uint64(id))
		if fresh {
			e.add(work{m: m})
		}
	}
}

// How a value in an interface is written.
const (
	nilValue = iota
	anyValue
	namedValue
)

func interfaceWriter(t reflect.Type) func(e *encoder, p unsafe.Pointer) {
	return func(e *encoder, p unsafe.Pointer) {
		v := reflect.NewAt(t, p).Elem()
		if v.IsNil() {
			e.uint(nilValue)
			return
		}
		v = v.Elem()
		if name, ok := nameOfValue(v); ok {
			e.uint(namedValue)
			e.string(name)
			return
		}
		e.uint(anyValue)
		e.typ(v.Type())
		if e.err != nil {
			return
		}
		c := reflect.New(v.Type())
		c.Elem().Set(v)
		if e.depth++; e.depth > deepestAny {
			e.refuse(t, fmt.Sprintf("interfaces hold values with interfaces, %d deep; use pointers", deepestAny))
		} else {
			planOf(v.Type()).write(e, c.UnsafePointer())
		}
		e.depth--
	}
}
