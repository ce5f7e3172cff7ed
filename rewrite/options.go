package rewrite

import (
	"io"
	"time"

	"github.com/going-green/greenlet/internal/diag"
)

// Options says how to generate, and what to report of it.
type Options struct {
	Dir        string   // where patterns are resolved; the working directory if empty
	Env        []string // of the go command; the process's if nil
	BuildFlags []string // of the go command, as -tags=… or -race

	Deps  bool // generate for the packages' dependencies in the main module, too
	Tests bool // count what their tests import as dependencies
	Check bool // write nothing

	Debug    []string  // passes to print the result of; see also DebugCheck
	Dot      string    // pass to print the control-flow graph of, for graphviz
	Why      string    // function to explain: why does it suspend
	Func     string    // print of this function only: Walk or Tree.Walk
	DebugOut io.Writer // for all of these

	Cache string // directory; "off" for none, "" for the user's cache directory

	// Progress, if not nil, is told what begins or has been done. It is not
	// called concurrently.
	Progress func(Event)

	compile func(*Unit, *Options) ([]output, diag.List, error) // tests replace it
}

// An Event tells of progress: that a stage begins, or, if Took is not zero,
// that it has ended.
type Event struct {
	Stage   Stage
	Subject string // package or file
	Took    time.Duration
	Cached  bool
}

// A Stage is a part of the work.
type Stage string

const (
	StageList    Stage = "list"    // which packages there are
	StageLoad    Stage = "load"    // their types
	StageCompile Stage = "compile" // one package
	StageWrite   Stage = "write"   // one file
)

// printing reports whether something of the passes is to be printed, so that
// they must run.
func (o *Options) printing() bool { return len(o.Debug) > 0 || o.Dot != "" || o.Why != "" }

// A Result is what a run found and did.
type Result struct {
	// Packages are the packages with directives that were looked at, by path.
	Packages []string
	// Diagnostics are sorted. If there are any, no file was changed.
	Diagnostics diag.List
	// Changes are the files that were written and removed or, with
	// Options.Check, that are stale; sorted by path.
	Changes []Change
	// Inputs are there whatever comes of the run, as far as it came.
	Inputs Inputs
}
