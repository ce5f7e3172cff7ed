// Package gen has the declarations that generated code needs, as far as the analyzer's tests
// have any.
package gen

import greenlet "github.com/going-green/greenlet/runtime"

type (
	Run         = greenlet.Run
	Status      = greenlet.Status
	Frame       = greenlet.Frame
	Header      = greenlet.Header
	DeferHeader = greenlet.DeferHeader
)

const Protocol1_RunGoGenerate = 1
