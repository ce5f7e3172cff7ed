package sim

import (
	"errors"
	"fmt"
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
// forced orders; to leave out the last first, which changes nothing before them; and, where the list
// stays long, to run a shorter one with other seeds: each is another try, of other
// times and other orders, at a failure of which the faults are the reason.

const (
	// shrinkRuns is how many runs shrinking takes at most, and shrinkTime how long about:
	// it is for simulations of which a run takes seconds.
	shrinkRuns = 5000
	shrinkTime = time.Minute
	// A run with less may never end. It is given up after so long, and so many times as
	// long as that which failed: what depends on that is a run that would hang.
	patience, longer = 2 * time.Second, 100
	// few is how many faults are so few that no others are looked for.
	few = 5
	// others is how many other seeds are tried with a list.
	others = 12
)

// shrinking is the search for fewer.
type shrinking struct {
	s     Simulation
	kind  string // of failure that is looked for
	runs  int
	until time.Time
	shrunk
}

// shrunk is a list of faults, and a seed with which it fails.
type shrunk struct {
	seed   uint64
	faults []Fault
}

// errTooLong is how a run ends that is given up.
var errTooLong = errors.New("it takes too long")

// shrink returns the fewest faults it has found with which the seed, or another, fails as it does by err
// with faults, which takes took, and how many runs that took.
func (s Simulation) shrink(seed uint64, faults []Fault, err error, took time.Duration) (shrunk, int) {
	if s.limit == 0 {
		s.limit = patience + longer*took
	}
	d := &shrinking{s: s, kind: failureKind(err), until: time.Now().Add(shrinkTime), shrunk: shrunk{seed, faults}}
	if d.fails(seed, nil) {
		return d.shrunk, d.runs
	}
	for _, forced := range []bool{true, false} {
		d.fails(seed, slices.DeleteFunc(slices.Clone(faults), func(f Fault) bool { return f.Kind.forced() == forced }))
	}
	d.minimize(0)
	if len(d.faults) > few {
		d.minimize(others)
	}
	return d.shrunk, d.runs
}

// minimize leaves out what it can, in parts that get smaller, of which the last comes first. If a
// part can't be left out it tries that with so many other seeds.
func (d *shrinking) minimize(others uint64) {
	for n := 2; len(d.faults) > 0; {
		size := (len(d.faults) + n - 1) / n
		smaller := false
		for end := len(d.faults); end > 0 && !d.over(); end = min(end-size, len(d.faults)) {
			rest := slices.Concat(d.faults[:max(0, end-size)], d.faults[end:])
			for k := uint64(0); k <= others && !d.over(); k++ {
				if d.fails(d.seed+k, rest) {
					smaller = true
					break
				}
			}
		}
		switch {
		case d.over(), !smaller && size == 1:
			return
		case smaller:
			n = max(2, n-1)
		}
		n = min(2*n, len(d.faults))
	}
}

func (d *shrinking) over() bool { return d.runs >= shrinkRuns || time.Now().After(d.until) }

// fails reports whether a seed fails in the same way with these faults and no others, which are
// fewer, and keeps those of them that happened: a run with only these is the same.
func (d *shrinking) fails(seed uint64, faults []Fault) bool {
	d.runs++
	d.s.Choice = Choice{Only: append([]Fault{}, faults...)}
	happened, err := d.s.guarded(seed, nil)
	if err == nil || failureKind(err) != d.kind {
		return false
	}
	d.shrunk = shrunk{seed, append([]Fault{}, happened...)}
	return true
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
