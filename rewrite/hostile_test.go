package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/golden"
)

// notHostile says why a golden, or an action, is left out.
var notHostile = map[string]string{}

// TestHostile interferes with the programs of testdata/rewrite: they are
// stopped, killed, thrown into, resumed after their end, and dropped, at each of
// their first switches. All of them are run by
//
//	go test ./rewrite -run Hostile -hostile-part=1 -timeout=1h
func TestHostile(t *testing.T) { golden.Hostile(t, "../testdata/rewrite", notHostile) }
