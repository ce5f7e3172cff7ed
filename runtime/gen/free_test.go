package gen

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type walkFrame struct {
	Header
	n *int
}

func (f *walkFrame) Resume(*Run) Status { return Done }
func (f *walkFrame) Func() *Func        { return new(Func) }
func (f *walkFrame) Release(r *Run)     { Free(r, f, 2) }

// otherFrame is of another type than walkFrame, with a list of the same number.
type otherFrame struct{ walkFrame }

// A frame that is taken is as a new one: that of another call, which it may be, shows in
// nothing.
func TestFree(t *testing.T) {
	r := new(Run)
	f := Take(r, (*walkFrame)(nil), 2)
	f.n, f.PC, f.Caller = new(int), 3, new(otherFrame)
	f.HasRoom()
	Free(r, f, 2)
	again := Take(r, (*walkFrame)(nil), 2)
	require.Same(t, f, again)
	assert.Equal(t, walkFrame{}, *again)
	assert.Same(t, again, Take(r, again, 2), "a call that has a frame keeps it")
	assert.NotSame(t, again, Take(r, (*walkFrame)(nil), 2), "a frame is given out once")
	for _, kept := range r.Free[2].(*freeList[walkFrame]).free[:cap(r.Free[2].(*freeList[walkFrame]).free)] {
		assert.Nil(t, kept, "the list holds on to a frame that it has given out")
	}

	Free(r, again, 2)
	other := Take(r, (*otherFrame)(nil), 2)
	assert.Equal(t, otherFrame{}, *other)
	Free(r, other, 2)
	assert.Same(t, other, Take(r, (*otherFrame)(nil), 2), "a list of another type begins anew")
}

// A list is bounded, whatever recursion has filled it.
func TestFreeBound(t *testing.T) {
	r := new(Run)
	for range maxFree + 10 {
		Free(r, new(walkFrame), 2)
	}
	assert.Equal(t, maxFree, len(r.Free[2].(*freeList[walkFrame]).free))
}
