package durable

import (
	"encoding/binary"
	"reflect"
	"slices"
	"sync"
	"unsafe"

	greenlet "github.com/going-green/greenlet/runtime"
)

// What a snapshot says of its functions and types, beside those of this build.

type wireFunc struct {
	name   string
	fn     *function // of this build, or nil
	defers bool
	points []wirePoint
}

type wirePoint struct {
	label  string
	file   string // where it stood in the source, of a snapshot of another build
	line   int
	fields []wireField

	// Where a frame goes that stands here: made when the first does.
	pt    *point
	pc    uint32
	moves *moves
	err   error
}

type wireField struct {
	name          string
	box, receives bool
	node          *node
}

// hasNone reports whether the variable has no value: what is sent to the greenlet goes there, and
// nobody reads it before. One that is captured, somebody can.
func (f *wireField) hasNone() bool { return f.receives && !f.box }

type wireType struct {
	word string
	node *node
	t    reflect.Type // of this build, or nil
}

// function reads what a snapshot says of a function.
func (d *decoder) function(schemas Schemas) *wireFunc {
	hash := binary.LittleEndian.Uint64(d.take(8))
	desc := d.schema(schemas, hash)
	if d.err == nil {
		if f, ok := ownFuncs.Load(hash); ok {
			return f.(*function).wire()
		}
		desc = d.get(schemas, hash, desc)
	}
	s := d.describing(desc)
	w := &wireFunc{name: s.string()}
	if d.err != nil {
		return w
	}
	if w.fn = functionNamed(w.name); w.fn != nil {
		if _, own := w.fn.describe(); own == hash {
			ownFuncs.Store(hash, w.fn)
			return w.fn.wire()
		}
	}
	s.fields() // results
	file := ""
	for range s.count() {
		p := wirePoint{label: s.string(), line: int(min(s.uint(), 1<<30))}
		if name := s.string(); name != "" {
			file = name
		}
		p.file = file
		s.string() // whom it calls: what this build says counts
		p.fields = s.fields()
		s.charge(int(unsafe.Sizeof(p)))
		w.points = append(w.points, p)
	}
	w.defers = len(w.points) > 0 && w.points[len(w.points)-1].label == unwinding
	d.adopt(s)
	return w
}

// ownFuncs and ownTypes are those of this build that have been restored, by the hashes of their
// descriptions.
var ownFuncs, ownTypes sync.Map

// wire is what a snapshot of this build says of f, with where it goes.
func (f *function) wire() *wireFunc {
	f.ownOnce.Do(func() {
		d := &decoder{}
		w := &wireFunc{name: f.name, fn: f, points: make([]wirePoint, len(f.points))}
		for i := range f.points {
			p, to := &f.points[i], &w.points[i]
			to.label, to.moves = p.label, new(moves)
			for j := range p.fields {
				fd := &p.fields[j]
				nd := nodeOf(fd.typ)
				to.fields = append(to.fields, wireField{fd.name, fd.box, fd.receives, nd})
				to.moves.parts = append(to.moves.parts, part{read: d.reader(nd, fd.typ), offset: fd.offset, keep: true})
			}
			to.pt, to.pc = p, f.stateAt(i)
			w.defers = w.defers || p.label == unwinding
		}
		f.own = w
	})
	return f.own
}

// describing reads a description.
func (d *decoder) describing(desc []byte) *schemaReader {
	return &schemaReader{decoder: decoder{b: desc, limits: d.limits, bytes: d.bytes}}
}

