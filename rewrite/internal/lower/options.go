package lower

import (
	"io"

	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/emit"
)

// Options says what to tell of the passes while they run. It changes nothing of what
// they make, but for the last two.
type Options struct {
	Debug    []string  // passes to print the result of; see also DebugCheck
	Dot      string    // pass to print the control-flow graph of
	Func     string    // print of this function only
	DebugOut io.Writer // for all of these

	// Start, if not nil, is called at the start of a pass. It returns what to call at its end.
	Start func(pass string) (end func())

	// Overlay, if not nil, is where a debugger finds what is generated: what is emitted has the form
	// that debuggers want.
	Overlay func(generated string) string

	// KeepVariables keeps the variables of the source across suspensions, needed or not, but in durable
	// functions: what their frames hold is in snapshots.
	KeepVariables bool
}

func (o *Options) start(pass string) (end func()) {
	if o.Start == nil {
		return func() {}
	}
	return o.Start(pass)
}

// debugger is how a debugger finds the source file at path and what is generated for
// it, or nil.
func (o *Options) debugger(path string) *emit.Debugger {
	if o.Overlay == nil {
		return nil
	}
	return &emit.Debugger{Source: path, Generated: o.Overlay(names.Generated(path)), Tracks: o.KeepVariables}
}
