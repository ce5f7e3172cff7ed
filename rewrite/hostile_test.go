package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/golden"
)

// notHostile says why a golden, or an action, is left out.
var notHostile = map[string]string{
	"defer_conditional kill": "prints the results of a call that has none, as it was killed",
	"exit_status":            "ends the process, so that nothing can be done afterwards",
	"package_var_init":       "has the compiler make its frame, which is not on the heap",
}

// TestHostile interferes with the programs of testdata/rewrite: they are
// stopped, killed, thrown into, resumed after their end, and dropped, at each of
// their first switches. All of them are run by
//
//	go test ./rewrite -run Hostile -hostile-part=1 -timeout=1h
func TestHostile(t *testing.T) { golden.Hostile(t, "../testdata/rewrite", notHostile) }
