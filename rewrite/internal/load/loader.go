// Package load finds the packages to rewrite, and makes units of them: it lists
// them, scans them for directives, and type-checks them, with stubs of what is to be
// generated.
package load

// The loader is what the rest is behind.

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/subset"
)

// Options says what to load.
type Options struct {
	Dir        string   // where patterns are resolved; the working directory if empty
	Env        []string // of the go command; the process's if nil
	BuildFlags []string // of the go command
	Deps       bool     // also the packages' dependencies in the main module
	Tests      bool     // count what their tests import as dependencies
	Whole      bool     // also the packages without directives that may call what is resumable, and what has errors as far as it goes
	Limit      int      // of packages at a time
}

// Loader loads for one run. List goes first, then Targets, then Load.
type Loader struct {
	opt     Options
	lister  *lister
	scanner *scanner

	env     environment
	graph   *graph
	overlay map[string][]byte
}

// New makes a loader.
func New(opt Options) *Loader {
	return &Loader{opt: opt, lister: newLister(opt), scanner: &scanner{newSources(), map[*listed]*annotated{}}}
}

// A Target is a package to generate, with its variants for tests if they have
// directives of their own.
type Target struct {
	Path     string // without the brackets that tell variants apart
	variants []*annotated
}

// Refused reports whether there are diagnostics of a variant.
func (t *Target) Refused() bool {
	return slices.ContainsFunc(t.variants, func(a *annotated) bool { return a.refused })
}

// Ready reports whether there is a variant to load, without diagnostics.
func (t *Target) Ready() bool {
	return slices.ContainsFunc(t.variants, func(a *annotated) bool { return !a.refused })
}

// List asks for the packages, and again for as long as that shows files of
// ours that may hide something.
func (ld *Loader) List(ctx context.Context, patterns []string) error {
	var group errgroup.Group
	group.Go(func() (err error) {
		ld.env, err = ld.lister.environ(ctx)
		return err
	})
	r := request{tests: ld.opt.Tests}
	for {
		var err error
		if ld.graph, err = ld.lister.list(ctx, r, patterns...); err != nil {
			return errors.Join(err, group.Wait())
		}
		clear(ld.scanner.done)
		ld.overlay = ld.scanner.overlay(ld.graph)
		again := false
		for _, l := range ld.graph.sorted() {
			// Packages that are only there as compiled for a test are still to
			// be generated as they are without.
			if ld.opt.Deps && l.module.main && l.forTest != "" && l.path != l.forTest && !isExternalTest(l) &&
				ld.graph.all[l.path] == nil {
				patterns = append(slices.Clip(patterns), l.path)
				again = true
			}
			if l.root && !l.adHoc && !r.tests && ld.scanner.markedTests(l.dir) {
				r.tests, again = true, true
			}
			if len(l.errors) > 0 && l.editable() && len(ld.overlay) > len(r.overlay) {
				again = true
			}
		}
		if !again {
			break
		}
		r.overlay = ld.overlay
	}
	return group.Wait()
}

// Targets are the packages to generate, by path, and the generated files to
// remove, by path. What can be seen without types is diagnosed.
func (ld *Loader) Targets() (targets []*Target, remove []string, diags diag.List) {
	byPath := map[string]*Target{}
	dirs := map[string]bool{}
	for _, l := range ld.graph.sorted() {
		if !l.root && !(ld.opt.Deps && l.module.main && l.forTest == "") {
			continue
		}
		if len(l.files) == 0 && len(l.errors) > 0 {
			diags = append(diags, listErrors(l)...)
		}
		if l.dir != "" && !l.adHoc && !dirs[l.dir] {
			dirs[l.dir] = true
			for _, src := range ld.scanner.orphans(l.dir) {
				remove = append(remove, src.path)
			}
		}
		a := ld.scanner.scan(l)
		if a == nil {
			continue
		}
		path := cmp.Or(l.forTest, l.path)
		if byPath[path] == nil {
			byPath[path] = &Target{Path: path}
		}
		diags = append(diags, ld.diagnose(a)...)
		if len(a.wants()) > 0 {
			byPath[path].variants = append(byPath[path].variants, a)
		}
	}
	for _, path := range sortedKeys(byPath) {
		targets = append(targets, byPath[path])
	}
	return targets, remove, diags
}

func listErrors(l *listed) (diags diag.List) {
	for _, e := range l.errors {
		diags = append(diags, diag.Diagnostic{Code: diag.LoadError, Message: l.path + ": " + e.text()})
	}
	return diags
}

// diagnose says what is wrong with a before it has types. Such a package
// is not type-checked: most errors would come from what could not be assumed
// to be generated.
func (ld *Loader) diagnose(a *annotated) diag.List {
	s := ld.scanner
	list := slices.Clone(a.errs)
	list = append(list, s.taken(a)...)
	list = append(list, subset.Clashes(s.fset, a.files, a.set, nil)...)
	a.refused = len(list) > 0
	return list
}

// Build is what of the build makes a difference to what is generated.
func (ld *Loader) Build() string { return ld.env.String() + fmt.Sprintf("%q", ld.opt.BuildFlags) }

// GOROOT is where the standard library is, once List has returned.
func (ld *Loader) GOROOT() string { return ld.env.GOROOT }

// Text is what is in the file at path, if it exists.
func (ld *Loader) Text(path string) (data []byte, exists bool) {
	src := ld.scanner.read(path)
	return src.data, src.exists()
}
