package durable

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"slices"
)

// The order in which a map is written: what has the same keys and values is written as the same.

// entries writes a map, in an order that depends on the keys only: by what they are written
// as; if that is pointers, by the numbers of the objects.
func (e *encoder) entries(w work) {
	t := w.m.Type()
	key, val := planOf(t.Key()), planOf(t.Elem())
	type entry struct{ from, to int }
	list := make([]entry, 0, w.m.Len())
	values := make([]reflect.Value, 0, w.m.Len())
	whole := e.b
	e.b = nil
	ks := make([]reflect.Value, 0, w.m.Len())
	for it := w.m.MapRange(); it.Next(); {
		ks = append(ks, it.Key())
		v := reflect.New(t.Elem())
		v.Elem().SetIterValue(it)
		values = append(values, v)
	}
	if holdsInterface(t.Key()) {
		sortByType(ks, values)
	}
	k := reflect.New(t.Key())
	for _, given := range ks {
		k.Elem().Set(given)
		from := len(e.b)
		e.part("key", key, k.UnsafePointer())
		list = append(list, entry{from, len(e.b)})
	}
	keys := e.b
	e.b = whole
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if c := bytes.Compare(keys[list[i].from:list[i].to], keys[list[j].from:list[j].to]); c != 0 {
			return c
		}
		// Only keys that are no number are there several times. Their values have no other order
		// than what they print; with pointers in them they have none.
		return cmp.Compare(fmt.Sprint(values[i].Elem()), fmt.Sprint(values[j].Elem()))
	})
	e.uint(uint64(len(list)))
	name := fmt.Sprintf("[%v]", t.Key())
	for _, i := range order {
		e.b = append(e.b, keys[list[i].from:list[i].to]...)
		e.part(name, val, values[i].UnsafePointer())
	}
}

// holdsInterface reports whether a value of type t, which can be compared, may hold values of several types.
func holdsInterface(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Array:
		return holdsInterface(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if holdsInterface(f.Type) {
				return true
			}
		}
	}
	return false
}

// sortByType sorts keys, and their values with them, by the types of what is in interfaces. Types are numbered when they
// are met first, and the order in which Go walks a map is another each time.
func sortByType(keys, values []reflect.Value) {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return compareTypes(keys[i], keys[j]) })
	ks, vs := slices.Clone(keys), slices.Clone(values)
	for i, from := range order {
		keys[i], values[i] = ks[from], vs[from]
	}
}

// compareTypes compares two values of one type by the types of what is in interfaces in them: nil is the first.
func compareTypes(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.Interface:
		switch {
		case a.IsNil() || b.IsNil():
			return cmp.Compare(btoi(!a.IsNil()), btoi(!b.IsNil()))
		case a.Elem().Type() != b.Elem().Type():
			return cmp.Compare(typeText(a.Elem().Type()), typeText(b.Elem().Type()))
		}
		return compareTypes(a.Elem(), b.Elem())
	case reflect.Array:
		for i := range a.Len() {
			if c := compareTypes(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if c := compareTypes(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
	}
	return 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// typeText tells types apart, also those of packages that are called the same.
func typeText(t reflect.Type) string { return t.String() + " " + t.PkgPath() }
