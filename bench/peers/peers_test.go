package peers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/going-green/greenlet/bench/peers"
	"github.com/going-green/greenlet/generated/bench"
)

// TestSameWork requires that the peers that are there compute what the Go
// programs do. What a peer can't do is no failure here: it is reported when it is
// measured.
func TestSameWork(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the programs of other languages")
	}
	want := map[string]int{}
	const n = 70_123
	for _, g := range bench.Groups() {
		if g.Fixed == 0 {
			g.Cases[0].Run(n)
			want[strings.ToLower(g.Name)] = bench.Sum()
		}
	}
	for _, p := range peers.All() {
		t.Run(p.Name, func(t *testing.T) {
			p.Prepare(t.Context(), t.TempDir())
			defer p.Close()
			if err := p.Missing(); err != nil {
				t.Skip("missing: ", err)
			}
			t.Log(p.Version())
			done := 0
			for work, want := range want {
				n := n
				if work == "deep1000" || work == "create" || work == "batch" {
					n = 100 // the same, and slow in some languages
				}
				each, sum, err := p.Measure(t.Context(), work, n)
				if err != nil {
					t.Logf("%s: %v", work, err)
					continue
				}
				done++
				assert.Equal(t, want, sum, work)
				assert.Positive(t, each, work)
			}
			assert.NotZero(t, done)
			each, _, err := p.Once(t.Context(), "suspended", 100_000)
			t.Logf("suspended: %.0f bytes, %v", each, err)
		})
	}
}

// TestUnknownWork requires a reason for what a peer can't do.
func TestUnknownWork(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the programs of other languages")
	}
	for _, p := range peers.All() {
		p.Prepare(t.Context(), t.TempDir())
		if err := p.Missing(); err != nil {
			assert.NotEmpty(t, err.Error())
			_, _, err := p.Measure(t.Context(), "generator", 1)
			assert.Error(t, err)
			continue
		}
		_, _, err := p.Measure(t.Context(), "nonsense", 1)
		assert.ErrorContains(t, err, "not part of this peer", p.Name)
		p.Close()
	}
}

// A module that no Python has is missing, with a reason.
func TestNoModule(t *testing.T) {
	_, _, err := peers.Python(t.Context(), "no_such_module")
	assert.ErrorContains(t, err, "python")
}
