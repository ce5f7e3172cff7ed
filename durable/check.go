package durable

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/going-green/greenlet/runtime/gen"
)

// Whether this build goes on with what another has written, asked before there is a snapshot to
// restore, or without restoring it. The answers are those that Restore gives: they come from
// match, which is what reads by names. Codecs and migrations are not run.

// CheckLock lists what snapshots would not survive, of a build whose [Lock] was text. file is
// what the text is called, for what this build has no line for. It fails if the text is none of
// Lock's.
func CheckLock(file string, text []byte) ([]Change, error) {
	tables()
	l, err := readLock(string(text))
	if err != nil {
		return nil, fmt.Errorf("durable: %s: %w", file, err)
	}
	c := newChecker()
	for i := range l.funcs {
		f := &l.funcs[i]
		c.at = Change{Func: f.name, File: file, Line: f.line}
		if f.fn = functionNamed(f.name); f.fn == nil {
			c.gone()
			continue
		}
		for i := range f.points {
			c.point(&f.wireFunc, &f.points[i])
			c.callee(f.points[i].label, f.fn, f.callees[i])
		}
		if _, p := f.fn.state(unwinding); f.defers && p == nil {
			c.add(Change{Kind: MayBreak, Reason: "it defers nothing any more, and a snapshot may have a call that was deferred"})
		}
	}
	for _, lit := range l.literals {
		c.literal(file, lit)
	}
	for _, k := range l.known {
		c.at = Change{Func: k.name, File: file, Line: k.line}
		c.known(k)
	}
	return c.list, nil
}

// CheckSnapshot is CheckLock for a snapshot, which is called file: of the suspensions at which
// its greenlets stand, and the types that they hold. store has the descriptions if the snapshot
// has not.
func CheckSnapshot(file string, snapshot []byte, store Schemas) ([]Change, error) {
	tables()
	s := &shower{decoder: decoder{limits: Standard}}
	c := newChecker()
	seen := map[*wirePoint]bool{}
	s.stands = func(w *wireFunc, p *wirePoint) {
		if seen[p] {
			return
		}
		seen[p] = true
		c.at = Change{Func: w.name}
		if w.fn == nil {
			c.gone()
			return
		}
		c.point(w, p)
	}
	if _, err := s.show(snapshot, store); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, w := range s.types {
		if c.at = (Change{Func: w.word}); w.t == nil {
			c.add(Change{Kind: Breaks, Reason: "a value of it is in the snapshot, and this program does not know it", Remedy: remedyType})
			continue
		}
		c.into(w.node, w.t)
	}
	for i := range c.list {
		c.list[i].Snapshot = file
	}
	return c.list, nil
}

const remedyType = "see durable.Type, or durable.Was if it has another name now; literals must keep their text"

type checker struct {
	d    *decoder
	at   Change // where it is
	list []Change
	seen map[readKey]bool
}

func newChecker() *checker {
	return &checker{d: &decoder{limits: Standard}, seen: map[readKey]bool{}}
}

// add adds a change, to one that says the same of another suspension if there is one.
func (c *checker) add(ch Change) {
	if ch.Func == "" {
		ch.Func = c.at.Func
	}
	if ch.File == "" {
		ch.File, ch.Line = c.at.File, c.at.Line
	}
	for i := range c.list {
		o := &c.list[i]
		if o.Func == ch.Func && o.Var == ch.Var && o.Kind == ch.Kind && o.Reason == ch.Reason {
			if ch.Point != "" && !slices.Contains(strings.Split(o.Point, ", "), ch.Point) {
				o.Point += ", " + ch.Point
			}
			return
		}
	}
	c.list = append(c.list, ch)
}

func (c *checker) gone() {
	if literal(c.at.Func) != c.at.Func || strings.Contains(c.at.Func, "#") {
		c.add(Change{Func: literal(c.at.Func), Kind: MayBreak, Reason: noLiteral, Remedy: keepLiteral})
		return
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(c.at.Func, pathOf(c.at.Func)+"."), "[") // of all instances
	c.add(Change{Kind: Breaks, Reason: "it is not in this program, or not durable", Remedy: "keep it while there are snapshots in it, or write //greenlet:was " + name + " above the function that takes its place"})
}

