package rewrite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/subset"
)

// Generate writes the generated files of the packages that patterns name, as
// for the go command.
//
// It changes all files that need it, or none: if there are diagnostics, if it
// returns an error, or if ctx is cancelled while it works. Diagnostics are
// about the user's program and are no error. An error is an [*InternalError],
// or says what the go command or the file system refused.
func Generate(ctx context.Context, opt Options, patterns ...string) (*Result, error) {
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	if opt.Progress == nil {
		opt.Progress = func(Event) {}
	} else {
		opt.clock = &stopwatch{}
	}
	g := &generator{
		opt:     &opt,
		lister:  newLister(&opt),
		scanner: &scanner{newSources(), map[*listed]*annotated{}},
		result:  &Result{},
		limit:   runtime.GOMAXPROCS(0),
	}
	if opt.printing() {
		g.limit = 1 // prints packages in order
	}
	err := g.run(ctx, patterns)
	g.expandRoot()
	g.result.Inputs = g.inputs()
	g.result.Diagnostics.Sort()
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil || len(g.result.Diagnostics) > 0 {
		g.result.Changes = nil
	}
	return g.result, err
}

// generator is one run of Generate.
type generator struct {
	opt     *Options
	lister  *lister
	scanner *scanner
	result  *Result
	limit   int // of packages at a time

	env     environment
	graph   *graph
	overlay map[string][]byte
	cache   *cache
	named   bool // a function is named as Options.Func
}

// job is a package to generate, with its variants for tests if they have
// directives of their own.
type job struct {
	path     string
	variants []*annotated
}

func (g *generator) run(ctx context.Context, patterns []string) error {
	if err := g.list(ctx, patterns); err != nil {
		return err
	}
	targets, orphans := g.targets()
	for _, t := range targets {
		g.result.Packages = append(g.result.Packages, t.path)
	}
	g.cache = openCache(g.opt.Cache, g.env.String()+fmt.Sprintf("%q", g.opt.BuildFlags))
	stale := g.stale(targets)
	finished, err := g.rewrite(ctx, stale)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && len(g.result.Diagnostics) == 0 && g.opt.Func != "" && !g.named {
		err = fmt.Errorf("no function %s with the directive in the packages", g.opt.Func)
	}
	if err != nil || len(g.result.Diagnostics) > 0 {
		return err
	}
	if g.opt.Overlay != "" {
		return g.writeOverlay(ctx, finished)
	}
	generated := map[string][]byte{}
	for _, f := range finished {
		for path, data := range f.sources {
			generated[path] = data
		}
	}
	g.result.Changes = g.scanner.changes(generated, orphans)
	if g.opt.Check && len(g.result.Changes) > 0 || g.opt.Dot != "" || g.opt.asks() {
		return nil
	}
	if err := write(ctx, g.result.Changes, func(path string) { g.opt.Progress(Event{Stage: StageWrite, Subject: path}) }); err != nil {
		return err
	}
	for _, t := range stale {
		g.cache.add(g.cache.key(g.scanner, t, generated))
	}
	return nil
}

// list asks for the packages, and again for as long as that shows files of
// ours that may hide something.
func (g *generator) list(ctx context.Context, patterns []string) error {
	start := time.Now()
	g.opt.Progress(Event{Stage: StageList})
	var group errgroup.Group
	group.Go(func() (err error) {
		g.env, err = g.lister.environ(ctx)
		return err
	})
	r := request{tests: g.opt.Tests}
	for {
		var err error
		if g.graph, err = g.lister.list(ctx, r, patterns...); err != nil {
			return errors.Join(err, group.Wait())
		}
		clear(g.scanner.done)
		g.overlay = g.scanner.overlay(g.graph)
		again := false
		for _, l := range g.graph.sorted() {
			// Packages that are only there as compiled for a test are still to
			// be generated as they are without.
			if g.opt.Deps && l.module.main && l.forTest != "" && l.path != l.forTest && !isExternalTest(l) &&
				g.graph.all[l.path] == nil {
				patterns = append(slices.Clip(patterns), l.path)
				again = true
			}
			if l.root && !l.adHoc && !r.tests && g.scanner.markedTests(l.dir) {
				r.tests, again = true, true
			}
			if len(l.errors) > 0 && l.editable() && len(g.overlay) > len(r.overlay) {
				again = true
			}
		}
		if !again {
			break
		}
		r.overlay = g.overlay
	}
	g.opt.Progress(Event{Stage: StageList, Took: time.Since(start)})
	return group.Wait()
}

// targets are the packages to generate, by path, and the generated files to
// remove. It diagnoses what can be seen without types.
func (g *generator) targets() ([]*job, []*source) {
	byPath := map[string]*job{}
	dirs := map[string]bool{}
	var orphans []*source
	for _, l := range g.graph.sorted() {
		if !l.root && !(g.opt.Deps && l.module.main && l.forTest == "") {
			continue
		}
		if len(l.files) == 0 && len(l.errors) > 0 {
			g.listErrors(l)
		}
		if l.dir != "" && !l.adHoc && !dirs[l.dir] {
			dirs[l.dir] = true
			orphans = append(orphans, g.scanner.orphans(l.dir)...)
		}
		a := g.scanner.scan(l)
		if a == nil {
			continue
		}
		path := cmp.Or(l.forTest, l.path)
		if byPath[path] == nil {
			byPath[path] = &job{path: path}
		}
		g.diagnose(a)
		if len(a.wants()) > 0 {
			byPath[path].variants = append(byPath[path].variants, a)
		}
	}
	var targets []*job
	for _, path := range sortedKeys(byPath) {
		targets = append(targets, byPath[path])
	}
	return targets, orphans
}

