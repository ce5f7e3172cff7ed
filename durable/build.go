package durable

import (
	"encoding/binary"
	"math"
	"reflect"
	"unsafe"
)

// Readers: how what a node describes is read into a value of a type of this build, by names;
// or read and dropped, if the type is nil.

type readKey struct {
	node *node
	t    reflect.Type
}

// A reader reads a value to p, or drops it if p is nil.
type reader func(d *decoder, p unsafe.Pointer)

// reader is how to read values that nd describes into those of type t.
func (d *decoder) reader(nd *node, t reflect.Type) reader {
	if t != nil && nd.t == t {
		if r := nd.read.Load(); r != nil {
			return *r
		}
		r := d.makeReader(nd, t)
		nd.read.Store(&r)
		return r
	}
	key := readKey{nd, t}
	r := d.reads[key]
	if r == nil {
		r = d.makeReader(nd, t)
		if d.reads == nil {
			d.reads = map[readKey]reader{}
		}
		d.reads[key] = r
	}
	return r
}

// broken is a reader that refuses.
func broken(nd *node, t reflect.Type, why string) reader {
	err := &ChangedError{Func: nd.String(), Reason: why}
	return func(d *decoder, _ unsafe.Pointer) { d.fail(err) }
}

func (d *decoder) makeReader(nd *node, t reflect.Type) reader {
	if t != nil {
		if why := differs(nd, t); why != "" {
			return broken(nd, t, why)
		}
	}
	if nd.codec != "" {
		return codecReader(nd, t)
	}
	if t == nil && nd.leastBytes() == 0 {
		return func(d *decoder, _ unsafe.Pointer) {} // nothing is written of it
	}
	switch nd.kind {
	case reflect.Bool:
		return func(d *decoder, p unsafe.Pointer) {
			if b := d.byte(); p != nil {
				*(*bool)(p) = b&1 != 0
			}
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intReader(t)
	case reflect.Uint8:
		return func(d *decoder, p unsafe.Pointer) {
			if b := d.byte(); p != nil {
				*(*byte)(p) = b
			}
		}
	case reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return uintReader(t)
	case reflect.Float32:
		return func(d *decoder, p unsafe.Pointer) {
			if v := math.Float32frombits(binary.LittleEndian.Uint32(d.take(4))); p != nil {
				*(*float32)(p) = v
			}
		}
	case reflect.Float64:
		return func(d *decoder, p unsafe.Pointer) {
			if v := math.Float64frombits(binary.LittleEndian.Uint64(d.take(8))); p != nil {
				*(*float64)(p) = v
			}
		}
	case reflect.Complex64:
		return func(d *decoder, p unsafe.Pointer) {
			b := d.take(8)
			if p != nil {
				*(*[2]float32)(p) = [2]float32{math.Float32frombits(binary.LittleEndian.Uint32(b)), math.Float32frombits(binary.LittleEndian.Uint32(b[4:]))}
			}
		}
	case reflect.Complex128:
		return func(d *decoder, p unsafe.Pointer) {
			b := d.take(16)
			if p != nil {
				*(*[2]float64)(p) = [2]float64{math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))}
			}
		}
	case reflect.String:
		return func(d *decoder, p unsafe.Pointer) {
			if s := d.string(); p != nil {
				*(*string)(p) = s
			}
		}
	case reflect.Array:
		return d.arrayReader(nd, t)
	case reflect.Struct:
		return d.structReader(nd, t)
	case reflect.Pointer:
		return pointerReader(nd, t)
	case reflect.Slice:
		return sliceReader(nd, t)
	case reflect.Map:
		return mapReader(nd, t)
	case reflect.Interface:
		return interfaceReader(t)
	case reflect.Func:
		return funcReader(t)
	case reflect.Chan, reflect.UnsafePointer:
		return func(d *decoder, _ unsafe.Pointer) {
			if d.byte() != 0 {
				d.corrupt()
			}
		}
	}
	return func(d *decoder, _ unsafe.Pointer) { d.corrupt() }
}

// overflows ends it: a number doesn't fit into a type of this machine.
func (d *decoder) overflows(t reflect.Type) {
	d.fail(&ChangedError{Func: t.String(), Reason: "a value does not fit into it on this machine"})
}

func intReader(t reflect.Type) reader {
	if t == nil {
		return func(d *decoder, _ unsafe.Pointer) { d.int() }
	}
	switch t.Size() {
	case 1:
		return func(d *decoder, p unsafe.Pointer) { readInt(d, (*int8)(p), t) }
	case 2:
		return func(d *decoder, p unsafe.Pointer) { readInt(d, (*int16)(p), t) }
	case 4:
		return func(d *decoder, p unsafe.Pointer) { readInt(d, (*int32)(p), t) }
	}
	return func(d *decoder, p unsafe.Pointer) { *(*int64)(p) = d.int() }
}

