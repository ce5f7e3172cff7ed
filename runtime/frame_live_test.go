package greenlet

import (
	"slices"
	"testing"
)

// TestLiveNames decodes a table that has names and changes of names.
func TestLiveNames(t *testing.T) {
	f := &Func{Points: "1; 2 a b; 3@dir\x00x/y.l =; 4 -a +long; 5; 6 +c; 7 a"}
	want := [][]string{nil, {"a", "b"}, {"a", "b"}, {"b", "long"}, nil, {"c"}, {"a"}}
	for i, names := range want {
		p, ok := f.Point(i + 1)
		if !ok || p.Line != i+1 || !slices.Equal(p.Live, names) || (p.File == "dir x/y.l") != (i == 2) {
			t.Errorf("point %d: %+v, want %v", i+1, p, names)
		}
	}
	for _, pc := range []int{0, len(want) + 1} {
		if p, ok := f.Point(pc); ok {
			t.Errorf("point %d: %+v", pc, p)
		}
	}
}
