package report

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"
)

// Theme is the colours of a picture.
type Theme struct {
	Name                    string
	Back, Text, Faint, Grid string
	Ours, Go, Other         string
}

// Themes are for pages that are light and for those that are dark. The two colours
// of bars differ in lightness too, for those who don't see the hue.
var Themes = []Theme{
	{"light", "#ffffff", "#1f2328", "#59636e", "#d1d9e0", "#1a7f37", "#57a0e8", "#aab2bb"},
	{"dark", "#0d1117", "#f0f6fc", "#9198a1", "#3d444d", "#3fb950", "#316dca", "#656c76"},
}

// Measures of a picture, in its own units.
const (
	width     = 860
	labelEnd  = 250
	barBegin  = 262
	barEnd    = 690
	rowHeight = 24
	barHeight = 15
	top       = 64
)

// chart is a picture of bars.
type chart struct {
	w      io.Writer
	t      Theme
	lo, hi float64 // what the axis shows
	from   float64 // where it begins
	log    bool
	err    error
}

func (c *chart) f(format string, args ...any) {
	if c.err == nil {
		_, c.err = fmt.Fprintf(c.w, format+"\n", args...)
	}
}

// x is where a value is on the axis.
func (c *chart) x(v float64) float64 {
	share := v / c.hi
	if c.log {
		share = math.Log(v/c.lo) / math.Log(c.hi/c.lo)
	}
	return c.from + (barEnd-c.from)*max(0.004, min(1, share))
}

// SVG draws a group: a bar for each row, least first. The axis is logarithmic
// if the largest value is more than 12 times the least.
func (g *Group) SVG(w io.Writer, t Theme, footer string) error {
	rows := g.Measured()
	missing := g.Missing()
	c := &chart{w: w, t: t, from: barBegin}
	c.scale(rows)
	bottom := top + len(rows)*rowHeight
	height := bottom + 46 + 16*len(missing)
	kind := ""
	if c.log {
		kind = ", logarithmic"
	}
	c.begin(height, g.What, g.Unit+", less is better"+kind+"; in brackets, how many times "+g.Base)
	c.axis(g, bottom)
	for i, r := range rows {
		c.row(g, r, top+i*rowHeight)
	}
	for i, m := range missing {
		c.f(`<text x="16" y="%d" font-size="11" fill="%s">missing: %s</text>`, bottom+34+16*i, t.Faint, html.EscapeString(short(m, 130)))
	}
	c.end(height, footer)
	return c.err
}

// begin draws what is above the bars.
func (c *chart) begin(height int, title, subtitle string) {
	if title != "" {
		title = strings.ToUpper(title[:1]) + title[1:]
	}
	title, subtitle = html.EscapeString(title), html.EscapeString(subtitle)
	c.f(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">`, width, height)
	c.f(`<title>%s</title>`, title)
	c.f(`<rect width="%d" height="%d" rx="6" fill="%s"/>`, width, height, c.t.Back)
	c.f(`<text x="16" y="26" font-size="16" font-weight="600" fill="%s">%s</text>`, c.t.Text, title)
	c.f(`<text x="16" y="46" font-size="12" fill="%s">%s</text>`, c.t.Faint, subtitle)
}

// end draws the last line.
func (c *chart) end(height int, footer string) {
	c.f(`<text x="16" y="%d" font-size="11" fill="%s">%s</text>`, height-10, c.t.Faint, html.EscapeString(footer))
	c.f(`</svg>`)
}

// scale chooses the axis.
func (c *chart) scale(rows []*Row) {
	c.lo, c.hi = math.Inf(1), 1
	for _, r := range rows {
		c.lo, c.hi = min(c.lo, max(r.Median, 0.1)), max(c.hi, r.Median)
	}
	if c.log = c.hi > 12*c.lo; c.log {
		c.lo = math.Pow(10, math.Floor(math.Log10(c.lo)))
	} else {
		c.lo = 0
	}
	c.hi *= 1.02
}

// axis draws lines at round values.
func (c *chart) axis(g *Group, bottom int) {
	var ticks []float64
	if c.log {
		for v := c.lo; v <= c.hi; v *= 10 {
			ticks = append(ticks, v)
		}
	} else {
		step := math.Pow(10, math.Floor(math.Log10(c.hi)))
		for c.hi/step < 3 {
			step /= 2
		}
		for v := step; v <= c.hi; v += step {
			ticks = append(ticks, v)
		}
	}
	for _, v := range ticks {
		x := c.x(v)
		c.f(`<line x1="%.1f" x2="%.1[1]f" y1="%d" y2="%d" stroke="%s"/>`, x, top-4, bottom, c.t.Grid)
		c.f(`<text x="%.1f" y="%d" font-size="11" text-anchor="middle" fill="%s">%s</text>`, x, bottom+14, c.t.Faint, strings.Replace(g.format(v), ".0", "", 1))
	}
}

func (c *chart) row(g *Group, r *Row, y int) {
	fill, weight := c.t.Other, "400"
	switch {
	case r.Ours:
		fill, weight = c.t.Ours, "600"
	case strings.HasPrefix(r.Peer, "Go"):
		fill = c.t.Go
	}
	end := c.x(r.Median)
	base := y + barHeight - 3
	c.f(`<text x="%d" y="%d" text-anchor="end" font-weight="%s" fill="%s">%s</text>`, labelEnd, base, weight, c.t.Text, html.EscapeString(r.Label()))
	c.f(`<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`, barBegin, y, end-barBegin, barHeight, fill)
	text := g.format(r.Median)
	if r.Ratio > 0 && r.Label() != g.Base {
		text += " (" + ratio(r.Ratio) + ")"
	}
	c.f(`<text x="%.1f" y="%d" font-weight="%s" fill="%s">%s</text>`, end+6, base, weight, c.t.Text, html.EscapeString(text))
}

// short is s, or its beginning.
func short(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
