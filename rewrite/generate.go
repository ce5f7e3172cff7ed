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

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
	"github.com/going-green/greenlet/rewrite/internal/finish"
	"github.com/going-green/greenlet/rewrite/internal/load"
	"github.com/going-green/greenlet/rewrite/internal/lower"
	"github.com/going-green/greenlet/rewrite/internal/unit"
	"github.com/going-green/greenlet/rewrite/internal/work"
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
		opt:    &opt,
		result: &Result{},
		limit:  runtime.GOMAXPROCS(0),
	}
	if opt.printing() {
		g.limit = 1 // prints packages in order
	}
	g.loader = load.New(load.Options{
		Dir: opt.Dir, Env: opt.Env, BuildFlags: opt.BuildFlags, Deps: opt.Deps, Tests: opt.Tests, Limit: g.limit,
	})
	err := g.run(ctx, patterns)
	g.expandRoot()
	g.result.Inputs.Dirs, g.result.Inputs.Roots = g.loader.Inputs()
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
	opt    *Options
	loader *load.Loader
	result *Result
	limit  int // of packages at a time

	cache *cache
	named bool // a function is named as Options.Func
}

func (g *generator) run(ctx context.Context, patterns []string) error {
	if err := g.list(ctx, patterns); err != nil {
		return err
	}
	targets, orphans, diags := g.loader.Targets()
	g.report(diags)
	g.result.LeftOut = g.loader.LeftOut()
	for _, t := range targets {
		g.result.Packages = append(g.result.Packages, t.Path)
	}
	g.cache = openCache(g.opt.Cache, g.loader.Build())
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
		for path, data := range f.Sources {
			generated[path] = data
		}
	}
	g.result.Changes = changes(g.loader, generated, orphans)
	if g.opt.Check && len(g.result.Changes) > 0 || g.opt.Dot != "" || g.opt.asks() {
		return nil
	}
	if err := write(ctx, g.result.Changes, func(path string) { g.opt.Progress(Event{Stage: StageWrite, Subject: path}) }); err != nil {
		return err
	}
	for _, t := range stale {
		g.cache.add(g.cache.key(g.loader, t, generated))
	}
	return nil
}

// list asks for the packages.
func (g *generator) list(ctx context.Context, patterns []string) error {
	start := time.Now()
	g.opt.Progress(Event{Stage: StageList})
	err := g.loader.List(ctx, patterns)
	if err == nil {
		g.opt.Progress(Event{Stage: StageList, Took: time.Since(start)})
	}
	return err
}

// load type-checks targets and reports their errors.
func (g *generator) load(ctx context.Context, targets []*load.Target) (*load.Checker, []*load.Loaded, error) {
	start := time.Now()
	g.opt.Progress(Event{Stage: StageLoad})
	c, nodes, diags, err := g.loader.Load(ctx, targets)
	if err == nil {
		g.report(diags)
		g.opt.Progress(Event{Stage: StageLoad, Took: time.Since(start)})
	}
	return c, nodes, err
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
				*name = g.loader.GOROOT() + rest
			}
		}
	}
}

// stale are the targets that the cache does not know to be up to date.
func (g *generator) stale(targets []*load.Target) []*load.Target {
	if g.opt.printing() || g.opt.Overlay != "" {
		return targets
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t *load.Target) bool {
		if t.Refused() {
			return false
		}
		cached := g.cache.has(g.cache.key(g.loader, t, nil))
		if cached {
			g.opt.Progress(Event{Stage: StageCompile, Subject: t.Path, Cached: true})
		}
		return cached
	})
}

// rewrite loads targets, runs the passes over them and checks the outcome.
func (g *generator) rewrite(ctx context.Context, targets []*load.Target) ([]*finish.Finished, error) {
	if !slices.ContainsFunc(targets, (*load.Target).Ready) {
		if name := cmp.Or(g.opt.Why, g.opt.Explain); name != "" {
			return nil, g.noFunction(name)
		}
		return nil, nil
	}
	c, nodes, err := g.load(ctx, targets)
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
		f.LoadImports(c)
	}
	errs := make([]error, len(compiled))
	work.Each(len(compiled), g.limit, func(i int) {
		defer g.opt.clock.start("verify")()
		errs[i] = work.Guard(compiled[i].ID(), func() error { return compiled[i].Verify(c) })
	})
	if g.opt.clock != nil {
		g.opt.clock.report(g.opt.Progress)
	}
	return compiled, errors.Join(errs...)
}

// compile runs the passes over the nodes that are wanted.
func (g *generator) compile(ctx context.Context, c *load.Checker, nodes []*load.Loaded) ([]*finish.Finished, error) {
	var wanted []*load.Loaded
	for _, n := range nodes {
		if n.Ready() {
			wanted = append(wanted, n)
		}
	}
	type outcome struct {
		*finish.Finished
		diags diag.List
		err   error
		took  time.Duration
	}
	outcomes := make([]outcome, len(wanted))
	work.Each(len(wanted), g.limit, func(i int) {
		if ctx.Err() != nil {
			return
		}
		start := time.Now()
		n, o := wanted[i], &outcomes[i]
		o.err = work.Guard(n.ID(), func() (err error) {
			var outputs []unit.Output
			u := c.Unit(n)
			outputs, o.diags, err = g.compileUnit(u)
			if err == nil && len(o.diags) == 0 {
				defer g.opt.clock.start("parse")()
				o.Finished, err = finish.Parse(n, u, outputs)
			}
			return err
		})
		n.Forget()
		o.took = time.Since(start)
	})
	var done []*finish.Finished
	var errs []error
	for i, o := range outcomes {
		g.report(o.diags)
		errs = append(errs, o.err)
		if o.Finished != nil {
			done = append(done, o.Finished)
			g.opt.Progress(Event{Stage: StageCompile, Subject: wanted[i].ID(), Took: o.took})
		}
	}
	return done, errors.Join(errs...)
}

// compileUnit calls the passes.
func (g *generator) compileUnit(u *unit.Unit) ([]unit.Output, diag.List, error) {
	if g.opt.Func != "" { // one package at a time: see printing
		for _, fn := range u.Directives.Funcs() {
			g.named = g.named || u.Wants(fn.File) && names.Matches(fn.Decl, g.opt.Func)
		}
	}
	if g.opt.compile != nil {
		return g.opt.compile(u, g.opt.lowering())
	}
	return lower.Compile(u, g.opt.lowering())
}
