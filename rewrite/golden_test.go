package rewrite_test

import (
	"testing"

	"github.com/going-green/greenlet/internal/proof/golden"
)

// TestGolden runs the programs of testdata/rewrite. The flags -update and
// -keep are those of package golden.
func TestGolden(t *testing.T) { golden.Run(t, "../testdata/rewrite") }
