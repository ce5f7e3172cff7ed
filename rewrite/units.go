package rewrite

// Units ties load, scan and typecheck together.

import (
	"context"
	"time"
)

// load type-checks the wanted packages and reports their errors.
func (g *generator) load(ctx context.Context, wanted map[*listed][]*source) (*checker, []*loaded, error) {
	start := time.Now()
	g.opt.Progress(Event{Stage: StageLoad})
	c := &checker{scanner: g.scanner, sizes: g.env.sizes(), overlay: g.overlay}
	var nodes []*loaded
	broken := map[string]bool{}
	for {
		c.nodes = map[*listed]*loaded{}
		nodes = c.sourceNodes(wanted, broken)
		for _, n := range nodes {
			c.parseNode(n)
		}
		exported, err := g.lister.list(ctx, request{export: true, overlay: g.overlay}, c.dependencies(nodes)...)
		if err != nil {
			return nil, nil, err
		}
		c.exports = newExports(c.fset, exported, g.graph)
		// What does not compile is checked from source, for the errors' sake.
		n := len(broken)
		for _, l := range exported.all {
			if l.export == "" && g.isEditable(l.path) {
				broken[l.path] = true
			}
		}
		if len(broken) == n {
			break
		}
	}
	if err := g.loadCgo(ctx, c, nodes); err != nil {
		return nil, nil, err
	}
	if err := c.check(ctx, nodes, g.limit); err != nil {
		return nil, nil, err
	}
	for _, n := range nodes {
		g.report(n.errs)
	}
	g.opt.Progress(Event{Stage: StageLoad, Took: time.Since(start)})
	return c, nodes, nil
}

// loadCgo gives packages that use cgo the files that it makes of theirs.
func (g *generator) loadCgo(ctx context.Context, c *checker, nodes []*loaded) error {
	r := request{compiled: true, overlay: g.overlay}
	var patterns []string
	for _, n := range nodes {
		if !n.usesCgo() {
			continue
		}
		r.tests = r.tests || n.forTest != ""
		if n.adHoc {
			patterns = append(patterns, n.listed.files...)
		} else {
			patterns = append(patterns, n.path)
		}
	}
	if len(patterns) == 0 {
		return nil
	}
	compiled, err := g.lister.list(ctx, r, patterns...)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if l := compiled.all[n.id]; l != nil && n.usesCgo() {
			c.replaceCgo(n, l)
		}
	}
	return nil
}

// isEditable reports whether the package is one of ours to check from source.
func (g *generator) isEditable(path string) bool {
	l := g.graph.all[path]
	return l != nil && l.editable()
}
