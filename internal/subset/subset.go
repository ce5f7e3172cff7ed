// Package subset says what of Go is not supported in resumable functions.
//
// Input: a coloured package.
// Output: a diagnostic for everything that cannot be rewritten.
// Guarantee: what passes can be rewritten; a later surprise is a fault of the
// tool.
package subset

import (
	"github.com/going-green/greenlet/internal/color"
	"github.com/going-green/greenlet/internal/diag"
)

// Check lists, sorted, everything in the package that cannot be rewritten.
func Check(p *color.Package, c *color.Colors) diag.List {
	return nil
}
