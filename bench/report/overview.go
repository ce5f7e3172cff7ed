package report

import (
	"html"
	"io"
	"math"
	"slices"
)

// labelsEnd is where the labels of the overview end, which are whole phrases.
const labelsEnd = 430

// Overview draws how many times faster, or smaller, the best greenlets of each group
// are than what Go has for suspending: the best of iter.Pull and goroutines.
func (r *Report) Overview(w io.Writer, t Theme, footer string) error {
	type bar struct {
		what string
		gain float64
	}
	var bars []bar
	for _, g := range r.Groups {
		if gain := g.gain(); gain > 0 {
			bars = append(bars, bar{g.What, gain})
		}
	}
	slices.SortStableFunc(bars, func(a, b bar) int {
		if a.gain > b.gain {
			return -1
		}
		return 1
	})
	c := &chart{w: w, t: t, lo: 1, hi: 1, log: true, from: labelsEnd + 12}
	for _, b := range bars {
		c.lo, c.hi = min(c.lo, b.gain), max(c.hi, b.gain)
	}
	c.hi = max(10, c.hi*1.1)
	bottom := top + len(bars)*rowHeight
	height := bottom + 46
	c.begin(height, "How many times faster than iter.Pull and goroutines", "the best way with greenlets against the better of these two, logarithmic; right of the line is faster, or smaller")
	one := c.x(1)
	for i, b := range bars {
		y := top + i*rowHeight
		x, fill := c.x(b.gain), t.Ours
		if b.gain < 1 {
			fill = t.Other
		}
		c.f(`<text x="%d" y="%d" text-anchor="end" fill="%s">%s</text>`, labelsEnd, y+barHeight-3, t.Text, html.EscapeString(short(b.what, 62)))
		c.f(`<rect x="%.1f" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`, min(x, one), y, math.Abs(x-one)+1, barHeight, fill)
		c.f(`<text x="%.1f" y="%d" font-weight="600" fill="%s">%s</text>`, max(x, one)+6, y+barHeight-3, t.Text, ratio(b.gain))
	}
	c.f(`<line x1="%.1f" x2="%.1[1]f" y1="%d" y2="%d" stroke="%s"/>`, one, top-4, bottom, t.Faint)
	c.end(height, footer)
	return c.err
}

// gain is how many times more the better of Go's ways to suspend takes than the best
// of ours, or 0 if there aren't both.
func (g *Group) gain() float64 {
	ours, theirs := math.Inf(1), math.Inf(1)
	for _, r := range g.Rows {
		switch {
		case r.Missing != "" || r.Ratio == 0:
		case r.Ours:
			ours = min(ours, r.Ratio)
		case suspends[r.Peer]:
			theirs = min(theirs, r.Ratio)
		}
	}
	if math.IsInf(ours, 1) || math.IsInf(theirs, 1) {
		return 0
	}
	return theirs / ours
}

// suspends are the peers that are Go's own ways to suspend.
var suspends = map[string]bool{
	"Go iter.Pull": true, "Go goroutine": true, "Go goroutine, channel": true, "Go encoding/json": true,
}
