package durable

import (
	"encoding/binary"
	"hash/crc32"

	greenlet "github.com/going-green/greenlet/runtime"
)

// Schemas is a store of descriptions of functions and types, by hash: 200 to 2,000 bytes each,
// the same in all snapshots of a build. Snapshots that leave them to a store are small.
type Schemas interface {
	// Put is called for each description that a snapshot refers to, also if the store has it.
	Put(hash uint64, schema []byte) error
	// Get returns one that was put.
	Get(hash uint64) ([]byte, error)
}

// The format: magic, flags, hashes of the functions and types mentioned, their descriptions, the
// greenlets asked for, the objects in order of first mention, a checksum of all that. Integers
// are varints: they don't have the widths of the machine.
const (
	magic  = "GLS\x01"
	inline = 1 // flag: descriptions are in the snapshot
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Snapshot writes greenlets that are suspended, or have not started, or are dead, with all that
// their variables lead to, other greenlets included; they stay as they are. A parent is written
// if it is one of gs: who had another has Main when it is restored. The same state gives the same
// bytes, but for maps whose keys are, or hold, pointers. What is written describes itself: another
// build can read it by names. Snapshot returns a [*RefusedError] if there is something that can't
// be written.
func Snapshot(gs ...*greenlet.Greenlet) ([]byte, error) { return Append(nil, nil, gs...) }

// Append is Snapshot that appends to dst. If store is not nil, the descriptions go there.
func Append(dst []byte, store Schemas, gs ...*greenlet.Greenlet) ([]byte, error) {
	tables()
	e := encoders.Get().(*encoder)
	defer func() {
		e.reset()
		encoders.Put(e)
	}()
	if err := e.all(gs); err != nil {
		return dst, err
	}
	start := len(dst)
	dst = append(dst, magic...)
	if store == nil {
		dst = append(dst, inline)
	} else {
		dst = append(dst, 0)
	}
	describe := func(desc []byte, hash uint64) error {
		dst = binary.LittleEndian.AppendUint64(dst, hash)
		if store != nil {
			return store.Put(hash, desc)
		}
		dst = appendString(dst, string(desc))
		return nil
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.funcs)))
	for _, f := range e.funcs {
		desc, hash := f.describe()
		if err := describe(desc, hash); err != nil {
			return dst[:start], err
		}
	}
	dst = binary.AppendUvarint(dst, uint64(len(e.types)))
	for _, n := range e.types {
		desc, hash := n.describe()
		if err := describe(desc, hash); err != nil {
			return dst[:start], err
		}
	}
	dst = append(dst, e.b...)
	return binary.LittleEndian.AppendUint32(dst, crc32.Checksum(dst[start:], castagnoli)), nil
}

// all writes the greenlets and what they lead to.
func (e *encoder) all(gs []*greenlet.Greenlet) error {
	e.trace = false
	e.alias.reset()
	e.pass(gs)
	if e.err == nil && e.alias.find(e) && e.err == nil {
		e.pass(gs) // with ways into other objects
	}
	if e.err == nil {
		return nil
	}
	if len(e.err.Path) == 0 {
		err := e.err
		e.trace = true // once more, for the way to what is refused
		e.alias.reset()
		e.pass(gs)
		e.trace = false
		if e.err == nil {
			e.err = err
		}
	}
	return e.err
}

func (e *encoder) pass(gs []*greenlet.Greenlet) {
	e.reset()
	e.given = append(e.given, gs...)
	e.uint(uint64(len(gs)))
	for _, g := range gs {
		if g == greenlet.Main() {
			e.refuse(greenletPtr, "it is the main greenlet, which is no greenlet's code")
		}
		e.greenlet(g)
	}
	e.drain()
}
