package load

import (
	"go/types"
	"regexp"
	"slices"
	"strings"

	"github.com/going-green/greenlet/internal/names"
)

// Reach: the packages that a package imports, directly or not. Values of their types come
// to it through those between, so that calls reach their methods, and generated code may
// have to name what the source never does.

// reached are the packages that n imports, directly or not, by path.
func (n *Loaded) reached() map[string]*listed {
	n.reachedOnce.Do(func() {
		n.reach = map[string]*listed{}
		var visit func(l *listed)
		visit = func(l *listed) {
			for _, path := range sortedKeys(l.imports) {
				if imp := l.imports[path]; n.reach[imp.path] != imp {
					n.reach[imp.path] = imp
					visit(imp)
				}
			}
		}
		visit(n.listed)
	})
	return n.reach
}

// find is the package that n, or what is generated for it, imports as path.
func (n *Loaded) find(path string) *listed {
	if imp := n.imports[path]; imp != nil {
		return imp
	}
	return n.reached()[path]
}

// resumable are the packages that n reaches and that may have resumable functions.
func (c *Checker) resumable(n *Loaded) (list []*listed) {
	reached := n.reached()
	for _, path := range sortedKeys(reached) {
		l := reached[path]
		if names.IsRuntime(path) {
			continue
		}
		if l.imports[names.RuntimePath] != nil || l.imports[names.GenPath] != nil || c.scan(l) != nil {
			list = append(list, l)
		}
	}
	return list
}

// concerned reports whether l is the user's, and has what is resumable, or may call it: how its
// plain functions suspend shows in their bodies only. The go command does not know either what
// the frames of ours yield.
func (c *Checker) concerned(l *listed) bool {
	if !l.editable() || names.IsRuntime(l.path) {
		return false
	}
	if c.scan(l) != nil {
		return true
	}
	for _, imp := range l.imports {
		switch {
		case imp.path == names.RuntimePath:
			return true
		case names.IsRuntime(imp.path):
		case imp.imports[names.RuntimePath] != nil, imp.imports[names.GenPath] != nil, c.scan(imp) != nil:
			return true
		}
	}
	return false
}

// resumableMethods are the names of the resumable methods of the packages of g.
func (s *scanner) resumableMethods(g *graph) *regexp.Regexp {
	found := map[string]bool{}
	for _, l := range g.sorted() {
		switch {
		case names.IsRuntime(l.path):
		case l.editable():
			if a := s.scan(l); a != nil {
				for _, fn := range a.set.Funcs() {
					if fn.Decl.Recv != nil {
						found[fn.Decl.Name.Name] = true
					}
				}
			}
		case l.imports[names.GenPath] != nil:
			for _, path := range l.files {
				if src := s.read(path); src.ours {
					for _, m := range companionOfMethod.FindAllSubmatch(src.data, -1) {
						found[string(m[1])] = true
					}
				}
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return regexp.MustCompile(`\.\s*(` + strings.Join(sortedKeys(found), "|") + `)\s*\(`)
}

// companionOfMethod matches the declaration of an exported method's.
var companionOfMethod = regexp.MustCompile(`(?m)^func \([^()]*\) (\p{Lu}[\pL_\pN]*)Resumable\(`)

// calls reports whether l, of the user's, may call a resumable method by way of an interface: it
// calls one of such a name. If functions are to become resumable, any may.
func (c *Checker) calls(l *listed) bool {
	if c.methods == nil && !c.tolerant || !l.editable() || l.path == names.RuntimePath || strings.HasPrefix(l.path, names.RuntimePath+"/") {
		return false
	}
	return c.tolerant || slices.ContainsFunc(l.files, func(path string) bool { return c.methods.Match(c.read(path).data) })
}

// deps are the types of the packages that c.resumable lists, as far as they have any.
func (c *Checker) deps(n *Loaded) (list []*types.Package) {
	for _, l := range c.resumable(n) {
		if m := c.nodes[l]; m != nil {
			if !m.failed() || c.tolerant && m.pkg != nil {
				list = append(list, m.pkg)
			}
		} else if pkg, err := c.exports.get(l.path); err == nil {
			list = append(list, pkg)
		}
	}
	return list
}
