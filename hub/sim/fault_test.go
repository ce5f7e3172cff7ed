package sim

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unreliable are 100 datagrams on a network that loses, repeats and delays them. Its check leaves
// what arrived in got.
func unreliable(got *[]string) Simulation {
	o := Options{Latency: latency, Jitter: latency, Loss: 0.1, Duplication: 0.1, Reordering: 0.1}
	return Simulation{Options: o, Start: func(n *Network) func() error {
		notes := &notes{Hub: n.Hub(), net: n, a: n.Host("a"), b: n.Host("b")}
		frame := notes.newCollectsFrame(time.Minute)
		notes.b.Go(frame)
		notes.a.GoAfter(1, notes.newSendsFrame(100))
		return func() error { *got = frame.Results(); return nil }
	}}
}

// The faults of a run are listed, and are those of another run that is given the list.
func TestFaultsAreReplayed(t *testing.T) {
	var got, again []string
	var trace, other bytes.Buffer
	s := unreliable(&got)
	s.Noise = true
	happened, err := s.RunFaults(1, Choice{}, &trace)
	require.NoError(t, err)
	require.Greater(t, len(happened), 15)
	kinds := map[Kind]int{}
	for _, f := range happened {
		kinds[f.Kind]++
	}
	assert.Len(t, kinds, 3)

	s = unreliable(&again)
	s.Noise = true
	s.Options.Loss, s.Options.Duplication, s.Options.Reordering = 0, 0, 0 // the list is all it takes
	listed, err := s.RunFaults(1, Choice{Only: happened}, &other)
	require.NoError(t, err)
	assert.Equal(t, happened, listed)
	assert.Equal(t, got, again)
	assert.True(t, trace.String() == other.String())
}

// One fault less leaves the others as they are.
func TestFaultIsSuppressed(t *testing.T) {
	var got []string
	happened, err := unreliable(&got).RunFaults(1, Choice{}, nil)
	require.NoError(t, err)
	for i, f := range happened {
		if f.Kind == Duplicate {
			continue // the copy is a message of its own
		}
		rest, err := unreliable(&got).RunFaults(1, Choice{Except: []Fault{f}}, nil)
		require.NoError(t, err)
		assert.Equal(t, append(append([]Fault{}, happened[:i]...), happened[i+1:]...), rest, "%v", f)
	}
	none, err := unreliable(&got).RunFaults(1, Choice{Only: []Fault{}}, nil)
	require.NoError(t, err)
	assert.Empty(t, none)
	assert.Len(t, got, 100)
}

func TestParseFault(t *testing.T) {
	for _, f := range []Fault{{Lose, "a>b", 17}, {"partition", "", 1}, {"bug", "a leader # hesitates", 3}} {
		got, err := ParseFault(f.String())
		require.NoError(t, err)
		assert.Equal(t, f, got)
	}
	for _, text := range []string{"", "lose a>b", "#1", "lose a>b #0", "lose a>b #x"} {
		_, err := ParseFault(text)
		assert.ErrorContains(t, err, `write it as "lose a>b #17"`, text)
	}
	_, err := ParseFault("loose a>b #17")
	assert.ErrorContains(t, err, `is of no kind that there is, which are ["lose" "duplicate"`)
	for _, k := range kinds {
		_, err := ParseFault(Fault{k, "a", 1}.String())
		assert.NoError(t, err)
	}
}
