// Package report is what was measured, and the ways to show it: as a table, as JSON,
// and in pictures.
package report

import (
	"encoding/json"
	"io"
	"slices"
	"time"
)

// Schema names the form of the JSON, which is that of [Report].
const Schema = "greenlet-bench/1"

// Report is one measurement of everything.
type Report struct {
	Schema   string    `json:"schema"`
	Time     time.Time `json:"time"` // when it began
	Machine  Machine   `json:"machine"`
	Go       string    `json:"go"`    // its version
	Peers    []Peer    `json:"peers"` // in other languages
	Settings Settings  `json:"settings"`
	Groups   []*Group  `json:"groups"`
}

// Peer is another language's way to suspend.
type Peer struct {
	Name    string `json:"name"`
	What    string `json:"what"`              // what it is measured with
	Version string `json:"version,omitempty"` // of its implementation
	Missing string `json:"missing,omitempty"` // why it isn't run here
}

// Settings are how it was measured.
type Settings struct {
	Rounds  int   `json:"rounds"`
	SliceNs int64 `json:"slice_ns"`     // how long each case ran in a round, about
	GC      int   `json:"gc,omitempty"` // percent, as in GOGC, if it was set
}

// Machine is what it was measured on.
type Machine struct {
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	CPU    string `json:"cpu,omitempty"`
	CPUs   int    `json:"cpus"`
	Memory int64  `json:"memory_bytes,omitempty"`
	Load   string `json:"load,omitempty"` // averages over 1, 5 and 15 minutes at the start, where the system tells
}

// Group is some work, done in several ways.
type Group struct {
	Name string `json:"name"` // for -group
	What string `json:"what"` // a sentence
	Unit string `json:"unit"` // what values are: ns/value, bytes, ns
	Base string `json:"base"` // the label of the row that ratios are to
	Rows []*Row `json:"rows"`
}

// Row is one way to do the work of a group.
type Row struct {
	Peer string `json:"peer"`          // whose way it is
	Way  string `json:"way,omitempty"` // which, if the peer has several
	Ours bool   `json:"ours"`          // greenlets

	Units  int       `json:"units,omitempty"`  // of work in a round
	Rounds []float64 `json:"rounds,omitempty"` // a value for each round
	Median float64   `json:"median"`           // of these
	Ratio  float64   `json:"ratio"`            // the median of the ratios to the base within each round: above 1 is slower, or larger

	Allocs *float64 `json:"allocs,omitempty"` // objects allocated for each unit, where that was counted

	Missing string `json:"missing,omitempty"` // why there is no value
	Absent  bool   `json:"absent,omitempty"`  // the peer is missing altogether, here and in all groups
}

// Label is how a row is called.
func (r *Row) Label() string {
	if r.Way == "" {
		return r.Peer
	}
	return r.Peer + ", " + r.Way
}

// Miss drops what was measured for a reason.
func (r *Row) Miss(reason string) { r.Missing, r.Rounds = reason, nil }

// Summarize computes the medians and the ratios of a group from its rounds.
func (g *Group) Summarize() {
	var base []float64
	for _, r := range g.Rows {
		if r.Label() == g.Base {
			base = r.Rounds
		}
	}
	for _, r := range g.Rows {
		if len(r.Rounds) == 0 {
			continue
		}
		r.Median = median(r.Rounds)
		var ratios []float64
		for i := range min(len(r.Rounds), len(base)) {
			if base[i] > 0 {
				ratios = append(ratios, r.Rounds[i]/base[i])
			}
		}
		if len(ratios) > 0 {
			r.Ratio = median(ratios)
		}
	}
}

// median is the one in the middle; of an even number, the mean of the two.
func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	half := len(s) / 2
	if len(s)%2 == 1 {
		return s[half]
	}
	return (s[half-1] + s[half]) / 2
}

// JSON writes the report.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
