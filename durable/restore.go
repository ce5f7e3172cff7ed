package durable

import (
	"encoding/binary"
	"hash/crc32"
	"sync"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Limits are how much a snapshot may ask for.
type Limits struct {
	Bytes   int // of memory that is taken for it; 1 GB at first
	Objects int // 16 million
	Depth   int // frames of a greenlet; a million
}

// Standard are the limits of Restore.
var Standard = Limits{Bytes: 1 << 30, Objects: 1 << 24, Depth: 1 << 20}

// Restore makes the greenlets that a snapshot was taken of, in that order. They stand where
// those did; a parent that was greenlet.Main is Main again. It fails with a [*ChangedError] if
// this build is not one that can go on with them, with [ErrCorrupt] and [ErrLimit], and with
// [ErrMissing] if the descriptions are in a store.
func Restore(snapshot []byte) ([]*greenlet.Greenlet, error) {
	return RestoreFrom(snapshot, nil, Standard)
}

// RestoreFrom is Restore with the store that has the descriptions, if the snapshot was made with
// one, and with other limits.
func RestoreFrom(snapshot []byte, store Schemas, limits Limits) ([]*greenlet.Greenlet, error) {
	tables()
	d := decoders.Get().(*decoder)
	defer d.free()
	d.limits = limits
	d.open(snapshot, store)
	if d.err != nil {
		return nil, d.err
	}
	return d.restore(d.b)
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// free gives d back. What it has of types of this build is nobody's.
func (d *decoder) free() {
	if cap(d.objs) > 1<<12 {
		d.objs = nil
	}
	clear(d.objs)
	clear(d.funcs)
	clear(d.types)
	*d = decoder{objs: d.objs[:0], funcs: d.funcs[:0], types: d.types[:0]}
	decoders.Put(d)
}

// restore makes the greenlets of what follows the descriptions.
func (d *decoder) restore(body []byte) ([]*greenlet.Greenlet, error) {
	d.body, d.b, d.err = body, body, nil
	clear(d.objs)
	d.objs, d.done, d.again, d.later, d.depth = d.objs[:0], 0, nil, nil, 0
	n := d.count()
	gs := make([]*greenlet.Greenlet, 0, min(n, 1024))
	for i := 0; i < n && d.err == nil; i++ {
		gs = append(gs, d.greenlet())
	}
	d.drain()
	if d.err == nil && (len(d.b) > 0 || !d.rooted()) {
		return nil, ErrCorrupt
	}
	if d.finish(); d.err != nil {
		return nil, d.err
	}
	return gs, nil
}

// open reads what stands ahead of the greenlets.
func (d *decoder) open(b []byte, store Schemas) {
	if d.header(b); d.err != nil {
		return
	}
	for range d.count() {
		d.funcs = append(d.funcs, d.function(store))
		if d.err != nil {
			return
		}
	}
	for range d.count() {
		d.types = append(d.types, d.wireType(store))
		if d.err != nil {
			return
		}
	}
}

// header reads what is before the descriptions.
func (d *decoder) header(b []byte) {
	end := len(b) - crc32.Size
	if end < len(magic)+1 || string(b[:len(magic)]) != magic || binary.LittleEndian.Uint32(b[end:]) != crc32.Checksum(b[:end], castagnoli) {
		d.corrupt()
		return
	}
	d.b = b[len(magic):end]
	d.inline = d.byte()&inline != 0
}

// rooted reports whether each greenlet's parents end at Main.
func (d *decoder) rooted() bool {
	main := greenlet.Main()
	var ends map[*greenlet.Greenlet]bool
	for i := range d.objs {
		o := &d.objs[i]
		if o.kind != greenletObject || o.g.Parent() == main {
			continue
		}
		if ends == nil {
			ends = map[*greenlet.Greenlet]bool{main: true}
		}
		way := map[*greenlet.Greenlet]bool{}
		for g := o.g; !ends[g]; g = g.Parent() {
			if g == nil || way[g] {
				return false
			}
			way[g] = true
		}
		for g := range way {
			ends[g] = true
		}
	}
	return true
}