// placeOf is where a function is, or its suspension.
func placeOf(f *function, pc uint32, p *point) (file string, line int) {
	info := f.none.Func()
	file, line = info.File, info.Line
	if p != nil && pc != gen.Unwind {
		if at, ok := info.Point(int(pc)); ok {
			line = at.Line
			if at.File != "" {
				file = at.File
			}
		}
	}
	return file, line
}

// point adds what is different at p.
func (c *checker) point(w *wireFunc, p *wirePoint) {
	pc, pt := w.fn.state(p.label)
	file, line := placeOf(w.fn, pc, pt)
	for _, ch := range c.d.changes(w, p) {
		ch.Point, ch.File, ch.Line = p.label, file, line
		if p.label == "start" && ch.Kind == Loses {
			continue // an argument that nobody uses
		}
		c.add(ch)
	}
	if pt == nil {
		return
	}
	c.at.File, c.at.Line = file, line
	for _, f := range p.fields {
		for _, now := range pt.fields {
			if t := (target{box: now.box, typ: now.typ}); now.name == f.name || now.was == f.name {
				c.into(f.held(), t.held())
			}
		}
	}
}

// callee adds whether the suspension is a call of another function now.
func (c *checker) callee(label string, f *function, was string) {
	pc, pt := f.state(label)
	if pt == nil || was == "?" || pt.callee == "?" || was == pt.callee {
		return
	}
	if callee := functionNamed(was); callee != nil && callee.generic == pt.callee {
		return // its name is another now
	}
	file, line := placeOf(f, pc, pt)
	kind := func(callee string) string {
		if callee == "-" {
			return "a switch"
		}
		return "a call of " + callee
	}
	c.add(Change{Point: label, Kind: Breaks, File: file, Line: line, Reason: "it was " + kind(was) + ", and is " + kind(pt.callee) + " now", Remedy: "give the new suspension another //greenlet:point, and keep the old one"})
}

// into adds what is different in values that nd describes, where they are read as ones of type
// t: in structs, and in what they lead to.
func (c *checker) into(nd *node, t reflect.Type) {
	if nd.t == t || c.seen[readKey{nd, t}] || differs(nd, t) != "" || nd.codec != "" || partsOf(t) != nil {
		return
	}
	c.seen[readKey{nd, t}] = true
	switch nd.kind {
	case reflect.Struct:
		list, _ := c.d.fieldChanges(nd, t)
		for _, ch := range list {
			ch.Func = nd.String()
			c.add(ch)
		}
		for _, f := range nd.fields {
			if sf, ok := savedField(t, f.name); ok {
				c.into(f.node, sf.Type)
			}
		}
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		if nd.elem == nil {
			return
		}
		c.into(nd.elem, t.Elem())
		if nd.key != nil {
			c.into(nd.key, t.Key())
		}
	}
}

// literal adds whether a literal is gone, or captures something else.
func (c *checker) literal(file string, lit lockedLiteral) {
	c.at = Change{Func: lit.name, File: file, Line: lit.line}
	if now := byLiteral(closureByName, lit.name); now != nil {
		lit.node.name = nodeOf(now.typ).name
		c.into(lit.node, now.typ)
		return
	}
	c.add(Change{Kind: MayBreak, Reason: noLiteral, Remedy: keepLiteral})
}

const (
	noLiteral   = "the program has no such function literal any more, and a snapshot may hold it"
	keepLiteral = "keep its text; let it call a function, whose text may change"
)

// known adds whether what was registered is there.
func (c *checker) known(k lockedName) {
	switch k.what {
	case "known":
		t, ok := wordType(k.name)
		if !ok {
			c.add(Change{Kind: MayBreak, Reason: "the type is not known any more, and a snapshot may hold a value of it", Remedy: remedyType})
			return
		}
		c.into(k.node, t)
	case "function":
		knownLock.RLock()
		fn, ok := funcs[k.name]
		knownLock.RUnlock()
		if !ok || fn.Type().String() != k.typ {
			c.add(Change{Kind: MayBreak, Reason: "no function of type " + k.typ + " has the name any more, and a snapshot may hold it", Remedy: "see durable.Func"})
		}
	case "value":
		if _, ok := valueNamed(k.name); !ok {
			c.add(Change{Kind: MayBreak, Reason: "no value has the name any more, and a snapshot may hold it", Remedy: "see durable.Value"})
		}
	}
}
