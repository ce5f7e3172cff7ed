package gen

import (
	greenlet "github.com/going-green/greenlet/runtime"
	"github.com/going-green/greenlet/runtime/internal/proto"
)

// What can only be in package greenlet, by the names that generated code has for it.
type (
	// Run is what generated code passes along while greenlets run.
	Run = greenlet.Run
	// Frame is one activation of a resumable function.
	Frame = greenlet.Frame
	// Header is what generated frame types embed.
	Header = greenlet.Header
	// DeferHeader is the Header of functions that defer.
	DeferHeader = greenlet.DeferHeader
	// Func describes a resumable function.
	Func = greenlet.Func
	// Funcs describes the resumable functions of a file.
	Funcs = greenlet.Funcs
	// Status says how a call of a resumable function came back.
	Status = greenlet.Status
	// Values are the results of a function that has several.
	Values = greenlet.Values
)

const (
	// Done: the function returned, its results are valid.
	Done Status = proto.Done
	// Switched: the function suspended, for whoever is current now.
	Switched Status = proto.Switched
	// Left: the function suspended, for the plain caller.
	Left Status = proto.Left
	// Broken: a step of a function that defers was left by a panic, which has
	// been caught: the next step unwinds.
	Broken Status = proto.Broken
)

// Unwind is the state of a frame that makes its deferred calls.
const Unwind = proto.Unwind
