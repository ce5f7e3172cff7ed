package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/going-green/greenlet/bench/peers"
	"github.com/going-green/greenlet/bench/report"
	suite "github.com/going-green/greenlet/generated/bench"
)

// bench is one run of the command.
type bench struct {
	*command
	progress *progress
	report   *report.Report
	peers    []*peers.Peer
}

// prepare finds out which peers are there.
func (b *bench) prepare(ctx context.Context, dir string) {
	b.report.Go = runtime.Version()
	b.peers = peers.All()
	for _, p := range b.peers {
		b.progress.show("preparing %s", p.Name)
		p.Prepare(ctx, dir)
		known := report.Peer{Name: p.Name, What: p.What, Version: p.Version()}
		if err := p.Missing(); err != nil {
			known.Missing = err.Error()
		}
		b.report.Peers = append(b.report.Peers, known)
	}
}

// peerRow is the row of a peer, which is absent if the peer is.
func peerRow(p *peers.Peer) *report.Row {
	row := &report.Row{Peer: p.Name}
	if err := p.Missing(); err != nil {
		row.Missing, row.Absent = err.Error(), true
	}
	return row
}

func (b *bench) close() {
	for _, p := range b.peers {
		p.Close()
	}
}

// work is what is measured together. It makes one group of figures or several.
type work struct {
	name, what string
	rows       []*report.Row // as far as they are known before
	measure    func(ctx context.Context) ([]*report.Group, error)
}

// about tells of each group what its work is, and which case of greenlets the
// others are compared to.
var about = map[string]struct{ what, base string }{
	"Generator": {"a value of a generator with one frame", "Pull"},
	"Exchange":  {"handing in a number and getting one back", "Exchanger"},
	"Switch":    {"a switch between two that pass a number to and fro", "value"},
	"Ring":      {"a switch in a ring of 1,000 that pass a number on", "value"},
	"Tree":      {"a value of a recursive walk of a tree of 65,536 nodes", "Pull"},
	"Deep1":     {"a switch between two, each below 1 call", "value"},
	"Deep10":    {"a switch between two, each below 10 calls", "value"},
	"Deep100":   {"a switch between two, each below 100 calls", "value"},
	"Deep1000":  {"a switch between two, each below 1,000 calls", "value"},
	"Recursion": {"a call of 1,000,000 nested ones that suspend at the bottom", "Switch"},
	"Call":      {"a call that could suspend and doesn't", "resumable"},
	"Spawn":     {"a greenlet made, run and ended, one after the other", "resumable-code"},
	"Create":    {"a generator made, asked once and ended, one after the other", "Pull"},
	"Batch":     {"a generator made, asked once and ended, 1,000 at a time", "Pull"},
	"Fringe":    {"a pair of leaves of two trees of different shapes compared", "Pull"},
	"Feed":      {"a byte of JSON that is parsed as pieces of 4 KB arrive", "parser-switch"},
}

// peerNames are what the cases of package generated/bench are called here.
var peerNames = map[string]struct{ peer, way string }{
	"iter.Pull":          {"Go iter.Pull", ""},
	"channel":            {"Go goroutine, channel", ""},
	"goroutine":          {"Go goroutine, channel", ""},
	"push-function":      {"Go push function", ""},
	"by-hand":            {"Go by hand", ""},
	"plain":              {"Go plain calls", ""},
	"encoding/json-pipe": {"Go encoding/json", "io.Pipe"},
	"parser-channel":     {"Go same parser", "channel"},
	"parser-whole":       {"Go same parser", "never waits"},
	"parser-switch":      {"greenlet", "same parser"},
}

// newRow is the row of a case.
func newRow(c suite.Case) *report.Row {
	r := &report.Row{Peer: "greenlet", Way: c.Name, Ours: c.Ours}
	if known, ok := peerNames[c.Name]; ok {
		r.Peer, r.Way = known.peer, known.way
	}
	return r
}

