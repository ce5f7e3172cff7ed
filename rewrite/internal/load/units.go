package load

// Units ties load, scan and typecheck together.

import (
	"context"

	"github.com/going-green/greenlet/internal/diag"
)

// Load type-checks what is ready of targets, and what is between them, and diagnoses
// their errors.
func (ld *Loader) Load(ctx context.Context, targets []*Target) (*Checker, []*Loaded, diag.List, error) {
	wanted := map[*listed][]*source{}
	for _, t := range targets {
		for _, a := range t.variants {
			if !a.refused {
				wanted[a.listed] = a.wants()
			}
		}
	}
	c := &Checker{scanner: ld.scanner, sizes: ld.env.sizes(), overlay: ld.overlay, methods: ld.scanner.resumableMethods(ld.graph), tolerant: ld.opt.Whole}
	whole := map[*listed]bool{}
	if ld.opt.Whole {
		for _, l := range ld.graph.sorted() {
			if _, ok := wanted[l]; l.root && !ok && c.scan(l) == nil && c.concerned(l) {
				wanted[l], whole[l] = nil, true
			}
		}
	}
	var nodes []*Loaded
	broken := map[string]bool{}
	for {
		c.nodes = map[*listed]*Loaded{}
		nodes = c.sourceNodes(wanted, broken)
		for _, n := range nodes {
			n.whole = whole[n.listed]
			c.parseNode(n)
		}
		exported, err := ld.lister.list(ctx, request{export: true, overlay: ld.overlay}, c.dependencies(nodes)...)
		if err != nil {
			return nil, nil, nil, err
		}
		c.exports = newExports(c.fset, exported, ld.graph)
		// What does not compile is checked from source, for the errors' sake.
		n := len(broken)
		for _, l := range exported.all {
			if l.export == "" && ld.isEditable(l.path) {
				broken[l.path] = true
			}
		}
		if len(broken) == n {
			break
		}
	}
	if err := ld.loadCgo(ctx, c, nodes); err != nil {
		return nil, nil, nil, err
	}
	if err := c.check(ctx, nodes, ld.opt.Limit); err != nil {
		return nil, nil, nil, err
	}
	var diags diag.List
	for _, n := range nodes {
		diags = append(diags, n.errs...)
	}
	return c, nodes, diags, nil
}

// loadCgo gives packages that use cgo the files that it makes of theirs.
func (ld *Loader) loadCgo(ctx context.Context, c *Checker, nodes []*Loaded) error {
	r := request{compiled: true, overlay: ld.overlay}
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
	compiled, err := ld.lister.list(ctx, r, patterns...)
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
func (ld *Loader) isEditable(path string) bool {
	l := ld.graph.all[path]
	return l != nil && l.editable()
}