// wireType reads what a snapshot says of a type.
func (d *decoder) wireType(schemas Schemas) *wireType {
	hash := binary.LittleEndian.Uint64(d.take(8))
	desc := d.schema(schemas, hash)
	if d.err == nil {
		if w, ok := ownTypes.Load(hash); ok {
			return w.(*wireType)
		}
		desc = d.get(schemas, hash, desc)
	}
	s := d.describing(desc)
	w := &wireType{word: s.string(), node: new(node)}
	if d.err != nil {
		return w
	}
	if c := byLiteral(closureByName, w.word); c != nil {
		w.t = c.typ
	} else if t, ok := wordType(w.word); ok {
		w.t = t
	}
	if w.t != nil {
		if _, own := nodeOf(w.t).describe(); own == hash {
			w.node = nodeOf(w.t)
			ownTypes.Store(hash, w)
			return w
		}
	}
	n := s.node()
	d.adopt(s)
	if n == nil {
		d.corrupt()
	}
	if d.err == nil {
		w.node = n
	}
	return w
}

// schema is the description that is in the snapshot, if one is.
func (d *decoder) schema(schemas Schemas, hash uint64) []byte {
	if !d.inline {
		return nil
	}
	desc := d.take(d.uint())
	if d.err == nil && hashOf(desc) != hash {
		d.corrupt()
	}
	return desc
}

// get is the description, from the store if it is not in the snapshot.
func (d *decoder) get(schemas Schemas, hash uint64, desc []byte) []byte {
	if d.inline {
		return desc
	}
	if schemas == nil {
		d.fail(ErrMissing)
		return nil
	}
	desc, err := schemas.Get(hash)
	switch {
	case err != nil:
		d.fail(err)
	case hashOf(desc) != hash:
		d.corrupt()
	}
	return desc
}

// schemaReader reads a description.
type schemaReader struct {
	decoder
	nodes []*node // those mentioned
}

func (s *schemaReader) fields() (list []wireField) {
	for range s.count() {
		f := wireField{name: s.string()}
		kind := s.byte()
		f.box, f.receives = kind&1 != 0, kind&2 != 0
		if f.node = s.node(); f.node == nil {
			s.corrupt()
			return nil
		}
		s.charge(int(unsafe.Sizeof(f)))
		list = append(list, f)
	}
	return list
}

func (s *schemaReader) node() *node {
	i := s.uint()
	switch known := uint64(len(s.nodes)); {
	case i == 0:
		return nil
	case i <= known:
		return s.nodes[i-1]
	case i == known+1 && len(s.nodes) < 1<<16:
		s.charge(int(unsafe.Sizeof(node{})))
		s.nodes = append(s.nodes, new(node))
		return s.nodes[known]
	}
	s.corrupt()
	return nil
}

// adopt reads the nodes that s has mentioned, and checks them.
func (d *decoder) adopt(s *schemaReader) {
	for i := 0; i < len(s.nodes) && s.err == nil; i++ {
		n := s.nodes[i]
		n.kind = reflect.Kind(s.byte())
		n.name, n.codec = s.string(), s.string()
		n.elem, n.key = s.node(), s.node()
		length := s.uint()
		if length > uint64(d.limits.Bytes) {
			s.corrupt()
		}
		n.len = int(length)
		for range s.count() {
			f := nodeField{s.string(), s.node()}
			if f.node == nil {
				s.corrupt()
				break
			}
			s.charge(int(unsafe.Sizeof(f)))
			n.fields = append(n.fields, f)
		}
	}
	if s.err == nil && len(s.b) != 0 {
		s.corrupt()
	}
	for _, n := range s.nodes {
		lacks := n.kind == reflect.Map && n.key == nil || n.elem == nil && (n.kind == reflect.Map || n.kind == reflect.Array || n.kind == reflect.Slice)
		if lacks && n.codec == "" {
			s.corrupt()
		}
	}
	if s.err == nil && !finite(s.nodes) {
		s.corrupt()
	}
	if s.err != nil {
		d.fail(s.err)
		return
	}
	for _, n := range s.nodes {
		n.measure()
	}
	d.bytes = s.bytes
}

// measure sets least, of all that n holds first: structs may have one in many places.
func (n *node) measure() {
	switch {
	case n.least > 0:
		return
	case n.codec != "":
	case n.kind == reflect.Array:
		n.elem.measure()
	case n.kind == reflect.Struct:
		for _, f := range n.fields {
			f.node.measure()
		}
	}
	n.least = n.leastBytes() + 1
}

