package durable

import (
	"fmt"
	"reflect"
)

// Whether types are the same, that of a snapshot and that of this build, or two of a snapshot;
// and what they are called.

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
	case was.kind != now.kind, was.name != now.name && !wasCalled(was.name, now.t), was.codec != now.codec, was.len != now.len, (was.elem == nil) != (now.elem == nil), (was.key == nil) != (now.key == nil):
		return false
	case was.name != "" && was.kind != reflect.Array:
		return true // what it consists of is read by names
	}
	return (was.elem == nil || alike(was.elem, now.elem)) && (was.key == nil || alike(was.key, now.key))
}

// sameNode reports whether two nodes describe the same type. Descriptions of different
// functions have nodes of their own.
func (d *decoder) sameNode(x, y *node) bool {
	x, y = x.original(), y.original()
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
	x, y = x.original(), y.original()
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
