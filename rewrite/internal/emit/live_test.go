package emit

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	greenlet "github.com/going-green/greenlet/runtime"
)

// TestLiveNamesRoundTrip says what is live at each point of a function, and holds what
// the runtime reads of that to it.
func TestLiveNamesRoundTrip(t *testing.T) {
	points := [][]string{{"x"}, {"x", "y"}, {"x", "y"}, {"y"}, nil, nil, {"a", "b", "c"}, {"a", "c", "d"}, {"long", "a"}, {"b"}}
	var f greenlet.Func
	var before []string
	for _, live := range points {
		f.Points = append(f.Points, greenlet.Point{Live: liveNames(before, live)})
		before = live
	}
	for i, live := range points {
		got := f.Live(i + 1)
		slices.Sort(got)
		assert.ElementsMatch(t, live, got, "point %d: %v", i+1, f.Points)
	}
}
