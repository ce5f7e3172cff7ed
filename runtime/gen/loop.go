package gen

import (
	"reflect"
	"unicode/utf8"
)

// What generated code needs for loops whose body suspends.

// MapIter walks a map as a range statement does.
type MapIter[K comparable, V any] struct {
	it    *reflect.MapIter
	key   K
	value V
	of    map[K]V
	rest  *MapParts[K, V] // instead of it, of one that was restored
}

// RangeMap begins a walk over m.
func RangeMap[M ~map[K]V, K comparable, V any](m M) *MapIter[K, V] {
	return &MapIter[K, V]{it: reflect.ValueOf(map[K]V(m)).MapRange(), of: m}
}

// Next goes to the next entry and reports whether there is one.
func (m *MapIter[K, V]) Next() bool {
	if m.rest != nil {
		return m.nextOfRest()
	}
	if !m.it.Next() {
		return false
	}
	reflect.ValueOf(&m.key).Elem().SetIterKey(m.it)
	reflect.ValueOf(&m.value).Elem().SetIterValue(m.it)
	return true
}

// Key is the key of the current entry.
func (m *MapIter[K, V]) Key() K { return m.key }

// Value is the value of the current entry, as it was when Next came to it.
func (m *MapIter[K, V]) Value() V { return m.value }

// DecodeRune is the rune at s[i] and the index behind it; bytes that are no
// UTF-8 are [utf8.RuneError], one at a time.
func DecodeRune(s string, i int) (r rune, next int) {
	if c := s[i]; c < utf8.RuneSelf {
		return rune(c), i + 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return r, i + n
}

// Copy is a new variable with the value of *p: the next iteration's copy of a
// loop variable that is aliased.
func Copy[T any](p *T) *T {
	v := *p
	return &v
}
