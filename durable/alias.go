package durable

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"
)

// Pointers into other objects: to a field, to an element, slices of one array. One pass over
// the objects can't know of them, as the outer object may be mentioned last. So what is
// written is looked at once it is, and where objects overlap all is written a second time,
// with the inner ones as ways into the outer ones.

type aliases struct {
	seen  []region
	inner map[aliasKey]outer // nil in the first pass
}

type region struct {
	p    unsafe.Pointer
	size uintptr
	plan *plan
	n    int
}

func (r region) start() uintptr { return uintptr(r.p) }

type aliasKey struct {
	p    unsafe.Pointer
	plan *plan
}

// outer says where an object lies in another.
type outer struct {
	p    unsafe.Pointer
	plan *plan
	n    int
	way  string
}

func (a *aliases) reset() { a.seen, a.inner = a.seen[:0], nil }

// see notes an object that is written.
func (a *aliases) see(p unsafe.Pointer, pl *plan, n int) {
	if size := uintptr(n) * pl.size; size > 0 {
		a.seen = append(a.seen, region{p, size, pl, n})
	}
}

// of is where n values at p lie, if it is in another object.
func (a *aliases) of(p unsafe.Pointer, pl *plan, n int) (outer, bool) {
	if a.inner == nil {
		return outer{}, false
	}
	o, ok := a.inner[aliasKey{p, pl}]
	return o, ok
}

// find looks for objects that lie in others, and reports whether there are any.
func (a *aliases) find(e *encoder) bool {
	r := a.seen
	byStart := func(x, y region) int {
		return cmp.Or(cmp.Compare(x.start(), y.start()), cmp.Compare(y.size, x.size), containers(y.plan.t)-containers(x.plan.t))
	}
	if !slices.IsSortedFunc(r, byStart) {
		slices.SortFunc(r, byStart)
	}
	for i := 0; i < len(r); {
		// What overlaps, directly or by others, is one outer object.
		j, end := i+1, r[i].start()+r[i].size
		for ; j < len(r) && r[j].start() < end; j++ {
			end = max(end, r[j].start()+r[j].size)
		}
		if j > i+1 {
			a.group(e, r[i:j], end)
		}
		i = j
	}
	return a.inner != nil
}

// group makes the regions, the first of which begins first, ways into one object: the first
// of them or, if that is a slice of the array, all of the array that is seen.
func (a *aliases) group(e *encoder, r []region, end uintptr) {
	first := r[0]
	if a.inner == nil {
		a.inner = map[aliasKey]outer{}
	}
	n := first.n
	if size := end - first.start(); first.size < size {
		if size%first.plan.size != 0 {
			e.refuse(first.plan.t, "it overlaps a value of another type")
			return
		}
		n = int(size / first.plan.size)
	}
	for _, x := range r {
		way, ok := wayTo(first.plan.t, n, x.start()-first.start(), x.plan.t)
		if !ok {
			e.refuse(x.plan.t, fmt.Sprintf("it overlaps a %v in a way that no field or element explains", first.plan.t))
			return
		}
		a.inner[aliasKey{x.p, x.plan}] = outer{first.p, first.plan, n, way}
	}
}

// containers says how deep a type nests others at its beginning.
func containers(t reflect.Type) int {
	switch {
	case t.Kind() == reflect.Struct && t.NumField() > 0:
		return 1 + containers(t.Field(0).Type)
	case t.Kind() == reflect.Array && t.Len() > 0:
		return 1 + containers(t.Elem())
	}
	return 0
}

// wayTo is the way from n values of type t to that of type want which begins at the offset, by
// names: the program that reads it may lay them out in another way.
func wayTo(t reflect.Type, n int, off uintptr, want reflect.Type) (way string, ok bool) {
	if n > 1 || off >= t.Size() {
		way = fmt.Sprintf("[%d]", off/t.Size())
		off %= t.Size()
	}
	for {
		if off == 0 && t == want {
			return way, true
		}
		if closed(t) {
			return "", false
		}
		switch t.Kind() {
		case reflect.Struct:
			found := false
			for f := range savedFields(t) {
				if off >= f.Offset && off < f.Offset+f.Type.Size() {
					way, t, off, found = way+"."+f.Name, f.Type, off-f.Offset, true
					break
				}
			}
			if !found {
				return "", false
			}
		case reflect.Array:
			t = t.Elem()
			way += fmt.Sprintf("[%d]", off/t.Size())
			off %= t.Size()
		default:
			return "", false
		}
	}
}

// follow goes the way from n values of type t at p: to where it leads, which type that is, and
// how many values there are from there on.
func follow(t reflect.Type, n int, p unsafe.Pointer, way string) (at unsafe.Pointer, is reflect.Type, there int, ok bool) {
	for first := true; way != ""; first = false {
		end := strings.IndexAny(way[1:], ".[") + 1
		if end == 0 {
			end = len(way)
		}
		step := way[:end]
		way = way[end:]
		if name, ok := strings.CutPrefix(step, "."); ok {
			f, ok := savedField(t, name)
			if !ok || n == 0 || closed(t) {
				return nil, nil, 0, false
			}
			p, t, n = unsafe.Add(p, f.Offset), f.Type, 1
			continue
		}
		i, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(step, "["), "]"))
		if err != nil || i < 0 {
			return nil, nil, 0, false
		}
		if !first || n == 1 && t.Kind() == reflect.Array {
			if t.Kind() != reflect.Array || n == 0 || closed(t) {
				return nil, nil, 0, false
			}
			n, t = t.Len(), t.Elem()
		}
		if i >= n {
			return nil, nil, 0, false
		}
		p, n = unsafe.Add(p, uintptr(i)*t.Size()), n-i
	}
	return p, t, n, true
}

// closed reports whether there is no way into values of type t: they are not written field by
// field, but made as a whole.
func closed(t reflect.Type) bool {
	return codecOf(t) != nil || t.Kind() == reflect.Struct && (partsOf(t) != nil || t.PkgPath() != "" && hidesFields(t))
}

func savedField(t reflect.Type, name string) (reflect.StructField, bool) {
	if t.Kind() == reflect.Struct {
		for f := range savedFields(t) {
			if f.Name == name {
				return f, true
			}
		}
	}
	return reflect.StructField{}, false
}
