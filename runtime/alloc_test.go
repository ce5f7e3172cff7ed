package greenlet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	greenlet "github.com/going-green/greenlet/runtime"
)

func TestNoAllocations(t *testing.T) {
	next, stop := greenlet.PullOf[int](newCountFrame(1 << 30))
	defer stop()
	next()
	assert.Zero(t, testing.AllocsPerRun(1000, func() { next() }))
	g := greenlet.New(newCountFrame(1 << 30))
	greenlet.Switch[int](g, 1<<30)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { greenlet.Switch[int](g, 0) }))
	var p, q *greenlet.Greenlet
	p, q = greenlet.New(newPingFrame(&q, 1000)), greenlet.New(newPingFrame(&p, 1000))
	assert.Less(t, testing.AllocsPerRun(1, func() { p.Switch() }), 5.0)
}
