package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestHistory(t *testing.T) {
	var h History
	assert.Empty(t, h.String())
	w := h.Begin("writer", "writes 1")
	r := h.Begin("reader", "reads")
	w.Done(nil)
	h.Begin("writer", "writes 2")
	r.Done(1)
	assert.Equal(t, "<->   writer writes 1\n <--> reader reads 1\n   <-? writer writes 2", h.String())
	assert.Equal(t, 5, h.Events())
	ops := h.Operations()
	assert.Len(t, ops, 3)
	assert.Equal(t, []int{1, 3, 2, 5, 4, 0}, []int{ops[0].Start, ops[0].End, ops[1].Start, ops[1].End, ops[2].Start, ops[2].End})
	assert.PanicsWithValue(t, "sim: reader reads 1 is done twice", func() { r.Done(2) })
}
