package durable

import (
	"reflect"
	"slices"
	"unsafe"
)

// Matching: which value of a snapshot becomes which of this build, by names. Variables of a
// frame and fields of a struct are matched in the same way; so are those of a lock file, where
// nothing is read (check.go).

// target is a variable or a field of this build.
type target struct {
	name, was string
	box       bool // it is a pointer to the variable
	needed    bool // a value must be there; else it begins as zero
	receives  bool // what is sent to the greenlet goes there: it has no value yet, but others may have a pointer to a box
	offset    uintptr
	typ       reflect.Type
}

// held is the type of the variable or field.
func (t *target) held() reflect.Type {
	if t.box {
		return t.typ.Elem()
	}
	return t.typ
}

// held is the type of the variable or field.
func (f *wireField) held() *node {
	if f.box && f.node.kind == reflect.Pointer && f.node.elem != nil {
		return f.node.elem
	}
	return f.node
}

// moves are how values of a snapshot become those of a frame or struct: what is read where, in
// the order of the snapshot, what migrations make of it, and where that goes.
type moves struct {
	parts []part
	steps []step
	outs  []out
}

// part is how a value is read: to the offset, to a new place for a migration to take it from,
// or to nowhere.
type part struct {
	read   reader
	offset uintptr
	keep   bool
	temp   reflect.Type
	box    bool // where it is read to is a pointer to the variable
}

// step is a migration with where its old values come from.
type step struct {
	m    *migration
	from []source
}

// source is the i-th value of the snapshot or, if step is not negative, of what that has made.
type source struct{ step, i int }

// out is where a new value goes.
type out struct {
	from   source
	offset uintptr
	box    bool
	typ    reflect.Type
}

// matching is match while it works.
type matching struct {
	d      *decoder
	was    []wireField
	now    []target
	shape  map[string]source
	used   []bool // of was
	m      *moves
	change []Change
}

// match finds how was becomes now. What stands in the way is listed, each with the variable's
// name, why, and what to do; with [Loses] what is only dropped.
func (d *decoder) match(was []wireField, now []target, rules []*migration) (*moves, []Change) {
	m := &matching{d: d, was: was, now: now, shape: map[string]source{}, used: make([]bool, len(was)), m: &moves{parts: make([]part, len(was))}}
	for i, f := range was {
		m.shape[f.name] = source{-1, i}
	}
	for _, r := range rules {
		m.migrate(r)
	}
	for i := range now {
		m.target(&now[i])
	}
	for i := range was {
		p := &m.m.parts[i]
		if p.read != nil {
			continue
		}
		p.read = d.reader(was[i].node, nil)
		if !m.used[i] && !was[i].hasNone() {
			m.change = append(m.change, Change{Var: was[i].name, Kind: Loses, Reason: "it is gone, and so is what snapshots have of it"})
		}
	}
	return m.m, m.change
}

// migrate adds a step if the rule is one for what is there: it has all that the rule takes, and
// not yet what that gives.
func (m *matching) migrate(r *migration) {
	st := step{m: r}
	for _, v := range r.old {
		from, ok := m.shape[v.name]
		if !ok || !m.canBe(from, v.typ) {
			return
		}
		st.from = append(st.from, from)
	}
	if !slices.ContainsFunc(r.new, func(v migrated) bool {
		from, ok := m.shape[v.name]
		return !ok || !m.is(from, v.typ)
	}) {
		return
	}
	for i, from := range st.from {
		if from.step < 0 {
			m.take(from.i, r.old[i].typ)
		}
	}
	for i, v := range r.new {
		m.shape[v.name] = source{len(m.m.steps), i}
	}
	m.m.steps = append(m.m.steps, st)
}

// take has the i-th value read to a place of its own, as one of type t.
func (m *matching) take(i int, t reflect.Type) {
	f, p := &m.was[i], &m.m.parts[i]
	if p.temp != nil {
		return // an earlier step takes it: canBe has compared the types
	}
	m.used[i] = true
	p.box, p.temp = f.box, t
	if f.box {
		p.temp = reflect.PointerTo(t)
	}
	p.read = m.d.reader(m.d.as(f.node, p.temp), p.temp)
}

// canBe reports whether the value may be one of type t, whatever the names of types are.
func (m *matching) canBe(from source, t reflect.Type) bool {
	if from.step >= 0 {
		return m.m.steps[from.step].m.new[from.i].typ == t
	}
	p := &m.m.parts[from.i]
	if p.temp != nil {
		return p.temp == t || p.box && p.temp.Elem() == t
	}
	return canBe(m.was[from.i].held(), t, 0)
}

// is reports whether the value is one of type t.
func (m *matching) is(from source, t reflect.Type) bool {
	if from.step >= 0 {
		return m.m.steps[from.step].m.new[from.i].typ == t
	}
	return differs(m.was[from.i].held(), t) == ""
}

