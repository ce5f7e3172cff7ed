package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/going-green/greenlet/hub"
)

// Fault is one fault that a run may have: that of a kind, at a place, the how-manieth time that
// it could have happened there. Whether it does is drawn from the seed and these three, and
// so is all that it is like: how late, how long. It takes nothing from [hub.Hub.Rand]. So a run without
// it has the same others, as far as the program does the same.
type Fault struct {
	Kind  Kind
	Where string // "a>b" is the way from host a to host b, "a" a host, "" all; or the name of a Buggify
	N     int    // from 1
}

// String is a form that [ParseFault] reads: "lose a>b #17".
func (f Fault) String() string {
	if f.Where == "" {
		return fmt.Sprintf("%s #%d", f.Kind, f.N)
	}
	return fmt.Sprintf("%s %s #%d", f.Kind, f.Where, f.N)
}

// ParseFault is the opposite of [Fault.String]. Its error says what is missing.
func ParseFault(text string) (Fault, error) {
	what, number, ok := lastCut(strings.TrimSpace(text), "#")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 {
		return Fault{}, fmt.Errorf("sim: fault %q ends in no number: write it as %q", text, Fault{Lose, "a>b", 17})
	}
	kind, where, _ := strings.Cut(strings.TrimSuffix(what, " "), " ")
	if kind == "" {
		return Fault{}, fmt.Errorf("sim: fault %q has no kind: write it as %q", text, Fault{Lose, "a>b", 17})
	}
	if !slices.Contains(kinds, Kind(kind)) {
		return Fault{}, fmt.Errorf("sim: fault %q is of no kind that there is, which are %q: write it as %q", text, kinds, Fault{Lose, "a>b", 17})
	}
	return Fault{Kind(kind), where, n}, nil
}

func lastCut(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Choice says which faults happen in a run. The zero value has all those that are drawn.
type Choice struct {
	// Only are the faults that happen, and no others; unless it is nil. An empty list is
	// a run without faults, in which tasks run in the order in which they have become ready.
	// One that would not have been drawn happens as well.
	Only []Fault
	// Except are faults that do not happen.
	Except []Fault
}

// injector decides about the faults of a run.
type injector struct {
	net      *Network
	seed     uint64
	only     map[site]map[int]bool // nil: those that are drawn. Never ranged over, nor are the others
	kinds    map[Kind]bool         // that are in only
	except   map[Fault]bool
	sites    map[site]*chances
	hard     map[Kind]float64 // probabilities of the plan
	happened []Fault
}

// site is where faults of a kind happen.
type site struct {
	kind  Kind
	where string
}

func (n *Network) newInjector(c Choice) *injector {
	in := &injector{net: n, seed: n.hub.Rand().Uint64(), sites: map[site]*chances{}, hard: map[Kind]float64{}}
	if c.Only != nil {
		in.only, in.kinds = map[site]map[int]bool{}, map[Kind]bool{}
		for _, f := range c.Only {
			at := site{f.Kind, f.Where}
			in.kinds[f.Kind] = true
			if in.only[at] == nil {
				in.only[at] = map[int]bool{}
			}
			in.only[at][f.N] = true
		}
	}
	if len(c.Except) > 0 {
		in.except = map[Fault]bool{}
		for _, f := range c.Except {
			in.except[f] = true
		}
	}
	return in
}

// lists reports whether faults of a kind are to happen, drawn or not.
func (in *injector) lists(k Kind) bool { return in.kinds[k] }

// chances are those of faults at a site.
type chances struct {
	in     *injector
	at     site
	hash   uint64
	n      int // how often one could have happened
	listed map[int]bool
}

// chances is that of a kind at a place.
func (in *injector) chances(kind Kind, where string) *chances {
	at := site{kind, where}
	c := in.sites[at]
	if c == nil {
		made := in.at(at)
		c = &made
		in.sites[at] = c
	}
	return c
}

// at is chances for a site that nobody else asks for.
func (in *injector) at(at site) chances {
	return chances{in: in, at: at, hash: mix(in.seed ^ hash(string(at.kind), " ", at.where)), listed: in.only[at]}
}

// happens decides about the next fault at c, which has the probability p. More of what it is
// like comes from drawn.
func (c *chances) happens(p float64) bool {
	c.n++
	return c.decide(c.n, p)
}

// decide is happens for the fault n.
func (c *chances) decide(n int, p float64) bool {
	if c.in.only != nil {
		if !c.listed[n] {
			return false
		}
	} else if p == 0 || c.drawnOf(n, 0).float() >= p {
		return false
	}
	return c.in.happens(Fault{c.at.kind, c.at.where, n}, nil)
}

// happens notes that f happens, unless it is to be left out, and reports whether it does. tasks are
// those of a turn, in the order in which they run.
func (in *injector) happens(f Fault, tasks []*hub.Task) bool {
	if in.except[f] {
		return false
	}
	in.happened = append(in.happened, f)
	if in.net.hub.Tracing() {
		g := f // f itself need not be on the heap
		if f.Kind.forced() {
			in.net.tracef(&g, "%v%s", g, in.told(tasks))
		} else {
			in.net.tracef(&g, "fault %v", g)
		}
	}
	return true
}

// drawn is what is drawn about the fault that has just been decided, by topic: 0 is whether
// it happens.
func (c *chances) drawn(topic uint64) draw { return c.drawnOf(c.n, topic) }

// drawnOf is drawn of the fault n.
func (c *chances) drawnOf(n int, topic uint64) draw {
	return draw(mix(c.hash + uint64(n)*golden + topic*odd))
}

// draw is a number that is drawn.
type draw uint64

// float is a number from 0 to 1, without 1.
func (d draw) float() float64 { return float64(d>>11) / (1 << 53) }

// mixed is another one.
func (d draw) mixed() draw { return draw(mix(uint64(d) + golden)) }

// below is a number from 0 to n, without n, which is positive.
func (d draw) below(n int) int { return int(uint64(d) % uint64(n)) }

// part is a part of a time, which may be 0.
func (d draw) part(of time.Duration) time.Duration { return time.Duration(d.float() * float64(of)) }

const (
	golden = 0x9e3779b97f4a7c15
	odd    = 0xd1342543de82ef95
)

// mix is the output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
// Number Generators, 2014).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash is FNV-1a, which differs from process to process in nothing. Package hash/fnv has it behind an
// io.Writer, which may wait: no plain function that resumable ones call may use that.
func hash(parts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range parts {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	return h
}

// Faults are those that have happened, in their order.
func (n *Network) Faults() []Fault { return slices.Clone(n.faults.happened) }
