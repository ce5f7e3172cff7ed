package greenlet

import (
	"slices"
	"testing"
)

// TestLiveNames decodes a table that has names and changes of names.
func TestLiveNames(t *testing.T) {
	f := &Func{Points: []Point{{}, {Live: "a b"}, {Live: "="}, {Live: "-a +long"}, {}, {Live: "+c"}, {Live: "a"}}}
	want := [][]string{nil, {"a", "b"}, {"a", "b"}, {"b", "long"}, nil, {"c"}, {"a"}}
	for i, names := range want {
		if got := f.Live(i + 1); !slices.Equal(got, names) {
			t.Errorf("point %d: %v, want %v", i+1, got, names)
		}
	}
}
