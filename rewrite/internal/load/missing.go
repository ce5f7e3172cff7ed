package load

// Missing frames: a constructor that is called and not there means a function without the
// directive, or one of another name.

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/diag"
	"github.com/going-green/greenlet/internal/names"
)

// undefinedFrame matches what the type checker says of a constructor that is not declared: the
// package, if it is another, and the name.
var undefinedFrame = regexp.MustCompile(`^undefined: (?:(\w+)\.)?([nN]ew\w+Frame)$|\.([nN]ew\w+Frame) undefined \(type (?:\*?(\w+)\.)?\S+ has no field or method `)

// explainMissing completes the errors of n that are of constructors: with the function, if it
// is there and has no directive, or with those that have.
func (c *Checker) explainMissing(n *Loaded) {
	for i := range n.errs {
		d := &n.errs[i]
		m := undefinedFrame.FindStringSubmatch(d.Message)
		if d.Code != diag.TypeError || m == nil {
			continue
		}
		l := n.listed
		if pkg := m[1] + m[4]; pkg != "" {
			if l = c.importedAs(n, d.Pos.Filename, pkg); l == nil {
				continue
			}
		}
		c.missing(d, l, m[2]+m[3])
	}
}

func (c *Checker) missing(d *diag.Diagnostic, l *listed, constructor string) {
	var have []string
	for _, src := range c.users(l) {
		file, _ := c.parse(src)
		if file == nil {
			continue
		}
		for _, decl := range file.Decls {
			decl, ok := decl.(*ast.FuncDecl)
			switch {
			case !ok || decl.Body == nil:
			case c.scan(l) != nil && c.scan(l).set.Has(decl):
				have = append(have, names.InSource(decl))
			case names.Constructor(decl.Name.Name) == constructor:
				d.Related = append(d.Related, diag.Related{Pos: c.fset.Position(decl.Name.Pos()), Message: names.InSource(decl) + " is declared here, without //greenlet:resumable"})
				d.Annotate = append(d.Annotate, diag.Unmarked{Pos: c.fset.PositionFor(decl.Name.Pos(), false), Why: "its frame is made: " + constructor})
				d.Remedy = "annotate " + names.InSource(decl) + " with //greenlet:resumable"
			}
		}
	}
	if d.Remedy != "" {
		return
	}
	slices.Sort(have)
	d.Remedy = "no function has this frame: it may have been renamed, or have lost its directive"
	if len(have) > 0 {
		const most = 8
		if len(have) > most {
			have = append(have[:most], "…")
		}
		d.Remedy += "; package " + l.name + " has those of " + strings.Join(have, ", ")
	}
}

// importedAs is the package that the file of that path imports by name, or nil.
func (c *Checker) importedAs(n *Loaded, file, name string) *listed {
	for _, f := range n.files {
		if c.of(f).path != file {
			continue
		}
		for _, spec := range f.Imports {
			l := n.imports[ImportPath(spec)]
			if l != nil && (spec.Name != nil && spec.Name.Name == name || spec.Name == nil && (l.name == name || path.Base(l.path) == name)) {
				return l
			}
		}
	}
	return nil
}
