package durable

import "unsafe"

// objects numbers what pointers lead to, by address and by what is seen there: a struct and
// its first field have one address. It is an open table whose entries have the generation
// they are of, so that it is emptied by a new generation.
type objects struct {
	slots []objectSlot
	n     int
	gen   uint32
	next  uint32
}

type objectSlot struct {
	p    unsafe.Pointer
	plan *plan
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

// id is the number of the object at p; fresh says that it has just got it.
func (t *objects) id(p unsafe.Pointer, pl *plan) (id uint32, fresh bool) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	s := t.find(p, pl)
	if s.gen == t.gen {
		return s.id, false
	}
	*s = objectSlot{p, pl, t.next, t.gen}
	t.n++
	t.next++
	return s.id, true
}

// find is the slot of p, or the free one where it belongs.
func (t *objects) find(p unsafe.Pointer, pl *plan) *objectSlot {
	mask := uint64(len(t.slots) - 1)
	for i := uint64(uintptr(p)) * 0x9E3779B97F4A7C15 >> 32 & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.gen != t.gen || s.p == p && s.plan == pl {
			return s
		}
	}
}

func (t *objects) grow() {
	old := t.slots
	t.slots = make([]objectSlot, 2*len(old))
	for _, s := range old {
		if s.gen == t.gen {
			*t.find(s.p, s.plan) = s
		}
	}
}
