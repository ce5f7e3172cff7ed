package rewrite

import (
	"io"
	"time"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/explain"
	"github.com/going-green/greenlet/rewrite/internal/load"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit"
	"github.com/going-green/greenlet/rewrite/internal/work"
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
	Why      string    // function to tell of why it suspends
	Explain  string    // function to explain, in Result.Explanations
	Func     string    // print of this function only: Walk or Tree.Walk
	DebugOut io.Writer // for all of these

	// Overlay, if not empty, is a directory: what is generated is written there, in the
	// form that debuggers want, and nowhere else; see Result.Overlay.
	Overlay string
	// KeepVariables goes together with Overlay: variables keep their values to the ends of their
	// scopes, and not to their last uses only. Those of durable functions don't.
	KeepVariables bool

	Cache string // directory; "off" for none, "" for the user's cache directory

	// Progress, if not nil, is told what begins or has been done. It is not
	// called concurrently.
	Progress func(Event)

	clock   *stopwatch                                                         // of Progress
	compile func(*unit.Unit, *lower.Options) ([]unit.Output, diag.List, error) // tests replace it
}

// An Event tells of progress: that a stage begins, or, if Took is not zero,
// that it has ended. A pass is reported once it has ended for all packages, with
// its sum over all goroutines.
type Event struct {
	Stage   Stage
	Subject string // package, pass or file
	Took    time.Duration
	Cached  bool
}

// A Stage is a part of the work.
type Stage string

const (
	StageList    Stage = "list"    // which packages there are
	StageLoad    Stage = "load"    // their types
	StageCompile Stage = "compile" // one package
	StagePass    Stage = "pass"    // one pass over all packages, color to verify
	StageWrite   Stage = "write"   // one file
)

// printing reports whether something of the passes is to be printed, so that
// they must run.
func (o *Options) printing() bool { return len(o.Debug) > 0 || o.Dot != "" || o.asks() }

// asks reports whether the passes run for what they find out, and not to generate.
func (o *Options) asks() bool { return o.Why != "" || o.Explain != "" }

// A Result is what a run found and did.
type Result struct {
	// Packages are the packages with directives that were looked at, by path.
	Packages []string
	// Diagnostics are sorted. If there are any, no file was changed.
	Diagnostics diag.List
	// Changes are the files that were written and removed or, with
	// Options.Check, that are stale; sorted by path.
	Changes []Change
	// Overlay is the file in Options.Overlay for the go command's flag -overlay.
	Overlay string
	// Overlaid are the files in Options.Overlay, sorted by Generated.
	Overlaid []Overlaid
	// Explanations are of the functions that Options.Explain names.
	Explanations []*explain.Explanation
	// LeftOut are files with directives, of the packages named, that build constraints leave out.
	LeftOut []LeftOut
	// Inputs are there whatever comes of the run, as far as it came.
	Inputs Inputs
}

// LeftOut is a file with directives that build constraints leave out of the build, the constraint,
// and what would take the file in, such as -tags=special.
type LeftOut = load.LeftOut

// Overlaid is a file in Options.Overlay.
type Overlaid struct {
	Package   string // path
	Source    string // file that it was generated from
	Generated string // file that it stands for
	File      string
}

// Inputs are the directories with what the outcome of a run depends on and the
// user may edit: for who runs again when it changes. They are sorted.
type Inputs struct {
	// Dirs are those of the packages that were looked at and of their
	// dependencies. Some may not exist: of packages that are imported and missing.
	Dirs []string
	// Roots are those of go.mod and go.work files.
	Roots []string
}

// An InternalError is a fault of the tool, not of the user's program. It has the package,
// or "", and what went wrong.
type InternalError = work.InternalError

// DebugCheck stands among the passes in Options.Debug for holding the result of
// each to what it promises. That prints nothing unless a promise is broken.
const DebugCheck = lower.DebugCheck

// PassNames are the names of the passes, in the order they run, for
// Options.Debug and Options.Dot.
func PassNames() []string { return lower.PassNames() }

// lowering is what of o the passes are told.
func (o *Options) lowering() *lower.Options {
	l := &lower.Options{KeepVariables: o.KeepVariables, Debug: o.Debug, Dot: o.Dot, Func: o.Func, DebugOut: o.DebugOut, Start: o.clock.start}
	if o.Overlay != "" {
		l.Overlay = o.shownPath
	}
	return l
}
