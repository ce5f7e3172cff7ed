package durable

import (
	"testing"

	greenlet "github.com/going-green/greenlet/runtime"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable durable
func tidiesUp() {
	defer func() {
		if greenlet.Exchange[bool, string]("tidy up?") {
			greenlet.Yield("tidied up")
		}
	}()
	greenlet.Yield("working")
}

// Trap: a greenlet that was killed, and waits in what it has deferred, has Exit for the panic that it is in.
func TestKilledGreenletIsStored(t *testing.T) {
	g := greenlet.New(tidiesUp)
	assert.Equal(t, "working", g.Switch())
	assert.Equal(t, "tidy up?", g.Kill())
	b, err := Snapshot(g)
	require.NoError(t, err)
	gs, err := Restore(b)
	require.NoError(t, err)
	assert.Equal(t, "tidied up", gs[0].Switch(true))
	assert.Equal(t, greenlet.Exit, gs[0].Switch())
	assert.True(t, gs[0].Dead())
}