func (g *generator) report(list diag.List) {
	g.result.Diagnostics = append(g.result.Diagnostics, list...)
}

// expandRoot completes positions in the standard library, which the compiler
// records as below $GOROOT.
func (g *generator) expandRoot() {
	for _, d := range g.result.Diagnostics {
		for i := range d.Related {
			name := &d.Related[i].Pos.Filename
			if rest, ok := strings.CutPrefix(*name, "$GOROOT"); ok {
				*name = g.env.GOROOT + rest
			}
		}
	}
}

func (g *generator) listErrors(l *listed) {
	for _, e := range l.errors {
		g.report(diag.List{{Code: diag.LoadError, Message: l.path + ": " + e.text()}})
	}
}

// diagnose reports what is wrong with a before it has types. Such a package
// is not type-checked: most errors would come from what could not be assumed
// to be generated.
func (g *generator) diagnose(a *annotated) {
	s := g.scanner
	list := slices.Clone(a.errs)
	list = append(list, s.taken(a)...)
	list = append(list, subset.Clashes(s.fset, a.files, a.set, nil)...)
	a.refused = len(list) > 0
	g.report(list)
}

// stale are the targets that the cache does not know to be up to date.
func (g *generator) stale(targets []*job) []*job {
	if g.opt.printing() || g.opt.Overlay != "" {
		return targets
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t *job) bool {
		for _, a := range t.variants {
			if a.refused {
				return false
			}
		}
		cached := g.cache.has(g.cache.key(g.scanner, t, nil))
		if cached {
			g.opt.Progress(Event{Stage: StageCompile, Subject: t.path, Cached: true})
		}
		return cached
	})
}

// rewrite loads targets, runs the passes over them and checks the outcome.
func (g *generator) rewrite(ctx context.Context, targets []*job) ([]*finished, error) {
	wanted := map[*listed][]*source{}
	for _, t := range targets {
		for _, a := range t.variants {
			if !a.refused {
				wanted[a.listed] = a.wants()
			}
		}
	}
	if len(wanted) == 0 {
		if name := cmp.Or(g.opt.Why, g.opt.Explain); name != "" {
			return nil, g.noFunction(name)
		}
		return nil, nil
	}
	c, nodes, err := g.load(ctx, wanted)
	if err != nil {
		return nil, err
	}
	switch {
	case g.opt.Why != "":
		return nil, g.why(c, nodes)
	case g.opt.Explain != "":
		return nil, g.explain(c, nodes)
	}
	compiled, err := g.compile(ctx, c, nodes)
	if err != nil {
		return nil, err
	}
	for _, f := range compiled {
		c.loadImports(f)
	}
	errs := make([]error, len(compiled))
	each(len(compiled), g.limit, func(i int) {
		defer g.opt.clock.start("verify")()
		errs[i] = guard(compiled[i].id, func() error { return c.verify(compiled[i]) })
		compiled[i].files = nil // checked
	})
	if g.opt.clock != nil {
		g.opt.clock.report(g.opt.Progress)
	}
	return compiled, errors.Join(errs...)
}

// compile runs the passes over the nodes that are wanted.
func (g *generator) compile(ctx context.Context, c *checker, nodes []*loaded) ([]*finished, error) {
	var wanted []*loaded
	for _, n := range nodes {
		if len(n.wants) > 0 && !n.failed() {
			wanted = append(wanted, n)
		}
	}
	type outcome struct {
		*finished
		diags diag.List
		err   error
		took  time.Duration
	}
	outcomes := make([]outcome, len(wanted))
	each(len(wanted), g.limit, func(i int) {
		if ctx.Err() != nil {
			return
		}
		start := time.Now()
		n, o := wanted[i], &outcomes[i]
		o.err = guard(n.id, func() (err error) {
			var outputs []output
			outputs, o.diags, err = g.compileUnit(c.unit(n))
			if err == nil && len(o.diags) == 0 {
				defer g.opt.clock.start("parse")()
				o.finished, err = c.parseOutputs(n, outputs)
			}
			return err
		})
		n.info = nil // the largest part of what is known of n, and no longer needed
		o.took = time.Since(start)
	})
	var done []*finished
	var errs []error
	for i, o := range outcomes {
		g.report(o.diags)
		errs = append(errs, o.err)
		if o.finished != nil {
			done = append(done, o.finished)
			g.opt.Progress(Event{Stage: StageCompile, Subject: wanted[i].id, Took: o.took})
		}
	}
	return done, errors.Join(errs...)
}

// each calls do for 0, 1, … n-1, at most limit at a time. What panics takes the
// program down.
func each(n, limit int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(limit)
	for i := range n {
		group.Go(func() error {
			do(i)
			return nil
		})
	}
	_ = group.Wait() // there are no errors
}

// compileUnit calls the passes.
func (g *generator) compileUnit(u *Unit) ([]output, diag.List, error) {
	if g.opt.Func != "" { // one package at a time: see printing
		for _, fn := range u.Directives.Funcs() {
			g.named = g.named || u.Wants(fn.File) && matches(fn.Decl, g.opt.Func)
		}
	}
	if g.opt.compile != nil {
		return g.opt.compile(u, g.opt)
	}
	return compile(u, g.opt)
}
