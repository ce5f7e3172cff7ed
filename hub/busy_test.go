//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package hub

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feeds has always something to read when the poller is asked, which is after each of its rounds.
//
//greenlet:resumable
func (n *notes) feeds(p pipe, rounds *int) {
	for range 100 {
		*rounds++
		put(p.b, "x")
		if err := p.a.Exhausted(In); err != nil {
			panic(err)
		}
		n.pace.left, n.pace.polled = 0, time.Time{}
		if err := p.a.Readiness().Wait(In); err != nil {
			panic(err)
		}
		get(p.a, 1)
	}
}

//greenlet:resumable
func (n *notes) turnsOf(times int, rounds *int) {
	for range times {
		n.note("after %d", *rounds)
		n.Yield()
	}
}

// Descriptors that always have something leave a part of the turns to other tasks, and to
// each other.
func TestBusyDescriptors(t *testing.T) {
	n := newNotes()
	var a, b int
	n.Go(n.newFeedsFrame(n.newPipe(t), &a))
	n.Go(n.newFeedsFrame(n.newPipe(t), &b))
	n.Go(n.newTurnsOfFrame(2, &a))
	n.Go(n.newTurnsOfFrame(2, &b))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{"after 2", "after 2", "after 4", "after 4"}, n.lines)
}

//greenlet:resumable
func (n *notes) looks(d *Descriptor) {
	if err := d.Exhausted(In); err != nil {
		panic(err)
	}
	for range 1 << 20 {
		if d.Readiness().Ready(In) {
			n.note("read %q", get(d, 1))
			return
		}
		n.Yield()
	}
	n.note("nothing")
}

//greenlet:resumable
func (n *notes) putsLate(d *Descriptor) {
	n.Yield()
	put(d, "x")
}

// Who looks again in each turn instead of waiting finds what has come.
func TestLooksAgain(t *testing.T) {
	n := newNotes()
	p := n.newPipe(t)
	n.Go(n.newLooksFrame(p.a))
	n.Go(n.newPutsLateFrame(p.b))
	require.NoError(t, n.Run(t.Context()))
	assert.Equal(t, []string{`read "x"`}, n.lines)
}
