package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/proof/golden"
)

// notDurable says why a golden is left out.
var notDurable = map[string]string{
	"range121":              "keeps literals in a slice, which a fork shares, with the variables that they capture",
	"literal_per_iteration": "keeps literals in a slice, which a fork shares, with the variables that they capture",
}

// TestDurable runs the programs of testdata/rewrite as durable ones.
func TestDurable(t *testing.T) { golden.Durable(t, "../testdata/rewrite", notDurable) }
