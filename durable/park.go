package durable

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Parked are greenlets of a snapshot that this build can't go on with.
type Parked struct {
	Index []int    // which they are of those that the snapshot was taken of
	Funcs []string // the functions that they were made of, the same number
	Err   error    // why
	// Snapshot is a snapshot of them, with all that they lead to as it was written: to be
	// stored, and restored by a build that fits.
	Snapshot []byte
}

// RestoreAll is [RestoreFrom] that makes those greenlets that this build can go on with, and
// gives the rest back: one bad snapshot stops no start. A greenlet that is parked is nil among
// gs. Greenlets that share something, such as a pointer to one struct, are parked together:
// apart they would have two of it. A resource is nothing that they share. RestoreAll fails with
// [ErrCorrupt], [ErrLimit], and if the store does.
func RestoreAll(snapshot []byte, store Schemas, limits Limits) (gs []*greenlet.Greenlet, parked []Parked, err error) {
	gs, err = RestoreFrom(snapshot, store, limits)
	if err == nil || !parks(err) {
		return gs, nil, err
	}
	x, err := takeStock(snapshot, store, limits)
	if err != nil {
		return nil, nil, err
	}
	gs = make([]*greenlet.Greenlet, len(x.roots))
	d := &x.decoder
	d.bytes = 0
	for _, roots := range x.together() {
		body := x.extract(roots)
		bytes := d.bytes
		some, err := d.restore(body)
		switch {
		case err == nil:
			for i, g := range some {
				gs[roots[i]] = g
			}
			continue
		case !parks(err):
			return nil, nil, err
		}
		p := Parked{Index: roots, Err: err, Snapshot: x.whole(body)}
		for _, i := range roots {
			p.Funcs = append(p.Funcs, x.names[x.roots[i]])
		}
		parked = append(parked, p)
		d.bytes = bytes
	}
	return gs, parked, nil
}

// parks reports whether another build, or another time, may do better.
func parks(err error) bool {
	var changed *ChangedError
	var codec *CodecError
	var migration *MigrationError
	return errors.As(err, &changed) || errors.As(err, &codec) || errors.As(err, &migration)
}

// stock is what is known of a snapshot that was read without making anything of it.
type stock struct {
	decoder
	snapshot []byte
	written  []byte         // the greenlets and objects in it
	roots    []int          // objects
	mentions []mention      // in the order of the bytes
	extents  []extent       // by object
	names    map[int]string // of greenlets: the function that each was made of
}

// mention is a place where a number of an object is written.
type mention struct {
	at, end  int // in the body
	object   int
	coded    int // where what a codec has written ends, if it stands behind the number
	resource bool
}

// extent is where an object is written, and which mentions are there.
type extent struct{ at, end, first, last int }

// takeStock reads a snapshot.
func takeStock(snapshot []byte, store Schemas, limits Limits) (*stock, error) {
	tables()
	x := &stock{decoder: decoder{limits: limits}, snapshot: snapshot, names: map[int]string{}}
	d := &x.decoder
	d.open(snapshot, store)
	d.body, x.written = d.b, d.b
	d.mentioning = &x.mentions
	for range d.count() {
		d.greenlet()
	}
	for _, m := range x.mentions {
		x.roots = append(x.roots, m.object)
	}
	for ; d.err == nil && d.done < len(d.objs); d.done++ {
		e := extent{at: len(d.body) - len(d.b), first: len(x.mentions)}
		switch o := &d.objs[d.done]; o.kind {
		case greenletObject:
			x.greenlet(d.done)
		default:
			d.read(o)
		}
		e.end, e.last = len(d.body)-len(d.b), len(x.mentions)
		x.extents = append(x.extents, e)
	}
	d.mentioning = nil
	if d.err == nil && len(d.b) > 0 {
		d.corrupt()
	}
	return x, d.err
}

// greenlet reads one.
func (x *stock) greenlet(object int) {
	d := &x.decoder
	state := d.byte()
	d.greenlet()
	d.dropExtras(state)
	var w *wireFunc
	var at int
	for range d.count() {
		if w, at = d.standing(w, at); d.err != nil {
			return
		}
		for _, f := range w.points[at].fields {
			d.reader(f.node, nil)(d, nil)
		}
		if w.defers {
			d.byte()
			d.reader(nodeOf(anyType), nil)(d, nil)
			for range d.count() {
				d.ref(d.typ().node, nil, 1)
			}
		}
	}
	if w != nil {
		x.names[object] = w.name
	}
}

// together are the roots, those that share something in one group.
func (x *stock) together() (groups [][]int) {
	of := make([]int, len(x.extents)) // a union-find
	for i := range of {
		of[i] = i
	}
	find := func(i int) int {
		for of[i] != i {
			of[i] = of[of[i]]
			i = of[i]
		}
		return i
	}
	for i, e := range x.extents {
		for _, m := range x.mentions[e.first:e.last] {
			if !m.resource {
				of[find(m.object)] = find(i)
			}
		}
	}
	index := map[int]int{}
	for i, o := range x.roots {
		set := find(o)
		n, ok := index[set]
		if !ok {
			n = len(groups)
			index[set] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	return groups
}

// extract is the body of a snapshot of some roots: objects are numbered anew, in the order in
// which they are mentioned first, and all else is as it was written.
func (x *stock) extract(roots []int) []byte {
	body := x.written
	b := binary.AppendUvarint(nil, uint64(len(roots)))
	numbers := map[int]uint64{}
	coded := map[int]mention{} // where codecs have written
	for _, m := range x.mentions {
		if m.coded > 0 {
			coded[m.object] = m
		}
	}
	var list []int
	number := func(object int) (fresh bool) {
		n, known := numbers[object]
		if !known {
			n = uint64(len(list)) + firstObject
			numbers[object] = n
			list = append(list, object)
		}
		b = binary.AppendUvarint(b, n)
		return !known
	}
	for _, i := range roots {
		number(x.roots[i])
	}
	for i := 0; i < len(list); i++ {
		e := x.extents[list[i]]
		at := e.at
		for _, m := range x.mentions[e.first:e.last] {
			b = append(b, body[at:m.at]...)
			if fresh := number(m.object); fresh {
				if c, ok := coded[m.object]; ok {
					b = append(b, body[c.end:c.coded]...)
				}
			}
			at = max(m.end, m.coded)
		}
		b = append(b, body[at:e.end]...)
	}
	return b
}

// whole is a snapshot with the body, and the descriptions that this one has.
func (x *stock) whole(body []byte) []byte {
	head := len(x.snapshot) - crc32.Size - len(x.written)
	b := slices.Concat(x.snapshot[:head], body)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}
