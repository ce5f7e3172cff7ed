package gen

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCalls(t *testing.T) {
	var c Calls[*int]
	states := func() []uint32 { return slices.Collect(c.Waiting) }
	assert.Empty(t, states())
	n := new(int)
	c.Tail(3)
	c.Push(1, n)
	c.Push(2, nil)
	c.Tail(3)
	c.Tail(3)
	assert.Equal(t, []uint32{3, 3, 2, 1, 3}, states())
	for range c.Waiting {
		break
	}
	pc, _, ok := c.Pop()
	assert.True(t, ok)
	assert.Equal(t, uint32(2), pc)
	assert.Equal(t, []uint32{1, 3}, states())
	pc, s, _ := c.Pop()
	assert.Equal(t, uint32(1), pc)
	assert.Same(t, n, s)
	assert.Equal(t, []uint32{3}, states())
	assert.Nil(t, c.list[:1][0].kept, "what has gone on is held")
	_, _, ok = c.Pop()
	assert.False(t, ok)

	c.tails.n = 1<<32 - 1
	c.Tail(3)
	assert.Equal(t, uint32(1<<32-1), c.tails.n)
}
