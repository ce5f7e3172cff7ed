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
// Where no single fault can be left out, pairs are tried: one may only make up for the other.
//
// What is left out changes what comes behind it, so that few subsets of a long list do
// anything like the run they are of. What helps is to begin with less: no faults at all, or no
// forced orders; to leave out the last first, which changes nothing before them; and, where the list
// stays long, to shrink other seeds that fail in the same way: of some runs less can be left out than
// of others, for no better reason than times that happen to fit.

const (
	// shrinkRuns is how many runs shrinking takes at most, and shrinkTime how long about:
	// it is for simulations of which a run takes seconds.
	shrinkRuns = 5000
	shrinkTime = time.Minute
	// A run with less may never end. It is given up after so long, and so many times as
	// long as that which failed: what depends on that is a run that would hang.
	patience, longer = 2 * time.Second, 100
	// few is how many faults are so few that no other seed is looked for.
	few = 8
	// pairable is how many may be left for pairs of them to be tried: two of 30 are 435 runs.
	pairable = 30
)

// shrinking is the search for fewer.
type shrinking struct {
	s     Simulation
	kind  string // of failure that is looked for
	runs  int
	until time.Time
	least shrunk
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
	d := &shrinking{s: s, kind: failureKind(err), until: time.Now().Add(shrinkTime), least: shrunk{seed, faults}}
	d.minimize(d.least)
	all := s.Choice
	for next := seed + 1; len(d.least.faults) > few && !d.over(); next++ {
		if c, ok := d.fails(next, all); ok {
			d.minimize(c)
		}
	}
	return d.least, d.runs
}

// minimize leaves out of what fails what it can, in parts that get smaller, of which the last comes
// first.
func (d *shrinking) minimize(c shrunk) {
	try := func(faults []Fault) bool {
		less, ok := d.fails(c.seed, Choice{Only: append([]Fault{}, faults...)})
		if ok {
			c = less
		}
		return ok
	}
	defer func() {
		if len(c.faults) < len(d.least.faults) {
			d.least = c
		}
	}()
	if try(nil) {
		return
	}
	for _, forced := range []bool{true, false} {
		try(slices.DeleteFunc(slices.Clone(c.faults), func(f Fault) bool { return f.Kind.forced() == forced }))
	}
	d.parts(&c, try)
	for len(c.faults) <= pairable && d.pair(&c, try) {
		d.parts(&c, try)
	}
}

// parts leaves out parts of what is in c, until no single fault can be left out.
func (d *shrinking) parts(c *shrunk, try func([]Fault) bool) {
	for n := 2; len(c.faults) > 0; {
		size := (len(c.faults) + n - 1) / n
		smaller := false
		for end := len(c.faults); end > 0 && !d.over(); end = min(end-size, len(c.faults)) {
			smaller = try(slices.Concat(c.faults[:max(0, end-size)], c.faults[end:])) || smaller
		}
		switch {
		case d.over(), !smaller && size == 1:
			return
		case smaller:
			n = max(2, n-1)
		}
		n = min(2*n, len(c.faults))
	}
}

// pair leaves out two faults of which neither can be left out alone, and reports whether there are such: without the
// one what comes behind is another run, and without both it may be the same again.
func (d *shrinking) pair(c *shrunk, try func([]Fault) bool) bool {
	for j := len(c.faults) - 1; j > 0; j-- {
		for i := j - 1; i >= 0 && !d.over(); i-- {
			if try(slices.Concat(c.faults[:i], c.faults[i+1:j], c.faults[j+1:])) {
				return true
			}
		}
	}
	return false
}

func (d *shrinking) over() bool { return d.runs >= shrinkRuns || time.Now().After(d.until) }

// fails reports whether a seed fails in the same way with the faults of a choice, and returns those
// that happened: a run with only these is the same.
func (d *shrinking) fails(seed uint64, c Choice) (shrunk, bool) {
	d.runs++
	d.s.Choice = c
	happened, err := d.s.guarded(seed, nil)
	return shrunk{seed, append([]Fault{}, happened...)}, err != nil && failureKind(err) == d.kind
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
