package rewrite

import (
	"context"
	"go/token"
	"maps"
	"os"
	"runtime"
	"slices"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite/internal/annotator"
	"github.com/going-green/greenlet/rewrite/internal/load"
)

// Annotated is what [Annotate] did.
type Annotated struct {
	Functions []Annotation // in the order in which they got the directive
	// Diagnostics are of what is left: what the generator refuses and no directive mends.
	Diagnostics diag.List
}

// Annotation is a function that got the directive.
type Annotation struct {
	Func string         // T.Method for a method
	Pos  token.Position // of its name, in the end
	Why  string         // what was reported
}

// Annotate gives the directive to functions that lack it, in the packages that patterns name:
// those on the way from resumable code to a switch, that yield, that are started, or whose
// frames are named. Each that gets it may show others; so it goes on until there are none. The
// packages may not compile yet for what is to be generated.
//
// It writes the source files as it goes. An error is one of the go command or of the file
// system, or of ctx; what has been written until then stays.
func Annotate(ctx context.Context, opt Options, patterns ...string) (*Annotated, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	res := &Annotated{}
	for {
		done := map[token.Position]bool{}
		list, err := annotator.Wanting(ctx, load.Options{Dir: opt.Dir, Env: opt.Env, BuildFlags: opt.BuildFlags, Limit: runtime.GOMAXPROCS(0)}, patterns)
		if err != nil {
			return res, err
		}
		list.Sort()
		byFile := map[string]map[int]bool{} // offsets of names
		n := len(res.Functions)
		for _, d := range list {
			for _, pos := range d.Annotate {
				if done[pos] {
					continue
				}
				done[pos] = true
				if byFile[pos.Filename] == nil {
					byFile[pos.Filename] = map[int]bool{}
				}
				byFile[pos.Filename][pos.Offset] = true
				res.Functions = append(res.Functions, Annotation{Pos: pos, Why: d.Message})
			}
		}
		if len(res.Functions) == n {
			res.Diagnostics = list
			for i := range res.Functions {
				a := &res.Functions[i]
				if a.Pos, err = annotator.Place(a.Pos.Filename, a.Func); err != nil {
					return res, err
				}
			}
			return res, nil
		}
		var changes []Change
		for _, path := range slices.Sorted(maps.Keys(byFile)) {
			data, err := os.ReadFile(path)
			if err != nil {
				return res, err
			}
			text, named, err := annotator.File(path, data, byFile[path])
			if err != nil {
				return res, err
			}
			changes = append(changes, Change{Path: path, Old: data, New: text})
			for i := range res.Functions[n:] {
				if a := &res.Functions[n+i]; a.Pos.Filename == path {
					a.Func = named[a.Pos.Offset]
				}
			}
		}
		if err := write(ctx, changes, func(string) {}); err != nil {
			return res, err
		}
	}
}