func readInt[T int8 | int16 | int32](d *decoder, p *T, t reflect.Type) {
	v := d.int()
	if *p = T(v); int64(*p) != v {
		d.overflows(t)
	}
}

func uintReader(t reflect.Type) reader {
	if t == nil {
		return func(d *decoder, _ unsafe.Pointer) { d.uint() }
	}
	switch t.Size() {
	case 2:
		return func(d *decoder, p unsafe.Pointer) { readUint(d, (*uint16)(p), t) }
	case 4:
		return func(d *decoder, p unsafe.Pointer) { readUint(d, (*uint32)(p), t) }
	}
	return func(d *decoder, p unsafe.Pointer) { *(*uint64)(p) = d.uint() }
}

func readUint[T uint16 | uint32](d *decoder, p *T, t reflect.Type) {
	v := d.uint()
	if *p = T(v); uint64(*p) != v {
		d.overflows(t)
	}
}

func (d *decoder) arrayReader(nd *node, t reflect.Type) reader {
	if t == nil {
		elem := d.reader(nd.elem, nil)
		return func(d *decoder, _ unsafe.Pointer) {
			for i := 0; i < nd.len && d.err == nil; i++ {
				elem(d, nil)
			}
		}
	}
	elem, size := d.reader(nd.elem, t.Elem()), t.Elem().Size()
	return func(d *decoder, p unsafe.Pointer) {
		for i := 0; i < nd.len && d.err == nil; i++ {
			elem(d, unsafe.Add(p, uintptr(i)*size))
		}
	}
}

// structReader reads field by field, by name: what is gone is dropped, what is new stays zero,
// unless there is a migration.
func (d *decoder) structReader(nd *node, t reflect.Type) reader {
	if t != nil && partsOf(t) != nil {
		return d.partsReader(nd, t)
	}
	m, why := d.fields(nd, t)
	if why != nil {
		err := &ChangedError{nd.String(), why.Reason, why.Remedy}
		if why.Var != "" {
			err.Reason = "field " + why.Var + ": " + err.Reason
		}
		return func(d *decoder, _ unsafe.Pointer) { d.fail(err) }
	}
	return func(d *decoder, p unsafe.Pointer) { m.run(d, p) }
}

// partsReader reads what stands for a type of ours.
func (d *decoder) partsReader(nd *node, t reflect.Type) reader {
	parts := partsOf(t)
	if len(nd.fields) != 1 {
		return broken(nd, t, "it is made otherwise")
	}
	read := d.reader(nd.fields[0].node, parts)
	return func(d *decoder, p unsafe.Pointer) {
		v := reflect.New(parts)
		if read(d, v.UnsafePointer()); d.err == nil {
			reflect.NewAt(t, p).Interface().(standIn).SetParts(v.Interface())
		}
	}
}

// fields are how those of nd become those of t, or are dropped if that is nil; or why not.
func (d *decoder) fields(nd *node, t reflect.Type) (*moves, *Change) {
	list, m := d.fieldChanges(nd, t)
	for i := range list {
		if list[i].Kind == Breaks {
			return nil, &list[i]
		}
	}
	return m, nil
}

// fieldChanges are what is different in a struct, and how it is read if nothing breaks.
func (d *decoder) fieldChanges(nd *node, t reflect.Type) ([]Change, *moves) {
	var was []wireField
	var now []target
	named := map[string]bool{}
	for _, f := range nd.fields {
		if !named[f.name] { // no field is there twice
			was = append(was, wireField{name: f.name, node: f.node})
		} else {
			was = append(was, wireField{node: f.node})
		}
		named[f.name] = true
	}
	var rules []*migration
	if t != nil {
		if t.PkgPath() != "" && hidesFields(t) {
			return []Change{{Kind: Breaks, Reason: "it has unexported fields of another package, and no codec"}}, nil
		}
		same := len(nd.fields)
		for f := range savedFields(t) {
			now = append(now, target{name: f.Name, offset: f.Offset, typ: f.Type})
			if named[f.Name] {
				same--
			}
		}
		if openStructs[t] && (same != 0 || len(now) != len(nd.fields)) {
			return []Change{{Kind: Breaks, Reason: "it has other fields in this Go release"}}, nil
		}
		if nd.t != t {
			rules = migrationsOfType(t)
		}
	}
	m, list := d.match(was, now, rules)
	return list, m
}
