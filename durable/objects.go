package durable

import "unsafe"

// objects numbers what pointers lead to, by address and by what is seen there: a struct and
// its first field have one address, and so have an array and its first element. It is an open
// table whose entries have the generation they are of, so that a new generation empties it.
type objects struct {
	slots []objectSlot
	n     int
	gen   uint32
	next  uint32
}

type objectSlot struct {
	p    unsafe.Pointer
	plan *plan
	n    int
	id   uint32
	gen  uint32
}

func (t *objects) reset() {
	t.n, t.next = 0, firstObject
	if t.gen++; t.gen == 0 || len(t.slots) > 1<<16 {
		t.slots, t.gen = nil, 1
	}
	if t.slots == nil {
		t.slots = make([]objectSlot, 64)
	}
}

// id is the number of the n values at p; fresh says that they have just got it.
func (t *objects) id(p unsafe.Pointer, pl *plan, n int) (id uint32, fresh bool) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	s := t.find(p, pl, n)
	if s.gen == t.gen {
		return s.id, false
	}
	*s = objectSlot{p, pl, n, t.next, t.gen}
	t.n++
	t.next++
	return s.id, true
}

// find is the slot of p, or the free one where it belongs.
func (t *objects) find(p unsafe.Pointer, pl *plan, n int) *objectSlot {
	mask := uint64(len(t.slots) - 1)
	for i := uint64(uintptr(p)) * 0x9E3779B97F4A7C15 >> 32 & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.gen != t.gen || s.p == p && s.plan == pl && s.n == n {
			return s
		}
	}
}

func (t *objects) grow() {
	old := t.slots
	t.slots = make([]objectSlot, 2*len(old))
	for _, s := range old {
		if s.gen == t.gen {
			*t.find(s.p, s.plan, s.n) = s
		}
	}
}
