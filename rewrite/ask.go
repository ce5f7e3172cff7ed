package rewrite

import (
	"fmt"
	"os"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/rewrite/internal/explainer"
	"github.com/going-green/greenlet/rewrite/internal/load"
	"github.com/going-green/greenlet/rewrite/internal/work"
)

// Ask: to be told about a function instead of generating.

// explain explains a function instead of generating. Where none that is resumable has
// the name, those that have it are reported.
func (g *generator) explain(c *load.Checker, nodes []*load.Loaded) error {
	var plain diag.List
	for _, n := range nodes {
		if !n.Ready() {
			continue
		}
		err := work.Guard(n.ID(), func() error {
			list, without, diags, err := explainer.Explain(c.Unit(n), g.dir(), g.opt.Explain, g.opt.lowering())
			g.result.Explanations = append(g.result.Explanations, list...)
			g.report(diags)
			plain = append(plain, without...)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(g.result.Explanations) > 0 {
		return nil
	}
	g.report(plain)
	return g.noFunction(g.opt.Explain)
}

// why explains a function instead of generating.
func (g *generator) why(c *load.Checker, nodes []*load.Loaded) error {
	dir := g.dir()
	found := 0
	for _, n := range nodes {
		if !n.Ready() {
			continue
		}
		k, err := explainer.Why(g.opt.DebugOut, c.Unit(n), dir, g.opt.Why)
		if err != nil {
			return err
		}
		found += k
	}
	if found == 0 {
		return g.noFunction(g.opt.Why)
	}
	return nil
}

// noFunction is the error that no function has the name, unless a package with errors
// may have it.
func (g *generator) noFunction(name string) error {
	if len(g.result.Diagnostics) > 0 {
		return nil
	}
	return fmt.Errorf("no function %s in the packages with directives", name)
}

// dir is where what is printed names files from.
func (g *generator) dir() string {
	if g.opt.Dir != "" {
		return g.opt.Dir
	}
	dir, _ := os.Getwd() // without it names stay absolute
	return dir
}
