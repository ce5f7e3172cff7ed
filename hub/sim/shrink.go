package sim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
)

// Shrinking looks for the fewest faults and forced orders with which a seed fails still. It is
// delta debugging (Zeller and Hildebrandt, Simplifying and isolating failure-inducing input,
// 2002) of the list of those that have happened: subsets of it are run, until none can be left
// out. Each run says itself which of its list have come up, and only these go on.
//
// What is left out changes what comes behind it, so that few subsets of a long list do
// anything like the run they are of. What helps is to begin with less: no faults at all, or no
// forced orders; and, where it stays long, with a part of it that is drawn.

const (
	// shrinkRuns is how many runs shrinking takes at most, and shrinkTime how long about:
	// it is for simulations of which a run takes seconds.
	shrinkRuns = 3000
	shrinkTime = time.Minute
	// A run with less may never end. It is given up after so long, and so many times as
	// long as that which failed: what depends on that is a run that would hang.
	patience, longer = 2 * time.Second, 100
	// few is how many faults are so few that no others are looked for.
	few = 5
	// parts is how many parts of the list are drawn to begin with.
	parts = 60
)

// shrinking is the search for fewer.
type shrinking struct {
	s     Simulation
	seed  uint64
	kind  string // of failure that is looked for
	runs  int
	until time.Time
	least []Fault
}

// errTooLong is how a run ends that is given up.
var errTooLong = errors.New("it takes too long")

// shrink returns the fewest faults it has found with which the seed fails as it does by err
// with faults, which takes took, and how many runs that took.
func (s Simulation) shrink(seed uint64, faults []Fault, err error, took time.Duration) ([]Fault, int) {
	if s.limit == 0 {
		s.limit = patience + longer*took
	}
	d := &shrinking{s: s, seed: seed, kind: failureKind(err), until: time.Now().Add(shrinkTime), least: faults}
	if _, ok := d.fails(nil); ok {
		return []Fault{}, d.runs
	}
	for _, forced := range []bool{true, false} {
		kept := slices.DeleteFunc(slices.Clone(faults), func(f Fault) bool { return f.Kind.forced() == forced })
		if list, ok := d.fails(kept); ok {
			d.minimize(list)
		}
	}
	d.minimize(faults)
	random := rand.New(rand.NewPCG(seed, 0))
	for i := 0; i < parts && len(d.least) > few && !d.over(); i++ {
		// From an eighth to all: what a failure takes is rarely in a small part.
		share := float64(1+i%8) / 8
		part := slices.DeleteFunc(slices.Clone(faults), func(Fault) bool { return random.Float64() >= share })
		if list, ok := d.fails(part); ok {
			d.minimize(list)
		}
	}
	return d.least, d.runs
}

// minimize leaves out of a list that fails what it can, in parts that get smaller. It stops where
// that gets nowhere below the least.
func (d *shrinking) minimize(list []Fault) {
	d.keep(list)
	for n := 2; len(list) > 0; {
		size := (len(list) + n - 1) / n
		smaller := false
		for at := 0; at < len(list) && !d.over(); at += size {
			rest := slices.Concat(list[:at], list[min(at+size, len(list)):])
			if fewer, ok := d.fails(rest); ok {
				list, smaller = fewer, true
				at -= size // what was behind is here now
				d.keep(list)
			}
		}
		switch {
		case d.over():
			return
		case smaller:
			n = max(2, n-1)
		case size == 1:
			return
		}
		n = min(2*n, len(list))
	}
}

func (d *shrinking) keep(list []Fault) {
	if len(list) < len(d.least) {
		d.least = list
	}
}

func (d *shrinking) over() bool { return d.runs >= shrinkRuns || time.Now().After(d.until) }

// fails reports whether the seed fails in the same way with these faults and no others, and
// returns those of them that happened: a run with only these is the same.
func (d *shrinking) fails(faults []Fault) ([]Fault, bool) {
	d.runs++
	d.s.Choice = Choice{Only: append([]Fault{}, faults...)}
	happened, err := d.s.guarded(d.seed, nil)
	return happened, err != nil && failureKind(err) == d.kind
}

// failureKind is what failures have in common that are taken for the same: a panic at a line,
// a deadlock, or what a check says but for its numbers and what follows a colon. A word before a
// colon is the name of a package: sim, for example.
func failureKind(err error) string {
	var failed *hub.PanicError
	var dead *hub.Deadlock
	switch {
	case errors.As(err, &failed):
		return "panic " + firstUsers(failed.Stack)
	case errors.As(err, &dead):
		return "deadlock"
	}
	var kind strings.Builder
	for part := range strings.SplitSeq(fmt.Sprint(err), ":") {
		kind.WriteString(part)
		if strings.Contains(strings.TrimSpace(part), " ") {
			break
		}
	}
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, kind.String())
}
