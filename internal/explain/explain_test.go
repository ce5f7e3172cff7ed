package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample is a function whose text means something to HTML, Graphviz and terminals.
func sample() *Explanation {
	at := func(line, column int) Position { return Position{File: "a.go", Line: line, Column: column} }
	lines := []string{
		"func f(s string) { // <b>",
		"\tfor s < \"<&>\" {",
		"\t\tgreenlet.Yield(s)",
		"\t\tg(s, `raw",
		"\"string\"`)",
		"\t}",
		"}",
	}
	return &Explanation{
		Func: "f", Kind: Declared, Package: "example.com/a", Signature: "func f(s string)",
		Pos: at(10, 1), End: at(16, 2),
		Why: []Step{{at(12, 3), "calls greenlet.Yield, which suspends"}},
		Frame: Frame{Type: "fFrame", Bytes: 40, SizeClass: 48, Fields: []Field{
			{Name: "Header", Type: "gen.Header", Role: Header, Bytes: 24},
			{Name: "s", Type: "*string", Role: Parameter, Bytes: 8, Offset: 24, Var: "s", Pos: at(10, 8), Boxed: "its address is taken at 11:2, and it is live across state 1"},
			{Name: "x", Type: "T", Role: Local, Bytes: Unknown, Offset: Unknown, Var: "x", Pos: at(11, 2), Any: "its type can't be named outside the function"},
		}},
		States: []State{
			{Number: 1, Pos: at(12, 3), End: at(12, 20), Op: Yield, Call: "greenlet.Yield(s)", Always: true, Resumes: at(13, 3),
				Live: []string{"s"}, LiveBytes: 8, Saved: []string{"s"}, Clean: []string{}, Cleared: []string{"x"}},
			{Number: 2, Pos: at(13, 3), End: at(14, 11), Op: Call, Call: "g(s, `<raw> \"string\"`)", Callee: "g", Resumes: at(11, 6),
				Live: []string{"s"}, LiveBytes: 8, Saved: []string{}, Clean: []string{"s"}, Cleared: []string{}},
		},
		Graph: Graph{Edges: []Edge{{Start, "1"}, {Start, Return}, {"1", "2"}, {"2", "1"}, {"2", Return}}},
		Allocations: []Allocation{
			{Kind: AllocFrame, What: "fFrame", Pos: at(10, 1), Bytes: 40, When: "when a call first suspends", Why: "from the free list"},
			{Kind: AllocMapIter, What: "it", Pos: at(11, 2), Bytes: Unknown, When: "when the loop begins", Why: "it walks"},
		},
		Literals: []*Explanation{},
		Source:   Source{First: 10, Lines: lines, Mentions: []Mention{{10, 8, 1, "s"}, {11, 6, 1, "s"}, {12, 18, 1, "s"}, {13, 5, 1, "s"}}},
	}
}

// row is a function of n suspensions, each of which can be followed by the reach next.
func row(n, reach int) *Explanation {
	x := &Explanation{Func: "row", Kind: Declared, Pos: Position{"a.go", 1, 1}, End: Position{"a.go", n + 2, 1}}
	x.Source = Source{First: 1, Lines: []string{"func row() {"}}
	add := func(from string, i int) {
		for j := i; j < i+reach && j <= n; j++ {
			x.Graph.Edges = append(x.Graph.Edges, Edge{from, fmt.Sprint(j)})
		}
		if i+reach > n {
			x.Graph.Edges = append(x.Graph.Edges, Edge{from, Return})
		}
	}
	add(Start, 1)
	for i := 1; i <= n; i++ {
		pos := Position{"a.go", i + 1, 2}
		x.States = append(x.States, State{Number: i, Pos: pos, End: pos, Op: Yield, Call: "greenlet.Yield(1)", Always: true, Resumes: pos})
		x.Source.Lines = append(x.Source.Lines, "\tgreenlet.Yield(1)")
		add(fmt.Sprint(i), i+1)
	}
	x.Source.Lines = append(x.Source.Lines, "}")
	return x
}

func render(t *testing.T, f func(*bytes.Buffer) error) string {
	var out bytes.Buffer
	require.NoError(t, f(&out))
	return out.String()
}

func TestText(t *testing.T) {
	text := render(t, func(w *bytes.Buffer) error { return Text(w, []*Explanation{sample()}, false) })
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), width+1, line)
		assert.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
	}
	assert.NotContains(t, text, "\x1b")
	assert.Contains(t, text, "  2      →  1 return\n")
	assert.Contains(t, text, "  x is an any: its type can't be named outside the function\n")
	assert.Contains(t, text, "11:2    map iterator it, when the loop begins: it walks\n")
	assert.Contains(t, render(t, func(w *bytes.Buffer) error { return Text(w, []*Explanation{sample()}, true) }), "\x1b[1mStates\x1b[0m")
}

