package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/going-green/greenlet/bench/report"
)

// example is a group with everything that can be: a row faster than greenlets, one
// that is very slow, one that failed, and one whose peer is absent.
func example() *report.Group {
	g := &report.Group{Name: "Tree", What: "a value of a walk of <1,000> nodes", Unit: "ns/value", Base: "greenlet, Pull", Rows: []*report.Row{
		{Peer: "Go iter.Pull", Rounds: []float64{100, 300, 90}},
		{Peer: "greenlet", Way: "Pull", Ours: true, Rounds: []float64{10, 100, 9}},
		{Peer: "Go by hand", Rounds: []float64{5, 5, 5}},
		{Peer: "slow", Rounds: []float64{12345, 12345, 12345}},
		{Peer: "failed", Rounds: []float64{1}},
		{Peer: "absent", Missing: "it is not in the PATH", Absent: true},
	}}
	g.Rows[4].Miss("stack overflow")
	g.Summarize()
	return g
}

// TestRatioWithinRounds holds that a round in which all were slow counts for what
// was slow in it: the ratio is no ratio of medians.
func TestRatioWithinRounds(t *testing.T) {
	g := example()
	assert.Equal(t, 100.0, g.Rows[0].Median)
	assert.Equal(t, 10.0, g.Rows[0].Ratio)
	assert.Equal(t, 1.0, g.Rows[1].Ratio)
	even := &report.Group{Base: "a", Rows: []*report.Row{{Peer: "a", Rounds: []float64{1, 2}}}}
	even.Summarize()
	assert.Equal(t, 1.5, even.Rows[0].Median)
}

func TestTable(t *testing.T) {
	var b strings.Builder
	example().Table(&b)
	assert.Equal(t, `
Tree: a value of a walk of <1,000> nodes (ns/value)
       5.0   0.50×      Go by hand
        10   1.00×    * greenlet, Pull
       100     10×      Go iter.Pull
    12,345  1,234×      slow
  missing: failed: stack overflow
  missing: absent: not run
`, b.String())
}

func TestSVG(t *testing.T) {
	for _, unit := range []string{"ns/value", "bytes", "ns"} {
		for _, theme := range report.Themes {
			g := example()
			g.Unit = unit
			var b bytes.Buffer
			require.NoError(t, g.SVG(&b, theme, "a & b"))
			for _, r := range g.Rows {
				assert.Contains(t, b.String(), r.Label())
			}
			wellFormed(t, &b)
			r := report.Report{Groups: []*report.Group{g}}
			b.Reset()
			require.NoError(t, r.Overview(&b, theme, ""))
			assert.Contains(t, b.String(), ">10×<")
			wellFormed(t, &b)
		}
	}
}

func wellFormed(t *testing.T, r io.Reader) {
	for d := xml.NewDecoder(r); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

// TestEmptySVG draws a group of which nothing could be measured.
func TestEmptySVG(t *testing.T) {
	g := &report.Group{Name: "Huge", Unit: "bytes", Rows: []*report.Row{{Peer: "greenlet", Missing: "out of memory"}}}
	g.Summarize()
	var b strings.Builder
	require.NoError(t, g.SVG(&b, report.Themes[0], ""))
	assert.Contains(t, b.String(), "out of memory")
	assert.NotContains(t, b.String(), "NaN")
	assert.NotContains(t, b.String(), "Inf")
}

func TestJSON(t *testing.T) {
	want := &report.Report{Schema: report.Schema, Machine: report.ThisMachine(), Groups: []*report.Group{example()}}
	var b bytes.Buffer
	require.NoError(t, want.JSON(&b))
	var got report.Report
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	assert.Equal(t, want, &got)
}

func TestBytes(t *testing.T) {
	for want, v := range map[string]float64{"0 B": 0, "128 B": 128, "2,726 B": 2726, "24 GB": 24 << 30, "613 MB": 613 << 20} {
		assert.Equal(t, want, report.Bytes(v))
	}
}
