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
	type entry struct {
		key, value reflect.Value // variables
		written    []byte        // the key
	}
	list := make([]entry, 0, w.m.Len())
	for it := w.m.MapRange(); it.Next(); {
		k, v := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		k.SetIterKey(it)
		v.SetIterValue(it)
		list = append(list, entry{key: k, value: v})
	}
	if holdsInterface(t.Key()) {
		// Types are numbered when they are met first, and the order in which Go walks a map is another each time.
		slices.SortFunc(list, func(a, b entry) int { return compareTypes(a.key, b.key) })
	}
	whole := e.b
	e.b = nil
	for i := range list {
		from := len(e.b)
		e.part("key", key, list[i].key.Addr().UnsafePointer())
		list[i].written = e.b[from:]
	}
	e.b = whole
	slices.SortFunc(list, func(a, b entry) int {
		if c := bytes.Compare(a.written, b.written); c != 0 {
			return c
		}
		// Only keys that are no number are there several times. Their values have no other order
		// than what they print; with pointers in them they have none.
		return cmp.Compare(fmt.Sprint(a.value), fmt.Sprint(b.value))
	})
	e.uint(uint64(len(list)))
	name := fmt.Sprintf("[%v]", t.Key())
	for _, x := range list {
		e.b = append(e.b, x.written...)
		e.part(name, val, x.value.Addr().UnsafePointer())
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

// compareTypes compares two values of one type by the types of what is in interfaces in them: nil is the first.
func compareTypes(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.Interface:
		a, b = a.Elem(), b.Elem()
		if c := cmp.Compare(typeText(a), typeText(b)); c != 0 || !a.IsValid() {
			return c
		}
		return compareTypes(a, b)
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

// typeText tells the types of values apart, also those of packages that are called the same. It is "" for none.
func typeText(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	return v.Type().String() + " " + v.Type().PkgPath()
}
