package rewrite_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/going-green/greenlet/rewrite/internal/lower"
)

// All tests of this package hold the passes to what they promise.
func init() { lower.AlwaysCheck = true }

// TestMain fetches what the module requires, all of it: tests run the go command
// without network, and to say that a package is missing it reads every go.mod.
func TestMain(m *testing.M) {
	cmd := exec.Command("go", "mod", "download")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go mod download: %v\n%s", err, out)
	}
	os.Exit(m.Run())
}
