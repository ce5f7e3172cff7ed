package durable

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Hostile snapshots: what is in them is wrong, but lengths, hashes and the checksum are right,
// so that it is read.

// pieces are a snapshot taken apart.
type pieces struct {
	funcs, types []described
	rest         []byte
}

type described struct{ name, desc []byte }

func takeApart(t testing.TB, b []byte) (p pieces) {
	d := &decoder{b: b[len(magic)+1 : len(b)-crc32.Size], limits: Standard}
	for _, list := range []*[]described{&p.funcs, &p.types} {
		for range d.count() {
			d.take(8)
			x := &decoder{b: slices.Clone(d.take(d.uint())), limits: Standard}
			name := x.string()
			*list = append(*list, described{[]byte(name), x.b})
		}
	}
	require.NoError(t, d.err)
	p.rest = slices.Clone(d.b)
	return p
}

func (p pieces) together() []byte {
	b := append([]byte(magic), inline)
	for _, list := range [][]described{p.funcs, p.types} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, x := range list {
			desc := append(appendString(nil, string(x.name)), x.desc...)
			b = binary.LittleEndian.AppendUint64(b, hashOf(desc))
			b = appendString(b, string(desc))
		}
	}
	b = append(b, p.rest...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// mutate changes one piece, or exchanges it for that of another snapshot.
func (p pieces) mutate(r *rand.Rand, others []pieces) pieces {
	other := others[r.IntN(len(others))]
	p.funcs, p.types = slices.Clone(p.funcs), slices.Clone(p.types)
	change := func(list, from []described) []described {
		if len(list) == 0 || r.IntN(8) == 0 {
			return append(list, from...)
		}
		x := &list[r.IntN(len(list))]
		switch n := r.IntN(10); {
		case n < 7:
			x.desc = mutateBytes(r, x.desc, other.rest)
		case n < 8 && len(from) > 0:
			*x = from[r.IntN(len(from))]
		case n < 9 && len(from) > 0:
			x.name = from[r.IntN(len(from))].name
		default:
			x.name = mutateBytes(r, x.name, nil)
		}
		return list
	}
	switch n := r.IntN(20); {
	case n < 3:
		p.funcs = change(p.funcs, other.funcs)
	case n < 6:
		p.types = change(p.types, other.types)
	case n < 7:
		p.funcs, p.types = other.funcs, other.types
	default:
		p.rest = mutateBytes(r, p.rest, other.rest)
	}
	return p
}

// mutateBytes flips, deletes, doubles and splices bytes, and puts in numbers that are large.
func mutateBytes(r *rand.Rand, b, other []byte) []byte {
	b = slices.Clone(b)
	for range 1 + r.IntN(3) {
		if len(b) == 0 {
			return append(b, byte(r.IntN(256)))
		}
		i := r.IntN(len(b))
		j := min(len(b), i+1+r.IntN(8))
		switch r.IntN(8) {
		case 0:
			b[i] ^= 1 << r.IntN(8)
		case 1:
			b[i] = byte(r.IntN(8)) // many bytes are small numbers
		case 2:
			b[i]++
		case 3:
			b = slices.Delete(b, i, j)
		case 4:
			b = slices.Insert(b, i, slices.Clone(b[i:j])...)
		case 5:
			large := []uint64{127, 1 << 10, 1 << 16, 1<<20 - 1, 1 << 30, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1 << 40, 1<<63 - 1, 1 << 63, 1<<64 - 1}
			b = slices.Replace(b, i, i+1, binary.AppendUvarint(nil, large[r.IntN(len(large))])...)
		case 6:
			if len(other) > 0 {
				k := r.IntN(len(other))
				b = slices.Replace(b, i, j, other[k:min(len(other), k+r.IntN(16))]...)
			}
		case 7:
			copy(b[r.IntN(len(b)):], b[i:j])
		}
	}
	return b
}

// atEachSuspension are snapshots of the programs, wherever they stand.
func atEachSuspension(t testing.TB) (list [][]byte) {
	for _, start := range programs {
		through(start(), func(g *greenlet.Greenlet) *greenlet.Greenlet {
			b, err := Snapshot(g)
			require.NoError(t, err)
			list = append(list, b)
			return g
		})
	}
	slices.SortFunc(list, slices.Compare)
	return list
}

// hostileLimits are those of the tests: what they allow is little, so that more is seen.
var hostileLimits = Limits{Bytes: 1 << 20, Objects: 1 << 12, Depth: 1 << 10}

// survives restores b, whatever it is, and snapshots what comes of it. It reports whether
// anything did.
func survives(t testing.TB, b []byte) bool {
	gs, err := RestoreFrom(b, nil, hostileLimits)
	_, parked, errAll := RestoreAll(b, nil, hostileLimits)
	if require.Equal(t, err == nil, errAll == nil && parked == nil); errAll == nil {
		for _, p := range parked {
			_, err := RestoreFrom(p.Snapshot, nil, hostileLimits)
			require.Error(t, err)
		}
	}
	if err != nil {
		var changed *ChangedError
		var coded *CodecError
		ok := errors.As(err, &changed) || errors.As(err, &coded) || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrLimit) || errors.Is(err, ErrMissing)
		require.True(t, ok, "%v", err)
		return false
	}
	again, err := Snapshot(gs...)
	if err != nil {
		var refused *RefusedError
		require.True(t, errors.As(err, &refused), "%v", err)
		return true
	}
	_, err = RestoreFrom(again, nil, Standard)
	require.NoError(t, err, "what was restored is a greenlet like others")
	return true
}

func TestHostileSnapshots(t *testing.T) {
	var seeds []pieces
	for _, b := range atEachSuspension(t) {
		p := takeApart(t, b)
		require.Equal(t, b, p.together())
		seeds = append(seeds, p)
	}
	inputs := 40_000
	if testing.Short() {
		inputs = 4000
	}
	r := rand.New(rand.NewPCG(1, 2))
	heap := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	taken := func() uint64 {
		metrics.Read(heap)
		return heap[0].Value.Uint64()
	}
	restored := 0
	for i := range inputs {
		p := seeds[r.IntN(len(seeds))]
		for range 1 + r.IntN(2) {
			p = p.mutate(r, seeds)
		}
		b := p.together()
		before := taken()
		if survives(t, b) {
			restored++
		}
		if more := taken() - before; more > 8<<20 {
			t.Fatalf("input %d of %d bytes took %d bytes of memory", i, len(b), more)
		}
		if i%4096 == 0 {
			runtime.GC() // it finds pointers that are none
		}
	}
	assert.Greater(t, restored, inputs/50, "mutations are small enough that some are read")
	assert.Less(t, restored, inputs*9/10, "most are found out")
	t.Logf("%d of %d were restored", restored, inputs)
}

func FuzzRestore(f *testing.F) {
	for _, b := range atEachSuspension(f) {
		f.Add(b[:len(b)-crc32.Size])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		survives(t, binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)))
		d := &decoder{b: b, limits: Standard}
		if len(b) <= len(magic) || string(b[:len(magic)]) != magic || b[len(magic)] != inline {
			return
		}
		// Once more with the hashes made right, which it can't guess.
		d.b = b[len(magic)+1:]
		var p pieces
		for _, list := range []*[]described{&p.funcs, &p.types} {
			for range d.count() {
				d.take(8)
				x := &decoder{b: slices.Clone(d.take(d.uint())), limits: Standard}
				name := x.string()
				*list = append(*list, described{[]byte(name), x.b})
			}
		}
		if p.rest = d.b; d.err == nil {
			survives(t, p.together())
		}
	})
}
