package durable

import (
	"encoding/binary"
	"hash/fnv"
	"reflect"
	"sync"
	"sync/atomic"
)

// Descriptions: what a snapshot says of the functions and types in it, so that another build
// can read it by names, and tell by a hash that it is the same.

// A node describes a type: of this build, or of the one that has written a snapshot.
type node struct {
	kind   reflect.Kind
	name   string // of a type that has one
	elem   *node  // of pointers, slices, arrays and maps
	key    *node
	len    int // of arrays
	fields []nodeField
	codec  string // what writes the values, if it is no plan of ours
	least  int    // bytes that a value takes at least, and one; 0 if that is not known yet

	of *node // what a snapshot has, if this is that with other names: see as

	// Of this build's:
	t    reflect.Type
	read atomic.Pointer[reader] // into t

	once sync.Once
	desc []byte
	hash uint64
}

type nodeField struct {
	name string
	node *node
}

var (
	nodes     = map[reflect.Type]*node{}
	nodesLock sync.Mutex
)

// nodeOf is the node of a type of this build.
func nodeOf(t reflect.Type) *node {
	nodesLock.Lock()
	defer nodesLock.Unlock()
	return makeNode(t)
}

func makeNode(t reflect.Type) *node {
	if n := nodes[t]; n != nil {
		return n
	}
	n := &node{kind: t.Kind(), name: typeName(t), t: t}
	nodes[t] = n
	defer func() { n.least = n.leastBytes() + 1 }()
	if c := closureByType[t]; c != nil {
		n.name = literal(c.name) // which has a hash of its text
	}
	if c := codecOf(t); c != nil {
		if n.codec = c.name; n.name == "" {
			n.name = typeWord(t) // who wrote it could be another codec
		}
		return n
	}
	switch t.Kind() {
	case reflect.Pointer:
		if t != greenletPtr {
			n.elem = makeNode(t.Elem())
		}
	case reflect.Slice:
		n.elem = makeNode(t.Elem())
	case reflect.Array:
		n.elem, n.len = makeNode(t.Elem()), t.Len()
	case reflect.Map:
		n.key, n.elem = makeNode(t.Key()), makeNode(t.Elem())
	case reflect.Struct:
		if parts := partsOf(t); parts != nil {
			n.fields = append(n.fields, nodeField{"", makeNode(parts)})
			break
		}
		for f := range savedFields(t) {
			n.fields = append(n.fields, nodeField{f.Name, makeNode(f.Type)})
		}
	}
	return n
}

// leastBytes is how many bytes a value takes in a snapshot at least.
func (n *node) leastBytes() int {
	if n.least > 0 {
		return n.least - 1
	}
	least := 1
	switch {
	case n.codec != "":
	case n.kind == reflect.Array:
		least = 0
		if n.len > 0 {
			least = n.elem.leastBytes() * min(n.len, 1<<10)
		}
	case n.kind == reflect.Struct:
		least = 0
		for _, f := range n.fields {
			if least += f.node.leastBytes(); least > 1<<20 {
				break
			}
		}
	case n.kind == reflect.Float32:
		least = 4
	case n.kind == reflect.Float64, n.kind == reflect.Complex64:
		least = 8
	case n.kind == reflect.Complex128:
		least = 16
	}
	return min(least, 1<<20)
}

// word is what a type is called where an interface holds it.
func (n *node) word() string {
	if c := closureByType[n.t]; c != nil {
		return c.name
	}
	return typeWord(n.t)
}

// describer writes nodes as numbers, and lists them.
type describer struct {
	b     []byte
	index map[*node]int
	list  []*node
	file  string // of the point before
}

func (d *describer) uint(v int)      { d.b = binary.AppendUvarint(d.b, uint64(v)) }
func (d *describer) string(s string) { d.b = appendString(d.b, s) }

func (d *describer) node(n *node) {
	if n == nil {
		d.uint(0)
		return
	}
	i, ok := d.index[n]
	if !ok {
		d.list = append(d.list, n)
		i = len(d.list)
		d.index[n] = i
	}
	d.uint(i)
}

// nodes writes all that are listed, and those they lead to.
func (d *describer) nodes() {
	for i := 0; i < len(d.list); i++ {
		n := d.list[i]
		d.b = append(d.b, byte(n.kind))
		d.string(n.name)
		d.string(n.codec)
		d.node(n.elem)
		d.node(n.key)
		d.uint(n.len)
		d.uint(len(n.fields))
		for _, f := range n.fields {
			d.string(f.name)
			d.node(f.node)
		}
	}
}

func hashOf(b []byte) uint64 {
	h := fnv.New64a()
	h.Write(b)
	return h.Sum64()
}

// describe is the description of a type, and its hash.
func (n *node) describe() ([]byte, uint64) {
	n.once.Do(func() {
		nodesLock.Lock()
		defer nodesLock.Unlock()
		d := &describer{index: map[*node]int{}}
		d.string(n.word())
		d.node(n)
		d.nodes()
		n.desc, n.hash = d.b, hashOf(d.b)
	})
	return n.desc, n.hash
}

// place adds where a point stands in the source, for [Show]: nothing is told by it. The file is
// written where it is another than before.
func (d *describer) place(file string, line int) {
	d.uint(line)
	if file == d.file {
		file = ""
	} else {
		d.file = file
	}
	d.string(file)
}

// describe is the description of a function, and its hash.
func (f *function) describe() ([]byte, uint64) {
	f.once.Do(func() {
		d := &describer{index: map[*node]int{}}
		d.string(f.name)
		fields := func(list []field) {
			d.uint(len(list))
			for _, f := range list {
				d.string(f.name)
				kind := byte(0)
				if f.box {
					kind |= 1
				}
				if f.receives {
					kind |= 2
				}
				d.b = append(d.b, kind)
				d.node(nodeOf(f.typ))
			}
		}
		fields(f.results)
		d.uint(len(f.points))
		for i := range f.points {
			p := &f.points[i]
			d.string(p.label)
			d.place(placeOf(f, f.stateAt(i), p))
			d.string(p.callee)
			fields(p.fields)
		}
		nodesLock.Lock()
		defer nodesLock.Unlock()
		d.nodes()
		f.desc, f.hash = d.b, hashOf(d.b)
	})
	return f.desc, f.hash
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
