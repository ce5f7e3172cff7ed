package emit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	greenlet "github.com/going-green/greenlet/runtime"
)

// TestLiveNamesRoundTrip says what is live at each point of a function, and holds what
// the runtime reads of that to it.
func TestLiveNamesRoundTrip(t *testing.T) {
	points := [][]string{{"x"}, {"x", "y"}, {"x", "y"}, {"y"}, nil, nil, {"a", "b", "c"}, {"a", "c", "d"}, {"long", "a"}, {"b"}}
	var list, before []string
	for _, live := range points {
		list = append(list, strings.TrimSpace("1 "+liveNames(before, live)))
		before = live
	}
	f := greenlet.Func{Points: strings.Join(list, "; ")}
	for i, live := range points {
		p, ok := f.Point(i + 1)
		assert.True(t, ok)
		assert.ElementsMatch(t, live, p.Live, "point %d: %v", i+1, f.Points)
	}
}
