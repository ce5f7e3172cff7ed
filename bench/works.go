package main

import (
	"context"
	"runtime"
	"strings"
	"time"

	"github.com/going-green/greenlet/bench/measure"
	"github.com/going-green/greenlet/bench/peers"
	"github.com/going-green/greenlet/bench/report"
	suite "github.com/going-green/greenlet/generated/bench"
)

// bench is one run of the command.
type bench struct {
	*command
	progress *measure.Progress
	report   *report.Report
	peers    []*peers.Peer
}

// prepare finds out which peers are there.
func (b *bench) prepare(ctx context.Context, dir string) {
	b.report.Go = runtime.Version()
	b.peers = peers.All()
	for _, p := range b.peers {
		b.progress.Show("preparing %s", p.Name)
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
	"Walk":      {"a value of a recursive walk by an iterator that calls yield", "PullSeq"},
	"Chain":     {"a value that generators pass on, one to the next", "YieldFrom"},
	"Fringe":    {"a pair of leaves of two trees of different shapes compared", "Pull"},
	"Section":   {"a value of a generator that is plain code on a stack of its own", "YieldIn"},
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
	"section":            {"greenlet", "OnStack"},
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
			works = append(works, work{g.Name, a.what, t.Group.Rows, func(ctx context.Context) ([]*report.Group, error) {
				return []*report.Group{t.Group}, t.Measure(ctx)
			}})
		}
	}
	works = append(works, b.memoryWork())
	if b.huge {
		works = append(works, b.hugeWork())
	}
	return works
}

func (b *bench) newTimed(g suite.Group, what, base string) *measure.Timed {
	t := &measure.Timed{
		Group: &report.Group{Name: g.Name, What: what, Unit: "ns/" + g.Unit},
		Fixed: g.Fixed, Least: g.Least, Rounds: b.rounds, Slice: b.slice, Progress: b.progress,
	}
	for _, c := range g.Cases {
		row := newRow(c)
		if c.Name == base {
			t.Group.Base = row.Label()
		}
		t.Add(row, func(_ context.Context, n int) (float64, int, error) { return doCase(c, n) })
	}
	for _, p := range b.peers {
		row := peerRow(p)
		if g.Name == suite.Feed.Name {
			row.Absent = false
			row.Miss("this group compares parsers in Go")
		}
		t.Add(row, func(ctx context.Context, n int) (float64, int, error) {
			return p.Measure(ctx, strings.ToLower(g.Name), n)
		})
	}
	return t
}

// doCase measures a case in Go. It collects what others have left first.
func doCase(c suite.Case, n int) (each float64, sum int, err error) {
	runtime.GC()
	start := time.Now()
	c.Run(n)
	return float64(time.Since(start)) / float64(n), suite.Sum(), nil
}
