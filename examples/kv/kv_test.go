package main

import (
	"flag"
	"strings"
	"testing"

	"github.com/going-green/greenlet/hub/sim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var all = flag.Bool("all", false, "10,000 seeds of the store without a bug, and all that it takes to find those that are planted")

// A store without a planted bug passes all seeds, and comes where it is interesting.
func TestRepaired(t *testing.T) {
	n := 100
	if *all {
		n = 10_000
	}
	s := simulation(none)
	s.Checks = sim.Expect("a replica boots with a log", "a leader follows another", "a leader has lost its lease")
	s.Test(t, n)
}

// Each bug is found; with -all from the first seed on, with the fewest faults that it takes.
func TestPlanted(t *testing.T) {
	for _, b := range bugs {
		t.Run(string(b.bug), func(t *testing.T) {
			if !*all {
				_, err := find(b.bug, b.first)
				assert.ErrorContains(t, err, "no store shows its clients this")
				return
			}
			f := simulation(b.bug).Search(1, attempts)
			require.NotNil(t, f)
			t.Logf("seed %d, %d of %d faults:\n%s", f.Seed, len(f.Faults), f.Drawn, strings.Join(f.Story, "\n"))
			assert.Empty(t, f.Other)
			assert.Less(t, len(f.Faults), f.Drawn)
		})
	}
}