// target finds where the value of t comes from.
func (m *matching) target(t *target) {
	from, ok := m.shape[t.name]
	if ok && from.step < 0 && m.was[from.i].hasNone() && !t.receives {
		ok = false
	}
	if !ok && t.was != "" && !slices.ContainsFunc(m.now, func(o target) bool { return o.name == t.was }) {
		from, ok = m.shape[t.was]
	}
	switch {
	case !ok && t.needed && givenOf(t.held()) != nil:
		m.m.steps = append(m.m.steps, step{m: givenOf(t.held())})
		m.made(t, source{len(m.m.steps) - 1, 0})
	case !ok && t.needed:
		m.change = append(m.change, Change{Var: t.name, Kind: Breaks, Reason: "the snapshot does not have it", Remedy: m.missing(t)})
	case !ok:
	case from.step >= 0:
		m.made(t, from)
	default:
		m.kept(t, from.i)
	}
}

// missing says what to do about a variable that has no value.
func (m *matching) missing(t *target) string {
	if t.name[0] == '~' {
		return "it is what an operand, or what a loop ranges over, was evaluated to: that must have the text it had"
	}
	for i, f := range m.was {
		named := slices.ContainsFunc(m.now, func(o target) bool { return o.name == f.name })
		if !named && !m.used[i] && f.name != "" && f.name[0] != '~' && differs(f.held(), t.held()) == "" {
			return "if it was called " + f.name + ", say //greenlet:was " + f.name + " where it is declared (of a parameter, on a line of its own), else see durable.Migrate"
		}
	}
	return "let it be set behind the suspension, or see durable.Migrate"
}

// made has t set to what a migration makes.
func (m *matching) made(t *target, from source) {
	v := m.m.steps[from.step].m.new[from.i]
	if v.typ != t.held() {
		m.change = append(m.change, Change{Var: t.name, Kind: Breaks, Reason: "its migration makes " + v.typ.String() + ", and it is " + t.held().String(), Remedy: "add a migration from that"})
		return
	}
	m.m.outs = append(m.m.outs, out{from, t.offset, t.box, t.held()})
}

// kept has t set to the i-th value. A variable may have become one that is captured: then it
// gets a box. The other way others could have a pointer to what it was.
func (m *matching) kept(t *target, i int) {
	f, p := &m.was[i], &m.m.parts[i]
	m.used[i] = true
	why := differs(f.held(), t.held())
	if f.box && !t.box {
		why = "it was captured, or had its address taken, and is not now"
	}
	if why != "" {
		m.change = append(m.change, Change{Var: t.name, Kind: Breaks, Reason: why, Remedy: "see durable.Migrate, or give it another name"})
		return
	}
	if p.temp != nil { // a migration takes it, too
		if !m.canBe(source{-1, i}, t.held()) {
			m.change = append(m.change, Change{Var: t.name, Kind: Breaks, Reason: "a migration takes it as another type than it has", Remedy: "let that take " + t.held().String()})
		}
		m.m.outs = append(m.m.outs, out{source{-1, i}, t.offset, t.box, t.held()})
		return
	}
	p.keep, p.offset, p.box, p.read = true, t.offset, t.box, m.d.reader(f.node, t.typ)
	if t.box && !f.box {
		read, typ := m.d.reader(f.node, t.held()), t.held()
		p.read = func(d *decoder, at unsafe.Pointer) {
			d.charge(int(typ.Size()))
			if d.err != nil {
				return
			}
			v := reflect.New(typ).UnsafePointer()
			read(d, v)
			*(*unsafe.Pointer)(at) = v
		}
	}
}

// canBe reports whether values that nd describes can be read into those of type t, whatever
// their types are called.
func canBe(nd *node, t reflect.Type, depth int) bool {
	now := nodeOf(t)
	switch {
	case nd.kind != now.kind, nd.codec != now.codec, nd.len != now.len, (nd.elem == nil) != (now.elem == nil), (nd.key == nil) != (now.key == nil):
		return false
	case depth > deepest:
		return true // a type that consists of itself
	}
	return (nd.elem == nil || canBe(nd.elem, t.Elem(), depth+1)) && (nd.key == nil || canBe(nd.key, t.Key(), depth+1))
}

// as is nd with the names of types that t has, for values that can be of that type.
func (d *decoder) as(nd *node, t reflect.Type) *node {
	if differs(nd, t) == "" {
		return nd
	}
	key := readKey{nd, t}
	if c := d.renamed[key]; c != nil {
		return c
	}
	now := nodeOf(t)
	c := &node{kind: nd.kind, name: now.name, codec: nd.codec, len: nd.len, least: nd.least, of: nd.original()}
	if d.renamed == nil {
		d.renamed = map[readKey]*node{}
	}
	d.renamed[key] = c
	if c.elem = nd.elem; c.elem != nil {
		c.elem = d.as(nd.elem, t.Elem())
	}
	if c.key = nd.key; c.key != nil {
		c.key = d.as(nd.key, t.Key())
	}
	for _, f := range nd.fields {
		if sf, ok := savedField(t, f.name); ok && canBe(f.node, sf.Type, 0) {
			f.node = d.as(f.node, sf.Type)
		}
		c.fields = append(c.fields, f)
	}
	return c
}

// original is the node as the snapshot has it.
func (n *node) original() *node {
	if n != nil && n.of != nil {
		return n.of
	}
	return n
}
