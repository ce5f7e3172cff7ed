// Package poison fills what a frame holds when it is taken with values that no program
// has: what is read of it and was not written shows in what the program prints.
package poison

import (
	"errors"
	"reflect"
)

// Text is what strings, errors and empty interfaces are filled with, and what
// functions panic with.
const Text = "poison"

// Fill fills the variables that fields point to. What it can't set, unexported fields
// of structs and values of most interfaces, stays as it is.
func Fill(fields ...any) {
	for _, p := range fields {
		fill(reflect.ValueOf(p).Elem(), 2)
	}
}

// fill goes depth pointers, slices and maps deep: types may be recursive.
func fill(v reflect.Value, depth int) {
	if !v.CanSet() || depth == 0 {
		return
	}
	t := v.Type()
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(0x5a5a5a5a5a5a5a5a >> (64 - t.Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(0xa5a5a5a5a5a5a5a5 >> (64 - t.Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(-5.5)
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(-5.5i)
	case reflect.String:
		v.SetString(Text)
	case reflect.Array:
		for i := range min(v.Len(), 8) {
			fill(v.Index(i), depth)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth)
		}
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		fill(v.Elem(), depth-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, 3, 5))
		fill(v.Index(1), depth-1)
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		key, elem := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		fill(key, depth-1)
		fill(elem, depth-1)
		if key.Comparable() {
			v.SetMapIndex(key, elem)
		}
	case reflect.Chan:
		c := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, t.Elem()), 1)
		c.Close()
		v.Set(c.Convert(t))
	case reflect.Func:
		v.Set(reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { panic(Text) }))
	case reflect.Interface:
		for _, x := range []any{Text, errors.New(Text), stringer{}} {
			if reflect.TypeOf(x).Implements(t) {
				v.Set(reflect.ValueOf(x))
				return
			}
		}
	}
}

type stringer struct{}

func (stringer) String() string { return Text }
