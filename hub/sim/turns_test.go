package sim

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//greenlet:resumable
func (n *notes) rounds(name string) {
	for range 3 {
		n.note("%s", name)
		n.Yield()
	}
	n.Sleep(time.Second)
	n.note("%s", strings.ToUpper(name))
}

// crowded are tasks that are ready at the same time, and timers that are due.
func crowded(got *[]string) Simulation {
	return Simulation{Start: func(n *Network) func() error {
		notes := &notes{Hub: n.Hub(), net: n}
		for _, name := range []string{"a", "b", "c"} {
			n.Host(name).Go(notes.newRoundsFrame(name))
		}
		return func() error { *got = notes.lines; return nil }
	}}
}

// Forced orders are listed with the faults, and are those of another run that is given the
// list. Without any, tasks and timers come in order.
func TestTurnsAreReplayed(t *testing.T) {
	var got, again []string
	var trace, other bytes.Buffer
	s := crowded(&got)
	s.Noise = true
	happened, err := s.RunFaults(1, Choice{}, &trace)
	require.NoError(t, err)
	kinds := map[Kind]int{}
	for _, f := range happened {
		kinds[f.Kind]++
		parsed, err := ParseFault(f.String())
		require.NoError(t, err)
		assert.Equal(t, f, parsed)
		assert.Contains(t, trace.String(), f.String())
	}
	assert.Positive(t, kinds[Turn])
	assert.Len(t, kinds, 2)

	s = crowded(&again)
	s.Noise = true
	listed, err := s.RunFaults(1, Choice{Only: happened}, &other)
	require.NoError(t, err)
	assert.Equal(t, happened, listed)
	assert.Equal(t, got, again)
	assert.Equal(t, trace.String(), other.String())

	none, err := crowded(&got).RunFaults(1, Choice{Only: []Fault{}}, nil)
	require.NoError(t, err)
	assert.Empty(t, none)
	assert.Equal(t, strings.Fields("0s a 0s b 0s c 0s a 0s b 0s c 0s a 0s b 0s c 1s A 1s B 1s C"), strings.Fields(strings.Join(got, " ")))
}

// A turn is of the tasks that are ready, and in the order that is drawn for them, however they
// have come: it is none any more if it is left alone and that is how they come.
func TestTurnIsSuppressed(t *testing.T) {
	var calm, got []string
	_, err := crowded(&calm).RunFaults(1, Choice{Only: []Fault{}}, nil)
	require.NoError(t, err)
	happened, err := crowded(&got).RunFaults(1, Choice{}, nil)
	require.NoError(t, err)
	alone := 0
	for _, f := range happened {
		rest, err := crowded(&got).RunFaults(1, Choice{Except: []Fault{f}}, nil)
		require.NoError(t, err)
		assert.NotContains(t, rest, f)
		one, err := crowded(&got).RunFaults(1, Choice{Only: []Fault{f}}, nil)
		require.NoError(t, err)
		assert.Subset(t, []Fault{f}, one)
		assert.Equal(t, len(one) == 0, slices.Equal(calm, got), "%v", f)
		alone += len(one)
	}
	assert.Positive(t, alone)
}

// All orders of three tasks come up, and all of three timers.
func TestTurnsAreFair(t *testing.T) {
	turns, timers := map[string]int{}, map[string]int{}
	for seed := range uint64(400) {
		var got []string
		_, err := crowded(&got).RunFaults(seed, Choice{}, nil)
		require.NoError(t, err)
		turns[strings.Join(got[:3], "")]++
		timers[strings.Join(got[9:], "")]++
	}
	assert.Len(t, turns, 6)
	assert.Len(t, timers, 6)
	for _, n := range turns {
		assert.InDelta(t, 400/6, n, 30)
	}
}
