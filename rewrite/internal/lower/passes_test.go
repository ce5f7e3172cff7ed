package lower

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/rewrite/internal/ir"
)

// All tests of this package hold the passes to what they promise.
func init() { AlwaysCheck = true }

func TestPassOrder(t *testing.T) {
	names := PassNames()
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), len(names), "names are unique")
	assert.NotContains(t, names, DebugCheck)
	for _, c := range passOrder {
		first, then := slices.Index(names, c.first), slices.Index(names, c.then)
		require.NotEqual(t, -1, first, c.first)
		require.NotEqual(t, -1, then, c.then)
		assert.Less(t, first, then, "%s, %s: %s", c.first, c.then, c.because)
		assert.NotEmpty(t, c.because)
	}
	// Each pass has its place for a reason, and promises something of its own.
	var holds ir.Properties
	for _, p := range passes {
		assert.True(t, slices.ContainsFunc(passOrder[:], func(c struct{ first, then, because string }) bool {
			return c.first == p.name || c.then == p.name
		}), p.name)
		assert.NotZero(t, p.establishes&^holds, p.name)
		holds |= p.establishes
	}
}
