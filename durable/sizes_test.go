package durable

import (
	"errors"
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// memory is a store of schemas.
type memory map[uint64][]byte

func (m memory) Put(hash uint64, schema []byte) error {
	if _, ok := m[hash]; !ok {
		m[hash] = schema
	}
	return nil
}

func (m memory) Get(hash uint64) ([]byte, error) {
	if b, ok := m[hash]; ok {
		return b, nil
	}
	return nil, errors.New("there is no such schema")
}

// descend has one variable, and is at the bottom of a recursion without any.
//
//greenlet:resumable durable
func descend(depth int) {
	if depth > 1 {
		descendNext(depth - 1)
		return
	}
	for {
		greenlet.Yield("bottom")
	}
}

//greenlet:resumable durable
func descendNext(depth int) {
	descend(depth)
}

// deep is a greenlet that is suspended at a depth.
func deep(depth int) *greenlet.Greenlet {
	g := greenlet.New(sums, depth)
	g.Switch()
	return g
}

// sums is a recursion with one variable a frame.
//
//greenlet:resumable durable
func sums(n int) int {
	if n <= 1 {
		greenlet.Yield("bottom")
		return n
	}
	return n + sums(n-1)
}

// raced says that the race detector runs, with which pools drop what they keep.
var raced bool

// What a snapshot takes is counted: bytes, and allocations.
func TestSizes(t *testing.T) {
	store := memory{}
	size := func(g *greenlet.Greenlet) int {
		b, err := Append(nil, store, g)
		require.NoError(t, err)
		return len(b)
	}
	one, many := greenlet.New(descend, 1), greenlet.New(descend, 101)
	one.Switch()
	many.Switch()
	assert.LessOrEqual(t, size(one), 64)
	assert.LessOrEqual(t, float64(size(many)-size(one))/200, 5.0, "a further frame without variables")

	g := deep(1000)
	buf := make([]byte, 0, 1<<16)
	allocs := testing.AllocsPerRun(20, func() {
		_, err := Append(buf, store, g)
		require.NoError(t, err)
	})
	if !raced {
		assert.LessOrEqual(t, allocs, 2.0)
	}
	snapshot, err := Append(nil, store, g)
	require.NoError(t, err)
	allocs = testing.AllocsPerRun(20, func() {
		_, err := RestoreFrom(snapshot, store, Standard)
		require.NoError(t, err)
	})
	assert.LessOrEqual(t, allocs, 1010.0, "a frame is one")
	allocs = testing.AllocsPerRun(20, func() {
		_, err := Fork(g)
		require.NoError(t, err)
	})
	assert.LessOrEqual(t, allocs, 1005.0, "a frame is one")
}
