package gen

import "reflect"

// MapParts are what a walk over a map consists of, for package durable: what [MapIter] is
// copied and stored as. Go's own iterator can't be taken apart. But a copy of it yields
// what it would, once it has begun: which keys are left is known.
type MapParts[K comparable, V any] struct {
	Map   map[K]V
	Rest  []K // those not visited yet
	Odd   []V // values not visited yet of keys that are not equal to themselves: NaN
	Key   K   // the current entry
	Value V
}

// Parts is a pointer to what m consists of. m stays as it is.
func (m *MapIter[K, V]) Parts() any {
	p := &MapParts[K, V]{Key: m.key, Value: m.value}
	switch {
	case m.rest != nil:
		*p = *m.rest
		p.Key, p.Value = m.key, m.value
	case m.it != nil:
		p.Map = m.of
		m.left(p)
	}
	return p
}

// left finds out what is left. An iterator that has not begun yet chooses where when it does:
// all keys are left.
func (m *MapIter[K, V]) left(p *MapParts[K, V]) {
	var key K
	k := reflect.ValueOf(&key).Elem()
	it := *m.it
	for it.Next() {
		if k.SetIterKey(&it); key == key { //nolint:staticcheck // NaN is not
			p.Rest = append(p.Rest, key)
			continue
		}
		var value V
		reflect.ValueOf(&value).Elem().SetIterValue(&it)
		p.Odd = append(p.Odd, value)
	}
}

// SetParts makes m, which is new, one that consists of p, a pointer as of Parts.
func (m *MapIter[K, V]) SetParts(p any) {
	m.rest = p.(*MapParts[K, V])
	m.key, m.value = m.rest.Key, m.rest.Value
}

// nextOfRest is Next for an iterator that was restored: keys that have been deleted are passed
// over, as in Go.
func (m *MapIter[K, V]) nextOfRest() bool {
	for r := m.rest; len(r.Rest) > 0; {
		key := r.Rest[0]
		r.Rest = r.Rest[1:]
		if value, ok := r.Map[key]; ok {
			m.key, m.value = key, value
			return true
		}
	}
	return m.nextOdd()
}

// nextOdd goes to the next entry whose key can't be looked up. Only clear removes those.
func (m *MapIter[K, V]) nextOdd() bool {
	r := m.rest
	if len(r.Odd) == 0 || len(r.Map) == 0 {
		return false
	}
	for key := range r.Map {
		if key != key {
			m.key = key
		}
	}
	m.value, r.Odd = r.Odd[0], r.Odd[1:]
	return true
}