func TestJSON(t *testing.T) {
	text := render(t, func(w *bytes.Buffer) error { return JSON(w, []*Explanation{sample()}) })
	var list []struct {
		Func  string
		Frame struct{ Fields []map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	assert.Equal(t, "f", list[0].Func)
	assert.Nil(t, list[0].Frame.Fields[2]["bytes"])
	assert.Contains(t, list[0].Frame.Fields[2], "bytes")
	assert.Equal(t, 24.0, list[0].Frame.Fields[1]["offset"])
	assert.NotContains(t, text, "Source")
}

func TestDot(t *testing.T) {
	text := render(t, func(w *bytes.Buffer) error { return Dot(w, []*Explanation{sample()}) })
	assert.Contains(t, text, `m0_2 [label="2  line 13\lg(s, `+"`<raw> "+`\"string\"`+"`"+`)\l", style=dashed];`)
	assert.Contains(t, text, "m0_2 -> m0_return;")
}

func TestSizeClass(t *testing.T) {
	for n, want := range map[Bytes]Bytes{Unknown: Unknown, 24: 24, 88: 96, 512: 512, 513: 576, 569: 640, 40_000: 40_960} {
		assert.Equal(t, want, SizeClass(n), "%d bytes", n)
	}
}

// TestPageLines: what is cut into segments is the source, to the byte.
func TestPageLines(t *testing.T) {
	x := sample()
	lines := pageLines(x)
	var text []string
	classes := map[string]string{}
	for _, l := range lines {
		s := ""
		for _, part := range l.Segments {
			s += part.Text
			classes[part.Text] = part.Class + part.Field
		}
		text = append(text, s)
	}
	assert.Equal(t, x.Source.Lines, text)
	assert.Equal(t, "comment", classes["// <b>"])
	assert.Equal(t, "keyword", classes["for"])
	assert.Equal(t, "string", classes["`raw"])
	assert.Equal(t, "string", classes["\"string\"`"])
	assert.Equal(t, "s", classes["s"])
	assert.Equal(t, "1", lines[2].Marks())
	assert.Equal(t, "2", lines[3].Marks())
	assert.Equal(t, "2", lines[4].Marks())
}

// TestLayout: nodes don't overlap, edges to the next layer go down, lanes keep clear of
// what they pass.
func TestLayout(t *testing.T) {
	for _, x := range []*Explanation{sample(), row(1, 1), row(20, 3), row(30, 30), {Graph: Graph{Edges: []Edge{{Start, Return}}}}} {
		d, ok := layout(x)
		require.True(t, ok)
		for i, a := range d.nodes {
			assert.GreaterOrEqual(t, a.x-a.w/2, 0.0)
			assert.LessOrEqual(t, a.x+a.w/2, d.width)
			assert.LessOrEqual(t, a.y+a.h/2, d.height)
			for _, b := range d.nodes[:i] {
				apart := max(a.x-b.x, b.x-a.x) >= (a.w+b.w)/2 || max(a.y-b.y, b.y-a.y) >= (a.h+b.h)/2
				assert.True(t, apart, "%s and %s", a.name, b.name)
			}
		}
		for _, e := range d.edges {
			if e.direct() {
				assert.Less(t, e.from.y, e.to.y)
				continue
			}
			for _, p := range d.nodes {
				if min(e.from.layer, e.to.layer) <= p.layer && p.layer <= max(e.from.layer, e.to.layer) {
					assert.Greater(t, max(p.x-e.lane, e.lane-p.x), p.w/2, "%s → %s at %s", e.From, e.To, p.name)
				}
			}
		}
	}
}

// TestLarge: ten thousand states take no time to speak of, and get no picture.
func TestLarge(t *testing.T) {
	x := row(10_000, 1)
	page := render(t, func(w *bytes.Buffer) error { return HTML(w, []*Explanation{x}) })
	assert.Contains(t, page, "No graph: 10000 states and 10002 edges are too many to draw; explain -dot has them.")
	assert.Equal(t, 10_000, strings.Count(page, `<tr class="state"`))
	render(t, func(w *bytes.Buffer) error { return Text(w, []*Explanation{x}, false) })
	render(t, func(w *bytes.Buffer) error { return Dot(w, []*Explanation{x}) })
	_, ok := layout(row(maxDrawnStates, 4))
	assert.True(t, ok)
}
