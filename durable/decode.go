package durable

import (
	"encoding/binary"
	"reflect"
	"slices"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// The decoder reads what an encoder has written, of this build or another, or what somebody
// else has: it trusts nothing. An object is what it was mentioned as first: the types, and how
// many values there are.

type decoder struct {
	b      []byte
	err    error
	limits Limits
	inline bool // the descriptions are in the snapshot
	depth  int  // of interfaces in interfaces
	funcs  []*wireFunc
	types  []*wireType
	body   []byte   // b, when the greenlets and objects began
	objs   []object // by number, from firstObject on
	done   int      // how many of them have been read
	again  []int    // of those, what was dropped and is wanted now
	bytes  int      // of memory, so far
	reads  map[readKey]reader
	equal  map[[2]*node]bool // what sameNode has found out

	room       room // for frames of roomOf, of one greenlet
	roomOf     *function
	mentioning *[]mention // gets the numbers of objects that are read, if it is not nil

	renamed map[readKey]*node // what as has made
	later   []func() error    // migrations, to be done when all has been read: the last first
}

// object is what a number stands for.
type object struct {
	p    unsafe.Pointer
	node *node
	t    reflect.Type // of its n values; nil if nothing of this build keeps them
	n    int
	m    reflect.Value // a map
	g    *greenlet.Greenlet
	kind objectKind
	// coded is what a codec has written; what it makes of it is m, once t is set.
	coded []byte
	left  int // how much there was still to read when it was read
}

type objectKind uint8

const (
	valueObject objectKind = iota
	mapObject
	greenletObject
	codecObject
)

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.b = nil
}

func (d *decoder) corrupt() { d.fail(ErrCorrupt) }

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.corrupt()
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

var zeros [16]byte

// take is the next n bytes; if there are not so many, zeros for fixed widths.
func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.corrupt()
		return zeros[:min(n, uint64(len(zeros)))]
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) uint() uint64 {
	if len(d.b) > 0 && d.b[0] < 0x80 {
		v := d.b[0]
		d.b = d.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.corrupt()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// id is the number of an object.
func (d *decoder) id() uint64 {
	if d.mentioning == nil {
		return d.uint()
	}
	at := len(d.body) - len(d.b)
	i := d.uint()
	if i >= firstObject && d.err == nil {
		m := mention{at: at, end: len(d.body) - len(d.b), object: int(i - firstObject)}
		if d.charge(int(unsafe.Sizeof(m))); d.err == nil {
			*d.mentioning = append(*d.mentioning, m)
		}
	}
	return i
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.corrupt()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count is a number of things each of which takes a byte at least.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.corrupt()
		return 0
	}
	return int(n)
}

func (d *decoder) string() string {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.corrupt()
		return ""
	}
	d.charge(int(n))
	if d.err != nil {
		return ""
	}
	return string(d.take(n))
}

// charge counts memory that is about to be taken.
func (d *decoder) charge(n int) {
	if n < 0 || n > d.limits.Bytes-d.bytes {
		d.fail(ErrLimit)
		return
	}
	d.bytes += n
}

// chargeEach counts n things of a size.
func (d *decoder) chargeEach(n int, size uintptr) {
	if size > 0 && n > d.limits.Bytes/int(min(size, 1<<30)) {
		d.fail(ErrLimit)
		return
	}
	d.charge(n * int(size))
}

// object is the number i, mentioned as n values that node describes, and that are to be of
// type t.
func (d *decoder) object(i uint64, nd *node, t reflect.Type, n int) *object {
	if o, ok := d.mentioned(i, valueObject); !ok || o != nil {
		if o != nil && (o.n != n || !d.sameNode(o.node, nd)) {
			d.corrupt()
			return nil
		}
		if o != nil && o.t == nil && t != nil { // dropped where it was mentioned first
			o.t, o.node = t, nd // which may have other names
			d.allocate(o)
			d.want(i)
		}
		if o != nil && o.t != t && t != nil {
			d.fail(&ChangedError{Func: typeWord(t), Reason: "a value that was one is two of different types now"})
			return nil
		}
		return o
	}
	if least := nd.leastBytes(); least > 0 && n > len(d.b)/least {
		d.corrupt() // so much can't follow
		return nil
	}
	d.charge(int(unsafe.Sizeof(object{})))
	d.objs = append(d.objs, object{node: nd, t: t, n: n})
	o := &d.objs[len(d.objs)-1]
	d.allocate(o)
	return o
}

// want has the object number i read once more, if it was read and dropped.
func (d *decoder) want(i uint64) {
	if i := int(i - firstObject); i < d.done {
		d.again = append(d.again, i)
	}
}

// allocate makes room for the values of o.
func (d *decoder) allocate(o *object) {
	if o.t == nil {
		d.chargeEach(o.n, 1)
		return
	}
	d.chargeEach(o.n, max(o.t.Size(), 1))
	d.charge(16)
	switch {
	case d.err != nil:
	case o.n == 1:
		o.p = reflect.New(o.t).UnsafePointer()
	default:
		o.p = reflect.MakeSlice(reflect.SliceOf(o.t), o.n, o.n).UnsafePointer()
	}
}

// mentioned is the object number i, if it has been mentioned; nil if it is the next one; ok is
// false if it is neither, or of another kind.
func (d *decoder) mentioned(i uint64, kind objectKind) (o *object, ok bool) {
	switch known := uint64(len(d.objs)); {
	case d.err != nil:
		return nil, false
	case i < firstObject || i > known+firstObject:
	case i == known+firstObject:
		if len(d.objs) >= d.limits.Objects {
			d.fail(ErrLimit)
			return nil, false
		}
		return nil, true
	case d.objs[i-firstObject].kind == kind:
		return &d.objs[i-firstObject], true
	}
	d.corrupt()
	return nil, false
}

