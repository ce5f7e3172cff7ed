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
	Why  string         // what it does: "calls greenlet.Yield"
}

// Annotate gives the directive to functions that lack it, in the packages that patterns name:
// those on the way from resumable code to a switch, that yield, that are started, or whose
// frames are named. Tests count as well. Each that gets it may show others; so it goes on until
// there are none. The packages may not compile yet for what is to be generated.
//
// It writes the source files as it goes. An error is one of the go command or of the file
// system, or of ctx; what has been written until then stays.
func Annotate(ctx context.Context, opt Options, patterns ...string) (*Annotated, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	res := &Annotated{}
	for {
		list, err := annotator.Wanting(ctx, load.Options{Dir: opt.Dir, Env: opt.Env, BuildFlags: opt.BuildFlags, Tests: true, Limit: runtime.GOMAXPROCS(0)}, patterns)
		if err != nil {
			return res, err
		}
		list.Sort()
		found, changes, err := annotations(list)
		if err != nil {
			return res, err
		}
		res.Functions = append(res.Functions, found...)
		if len(changes) == 0 {
			res.Diagnostics = list
			for i := range res.Functions {
				a := &res.Functions[i]
				if a.Pos, err = annotator.Place(a.Pos.Filename, a.Func); err != nil {
					return res, err
				}
			}
			return res, nil
		}
		if err := write(ctx, changes, func(string) {}); err != nil {
			return res, err
		}
	}
}

// annotations are the functions that list says lack the directive and that can get it, and the
// files with it.
func annotations(list diag.List) (found []Annotation, changes []Change, err error) {
	done := map[token.Position]bool{}
	byFile := map[string]map[int]bool{} // offsets of names
	for _, d := range list {
		for _, u := range d.Annotate {
			if done[u.Pos] {
				continue
			}
			done[u.Pos] = true
			if byFile[u.Pos.Filename] == nil {
				byFile[u.Pos.Filename] = map[int]bool{}
			}
			byFile[u.Pos.Filename][u.Pos.Offset] = true
			found = append(found, Annotation{Pos: u.Pos, Why: u.Why})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(byFile)) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		text, named, err := annotator.File(path, data, byFile[path])
		if err != nil {
			return nil, nil, err
		}
		if len(named) > 0 {
			changes = append(changes, Change{Path: path, Old: data, New: text})
		}
		for i := range found {
			if a := &found[i]; a.Pos.Filename == path {
				a.Func = named[a.Pos.Offset]
			}
		}
	}
	return slices.DeleteFunc(found, func(a Annotation) bool { return a.Func == "" }), changes, nil
}
