package rewrite

import (
	"errors"
	"fmt"
	"go/token"
	"os"
	"strings"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
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
// may have it. It says where one is, if that can be known.
func (g *generator) noFunction(name string) error {
	if len(g.result.Diagnostics) > 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "no function %s in the packages with directives", name)
	declared := g.loader.Declared(name)
	if len(declared) == 0 && name != "*" {
		text.WriteString(", nor any of this name in what they import; '*' stands for all that are resumable")
	}
	const most = 4
	for i, d := range declared {
		if i == most {
			fmt.Fprintf(&text, "\n\tand %d more", len(declared)-most)
			break
		}
		fmt.Fprintf(&text, "\n\t%s: %s %s", g.place(d.Pos), d.Name, where(d))
	}
	return errors.New(text.String())
}

// where says what to do about a function that was not found among those of the packages named.
func where(d load.Declared) string {
	switch {
	case d.LeftOut != nil && d.LeftOut.Take != "":
		return fmt.Sprintf("is left out by %s; %s takes it in", d.LeftOut.Why, d.LeftOut.Take)
	case d.LeftOut != nil:
		return "is left out by " + d.LeftOut.Why
	case names.IsRuntime(d.Package):
		return fmt.Sprintf("is the runtime's own, and no state machine; go doc %s.%s tells of it", d.Package, d.Name)
	case d.Resumable && d.Named:
		return fmt.Sprintf("is resumable, and called without its package: greenlet explain %s", d.Name)
	case d.Resumable:
		return fmt.Sprintf("is resumable, in another package: greenlet explain %s %s", d.Name, d.Package)
	case d.Yours:
		return fmt.Sprintf("is a plain function; package %s has no directive for it", d.Package)
	}
	return fmt.Sprintf("is a plain function of another module's package, %s; go doc %s.%s tells of it", d.Package, d.Package, d.Name)
}

// place is a position as messages have it: from where g was started, if it is below.
func (g *generator) place(pos token.Position) string {
	list := diag.List{{Pos: pos}}.Relative(g.dir())
	return list[0].Pos.String()
}

// dir is where what is printed names files from.
func (g *generator) dir() string {
	if g.opt.Dir != "" {
		return g.opt.Dir
	}
	dir, _ := os.Getwd() // without it names stay absolute
	return dir
}