// ref reads a pointer to n values.
func (d *decoder) ref(nd *node, t reflect.Type, n int) unsafe.Pointer {
	switch i := d.id(); i {
	case nilObject:
		return nil
	case innerObject:
		return d.inner(t, n)
	default:
		if o := d.object(i, nd, t, n); o != nil {
			return o.p
		}
	}
	return nil
}

// inner reads a way into another object, to count values of type t there.
func (d *decoder) inner(t reflect.Type, count int) unsafe.Pointer {
	i, w, n, way := d.id(), d.typ(), d.uint(), d.string()
	if d.err != nil || n > uint64(d.limits.Bytes) {
		d.corrupt()
		return nil
	}
	if t == nil {
		d.object(i, w.node, nil, int(n))
		return nil
	}
	if w.t == nil {
		d.fail(&ChangedError{Func: w.word, Reason: "it is not known to this program"})
		return nil
	}
	o := d.object(i, w.node, w.t, int(n))
	if o == nil {
		return nil
	}
	p, got, there, ok := follow(o.t, o.n, o.p, way)
	if !ok {
		d.fail(&ChangedError{Func: w.word, Reason: "there is no " + way + " in it, which a pointer led to"})
		return nil
	}
	if got != t || there < count {
		d.corrupt()
		return nil
	}
	return p
}

// greenlet reads a reference to one.
func (d *decoder) greenlet() *greenlet.Greenlet {
	i := d.id()
	switch i {
	case nilObject:
		return nil
	case mainGreenlet:
		return greenlet.Main()
	}
	o, ok := d.mentioned(i, greenletObject)
	switch {
	case !ok:
		return nil
	case o == nil:
		d.charge(int(unsafe.Sizeof(greenlet.Greenlet{})))
		g := new(greenlet.Greenlet)
		d.objs = append(d.objs, object{g: g, kind: greenletObject})
		return g
	}
	return o.g
}

// typ reads which type follows.
func (d *decoder) typ() *wireType {
	i := d.uint()
	if i >= uint64(len(d.types)) {
		d.corrupt()
		return &wireType{node: new(node)}
	}
	return d.types[i]
}

// drain reads the objects.
func (d *decoder) drain() {
	for d.err == nil {
		if n := len(d.again); n > 0 {
			o, here := &d.objs[d.again[n-1]], d.b
			d.again = d.again[:n-1]
			d.b = d.body[len(d.body)-o.left:]
			if d.read(o); d.err == nil {
				d.b = here
			}
			continue
		}
		if d.done == len(d.objs) {
			return
		}
		o := &d.objs[d.done]
		d.done++
		o.left = len(d.b)
		d.read(o)
	}
}

// read reads what o stands for, from where it is. d.objs may grow meanwhile.
func (d *decoder) read(o *object) {
	switch o.kind {
	case greenletObject:
		d.frames(o.g)
	case mapObject:
		d.entries(o.node, o.m)
	case codecObject: // it was read where it was mentioned
	default:
		d.values(o.node, o.t, o.p, o.n)
	}
}

func (d *decoder) values(nd *node, t reflect.Type, p unsafe.Pointer, n int) {
	read := d.reader(nd, t)
	if n == 1 {
		read(d, p)
		return
	}
	if nd.kind == reflect.Uint8 && nd.codec == "" && (t == nil || differs(nd, t) == "") {
		b := d.take(uint64(n))
		if d.err == nil && t != nil {
			copy(unsafe.Slice((*byte)(p), n), b)
		}
		return
	}
	size := uintptr(0)
	if t != nil {
		size = t.Size()
	} else if nd.leastBytes() == 0 {
		return
	}
	for i := 0; i < n && d.err == nil; i++ {
		read(d, unsafe.Add(p, uintptr(i)*size))
	}
}

// entries reads a map.
func (d *decoder) entries(nd *node, m reflect.Value) {
	n := d.count()
	if !m.IsValid() {
		readKey, readValue := d.reader(nd.key, nil), d.reader(nd.elem, nil)
		for i := 0; i < n && d.err == nil; i++ {
			readKey(d, nil)
			readValue(d, nil)
		}
		return
	}
	key, elem := m.Type().Key(), m.Type().Elem()
	readKey, readValue := d.reader(nd.key, key), d.reader(nd.elem, elem)
	d.chargeEach(n, 2*(key.Size()+elem.Size())+8)
	k, v := reflect.New(key), reflect.New(elem)
	for i := 0; i < n && d.err == nil; i++ {
		k.Elem().SetZero()
		v.Elem().SetZero()
		before := len(d.later)
		readKey(d, k.UnsafePointer())
		readValue(d, v.UnsafePointer())
		switch {
		case d.err != nil:
		case len(d.later) > before: // it is complete later, and not here
			entry := [2]reflect.Value{k.Elem(), v.Elem()}
			k, v = reflect.New(key), reflect.New(elem)
			d.after(before, func() error { return putEntry(m, entry[0], entry[1]) })
		default:
			if err := putEntry(m, k.Elem(), v.Elem()); err != nil {
				d.fail(err)
			}
		}
	}
}

// after has f done when the migrations are that were added since there were n of them.
func (d *decoder) after(n int, f func() error) { d.later = slices.Insert(d.later, n, f) }

// finish does what is to be done when all has been read.
func (d *decoder) finish() {
	for i := len(d.later) - 1; i >= 0 && d.err == nil; i-- {
		if err := d.later[i](); err != nil {
			d.fail(err)
		}
	}
	d.later = nil
}

// putEntry adds an entry. An interface may hold what is no key.
func putEntry(m, k, v reflect.Value) error {
	if !k.Comparable() {
		return ErrCorrupt
	}
	m.SetMapIndex(k, v)
	return nil
}
