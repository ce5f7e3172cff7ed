package durable

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"slices"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
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

// differs says why values that nd describes can't be read into those of type t, or "".
func differs(nd *node, t reflect.Type) string {
	if nd.t != t && !alike(nd, nodeOf(t)) {
		return fmt.Sprintf("it was %s, and is %v", nd, t)
	}
	return ""
}

// alike reports whether types are by the same name or, if they have none, are made of such.
func alike(was, now *node) bool {
	switch {
	case was == now:
		return true
	case was.kind != now.kind, was.name != now.name, was.codec != now.codec, was.len != now.len, (was.elem == nil) != (now.elem == nil), (was.key == nil) != (now.key == nil):
		return false
	case was.name != "" && was.kind != reflect.Array:
		return true // what it consists of is read by names
	}
	return (was.elem == nil || alike(was.elem, now.elem)) && (was.key == nil || alike(was.key, now.key))
}

// sameNode reports whether two nodes describe the same type. Descriptions of different
// functions have nodes of their own.
func (d *decoder) sameNode(x, y *node) bool {
	if x == y {
		return true
	}
	pair := [2]*node{x, y}
	same, known := d.equal[pair]
	if !known {
		if d.equal == nil {
			d.equal = map[[2]*node]bool{}
		}
		same = d.compare(x, y, map[[2]*node]bool{})
		d.equal[pair] = same
	}
	return same
}

// compare takes pairs that it has seen to be equal: that they are not would be found elsewhere.
func (d *decoder) compare(x, y *node, seen map[[2]*node]bool) bool {
	pair := [2]*node{x, y}
	switch {
	case x == y || seen[pair]:
		return true
	case x == nil || y == nil || d.err != nil:
		return false
	case x.kind != y.kind, x.name != y.name, x.codec != y.codec, x.len != y.len, len(x.fields) != len(y.fields):
		return false
	}
	seen[pair] = true
	d.charge(128)
	for i, f := range x.fields {
		if f.name != y.fields[i].name || !d.compare(f.node, y.fields[i].node, seen) {
			return false
		}
	}
	return d.compare(x.elem, y.elem, seen) && d.compare(x.key, y.key, seen)
}

// String is the type as messages have it.
func (n *node) String() string { return n.text(0) }

// text is String of what is so deep in another: of a hostile snapshot, types without a name may
// consist of themselves.
func (n *node) text(depth int) string {
	switch {
	case n == nil:
		return "?"
	case n.name != "":
		return n.name
	case depth > 8:
		return "…"
	}
	depth++
	switch n.kind {
	case reflect.Pointer:
		if n.elem == nil {
			return "*greenlet.Greenlet"
		}
		return "*" + n.elem.text(depth)
	case reflect.Slice:
		return "[]" + n.elem.text(depth)
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", n.len, n.elem.text(depth))
	case reflect.Map:
		return fmt.Sprintf("map[%s]%s", n.key.text(depth), n.elem.text(depth))
	}
	return n.kind.String()
}

// broken is a reader that refuses.
func broken(nd *node, t reflect.Type, why string) reader {
	err := &ChangedError{nd.String(), why}
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
	d.fail(&ChangedError{t.String(), "a value does not fit into it on this machine"})
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

func codecReader(nd *node, t reflect.Type) reader {
	if t == nil {
		return func(d *decoder, _ unsafe.Pointer) { d.take(d.uint()) }
	}
	c := codecOf(t)
	return func(d *decoder, p unsafe.Pointer) {
		b := d.take(d.uint())
		d.charge(len(b))
		if d.err != nil || p == nil {
			return
		}
		if err := c.call(append([]byte(nil), b...), reflect.NewAt(t, p).Elem()); err != nil {
			d.fail(fmt.Errorf("durable: a value of type %v: %w", t, err))
		}
	}
}

// call decodes; the user's code may panic for what it has not written.
func (c *codec) call(b []byte, into reflect.Value) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("its codec panicked: %v", v)
		}
	}()
	return c.decode(b, into)
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

// structReader reads field by field, by name: what is gone is dropped, what is new stays zero.
func (d *decoder) structReader(nd *node, t reflect.Type) reader {
	type part struct {
		read reader
		off  uintptr
		keep bool
	}
	var parts []part
	now := map[string]reflect.StructField{}
	if t != nil && partsOf(t) != nil {
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
	if t != nil {
		if t.PkgPath() != "" && hidesFields(t) {
			return broken(nd, t, "it has unexported fields of another package, and no codec")
		}
		for f := range savedFields(t) {
			now[f.Name] = f
		}
	}
	if openStructs[t] && (len(nd.fields) != len(now) || slices.ContainsFunc(nd.fields, func(f nodeField) bool { _, ok := now[f.name]; return !ok })) {
		return broken(nd, t, "it has other fields in this Go release")
	}
	for _, f := range nd.fields {
		if sf, ok := now[f.name]; ok {
			delete(now, f.name) // no field is there twice
			if why := differs(f.node, sf.Type); why != "" {
				return broken(nd, t, "field "+f.name+": "+why)
			}
			parts = append(parts, part{d.reader(f.node, sf.Type), sf.Offset, true})
		} else if f.node.leastBytes() > 0 {
			parts = append(parts, part{d.reader(f.node, nil), 0, false})
		}
	}
	return func(d *decoder, p unsafe.Pointer) {
		for i := range parts {
			f := &parts[i]
			if f.keep {
				f.read(d, unsafe.Add(p, f.off))
			} else {
				f.read(d, nil)
			}
			if d.err != nil {
				return
			}
		}
	}
}

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
		i := d.uint()
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
			d.fail(&ChangedError{w.word, "it is not known to this program; see durable.Type"})
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
		v := reflect.New(w.t)
		d.nested(func() { d.reader(w.node, w.t)(d, v.UnsafePointer()) })
		if d.err == nil {
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
		d.fail(&ChangedError{name, fmt.Sprintf("this program has no %v by that name; see durable.Value", t)})
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
				d.fail(&ChangedError{name, fmt.Sprintf("this program has no function of type %v by that name; see durable.Func", t)})
				return
			}
			reflect.NewAt(t, p).Elem().Set(fn)
		case closureFunc:
			w := d.typ()
			if p == nil {
				d.ref(w.node, nil, 1)
				return
			}
			q := d.ref(w.node, w.t, 1)
			if d.err != nil {
				return
			}
			d.charge(32)
			c := closureByType[w.t]
			if c == nil || q == nil {
				d.fail(&ChangedError{w.word, "this program has no such function literal"})
				return
			}
			v := reflect.ValueOf(c.value(reflect.NewAt(c.typ, q).Interface()))
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