// deepest is how deep structs may nest.
const deepest = 250

// finite reports whether no node holds itself, by fields and elements of arrays, and none is so
// deep that to read it would take long.
func finite(list []*node) bool {
	depth := map[*node]int{}
	var visit func(n *node) int
	visit = func(n *node) int {
		if k, ok := depth[n]; ok {
			return k
		}
		depth[n] = 1 << 20 // it holds itself, if it is met again
		k := 0
		switch {
		case n.codec != "":
		case n.kind == reflect.Array:
			k = visit(n.elem)
		case n.kind == reflect.Struct:
			for _, f := range n.fields {
				k = max(k, visit(f.node))
			}
		}
		depth[n] = k + 1
		return k + 1
	}
	return !slices.ContainsFunc(list, func(n *node) bool { return visit(n) > deepest })
}

// frame makes a frame that stands at point i of w, and reads what is live there.
func (d *decoder) frame(w *wireFunc, i int) (greenlet.Frame, *point, error) {
	if w.fn == nil {
		return nil, nil, &ChangedError{Func: w.name, Reason: "it is not in this program, or not durable"}
	}
	p := &w.points[i]
	if p.pt == nil && p.err == nil {
		p.err = d.place(w, p)
	}
	if p.err != nil {
		return nil, nil, p.err
	}
	if d.roomOf != w.fn {
		d.room, d.roomOf = room{}, w.fn
	}
	if d.room.left == 0 {
		n := d.room.more()
		if d.chargeEach(n, w.fn.typ.Size()); d.err != nil {
			return nil, nil, d.err
		}
		d.room.make(w.fn, n)
	}
	f, base := d.room.take(w.fn)
	greenlet.HeaderOf(f).PC = p.pc
	if i := p.moves.run(d, base); d.err != nil {
		return nil, nil, within(d.err, w.name, p.fields[i].name)
	}
	if w.defers {
		d.deferred(w, f)
	}
	return f, p.pt, d.err
}

// within says which variable of which function a change is of.
func within(err error, fn, variable string) error {
	if c, ok := err.(*ChangedError); ok && c.Func != fn {
		return &ChangedError{fn, "variable " + variable + ": " + c.Func + ": " + c.Reason, c.Remedy}
	}
	return err
}

// place finds where in this build a frame goes on that stands at p.
func (d *decoder) place(w *wireFunc, p *wirePoint) error {
	for _, c := range d.changes(w, p) {
		if c.Kind != Breaks {
			continue
		}
		if c.Var != "" {
			c.Reason = "variable " + c.Var + ": " + c.Reason
		}
		return &ChangedError{w.name, c.Reason, c.Remedy}
	}
	return nil
}

// changes are what is different at p. If nothing breaks, frames that stand there can be read.
func (d *decoder) changes(w *wireFunc, p *wirePoint) []Change {
	pc, pt := w.fn.state(p.label)
	if pt == nil && p.label == unwinding {
		return []Change{{Point: p.label, Kind: Breaks, Reason: "it defers nothing any more, and the greenlet is making its deferred calls", Remedy: "keep a defer statement in it while there are snapshots that stand there"}}
	}
	if pt == nil {
		return []Change{{Point: p.label, Kind: Breaks, Reason: "it has no suspension " + p.label + " any more, at which the greenlet stands", Remedy: "write //greenlet:point " + p.label + " above the call that takes its place"}}
	}
	now := make([]target, len(pt.fields))
	for i, f := range pt.fields {
		now[i] = target{f.name, f.was, f.box, f.box || !f.receives, f.receives, f.offset, f.typ}
	}
	m, list := d.match(p.fields, now, migrationsOf(w.fn, p.label))
	p.pt, p.pc, p.moves = pt, pc, m
	return list
}
