package durable

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	greenlet "github.com/going-green/greenlet/runtime"
)

type mapKey struct {
	a any
	b [2]any
}

//greenlet:resumable durable
func hasMaps() int {
	m := map[any]int{1: 1, "a": 2, int8(3): 3, nil: 4, uint(5): 5, 2.5: 6, [2]any{1, "x"}: 7, [2]any{"x", 1}: 8, mapKey{a: 1}: 9, mapKey{}: 10}
	n := map[mapKey]string{
		{a: int16(1)}: "x", {a: 1}: "y", {}: "z", {b: [2]any{nil, uint8(1)}}: "u", {b: [2]any{int32(3), nil}}: "v",
	}
	f := map[float64]string{math.NaN(): "b", math.NaN(): "a", 1: "c"}
	greenlet.Yield("maps")
	return len(m) + len(n) + len(f)
}

// What is the same is stored as the same, whatever types of keys are met first.
func TestOrderOfMaps(t *testing.T) {
	var first []byte
	for range 30 {
		g := greenlet.New(hasMaps)
		g.Switch()
		b, err := Snapshot(g)
		require.NoError(t, err)
		if first == nil {
			first = b
		}
		require.Equal(t, first, b)
	}
	gs, err := Restore(first)
	require.NoError(t, err)
	assert.Equal(t, 18, gs[0].Switch())
}
