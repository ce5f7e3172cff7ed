package explain

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// svg draws the graph. Nodes of states are buttons, for keyboards and screen readers;
// page.js looks for data-state, data-from and data-to.
func (d *drawing) svg(x *Explanation) template.HTML {
	var out strings.Builder
	fmt.Fprintf(&out, `<svg class="graph" role="group" aria-label="%s" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">`,
		html.EscapeString("States of "+x.Func), d.width, d.height, d.width, d.height)
	for _, e := range d.edges {
		fmt.Fprintf(&out, `<path class="edge" data-from="%s" data-to="%s" d="%s" marker-end="url(#tip)"/>`, e.From, e.To, e.line())
	}
	for _, p := range d.nodes {
		s := x.state(p.name)
		if s == nil {
			fmt.Fprintf(&out, `<g class="end" transform="translate(%.1f %.1f)"><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="13"/><text y="4" text-anchor="middle">%s</text></g>`,
				p.x, p.y, -p.w/2, -p.h/2, p.w, p.h, p.name)
			continue
		}
		class := "node"
		if !s.Always {
			class += " maybe"
		}
		fmt.Fprintf(&out, `<g class="%s" data-state="%d" tabindex="0" role="button" aria-pressed="false" transform="translate(%.1f %.1f)">`, class, s.Number, p.x, p.y)
		fmt.Fprintf(&out, `<title>%s</title>`, html.EscapeString(fmt.Sprintf("state %d, line %d: %s", s.Number, s.Pos.Line, s.Call)))
		fmt.Fprintf(&out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="5"/>`, -p.w/2, -p.h/2, p.w, p.h)
		fmt.Fprintf(&out, `<text x="%.1f" y="-4"><tspan class="number">%d</tspan><tspan class="op" dx="8">%s, line %d</tspan></text>`, -p.w/2+9, s.Number, shortOp[s.Op], s.Pos.Line)
		fmt.Fprintf(&out, `<text x="%.1f" y="12" class="call">%s</text></g>`, -p.w/2+9, html.EscapeString(clip(s.Call, 29)))
	}
	out.WriteString(`</svg>`)
	return template.HTML(out.String()) // all of the source's text is escaped above
}

// shortOp are operations in few letters.
var shortOp = map[Op]string{
	Yield:         "yield",
	Exchange:      "exchange",
	Switch:        "switch",
	Throw:         "throw",
	Kill:          "kill",
	CallFrame:     "frame",
	Call:          "call",
	InterfaceCall: "interface call",
	LiteralCall:   "literal call",
	FunctionValue: "func value",
	RangeFunc:     "loop",
}

// line is the edge as the data of an SVG path, in its direction.
func (e *path) line() string {
	from, to := e.from, e.to
	if e.direct() {
		x, y, v, w := from.x, from.y+from.h/2, to.x, to.y-to.h/2
		middle := (y + w) / 2
		return fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", x, y, x, middle, v, middle, v, w)
	}
	sign := 1.0 // to the right
	if to.layer < from.layer {
		sign = -1
	}
	x, y := from.x+sign*from.w/2, from.y+from.h/5
	v, w := to.x+sign*to.w/2, to.y-to.h/5
	const r = 6 // of the corners
	turn := r   // up or down
	if w < y {
		turn = -r
	}
	return fmt.Sprintf("M%.1f %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1fQ%.1f %.1f %.1f %.1fH%.1f",
		x, y, e.lane-sign*r, e.lane, y, e.lane, y+float64(turn), w-float64(turn), e.lane, w, e.lane-sign*r, w, v)
}
