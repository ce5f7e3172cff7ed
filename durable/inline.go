package durable

import (
	"encoding/binary"
	"hash/crc32"
)

// Inline is a snapshot with its descriptions in it, which store has: one that can be shown and restored without that.
// One that has them is returned as it is. It fails with [ErrCorrupt], [ErrMissing], or as the store does.
func Inline(snapshot []byte, store Schemas) ([]byte, error) {
	d := decoder{limits: Standard}
	d.header(snapshot)
	if d.err != nil || d.inline {
		return snapshot, d.err
	}
	if store == nil {
		return nil, ErrMissing
	}
	out := append(append(make([]byte, 0, 4*len(snapshot)), magic...), inline)
	for range 2 { // functions, types
		n := d.count()
		out = binary.AppendUvarint(out, uint64(n))
		for range n {
			hash := binary.LittleEndian.Uint64(d.take(8))
			if d.err != nil {
				return nil, d.err
			}
			text, err := store.Get(hash)
			if err != nil {
				return nil, err
			}
			out = appendString(binary.LittleEndian.AppendUint64(out, hash), string(text))
		}
	}
	if d.err != nil {
		return nil, d.err
	}
	out = append(out, d.b...)
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli)), nil
}

// Descriptions are the hashes of what a snapshot says of functions and types: those of two that refer to the same ones are the
// same. It fails with [ErrCorrupt].
func Descriptions(snapshot []byte) (hashes []uint64, err error) {
	d := decoder{limits: Standard}
	d.header(snapshot)
	for range 2 {
		for range d.count() {
			hashes = append(hashes, binary.LittleEndian.Uint64(d.take(8)))
			if d.inline {
				d.take(d.uint())
			}
			if d.err != nil {
				return nil, d.err
			}
		}
	}
	return hashes, d.err
}