// works are all there are.
func (b *bench) works() []work {
	var works []work
	for _, g := range suite.Groups() {
		if a, ok := about[g.Name]; ok { // Deep is measured as DeepAt
			t := b.newTimed(g, a.what, a.base)
			works = append(works, work{g.Name, a.what, t.group.Rows, t.measure})
		}
	}
	works = append(works, b.memoryWork())
	if b.huge {
		works = append(works, b.hugeWork())
	}
	return works
}

// way is a way to do some work.
type way struct {
	row *report.Row
	do  func(ctx context.Context, n int) (each float64, sum int, err error)
}

// timed is a group that is measured by time.
type timed struct {
	*bench
	work  suite.Group
	group *report.Group
	ways  []way
}

func (b *bench) newTimed(g suite.Group, what, base string) *timed {
	t := &timed{bench: b, work: g, group: &report.Group{Name: g.Name, What: what, Unit: "ns/" + g.Unit}}
	for _, c := range g.Cases {
		row := newRow(c)
		if c.Name == base {
			t.group.Base = row.Label()
		}
		t.add(row, func(_ context.Context, n int) (float64, int, error) { return doCase(c, n) })
	}
	for _, p := range b.peers {
		row := peerRow(p)
		if g.Name == suite.Feed.Name {
			row.Absent = false
			row.Miss("this group compares parsers in Go")
		}
		t.add(row, func(ctx context.Context, n int) (float64, int, error) {
			return p.Measure(ctx, strings.ToLower(g.Name), n)
		})
	}
	return t
}

func (t *timed) add(r *report.Row, do func(context.Context, int) (float64, int, error)) {
	t.group.Rows = append(t.group.Rows, r)
	t.ways = append(t.ways, way{r, do})
}

// doCase measures a case in Go. It collects what others have left first.
func doCase(c suite.Case, n int) (each float64, sum int, err error) {
	runtime.GC()
	start := time.Now()
	c.Run(n)
	return float64(time.Since(start)) / float64(n), suite.Sum(), nil
}

// checked is the size of the work by which it is checked that all compute the
// same. It is no round number, so that a ring ends at a member that is not the
// first.
const checked = 10_123

// measure goes through the rounds.
func (t *timed) measure(ctx context.Context) ([]*report.Group, error) {
	t.progress.show("%s: checking that all compute the same", t.group.Name)
	var want int
	for i, w := range t.ways {
		if w.row.Missing != "" {
			continue
		}
		n := checked
		if t.work.Fixed != 0 {
			n = t.work.Fixed
		}
		_, sum, err := w.do(ctx, n)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			w.row.Miss(err.Error())
		case i == 0:
			want = sum
		case sum != want:
			w.row.Miss(fmt.Sprintf("wrong: it computes %d, not %d", sum, want))
		}
	}
	for _, w := range t.ways {
		t.progress.show("%s: %s: how much fits in %v", t.group.Name, w.row.Label(), t.slice)
		if err := t.calibrate(ctx, w); err != nil {
			return nil, err
		}
	}
	for round := range t.rounds {
		for k := range t.ways {
			w := t.ways[(k+round)%len(t.ways)] // nobody is always first
			if w.row.Missing != "" {
				continue
			}
			t.progress.show("%s: round %d of %d: %s", t.group.Name, round+1, t.rounds, w.row.Label())
			each, _, err := w.do(ctx, w.row.Units)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				w.row.Miss(err.Error())
				continue
			}
			w.row.Rounds = append(w.row.Rounds, each)
		}
	}
	return []*report.Group{t.group}, nil
}

// calibrate finds how much work a way does in its time.
func (t *timed) calibrate(ctx context.Context, w way) error {
	if t.work.Fixed != 0 {
		w.row.Units = t.work.Fixed
		return nil
	}
	for n := max(100, t.work.Least); w.row.Missing == ""; n *= 2 {
		each, _, err := w.do(ctx, n)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			w.row.Miss(err.Error())
			return nil
		}
		if each*float64(n) > float64(t.slice)/4 {
			w.row.Units = max(int(float64(t.slice)/each), t.work.Least, 1)
			return nil
		}
	}
	return nil
}
